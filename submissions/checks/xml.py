"""Reading XML as a stream, within limits and without a DTD. Subclasses say which elements they care for."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol
from xml.parsers import expat

from submissions.checks.kinds import damaged, unsafe

PIECE = 1 << 18  # what fits in a processor's cache is read fastest
LARGEST_PIECE = 1 << 22  # but expat 2.5 is quadratic on long tokens when fed in small pieces
DEPTH = 200
ELEMENTS = 1_500_000
ATTRIBUTES = 256
CHARACTERS = 5_000_000
_NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]

# The prefix by which the readers know a namespace: the one that nearly every program writes.
PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": "wp",
    "http://schemas.openxmlformats.org/drawingml/2006/picture": "pic",
    "http://purl.oclc.org/ooxml/drawingml/picture": "pic",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://purl.oclc.org/ooxml/drawingml/chart": "c",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "dgm",
    "http://purl.oclc.org/ooxml/drawingml/diagram": "dgm",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "urn:schemas-microsoft-com:vml": "v",
    "http://schemas.openxmlformats.org/package/2006/content-types": "",
    "http://schemas.openxmlformats.org/package/2006/relationships": "",
    "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties": "",
    "http://purl.oclc.org/ooxml/officeDocument/customProperties": "",
}
_TAKEN = frozenset(PREFIXES.values())
_DECLARATION = re.compile(rb"""xmlns(?::([^\s=]+))?\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_BORDER = len(b"xmlns") - 1  # so much of one may end a piece
_HEAD = 64
_ROOT = 8 << 10

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Budget:
    """How much XML one file may hold, over all its parts."""

    def __init__(self, elements: int = ELEMENTS, characters: int = CHARACTERS):
        self.elements = elements
        self.characters = characters

    def check(self) -> None:
        if self.elements < 0:
            raise unsafe("elements")
        if self.characters < 0:
            raise unsafe("characters")


class XmlReader:
    """Calls `starts[name]` and `ends[name]`, where a name is "w:p", whatever prefix the file uses for `w`.

    A start that returns true leaves out the element with all that is in it.
    """

    starts: ClassVar[dict[str, Callable[[Any, Attributes], Any]]] = {}
    ends: ClassVar[dict[str, Callable[[Any], None]]] = {}

    def __init__(self, budget: Budget):
        self.budget = budget

    def read(self, stream: Stream) -> None:
        """Read one part to its end. Raises: Refusal, for XML that is broken, endless or declares a DTD."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = no_dtd
        start, end, begun = self._handlers()
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = self.text
        names = _Names()
        with faults_told():
            size = PIECE
            while piece := stream.read(size):
                if names.are_usual and not names.stay_usual(piece):
                    parser.StartElementHandler, parser.EndElementHandler = names.translating(start, end)
                parser.Parse(self.needed(piece) if names.are_usual else piece, False)
                elements = begun()
                size = PIECE if elements else min(2 * size, LARGEST_PIECE)
                self.budget.elements -= elements
                self.budget.check()
            parser.Parse(b"", True)

    def text(self, text: str) -> None:
        """Character data; nothing by default."""

    def needed(self, piece: bytes) -> bytes:
        """What is parsed of a piece with the usual names: everything, unless a reader knows better."""
        return piece

    def _handlers(self) -> tuple[Start, End, Callable[[], int]]:
        """What expat calls, and how many elements began since this was last asked.

        Closures, because they run for every element of a file.
        """
        starts, ends = self.starts, self.ends
        depth = skipped_at = elements = 0

        def start(name: str, attributes: Attributes) -> None:
            nonlocal depth, skipped_at, elements
            depth += 1
            elements += 1
            if depth > DEPTH or (attributes and len(attributes) > ATTRIBUTES):
                raise unsafe("depth" if depth > DEPTH else "attributes")
            if name in starts and not skipped_at and starts[name](self, attributes):
                skipped_at = depth

        def end(name: str) -> None:
            nonlocal depth, skipped_at
            if not skipped_at:
                if name in ends:
                    ends[name](self)
            elif skipped_at == depth:
                skipped_at = 0
            depth -= 1

        def begun() -> int:
            nonlocal elements
            counted, elements = elements, 0
            return counted

        return start, end, begun


class _Names:
    """Whether a part declares its namespaces as nearly every program does: then expat need not look them up.

    Looking at the bytes is enough to be sure, because what is not plainly usual is translated, element by element.
    """

    def __init__(self) -> None:
        self.are_usual = True
        self._declared: set[str] = set()
        self._border = b""

    def stay_usual(self, piece: bytes) -> bool:
        """Look at the next piece before it is parsed."""
        is_plain = b"xmlns" not in self._border + piece[:_BORDER] if self._border else b"\0" not in piece[:_HEAD]
        self._border = piece[-_BORDER:]
        if count := piece.count(b"xmlns"):
            found = _DECLARATION.findall(piece, 0, _ROOT)  # nearly always all of them: a look at the whole takes long
            found = found if len(found) == count else _DECLARATION.findall(piece)
            declared = [(prefix.decode(errors="replace"), a or b) for prefix, a, b in found]
            self.are_usual = len(declared) == count and all(_is_usual(prefix, uri) for prefix, uri in declared)
            if self.are_usual:
                self._declared.update(prefix for prefix, _ in declared)
        self.are_usual = self.are_usual and is_plain and bool(self._declared)
        return self.are_usual

    def translating(self, start: Start, end: End) -> tuple[Start, End]:
        """The handlers, told the usual names. Raises from them: Refusal, for a prefix that nobody declared."""
        scopes = [{"": "?", "xml": "xml", **{prefix: prefix for prefix in self._declared}}]

        def translated_start(name: str, attributes: Attributes) -> None:
            scope = scopes[-1]
            new = {key[6:]: PREFIXES.get(uri, "?") for key, uri in attributes.items() if key.startswith("xmlns")}
            if new:
                scope = {**scope, **new}
                if len(scope) > ATTRIBUTES:
                    raise unsafe("attributes")
            scopes.append(scope)
            said = {_translated(key, scope) if ":" in key else key: said for key, said in attributes.items()}
            start(_translated(name, scope), said)

        def translated_end(name: str) -> None:
            end(_translated(name, scopes.pop()))

        return translated_start, translated_end


def _is_usual(prefix: str, uri: bytes) -> bool:
    known = PREFIXES.get(uri.decode(errors="replace"))
    return b"&" not in uri and (prefix not in _TAKEN if known is None else prefix == known)


def _translated(name: str, scope: dict[str, str]) -> str:
    prefix, _, local = name.rpartition(":")
    if prefix == "xmlns":
        return name
    if prefix not in scope:
        raise damaged("xml")
    return f"{scope[prefix]}:{local}" if scope[prefix] else local


def value(attributes: Attributes, local: str) -> str:
    """The attribute with this local name, whatever its namespace; empty when there is none."""
    if local in attributes:
        return attributes[local]
    return next((said for name, said in attributes.items() if name.rpartition(":")[2] == local), "")


def no_dtd(*_declared: Any) -> None:
    """What expat calls at a DOCTYPE."""
    raise unsafe("dtd")


@contextmanager
def faults_told() -> Iterator[None]:
    """Around parsing: what expat says of a broken part becomes a Refusal; what it says of our memory does not."""
    try:
        yield
    except expat.ExpatError as broken:
        if broken.code == _NO_MEMORY:  # our limit, not their file
            raise MemoryError from broken
        raise damaged("xml") from broken
    except (LookupError, UnicodeError, ValueError) as broken:
        raise damaged("xml") from broken
