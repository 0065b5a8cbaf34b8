"""What a Word file may do besides being read: macros, links that are followed by themselves, fields, objects."""

import re
from collections.abc import Iterable

from submissions.checks.catalogue import listed, refuse, say
from submissions.checks.contract import Finding
from submissions.checks.kinds import NO_MACROS, UNTIE
from submissions.checks.package import Package, Relationship

_FETCHED = {
    "attachedTemplate": "a template",
    "oleObject": "a linked object",
    "subDocument": "another document",
    "frame": "a frame",
    "aFChunk": "another document",
}
_ASKING = re.compile(r"\s*(DDE|DDEAUTO)\b", re.IGNORECASE)
_FAR = re.compile(r"(?i)(https?|ftp|mhtml|ms-[a-z]+|ldap|webdav)s?:|file:/{2,3}[^/:|]+\.[^/:|]+/|\\\\[^\\]+\\")
_HOST = re.compile(r"^\w+:/*([^/?#]+)")
_PIECES = {
    "aFChunk": "another document inside it",
    "oleObject": "embedded files",
    "control": "form controls",
}


def refuse_macros(package: Package) -> None:
    """Raises: Refusal, for macros, also those hidden in a file that says it has none."""
    hidden = any(name.rpartition("/")[2].startswith("vbaproject") for name in package.names)
    if hidden or any("vbaProject" in declared for declared in package.types.values()):
        raise refuse("open.macro", ending=".docm", how=NO_MACROS)


def refuse_links(relationships: Iterable[Relationship], instructions: Iterable[str]) -> None:
    """Raises: Refusal, for anything that Word would fetch or start on opening.

    A template on somebody's own disk or network share is common and harmless once the clean copy cuts it.
    """
    for link in relationships:
        if link.is_external and link.kind in _FETCHED and _is_far(link):
            target = _host(link.target)
            raise refuse("open.link", what=_FETCHED[link.kind], target=target, how=UNTIE)
    if any(_ASKING.match(instruction) for instruction in instructions):
        raise refuse("open.link", what="data", target="another program", how=UNTIE)


def pieces(relationships: Iterable[Relationship]) -> list[Finding]:
    """What reviewers may not get to see: pictures kept elsewhere, files inside the file."""
    found = {}
    for link in relationships:
        if link.is_external and link.kind == "image":
            found["pictures kept on another computer"] = True
        elif not link.is_external and link.kind in _PIECES:
            found[_PIECES[link.kind]] = True
    return [say("open.pieces", what=listed(list(found)))] if found else []


def _is_far(link: Relationship) -> bool:
    """Outside this computer. A template is looked for on network shares without harm; an object is not."""
    if link.kind == "attachedTemplate":
        return bool(re.match(r"(?i)(https?|ftp|mhtml|ldap|webdav)s?:", link.target.strip()))
    return bool(_FAR.match(link.target.strip()))


def _host(target: str) -> str:
    match = _HOST.match(target.strip())
    return match[1] if match else target[:80]
