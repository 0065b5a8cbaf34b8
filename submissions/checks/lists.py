"""Which paragraphs are list items or headings: what the styles and the numbering of a document say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, NamedTuple

from submissions.checks.blocks import BOLD, ITALIC, LOWERED, RAISED, STRUCK, UNDERLINED, Paragraph
from submissions.checks.xml import Attributes, Budget, XmlReader

OFF = ("0", "false", "off", "none")
HEIGHTS = {"superscript": RAISED, "subscript": LOWERED}
_NONE = ("", "0")
_LEVELS = 9
_ANCESTORS = 12


@dataclass
class Style:
    name: str = ""
    based_on: str = ""
    number: str = ""
    level: str = ""
    is_outlined: bool = False
    format: int = 0
    is_hidden: bool = False


class Look(NamedTuple):
    """What a style does to the words it is given to."""

    format: int
    is_hidden: bool


@dataclass
class Numbering:
    """`formats`: (number, level) → "bullet", "decimal", … `styles`: numbers that look as a style says."""

    formats: dict[tuple[str, int], str] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)


class Lists:
    """A paragraph's list, heading and look, from its style and its own numbering; both are read when first asked."""

    def __init__(
        self, styles: Callable[[], dict[str, Style]] = dict, numbering: Callable[[], Numbering] = Numbering
    ) -> None:
        self._read_styles, self._read_numbering = styles, numbering
        self._places: dict[tuple[str, str, str], tuple[bool, str, int]] = {}
        self._looks: dict[str, Look] = {}

    @cached_property
    def styles(self) -> dict[str, Style]:
        return self._read_styles()

    @cached_property
    def numbering(self) -> Numbering:
        return self._read_numbering()

    def place(self, paragraph: Paragraph) -> None:
        """Say whether the paragraph is a heading or stands in a list, and how deep."""
        asked = paragraph.style, paragraph.number, paragraph.depth
        place = self._places.get(asked)
        if place is None:
            is_heading = self._is_heading(paragraph.style)
            place = self._places[asked] = (is_heading, *(("", 0) if is_heading else self._find(*asked)))
        paragraph.is_heading, paragraph.list, paragraph.level = place

    def _is_heading(self, style: str) -> bool:
        return any(
            ancestor.is_outlined or ancestor.name.lower().startswith(("heading", "title"))
            for ancestor in self._lineage(style)
        )

    def look(self, style: str) -> Look:
        look = self._looks.get(style)
        if look is None:
            lineage = self._lineage(style)
            shown = 0
            for ancestor in lineage:
                shown |= ancestor.format
            look = self._looks[style] = Look(shown, any(ancestor.is_hidden for ancestor in lineage))
        return look

    def _find(self, style: str, number: str, level: str) -> tuple[str, int]:
        """("ul" or "ol" or "", depth). Numbering of the paragraph itself goes before that of its style."""
        for ancestor in self._lineage(style):
            number, level = number or ancestor.number, level or ancestor.level
        if number in _NONE:
            return "", 0
        depth = min(int(level[:3]), _LEVELS - 1) if level.isdecimal() else 0
        form = self._format(number, depth)
        if form == "none":
            return "", 0
        return ("ul" if form == "bullet" else "ol"), depth

    def _format(self, number: str, depth: int) -> str:
        numbering = self.numbering
        if number in numbering.styles:  # the list says: as that style does
            style = self.styles.get(numbering.styles[number])
            number = style.number if style else number
        return numbering.formats.get((number, depth), "bullet")

    def _lineage(self, style: str) -> list[Style]:
        found: list[Style] = []
        while style in self.styles and len(found) < _ANCESTORS:
            found.append(self.styles[style])
            style = self.styles[style].based_on
        return found


def _flag(flag: int) -> Callable[["StyleReader", Attributes], None]:
    def act(reader: "StyleReader", attributes: Attributes) -> None:
        if attributes.get("w:val") not in OFF:
            reader.style.format |= flag

    return act


