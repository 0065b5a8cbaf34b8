"""A Word file read whole: its words, and what it says of itself."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, TypeVar

from badges import markers
from submissions.checks.blocks import Block, Paragraph, paragraphs_of
from submissions.checks.lists import Lists, Numbering, NumberingReader, Style, StyleReader
from submissions.checks.package import Package
from submissions.checks.words import WordReader
from submissions.checks.xml import Attributes, Budget, XmlReader

_AROUND = ("header", "footer", "footnotes", "endnotes", "comments")
_PARTS_AROUND = 40  # a section has at most six headers and footers
Reader = TypeVar("Reader", bound=XmlReader)


@dataclass
class WordDocument:
    blocks: list[Block]
    codes: Counter[str]
    properties: dict[str, str]
    footers: str
    instructions: list[str] = field(default_factory=list)
    has_changes: bool = False
    hides_text: bool = False
    comments: int = 0

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        return paragraphs_of(self.blocks)

    @property
    def edition(self) -> str:
        return self.properties.get(markers.EDITION) or markers.origin_in(self.footers)[0]

    @property
    def key(self) -> str:
        return self.properties.get(markers.DOCUMENT) or markers.origin_in(self.footers)[1]

    @property
    def term(self) -> str:
        return self.properties.get(markers.TERM) or markers.origin_in(self.footers)[2]


def read(package: Package) -> WordDocument:
    """Read the main part and those around it. Raises: Refusal, for parts that cannot be read."""
    leading = package.relationships(package.main)
    links = {found.id: found.target for found in leading if found.is_external}
    pictures = {each.id: package.mark_of(each.target) for each in leading if each.kind == "image"}
    around = [(kind, _read_around(package, part)) for kind, part in _parts_around(package)]
    notes = {name: _in_one_line(said) for _, reader in around for name, said in reader.notes.items()}
    body = WordReader(package.budget, _lists(package), links, notes, pictures)
    if not package.parse(body, package.main):
        raise AssertionError("the package was opened by its main part")
    return WordDocument(
        body.blocks,
        body.codes,
        _properties(package),
        footers="\n".join(
            said for kind, reader in around if kind == "footer" and (said := _in_one_line(reader.blocks))
        ),
        instructions=[each for reader in (body, *(found for _, found in around)) for each in reader.instructions],
        has_changes=body.has_changes,
        hides_text=body.hides_text,
        comments=sum(reader.comments for _, reader in around),
    )


def _parts_around(package: Package) -> list[tuple[str, str]]:
    return [(kind, part) for kind in _AROUND for part in package.parts_of(kind)[:_PARTS_AROUND]]


def _in_one_line(blocks: list[Block]) -> str:
    return " ".join(text for paragraph in paragraphs_of(blocks) if (text := paragraph.text))


def _lists(package: Package) -> Lists:
    def styles() -> dict[str, Style]:
        return _parsed(package, "styles", StyleReader(package.budget)).styles

    def numbering() -> Numbering:
        return _parsed(package, "numbering", NumberingReader(package.budget)).numbering

    return Lists(styles, numbering)


def _parsed(package: Package, kind: str, reader: Reader) -> Reader:
    for part in package.parts_of(kind)[:1]:
        package.parse(reader, part)
    return reader


def _read_around(package: Package, part: str) -> WordReader:
    reader = WordReader(package.budget)
    package.parse(reader, part)
    return reader


def _properties(package: Package) -> dict[str, str]:
    reader = _PropertyReader(package.budget)
    for found in package.relationships():
        if found.kind in ("custom-properties", "customProperties") and not found.is_external:
            package.parse(reader, found.target)
    return reader.values


class _PropertyReader(XmlReader):
    """Custom properties by name."""

    def __init__(self, budget: Budget):
        super().__init__(budget)
        self.values: dict[str, str] = {}
        self._name = ""

    def text(self, text: str) -> None:
        if self._name:
            self.budget.characters -= len(text)
            self.values[self._name] = self.values.get(self._name, "") + text.strip()

    def _starts(self, attributes: Attributes) -> None:
        self._name = attributes.get("name", "")

    def _ends(self) -> None:
        self._name = ""

    starts: ClassVar = {"property": _starts}
    ends: ClassVar = {"property": _ends}
