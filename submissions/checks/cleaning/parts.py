"""Which parts of a Word file go into its clean copy, under which names, and what leads from one to another."""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO

from submissions.checks.cleaning import pictures
from submissions.checks.cleaning.rules import is_web
from submissions.checks.cleaning.walking import Attributes, Declared, Name, Walker
from submissions.checks.contract import Refusal
from submissions.checks.kinds import damaged
from submissions.checks.package import UNREADABLE, Package, Relationship
from submissions.checks.xml import Budget

PICTURE_BYTES = 32 << 20
_NAME_CHARACTERS = 200
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_DRAWN = "application/vnd.openxmlformats-officedocument."
# kind: name in the copy, content type. Whatever is not here stays behind.
KINDS = {
    "officeDocument": ("word/document", f"{_WORD}document.main+xml"),
    "styles": ("word/styles", f"{_WORD}styles+xml"),
    "numbering": ("word/numbering", f"{_WORD}numbering+xml"),
    "settings": ("word/settings", f"{_WORD}settings+xml"),
    "fontTable": ("word/fontTable", f"{_WORD}fontTable+xml"),
    "footnotes": ("word/footnotes", f"{_WORD}footnotes+xml"),
    "endnotes": ("word/endnotes", f"{_WORD}endnotes+xml"),
    "comments": ("word/comments", f"{_WORD}comments+xml"),
    "header": ("word/header", f"{_WORD}header+xml"),
    "footer": ("word/footer", f"{_WORD}footer+xml"),
    "theme": ("word/theme/theme", f"{_DRAWN}theme+xml"),
    "themeOverride": ("word/theme/override", f"{_DRAWN}themeOverride+xml"),
    "chart": ("word/charts/chart", f"{_DRAWN}drawingml.chart+xml"),
    "chartEx": ("word/charts/chartEx", "application/vnd.ms-office.chartex+xml"),
    "chartStyle": ("word/charts/style", "application/vnd.ms-office.chartstyle+xml"),
    "chartColorStyle": ("word/charts/colors", "application/vnd.ms-office.chartcolorstyle+xml"),
    "chartUserShapes": ("word/drawings/drawing", f"{_DRAWN}drawingml.chartshapes+xml"),
    "diagramData": ("word/diagrams/data", f"{_DRAWN}drawingml.diagramData+xml"),
    "diagramLayout": ("word/diagrams/layout", f"{_DRAWN}drawingml.diagramLayout+xml"),
    "diagramQuickStyle": ("word/diagrams/quickStyle", f"{_DRAWN}drawingml.diagramStyle+xml"),
    "diagramColors": ("word/diagrams/colors", f"{_DRAWN}drawingml.diagramColors+xml"),
    "diagramDrawing": ("word/diagrams/drawing", "application/vnd.ms-office.drawingml.diagramDrawing+xml"),
    "custom-properties": ("docProps/custom", f"{_DRAWN}custom-properties+xml"),
    "image": ("word/media/image", ""),
}
_ONE_OF_A_KIND = {"officeDocument", "styles", "numbering", "settings", "fontTable", "footnotes", "endnotes", "comments"}
_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
_MICROSOFT = {
    "chartEx": "http://schemas.microsoft.com/office/2014/relationships/chartEx",
    "chartStyle": "http://schemas.microsoft.com/office/2011/relationships/chartStyle",
    "chartColorStyle": "http://schemas.microsoft.com/office/2011/relationships/chartColorStyle",
    "diagramDrawing": "http://schemas.microsoft.com/office/2007/relationships/diagramDrawing",
}
# What a reader may miss, in the words of the page.
MISSED = {
    "oleObject": "embedded files",
    "package": "embedded files",
    "control": "form controls",
    "aFChunk": "another document inside it",
    "subDocument": "another document inside it",
    "video": "recordings",
    "audio": "recordings",
    "media": "recordings",
}
FAR_PICTURES, ODD_PICTURES = "pictures kept on another computer", "pictures of a kind that can hold names"


@dataclass(frozen=True)
class Link:
    """One relationship as it is written into the copy."""

    id: str
    kind: str
    target: str
    is_external: bool


@dataclass
class Part:
    """One part that stays. `links` are by the ids that its text uses."""

    source: str
    kind: str
    name: str
    type: str
    links: dict[str, Link] = field(default_factory=dict)


