"""One kind of file, and what is to be said of it."""

from collections.abc import Callable
from dataclasses import dataclass

from badges.word import package
from tests.submissions.checks import papers

RELS = "word/_rels/document.xml.rels"
TYPES = "[Content_Types].xml"


@dataclass(frozen=True)
class Case:
    """`says` are the codes to expect beside those that say all is well; `reason` tells refusals of one code apart."""

    name: str
    make: Callable[[], bytes]
    verdict: str
    says: tuple[str, ...] = ()
    reason: str = ""


def fine(name: str, make: Callable[[], bytes]) -> Case:
    return Case(name, make, "ready")


def noted(name: str, make: Callable[[], bytes], *codes: str) -> Case:
    return Case(name, make, "advice", codes)


def pieces(name: str, make: Callable[[], bytes]) -> Case:
    return noted(name, make, "open.pieces")


def blocked(name: str, make: Callable[[], bytes], code: str, reason: str = "") -> Case:
    return Case(name, make, "blocked", (code,), reason)


def unsafe(name: str, make: Callable[[], bytes], reason: str) -> Case:
    return blocked(name, make, "open.unsafe", reason)


def damaged(name: str, make: Callable[[], bytes]) -> Case:
    return blocked(name, make, "open.damaged")


def unread(name: str, make: Callable[[], bytes], code: str = "read.unsure") -> Case:
    return Case(name, make, "unread", (code,))


def base() -> bytes:
    """A guide that is filled in and has nothing wrong with it."""
    return papers.filled()


def with_part(name: str, data: bytes, *, kind: str = "", content_type: str = "", content: bytes | None = None) -> bytes:
    """The guide with one more part: related to the main one when `kind` is given, declared when it has a type."""
    content = base() if content is None else content
    content = package.pack({**package.unpack(content), name: data})
    if kind:
        content = papers.related(content, kind, f"/{name}", external=False)
    if content_type:
        declared = f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>'
        content = papers.replaced(content, "</Types>", declared, TYPES)
    return content


def with_body(xml: str) -> bytes:
    """The guide with `xml` in front of all it says."""
    return papers.replaced(base(), "<w:body>", f"<w:body>{xml}")


def recoded(part: str, encoding: str, *, declared: str = "", insert: str = "") -> bytes:
    """The guide with one part in another encoding, and `insert` between its declaration and its root."""
    parts = package.unpack(base())
    text = parts[part].decode().partition("?>")[2]
    head = f'<?xml version="1.0" encoding="{declared or encoding}" standalone="yes"?>'
    return package.pack({**parts, part: f"{head}{insert}{text}".encode(encoding, "xmlcharrefreplace")})
