"""What a Word file may do besides being read: macros, links that are followed by themselves, fields, objects."""

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from submissions.checks.catalogue import listed, refuse, say
from submissions.checks.contract import Finding
from submissions.checks.kinds import NO_MACROS, UNTIE
from submissions.checks.lists import OFF
from submissions.checks.package import Package, Relationship
from submissions.checks.xml import Attributes, Budget, XmlReader

_FETCHED = {
    "attachedTemplate": "a template",
    "oleObject": "a linked object",
    "subDocument": "another document",
    "frame": "a frame",
    "aFChunk": "another document",
    "mailMergeSource": "a list of addresses",
    "mailMergeHeaderSource": "a list of addresses",
    "recipientData": "a list of addresses",
}
_PART_OF_THE_TEXT = ("subDocument", "frame")  # it lies elsewhere: on one's own computer no better than far away
_WAITING = ("hyperlink", "image", "video", "audio", "media")  # for a click; pictures are fetched, and cut from copies
_KEPT_ELSEWHERE = {
    "image": "pictures kept on another computer",
    "video": "films kept on another computer",
    "audio": "sound kept on another computer",
    "media": "films kept on another computer",
}
_WITHIN = {
    "aFChunk": "another document inside it",
    "oleObject": "embedded files",
    "package": "embedded files",
    "control": "form controls",
    "webextensiontaskpanes": "an add-in",
}
_ASKING = re.compile(r"\s*DDE(AUTO)?\b", re.IGNORECASE)
_LINKING = re.compile(r"\s*(LINK|RD|DATABASE)\b", re.IGNORECASE)
_INCLUDING = {
    re.compile(r"\s*(INCLUDEPICTURE|IMPORT)\b", re.IGNORECASE): _KEPT_ELSEWHERE["image"],
    re.compile(r"\s*(INCLUDETEXT|INCLUDE|LINK|RD|DATABASE)\b", re.IGNORECASE): "text kept in another file",
}
_QUOTING = re.compile(r"\s*QUOTE\b(.*)", re.IGNORECASE | re.DOTALL)
_ARGUMENT = re.compile(r'"([^"]*)"|(\S+)')
_UNSEEN = re.compile(r"[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2060\ufeff]+")
_SCHEME = re.compile(
    r"(?!(file|smb|afp|nfs):|[a-z]:)(\w[\w+.-]*://|(https?|ftp|mhtml|ms-[\w-]+|mk|its|x-usc|ldaps?|search):)"
)
_OF_FILES = re.compile(r"(?P<share>smb|afp|nfs):|file:")
_HERE = ("localhost", "127.0.0.1", "?", ".")
_HOST = re.compile(r"(?:\w[\w+.-]+:)*/*([^/?#!|]+)")


def refuse_macros(package: Package) -> None:
    """Raises: Refusal, for macros, also those hidden in a file that says it has none."""
    named = any(name.rpartition("/")[2].startswith("vbaproject") for name in package.names)
    declared = any("vbaproject" in kind.lower() for kind in package.types.values())
    related = any(link.kind.lower() in ("vbaproject", "wordvbadata") for link in package.all_relationships())
    if named or declared or related:
        raise refuse("open.macro", ending=".docm", how=NO_MACROS)


def refuse_links(package: Package, instructions: Iterable[str]) -> None:
    """Raises: Refusal, for anything that Word would fetch or start on opening.

    A template on somebody's own disk or network share is common and harmless once the clean copy cuts it.
    So is the workbook of a chart: its numbers stand in the chart, and Word opens it to edit them.
    """
    for link in package.all_relationships():
        if link.is_external and _is_fetched(link) and not _is_of_a_still_chart(package, link):
            what = _FETCHED.get(link.kind, "a part of itself")
            raise refuse("open.link", what=what, target=_host(link.target), how=UNTIE)
    for instruction in instructions:
        if _ASKING.match(instruction) or _ASKING.match(_quoted(instruction)):
            raise refuse("open.link", what="data", target="another program", how=UNTIE)
        if _LINKING.match(instruction) and (far := next(filter(_is_far, _arguments(instruction)), "")):
            raise refuse("open.link", what=_FETCHED["oleObject"], target=_host(far), how=UNTIE)