class Plan:
    """All parts that stay, the main document first, and what a reader may miss."""

    def __init__(self, package: Package):
        self.package = package
        self.parts: dict[str, Part] = {}
        self.missed: set[str] = set()
        self.is_strict = _says_strict(package)
        self._counts: Counter[str] = Counter()
        self._waiting: deque[Part] = deque()
        self.root = Part("", "", "", "")
        self._follow(self.root)
        while self._waiting:
            self._follow(self._waiting.popleft())

    def type_of(self, kind: str) -> str:
        """The full type of a relationship, in the dialect of the file."""
        if kind == "custom-properties" and self.is_strict:
            kind = "customProperties"
        return _MICROSOFT.get(kind) or (_STRICT if self.is_strict else _TRANSITIONAL) + kind

    def _follow(self, part: Part) -> None:
        for found in self.package.relationships(part.source):
            if link := self._link(found, len(part.links) + 1):
                part.links[found.id] = link

    def _link(self, found: Relationship, number: int) -> Link | None:
        kind = "custom-properties" if found.kind == "customProperties" else found.kind
        if found.is_external:
            if kind == "hyperlink" and is_web(found.target):
                return Link(f"rId{number}", kind, found.target, True)
            if kind == "image":
                self.missed.add(FAR_PICTURES)
            return None
        part = self._part(kind, self.package.names.get(found.target.lower(), ""))
        return Link(f"rId{number}", kind, f"/{part.name}", False) if part else None

    def _part(self, kind: str, source: str) -> Part | None:
        if source in self.parts:
            return self.parts[source]
        if kind in MISSED:
            self.missed.add(MISSED[kind])
        if kind not in KINDS or not source or (kind in _ONE_OF_A_KIND and self._counts[kind]):
            return None
        if kind == "officeDocument" and source.lower() != self.package.main.lower():
            return None
        stem, content_type = KINDS[kind]
        ending = "xml"
        if kind == "image":
            try:
                picture, _ = picture_of(self.package, source)
            except pictures.Unclear:
                self.missed.add(ODD_PICTURES)
                return None
            ending, content_type = picture.extension, picture.type
        self._counts[kind] += 1
        number = "" if kind in _ONE_OF_A_KIND or kind == "custom-properties" else self._counts[kind]
        part = self.parts[source] = Part(source, kind, f"{stem}{number}.{ending}", content_type)
        self._waiting.append(part)
        return part


def picture_of(package: Package, source: str) -> tuple[pictures.Kind, bytes]:
    """A picture of the file, cleaned. Raises: Unclear."""
    if package.zip.getinfo(source).file_size > PICTURE_BYTES:
        raise pictures.Unclear("size")
    try:
        with opened(package, source) as stream:
            content = stream.read()
    except Refusal as broken:
        raise pictures.Unclear("zip") from broken
    return pictures.clean(content)


def last_saved_by(package: Package) -> str:
    """Whom the file names as the one who saved it last; nobody, where that part is damaged."""
    names = [found.target for found in package.relationships() if found.kind == "core-properties"]
    reader = _LastSaved(package.budget)
    for target in names[:1]:
        with suppress(Refusal):
            _walk(package, reader, target)
    return "".join(reader.heard)


class _LastSaved(Walker):
    def __init__(self, budget: Budget):
        super().__init__(budget)
        self.heard: list[str] = []
        self._listens = False

    def starts(self, name: Name, attributes: Attributes, declared: Declared) -> bool:
        self._listens = name.local == "lastModifiedBy"
        return False

    def ends(self, name: Name) -> None:
        self._listens = False

    def text(self, text: str) -> None:
        if self._listens:
            self.heard.append(text[:_NAME_CHARACTERS])


class _Dialect(Walker):
    """Whether the file follows the strict dialect: its first relationship says so."""

    is_strict = False

    def starts(self, name: Name, attributes: Attributes, declared: Declared) -> bool:
        self.is_strict |= self.value(attributes, "Type") == f"{_STRICT}officeDocument"
        return False


def _says_strict(package: Package) -> bool:
    reader = _Dialect(package.budget)
    _walk(package, reader, "_rels/.rels")
    return reader.is_strict


def _walk(package: Package, walker: Walker, part: str) -> None:
    """Go through a part, if there is such a one. Raises: Refusal."""
    if name := package.names.get(part.lower()):
        with opened(package, name) as stream:
            walker.walk(stream)


@contextmanager
def opened(package: Package, source: str) -> Iterator[IO[bytes]]:
    """A part as it is unpacked. Raises: Refusal, when it cannot be."""
    try:
        with package.zip.open(source) as stream:
            yield stream
    except UNREADABLE as broken:
        raise damaged(source) from broken