class StyleReader(XmlReader):
    def __init__(self, budget: Budget):
        super().__init__(budget)
        self.styles: dict[str, Style] = {}
        self.style = Style()

    def needed(self, piece: bytes) -> bytes:
        """Without the long list of styles that could be used: to parse it takes as long as all that are.

        Only where the bytes say plainly that this is it, and no comment around it.
        """
        before, begun, rest = piece.partition(b"<w:latentStyles ")
        unused, ended, after = rest.partition(b"</w:latentStyles>")
        return before + after if begun and ended and b"<!" not in piece else piece

    def _starts(self, attributes: Attributes) -> None:
        self.style = self.styles[attributes.get("w:styleId", "")] = Style()

    def _name(self, attributes: Attributes) -> None:
        self.style.name = attributes.get("w:val", "")

    def _based_on(self, attributes: Attributes) -> None:
        self.style.based_on = attributes.get("w:val", "")

    def _number(self, attributes: Attributes) -> None:
        self.style.number = attributes.get("w:val", "")

    def _level(self, attributes: Attributes) -> None:
        self.style.level = attributes.get("w:val", "")

    def _outlined(self, attributes: Attributes) -> None:
        self.style.is_outlined = attributes.get("w:val") != "9"  # 9 is body text

    def _hidden(self, attributes: Attributes) -> None:
        self.style.is_hidden = attributes.get("w:val") not in OFF

    def _height(self, attributes: Attributes) -> None:
        self.style.format |= HEIGHTS.get(attributes.get("w:val", ""), 0)

    def _skipped(self, _attributes: Attributes) -> bool:
        return True

    starts: ClassVar = {
        "w:style": _starts,
        "w:name": _name,
        "w:basedOn": _based_on,
        "w:numId": _number,
        "w:ilvl": _level,
        "w:outlineLvl": _outlined,
        "w:vanish": _hidden,
        "w:vertAlign": _height,
        "w:b": _flag(BOLD),
        "w:i": _flag(ITALIC),
        "w:u": _flag(UNDERLINED),
        "w:strike": _flag(STRUCK),
        **dict.fromkeys(("w:docDefaults", "w:latentStyles", "w:tblStylePr", "w:pPrChange", "w:rPrChange"), _skipped),
    }


class NumberingReader(XmlReader):
    def __init__(self, budget: Budget):
        super().__init__(budget)
        self.numbering = Numbering()
        self._abstract: dict[str, dict[int, str]] = {}
        self._linked: dict[str, str] = {}
        self._levels: dict[int, str] = {}
        self._number, self._level, self._abstract_number = "", 0, ""

    def _abstract_starts(self, attributes: Attributes) -> None:
        self._abstract_number = attributes.get("w:abstractNumId", "")
        self._levels = self._abstract[self._abstract_number] = {}

    def _links(self, attributes: Attributes) -> None:
        self._linked[self._abstract_number] = attributes.get("w:val", "")

    def _level_starts(self, attributes: Attributes) -> None:
        level = attributes.get("w:ilvl", "")
        self._level = int(level[:3]) if level.isdecimal() else 0

    def _format(self, attributes: Attributes) -> None:
        self._levels[self._level] = attributes.get("w:val", "")

    def _number_starts(self, attributes: Attributes) -> None:
        self._number = attributes.get("w:numId", "")

    def _refers(self, attributes: Attributes) -> None:
        abstract = attributes.get("w:val", "")
        self._levels = dict(self._abstract.get(abstract, {}))
        if abstract in self._linked:
            self.numbering.styles[self._number] = self._linked[abstract]

    def _number_ends(self) -> None:
        self.numbering.formats.update({(self._number, level): form for level, form in self._levels.items()})

    starts: ClassVar = {
        "w:abstractNum": _abstract_starts,
        "w:numStyleLink": _links,
        "w:lvl": _level_starts,
        "w:numFmt": _format,
        "w:num": _number_starts,
        "w:abstractNumId": _refers,
    }
    ends: ClassVar = {"w:num": _number_ends}
