"""One part of a Word file written anew without what the rules drop. Names, prefixes and spaces stay as they were."""

import re
from dataclasses import dataclass, field
from typing import IO

from badges import markers
from submissions.checks.cleaning import rules
from submissions.checks.cleaning.names import Names
from submissions.checks.cleaning.walking import Attributes, Declared, Name, Walker
from submissions.checks.kinds import unsafe
from submissions.checks.words import is_path
from submissions.checks.xml import Budget

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FLUSHED = 8_192  # pieces kept before they are written
_NESTED = 50  # fields inside fields
_HELD = 200_000  # pieces kept while a field or a name is still being read
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_VALUE = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
_SPECIAL = re.compile('[&<>"\t\n\r]')
_OURS = frozenset({markers.PROGRAM, markers.EDITION, markers.TERM, markers.DOCUMENT})
_TEXTS = frozenset({"w t", "w delText"})
_INSTRUCTIONS = frozenset({"w instrText", "w delInstrText"})
_HEARD = _TEXTS | _INSTRUCTIONS | rules.FORMULAS


@dataclass
class _Field:
    """`instructions`: the pieces of its text, held until all of it is known."""

    instructions: list[int] = field(default_factory=list)
    text: str = ""
    is_open: bool = True  # its instruction goes on
    hides: bool = False  # what it shows is a name


