"""Which paragraphs are list items or headings: what the styles and the numbering of a document say."""

from dataclasses import dataclass
from typing import ClassVar

from submissions.checks.xml import WORD, Attributes, Budget, XmlReader, named, value

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


class Lists:
    """Looks up a paragraph's list and heading from its style and its own numbering."""

    def __init__(self, styles: dict[str, Style] | None = None, formats: dict[tuple[str, int], str] | None = None):
        self.styles, self.formats = styles or {}, formats or {}
        self._lists: dict[tuple[str, str, str], tuple[str, int]] = {}
        self._headings: dict[str, bool] = {}

    def of(self, style: str, number: str, level: str) -> tuple[str, int]:
        """("ul" or "ol" or "", depth). Numbering of the paragraph itself goes before that of its style."""
        asked = style, number, level
        if asked not in self._lists:
            self._lists[asked] = self._find(style, number, level)
        return self._lists[asked]

    def is_heading(self, style: str) -> bool:
        if style not in self._headings:
            self._headings[style] = any(
                ancestor.is_outlined or ancestor.name.lower().startswith(("heading", "title"))
                for ancestor in self._lineage(style)
            )
        return self._headings[style]

    def _find(self, style: str, number: str, level: str) -> tuple[str, int]:
        for ancestor in self._lineage(style):
            number, level = number or ancestor.number, level or ancestor.level
        if number in _NONE:
            return "", 0
        depth = min(int(level[:3]), _LEVELS - 1) if level.isdecimal() else 0
        form = self.formats.get((number, depth), "bullet")
        if form == "none":
            return "", 0
        return ("ul" if form == "bullet" else "ol"), depth

    def _lineage(self, style: str) -> list[Style]:
        found: list[Style] = []
        while style in self.styles and len(found) < _ANCESTORS:
            found.append(self.styles[style])
            style = self.styles[style].based_on
        return found


class StyleReader(XmlReader):
    def __init__(self, budget: Budget):
        super().__init__(budget)
        self.styles: dict[str, Style] = {}
        self._style = Style()

    def _starts(self, attributes: Attributes) -> None:
        self._style = self.styles[value(attributes, "styleId")] = Style()

    def _name(self, attributes: Attributes) -> None:
        self._style.name = value(attributes, "val")

    def _based_on(self, attributes: Attributes) -> None:
        self._style.based_on = value(attributes, "val")

    def _number(self, attributes: Attributes) -> None:
        self._style.number = value(attributes, "val")

    def _level(self, attributes: Attributes) -> None:
        self._style.level = value(attributes, "val")

    def _outlined(self, attributes: Attributes) -> None:
        self._style.is_outlined = value(attributes, "val") != "9"  # 9 is body text

    starts: ClassVar = named(
        WORD,
        {
            "style": _starts,
            "name": _name,
            "basedOn": _based_on,
            "numId": _number,
            "ilvl": _level,
            "outlineLvl": _outlined,
        },
    )


class NumberingReader(XmlReader):
    """`formats`: (number, level) → "bullet", "decimal", …"""

    def __init__(self, budget: Budget):
        super().__init__(budget)
        self.formats: dict[tuple[str, int], str] = {}
        self._abstract: dict[str, dict[int, str]] = {}
        self._levels: dict[int, str] = {}
        self._number, self._level = "", 0

    def _abstract_starts(self, attributes: Attributes) -> None:
        self._levels = self._abstract[value(attributes, "abstractNumId")] = {}

    def _level_starts(self, attributes: Attributes) -> None:
        level = value(attributes, "ilvl")
        self._level = int(level[:3]) if level.isdecimal() else 0

    def _format(self, attributes: Attributes) -> None:
        self._levels[self._level] = value(attributes, "val")

    def _number_starts(self, attributes: Attributes) -> None:
        self._number = value(attributes, "numId")

    def _refers(self, attributes: Attributes) -> None:
        self._levels = dict(self._abstract.get(value(attributes, "val"), {}))

    def _number_ends(self) -> None:
        self.formats.update({(self._number, level): form for level, form in self._levels.items()})

    starts: ClassVar = named(
        WORD,
        {
            "abstractNum": _abstract_starts,
            "lvl": _level_starts,
            "numFmt": _format,
            "num": _number_starts,
            "abstractNumId": _refers,
        },
    )
    ends: ClassVar = named(WORD, {"num": _number_ends})