def pieces(relationships: Iterable[Relationship], instructions: Iterable[str]) -> list[Finding]:
    """What reviewers may not get to see: pictures kept elsewhere, files inside the file."""
    found = {*_of_links(relationships), *_of_fields(instructions)}
    return [say("open.pieces", what=listed(sorted(found)))] if found else []


def _of_links(relationships: Iterable[Relationship]) -> Iterator[str]:
    for link in relationships:
        if link.is_external and link.kind in _KEPT_ELSEWHERE:
            yield _KEPT_ELSEWHERE[link.kind]
        elif not link.is_external and link.kind in _WITHIN and "/charts/" not in link.source:  # a chart has its numbers
            yield _WITHIN[link.kind]


def _of_fields(instructions: Iterable[str]) -> Iterator[str]:
    for instruction in instructions:
        yield from (what for including, what in _INCLUDING.items() if including.match(instruction))


def _is_fetched(link: Relationship) -> bool:
    if link.kind in _WAITING:
        return False
    if link.kind == "attachedTemplate":
        return bool(_SCHEME.match(_seen(link.target)))
    return link.kind in _PART_OF_THE_TEXT or _is_far(link.target)


def _is_of_a_still_chart(package: Package, link: Relationship) -> bool:
    """A workbook on a network share, under a chart that does not update itself."""
    if link.kind != "oleObject" or "/charts/" not in link.source or _SCHEME.match(_seen(link.target)):
        return False
    chart = _Chart(package.budget)
    return package.parse(chart, link.source) and not chart.updates_itself


class _Chart(XmlReader):
    """Whether a chart fetches its numbers when the file is opened."""

    def __init__(self, budget: Budget):
        super().__init__(budget)
        self.updates_itself = False

    def _auto_update(self, attributes: Attributes) -> None:
        self.updates_itself = self.updates_itself or attributes.get("val") not in OFF

    starts: ClassVar = {"c:autoUpdate": _auto_update}


def _is_far(target: str) -> bool:
    """On another computer: behind a scheme, or on a network share."""
    seen = _seen(target)
    return bool(_SCHEME.match(seen)) or _is_on_share(seen)


def _is_on_share(address: str) -> bool:
    """`\\\\school\\x`, `//school/x`, `file://school/x`, `file:////school/x`; not `file:///C:/x` or `file:///home/x`."""
    path = address.replace("//?/unc/", "//")
    scheme = _OF_FILES.match(path)
    path = path[scheme.end() :] if scheme else path
    host = path.lstrip("/").partition("/")[0]
    slashes = len(path) - len(path.lstrip("/"))
    is_named = slashes > 1 and not (scheme and slashes == 3)
    return is_named and bool(host) and ":" not in host and host not in _HERE


def _seen(target: str) -> str:
    """As Windows reads an address: no case, one kind of slash, nothing that cannot be seen."""
    return _UNSEEN.sub("", target).lower().replace("\\", "/")


def _arguments(instruction: str) -> list[str]:
    """What a field is told; in a field every backslash is written twice."""
    return [(quoted or plain).replace("\\\\", "\\") for quoted, plain in _ARGUMENT.findall(instruction)]


def _quoted(instruction: str) -> str:
    """What a QUOTE field writes: its words, or signs given by their numbers, which are a way to hide DDE."""
    quoting = _QUOTING.match(instruction)
    words = _arguments(quoting[1]) if quoting else []
    return "".join(chr(int(word)) if word.isdecimal() and len(word) < 6 else word for word in words)


def _host(target: str) -> str:
    """What to call the place: the computer, or the file when it is on this one."""
    seen = _seen(target)
    match = _HOST.match(seen) if _is_far(target) else None
    return (match[1] if match else seen.rpartition("/")[2])[:80]