class Rewriter(Walker):
    """`links`: the relationships that stay, from their old id to the new one. `kind`: what the part is to the file."""

    def __init__(self, budget: Budget, links: dict[str, str], names: Names, *, kind: str):
        super().__init__(budget)
        self._links, self._people, self._kind = links, names, kind
        self.replaced = 0  # texts that a reader will find changed
        self._into: IO[bytes]
        self._pieces: list[str] = []
        self._is_open = False  # the last start tag lacks its end
        self._foreign = 0  # how many open elements are no Office program's
        self._heard: list[str] | None = None
        self._fields: list[_Field] = []
        self._simple: list[bool] = []  # of each simple field: whether it hides what it shows
        self._paragraphs: list[list[int]] = []  # the texts of each open paragraph
        self._looks_for_names = bool(names.alias) and kind in ("officeDocument", "header", "footer")

    def rewrite(self, stream: IO[bytes], into: IO[bytes]) -> None:
        """Raises: Refusal, as every reader does."""
        self._into = into
        self._pieces.append(_HEAD)
        self.walk(stream)
        self._settle_all()
        self._write()

    # what is written

    def text(self, text: str) -> None:
        if self._heard is not None:
            self._heard.append(text)
        elif not self._foreign:
            self._add(_in_text(text))

    def _add(self, piece: str) -> int:
        """Append a piece; where it lies, until it is written."""
        if self._is_open:
            self._pieces.append(">")
            self._is_open = False
        self._pieces.append(piece)
        return len(self._pieces) - 1

    def _flush(self) -> None:
        """Write what is settled. Nothing is held for ever: a field too long to be read is not a safe one."""
        is_held = bool(self._paragraphs) or any(each.is_open for each in self._fields)
        if not is_held or len(self._pieces) > _HELD:
            self._settle_all()
            self._write()

    def _settle_all(self) -> None:
        for each in self._fields:
            self._judge(each)
        for texts in self._paragraphs:
            self._rename(texts)
            texts.clear()

    def _write(self) -> None:
        self._into.write("".join(self._pieces).encode())
        self._pieces.clear()

    # elements

    def starts(self, name: Name, attributes: Attributes, declared: Declared) -> bool:
        if name.key in rules.DROPPED or self._is_left_behind(name.key, attributes):
            return True
        kept = self._attributes(name, attributes) if name.is_known else []
        if kept is None:
            return True
        spaces = [f' xmlns{":" if prefix else ""}{prefix}="{_in_value(space)}"' for prefix, space in declared]
        self._add("".join([f"<{name.written}", *spaces, *kept]))
        self._is_open = True
        self._foreign += not name.is_known
        self._opens(name.key, attributes)
        return False

    def ends(self, name: Name) -> None:
        if self._heard is not None and name.key in _HEARD:
            self._say(name.key, "".join(self._heard))
            self._heard = None
        if self._is_open:
            self._pieces.append("/>")
            self._is_open = False
        else:
            self._pieces.append(f"</{name.written}>")
        self._foreign -= not name.is_known
        if name.key == "w p" and self._paragraphs:
            self._rename(self._paragraphs.pop())
        elif name.key == "w fldSimple":
            self._simple.pop()
        if len(self._pieces) > _FLUSHED:
            self._flush()

    def _is_left_behind(self, key: str, attributes: Attributes) -> bool:
        """Settings are kept by name; of custom properties only our own."""
        if self.depth != 2:
            return False
        if self._kind == "settings":
            return key not in rules.KEPT_SETTINGS
        return self._kind == "custom-properties" and self.value(attributes, "name") not in _OURS

    def _opens(self, key: str, attributes: Attributes) -> None:
        if key in _HEARD:
            self._heard = []
        elif key == "w p" and self._looks_for_names:
            self._paragraphs.append([])
        elif key == "w fldSimple":
            self._simple.append(self._hides(self.value(attributes, "instr")))
        elif key == "w fldChar":
            self._field(self.value(attributes, "fldCharType"))

    # attributes

    def _attributes(self, element: Name, attributes: Attributes) -> list[str] | None:
        """As they are written; None when the element goes with what it links to."""
        kept = []
        for place in range(0, len(attributes), 2):
            name, value = self.name(attributes[place]), attributes[place + 1]
            if not name.is_known or name.key in rules.DROPPED_ATTRIBUTES:
                continue
            if name.key.startswith("r ") or name.key in rules.LINKS:
                if value in self._links:
                    value = self._links[value]
                elif value and element.key not in rules.STAYS_UNLINKED:
                    return None
                elif value:
                    continue
            elif name.key in rules.TOLD or element.local in rules.NAMED_SHAPES:
                told = self._told(element, name.key, value, attributes)
                if told is None:
                    continue
                value = told
            kept.append(f' {name.written}="{_in_value(value)}"')
        return kept

    def _told(self, element: Name, attribute: str, value: str, attributes: Attributes) -> str | None:
        """What such an attribute says in the copy; None for nothing at all."""
        if attribute == "w author":
            return self._people.of(value)
        if attribute == "w initials":
            return self._people.initials_of(self.value(attributes, "author"))
        if attribute == "w instr":
            return value if rules.is_safe_field(value) else ""
        if attribute == "href":
            return value if rules.is_web(value) else None
        if attribute == "name":
            return "Picture"
        if attribute in ("descr", "title", "alt"):
            return self._description(element, attribute, value)
        return value

    def _description(self, element: Name, attribute: str, value: str) -> str | None:
        """The words for who cannot see the picture, unless they are a place on somebody's disk."""
        if element.key not in rules.DESCRIBED and attribute != "alt":
            return None
        if is_path(value):
            self.replaced += attribute != "title"
            return None
        return value

    # texts, fields and names

    def _say(self, key: str, text: str) -> None:
        """Write what was heard between a start and its end."""
        if key in rules.FORMULAS and rules.names_a_workbook(text):
            text = rules.SOME_CELL
        elif key in _TEXTS and (any(self._simple) or any(each.hides for each in self._fields)):
            self.replaced += bool(text.strip())
            text = ""
        elif key in _INSTRUCTIONS and not (self._fields and self._fields[-1].is_open):
            text = ""
        place = self._add(_in_text(text))
        if key in _INSTRUCTIONS and text:
            self._fields[-1].instructions.append(place)
            self._fields[-1].text += text
        elif key in _TEXTS and self._paragraphs:
            self._paragraphs[-1].append(place)

    def _field(self, kind: str) -> None:
        if kind == "begin":
            if len(self._fields) >= _NESTED:
                raise unsafe("fields")
            self._fields.append(_Field())
        elif kind in ("separate", "end") and self._fields:
            self._judge(self._fields[-1])
            if kind == "end":
                self._fields.pop()

    def _judge(self, found: _Field) -> None:
        """All of its instruction is known: it is emptied when it fetches something or names somebody."""
        if found.is_open:
            found.is_open = False
            found.hides = self._hides(found.text)
            if not rules.is_safe_field(found.text):
                for place in found.instructions:
                    self._pieces[place] = ""

    def _hides(self, instruction: str) -> bool:
        return bool(self._people.alias) and rules.is_naming_field(instruction)

    def _rename(self, places: list[int]) -> None:
        """A paragraph is over: the alias for the applicant's name, where it is printed."""
        look = self._people.in_text if self._kind == "officeDocument" else self._people.in_margin
        renamed = look([self._pieces[place] for place in places])
        if renamed is not None:
            self.replaced += 1
            for place, text in zip(places, renamed, strict=True):
                self._pieces[place] = text


def _in_text(text: str) -> str:
    return text.translate(_IN_TEXT) if _SPECIAL.search(text) else text


def _in_value(value: str) -> str:
    return value.translate(_IN_VALUE) if _SPECIAL.search(value) else value
