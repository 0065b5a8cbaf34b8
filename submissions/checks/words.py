"""The words of a Word file as blocks: paragraphs and tables, deletions out, insertions in.

One pass over each part, without a tree: a part of twelve megabytes costs what its text weighs.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import ClassVar

from badges import markers
from submissions.checks import signs
from submissions.checks.blocks import (
    ASIDE,
    BOLD,
    ITALIC,
    PICTURE,
    STRUCK,
    UNDERLINED,
    Block,
    Cell,
    Paragraph,
    Row,
    Table,
)
from submissions.checks.fields import Fields
from submissions.checks.lists import HEIGHTS, OFF, Lists
from submissions.checks.repeats import without_repeats
from submissions.checks.xml import Attributes, Budget, XmlReader, value

COLUMNS = 63  # Word's own limit
_CONTROLS = 8  # with a tag around one paragraph: the innermost say whose it is
_CODES = 200  # of controls and bookmarks in one paragraph
_PATH = re.compile(r"(?i)^\s*(?:description:\s*)*(?:[a-z]:[\\/]|\\\\|file:|/(?:users|home)/)")
_WEB = ("http://", "https://", "mailto:")
_UNDERSTOOD = {"wps", "wpg", "wpc", "wpi", "wp14", "a14", "w14", "w15", "w16", "w16se", "v"}
_OPERATORS = {"m:den": "/", "m:sup": "^", "m:sub": "_", "m:rad": "√"}
_LARGE_OPERATORS = "∑∏∐⋃⋂⋁⋀∫∬∭∮"


def _starts_with(operator: str) -> Callable[["WordReader", Attributes], None]:
    """What a part of a formula begins with on one line, if it has words: the lower part of a fraction with a slash."""

    def act(reader: "WordReader", _attributes: Attributes) -> None:
        reader.operator = operator

    return act


class WordReader(XmlReader):
    """Fills `blocks` from a document, header, footer or notes part."""

    def __init__(
        self,
        budget: Budget,
        lists: Lists | None = None,
        links: dict[str, str] | None = None,
        notes: dict[str, str] | None = None,
        pictures: dict[str, str] | None = None,
    ):
        super().__init__(budget)
        self.lists, self.links, self.said_in_notes = lists or Lists(), links or {}, notes or {}
        self.pictures = pictures or {}  # by the id of the link to each, its mark
        self.notes: dict[str, list[Block]] = {}  # "footnote 2" → what it says
        self.blocks: list[Block] = []
        self.codes: Counter[str] = Counter()  # printed codes and tags seen
        self.fields = Fields()
        self.has_changes = self.hides_text = False
        self.comments = 0
        self._heard: list[str] = []
        # The list itself hears all text: the shortest way.
        self.text = self._heard.append  # type: ignore[method-assign, assignment]
        self._into = self.blocks
        self._tables: list[tuple[Table, list[Block], Paragraph | None]] = []
        self._cells: list[list[Block]] = []
        self._paragraph: Paragraph | None = None
        self._hosts: list[Paragraph | None] = []  # around a text box
        self._controls: list[tuple[str, bool]] = []
        self._tags: tuple[str, ...] = ()
        self._is_placeholder = False
        self._marks: tuple[str, ...] = ()
        self._format, self._link, self._alt, self._font, self.operator = 0, "", "", "", ""
        self._embedded = ""  # the link to the picture that is being read
        self._hides = self._is_hidden = self._in_paragraph_properties = self._in_row_properties = False
        self._said = 0  # how much was read: which of several writings of one thing had something to say
        self._alternatives: list[int] = []
        self._form: list[str] = []  # what a field of a form may show, and which of it it shows
        self._chosen = 0
        self._is_begun = False

    @property
    def instructions(self) -> list[str]:
        return self.fields.instructions

    def needed(self, piece: bytes) -> bytes:
        """A short part, which is a single piece, without what its tables say again and again."""
        is_first, self._is_begun = not self._is_begun, True
        if not is_first:
            return piece
        piece, left_out = without_repeats(piece, self._hears)
        self.budget.elements -= left_out
        return piece

    def _hears(self, name: str) -> bool:
        return name in self.starts or name in self.ends

    # paragraphs

    def _paragraph_starts(self, _attributes: Attributes) -> None:
        host = self._paragraph
        self._hosts.append(host)
        self._hides = False
        last = self._into[-1] if self._into else None
        if isinstance(last, Paragraph) and last.is_joined and last is not host:  # its end was deleted: it goes on here
            last.is_joined = False
            self._paragraph = last
            return
        self._paragraph = Paragraph(self._tags, self._marks, self._is_placeholder)
        self._marks = ()
        self._into.append(self._paragraph)

    def _paragraph_ends(self) -> None:
        paragraph = self._paragraph
        if paragraph is not None:
            if paragraph.style or paragraph.number:
                self.lists.place(paragraph)
            paragraph.settle()
            codes = markers.codes_in(paragraph.text)
            if codes or paragraph.tags or paragraph.marks:
                self._mark(paragraph, codes)
            elif not (paragraph.runs or paragraph.is_joined) and self._into and self._into[-1] is paragraph:
                self._into.pop()  # it says nothing: a million of them must not fill the memory
        self._paragraph = host = self._hosts.pop()
        self._hides = host is not None and host.is_hidden
        if self.fields.hides:
            self.fields.give_up()

    def _mark(self, paragraph: Paragraph, codes: list[str]) -> None:
        self.codes.update([*codes, *paragraph.tags])
        if codes or paragraph.marks:
            self._mark_tables()

    def _mark_tables(self) -> None:
        for table, _, _ in self._tables:
            table.is_marked = True

    def _properties_start(self, _attributes: Attributes) -> None:
        self._in_paragraph_properties = True

    def _properties_end(self) -> None:
        self._in_paragraph_properties = False

    def _paragraph_style(self, attributes: Attributes) -> None:
        if self._paragraph is not None:
            self._paragraph.style = style = attributes.get("w:val", "")
            self._paragraph.is_hidden = self._hides = self.lists.look(style).is_hidden

    def _numbered(self, attributes: Attributes) -> None:
        if self._paragraph is not None:
            self._paragraph.number = attributes.get("w:val", "")

    def _numbered_level(self, attributes: Attributes) -> None:
        if self._paragraph is not None:
            self._paragraph.depth = attributes.get("w:val", "")

    # runs

    def _run_starts(self, _attributes: Attributes) -> None:
        self._format, self._font = 0, ""
        self._is_hidden = self._hides

    def _run_style(self, attributes: Attributes) -> None:
        if not self._in_paragraph_properties:
            look = self.lists.look(attributes.get("w:val", ""))
            self._format |= look.format
            self._is_hidden = self._is_hidden or look.is_hidden

    def _set(self, flag: int, attributes: Attributes) -> None:
        if self._in_paragraph_properties:
            return
        self._format = self._format & ~flag if attributes.get("w:val") in OFF else self._format | flag

    def _bold(self, attributes: Attributes) -> None:
        self._set(BOLD, attributes)

    def _italic(self, attributes: Attributes) -> None:
        self._set(ITALIC, attributes)

    def _underlined(self, attributes: Attributes) -> None:
        self._set(UNDERLINED, attributes)

    def _struck(self, attributes: Attributes) -> None:
        self._set(STRUCK, attributes)

    def _raised(self, attributes: Attributes) -> None:
        if not self._in_paragraph_properties:
            self._format |= HEIGHTS.get(attributes.get("w:val", ""), 0)

    def _hidden(self, attributes: Attributes) -> None:
        if not self._in_paragraph_properties:
            self._is_hidden = attributes.get("w:val") not in OFF

    def _fonts(self, attributes: Attributes) -> None:
        if not self._in_paragraph_properties:
            font = attributes.get("w:ascii", "")
            self._font = font if signs.is_of_signs(font) else ""

    def _text_starts(self, _attributes: Attributes) -> None:
        self._heard.clear()

    def _text_ends(self) -> None:
        heard = self._heard
        text = heard[0] if len(heard) == 1 else "".join(heard)
        heard.clear()
        self.budget.characters -= len(text)
        if "\n" in text:
            text = text.replace("\n", " ")  # in a file it is a space; a line end is an element
        self._add(signs.shown(text, self._font) if self._font else text)

    def _add(self, text: str, extra: int = 0, link: str = "") -> None:
        """Text at the end of the paragraph."""
        if self._paragraph is None or self._is_hidden:
            self.hides_text = self.hides_text or (self._is_hidden and not text.isspace() and text != "")
            return
        if self.fields.hides:
            self.fields.say(text)
        elif text:
            self._said += 1
            self._paragraph.runs.append((text, self._format | extra, link or self._link or self.fields.link))

    def _tab(self, _attributes: Attributes) -> None:
        if not self._in_paragraph_properties:
            self._add("\t")

    def _break(self, _attributes: Attributes) -> None:
        self._add("\n")

    def _hyphen(self, _attributes: Attributes) -> None:
        self._add("-")

    def _symbol(self, attributes: Attributes) -> None:
        try:
            code = int(attributes.get("w:char", ""), 16)
        except ValueError:
            return
        self._add(signs.sign(code, attributes.get("w:font", "")))

    def _link_starts(self, attributes: Attributes) -> None:
        self._link = _web(self.links.get(attributes.get("r:id", ""), ""))

    def _link_ends(self) -> None:
        self._link = ""

    # tables

    def _table_starts(self, _attributes: Attributes) -> None:
        table = Table()
        self._into.append(table)
        self._tables.append((table, self._into, self._paragraph))
        self._paragraph = None

    def _table_ends(self) -> None:
        table, self._into, self._paragraph = self._tables.pop()
        table.rows = [row for row in table.rows if not row.is_deleted and row.cells]

    def _row_starts(self, _attributes: Attributes) -> None:
        if self._tables:
            self._tables[-1][0].rows.append(Row())

    def _row(self) -> Row | None:
        rows = self._tables[-1][0].rows if self._tables else []
        return rows[-1] if rows else None

    def _row_properties_start(self, _attributes: Attributes) -> None:
        self._in_row_properties = True

    def _row_properties_end(self) -> None:
        self._in_row_properties = False

    def _header_row(self, attributes: Attributes) -> None:
        row = self._row()
        if row is not None and attributes.get("w:val") not in OFF:
            row.is_header = True

    def _cell_starts(self, _attributes: Attributes) -> None:
        self._cells.append(self._into)
        row = self._row()
        if row is not None:
            cell = Cell()
            row.cells.append(cell)
            self._into = cell.blocks

    def _cell_ends(self) -> None:
        cell = self._cell()
        if cell is not None and cell.is_covered:
            cell.blocks = []
        self._into = self._cells.pop()

    def _cell(self) -> Cell | None:
        row = self._row()
        return row.cells[-1] if row is not None and row.cells else None

    def _span(self, attributes: Attributes) -> None:
        cell, number = self._cell(), attributes.get("w:val", "")
        if cell is not None and number.isdecimal():
            cell.span = max(1, min(int(number[:4]), COLUMNS))

    def _merged(self, attributes: Attributes) -> None:
        """The cell goes on from the one above or before: Word shows only what stands in the first."""
        cell = self._cell()
        if cell is not None:
            cell.is_covered = attributes.get("w:val", "continue") == "continue"

    def _cell_deleted(self, _attributes: Attributes) -> None:
        self.has_changes = True
        cell = self._cell()
        if cell is not None:
            cell.is_covered = True

    # controls and bookmarks

    def _control_starts(self, _attributes: Attributes) -> None:
        self._control("", False)

    def _control_ends(self) -> None:
        self._controls.pop()
        self._look_at_controls()

    def _control(self, code: str, is_placeholder: bool) -> None:
        self._controls.append((code, is_placeholder))
        self._look_at_controls()

    def _look_at_controls(self) -> None:
        self._tags = tuple(code for code, _ in self._controls if code)[-_CONTROLS:]
        self._is_placeholder = any(is_placeholder for _, is_placeholder in self._controls)

    def _tag(self, attributes: Attributes) -> None:
        code = markers.code_of_tag(attributes.get("w:val", ""))
        if self._controls and code:
            self._control(code, self._controls.pop()[1])
            self._mark_tables()  # those around the control, not those inside
            if self._paragraph is not None and len(self._paragraph.tags) < _CODES:  # in the midst of a line
                self._paragraph.tags += (code,)

    def _shows_placeholder(self, attributes: Attributes) -> None:
        if self._controls and attributes.get("w:val") not in OFF:
            self._control(self._controls.pop()[0], True)

    def _bookmark(self, attributes: Attributes) -> None:
        code = markers.code_of_bookmark(attributes.get("w:name", ""))
        if code and self._paragraph is not None:
            self._paragraph.marks = (*self._paragraph.marks, code)[:_CODES]
        elif code:
            self._marks = (*self._marks, code)[:_CODES]

    # notes

    def _footnote_starts(self, attributes: Attributes) -> None:
        self._note_starts("footnote", attributes)

    def _endnote_starts(self, attributes: Attributes) -> None:
        self._note_starts("endnote", attributes)

    def _note_starts(self, kind: str, attributes: Attributes) -> None:
        self._into = self.notes.setdefault(f"{kind} {attributes.get('w:id', '')}", [])

    def _note_ends(self) -> None:
        self._into = self.blocks

    def _footnote(self, attributes: Attributes) -> None:
        self._refer("footnote", attributes)

    def _endnote(self, attributes: Attributes) -> None:
        self._refer("endnote", attributes)

    def _refer(self, kind: str, attributes: Attributes) -> None:
        """A note stands where it is referred to: no reviewer has to look for it."""
        note = self.said_in_notes.get(f"{kind} {attributes.get('w:id', '')}", "")
        if note:
            self.budget.characters -= len(note)
            self.budget.check()
            self._format = 0  # the number of a note is raised; its words are not
            self._add(" [Note: ", ASIDE)
            self._add(note)
            self._add("]", ASIDE)

    # changes

    def _deleted(self, _attributes: Attributes) -> bool:
        self.has_changes = True
        row = self._row() if self._in_row_properties else None
        if row is not None:
            row.is_deleted = True
        elif self._in_paragraph_properties and self._paragraph is not None:
            self._paragraph.is_joined = True
        return not (self._in_row_properties or self._in_paragraph_properties)

    def _inserted(self, _attributes: Attributes) -> None:
        self.has_changes = True

    def _skipped(self, _attributes: Attributes) -> bool:
        return True

    def _comment(self, _attributes: Attributes) -> None:
        self.comments += 1

    # one thing written several ways, for old and new programs

    def _alternatives_start(self, _attributes: Attributes) -> None:
        self._alternatives.append(self._said)

    def _alternatives_end(self) -> None:
        self._alternatives.pop()

    def _choice(self, attributes: Attributes) -> bool:
        return not set(value(attributes, "Requires").split()) <= _UNDERSTOOD or self._fallback(attributes)

    def _fallback(self, _attributes: Attributes) -> bool:
        """Left out when one before it had something to say."""
        return bool(self._alternatives) and self._said > self._alternatives[-1]

    # fields

    def _field(self, attributes: Attributes) -> None:
        kind = attributes.get("w:fldCharType", "")
        if kind == "begin":
            self._form, self._chosen = [], 0
            self.fields.begin()
        elif kind == "separate":
            self._shown_by_form(self.fields.separate())
        elif kind == "end":
            self._shown_by_form(self.fields.end())

    def _simple_field(self, attributes: Attributes) -> None:
        self._link = _web(self.fields.instruct(attributes.get("w:instr", "")))

    def _instruction_ends(self) -> None:
        self.fields.say("".join(self._heard))
        self._heard.clear()

    def _box(self, _attributes: Attributes) -> None:
        self._form = ["☐", "☒"]

    def _ticked(self, attributes: Attributes) -> None:
        self._chosen = int(attributes.get("w:val") not in OFF)

    def _choosable(self, attributes: Attributes) -> None:
        self._form.append(attributes.get("w:val", ""))

    def _choice_of_list(self, attributes: Attributes) -> None:
        number = attributes.get("w:val", "")
        self._chosen = int(number[:4]) if number.isdecimal() else 0

    def _shown_by_form(self, instruction: str) -> None:
        """Old form fields keep what they show in their data, not as text."""
        is_form = instruction.strip().partition(" ")[0].upper() in ("FORMCHECKBOX", "FORMDROPDOWN")
        if is_form and self._chosen < len(self._form):
            self._add(self._form[self._chosen])

    # pictures and mathematics

    def _described(self, attributes: Attributes) -> None:
        self._alt = value(attributes, "descr") or value(attributes, "alt")

    def _picture_described(self, attributes: Attributes) -> None:
        self._alt = self._alt or attributes.get("descr", "")

    def _picture_starts(self, _attributes: Attributes) -> None:
        self._embedded = ""

    def _embeds(self, attributes: Attributes) -> None:
        self._embedded = attributes.get("r:embed", "")

    def _picture(self) -> None:
        self._show("Picture", self.pictures.get(self._embedded, ""))

    def _old_picture(self, attributes: Attributes) -> None:
        self._show("Picture", self.pictures.get(attributes.get("r:id", ""), ""))

    def _chart(self, _attributes: Attributes) -> None:
        self._show("Chart")

    def _diagram(self, _attributes: Attributes) -> None:
        self._show("Diagram")

    def _show(self, kind: str, mark: str = "") -> None:
        alt, self._alt = "" if is_path(self._alt) else " ".join(self._alt.split()), ""
        said = f"[{kind}: {alt}]" if alt else f"[{kind} without description]"
        self._add(said, ASIDE, f"{PICTURE}{mark}" if mark else "")

    def _drawn_words(self, attributes: Attributes) -> None:
        self._add(value(attributes, "string"))

    def _drawn_paragraph_ends(self) -> None:
        self._add("\n")

    def _large_operator(self, attributes: Attributes) -> None:
        if attributes.get("m:val", "") in _LARGE_OPERATORS:
            self._add(attributes.get("m:val", ""))

    def _operator_ends(self) -> None:
        self.operator = ""

    def _maths_ends(self) -> None:
        operator, self.operator = self.operator, ""
        if operator:
            self._add(operator)
        self._text_ends()

    starts: ClassVar = {
        "w:p": _paragraph_starts,
        "w:pPr": _properties_start,
        "w:pStyle": _paragraph_style,
        "w:numId": _numbered,
        "w:ilvl": _numbered_level,
        "w:r": _run_starts,
        "w:b": _bold,
        "w:i": _italic,
        "w:u": _underlined,
        "w:strike": _struck,
        "w:dstrike": _struck,
        "w:vertAlign": _raised,
        "w:vanish": _hidden,
        "w:rStyle": _run_style,
        "w:rFonts": _fonts,
        "w:t": _text_starts,
        "w:tab": _tab,
        "w:ptab": _tab,
        "w:br": _break,
        "w:cr": _break,
        "w:noBreakHyphen": _hyphen,
        "w:sym": _symbol,
        "w:hyperlink": _link_starts,
        "w:tbl": _table_starts,
        "w:tr": _row_starts,
        "w:trPr": _row_properties_start,
        "w:tblHeader": _header_row,
        "w:tc": _cell_starts,
        "w:gridSpan": _span,
        "w:vMerge": _merged,
        "w:hMerge": _merged,
        "w:cellDel": _cell_deleted,
        "w:sdt": _control_starts,
        "w:tag": _tag,
        "w:showingPlcHdr": _shows_placeholder,
        "w:bookmarkStart": _bookmark,
        "w:footnote": _footnote_starts,
        "w:endnote": _endnote_starts,
        "w:footnoteReference": _footnote,
        "w:endnoteReference": _endnote,
        "w:del": _deleted,
        "w:moveFrom": _deleted,
        "w:ins": _inserted,
        "w:moveTo": _inserted,
        "w:comment": _comment,
        "w:fldChar": _field,
        "w:fldSimple": _simple_field,
        "w:instrText": _text_starts,
        "w:checkBox": _box,
        "w:checked": _ticked,
        "w:default": _ticked,
        "w:result": _choice_of_list,
        "w:listEntry": _choosable,
        **dict.fromkeys(("w:tblPr", "w:tblGrid", "w:sectPr", "w:rt"), _skipped),
        **dict.fromkeys(("w:rPrChange", "w:pPrChange", "w:trPrChange", "w:tcPrChange", "w:tblPrExChange"), _skipped),
        "m:t": _text_starts,
        "m:r": _run_starts,
        "m:chr": _large_operator,
        **{name: _starts_with(operator) for name, operator in _OPERATORS.items()},
        "mc:AlternateContent": _alternatives_start,
        "mc:Choice": _choice,
        "mc:Fallback": _fallback,
        "wp:docPr": _described,
        "pic:pic": _picture_starts,
        "pic:cNvPr": _picture_described,
        "a:blip": _embeds,
        "c:chart": _chart,
        "dgm:relIds": _diagram,
        "a:t": _text_starts,
        "v:shape": _described,
        "v:imagedata": _old_picture,
        "v:textpath": _drawn_words,
    }
    ends: ClassVar = {
        "w:p": _paragraph_ends,
        "w:pPr": _properties_end,
        "w:t": _text_ends,
        "w:hyperlink": _link_ends,
        "w:fldSimple": _link_ends,
        "w:tbl": _table_ends,
        "w:trPr": _row_properties_end,
        "w:tc": _cell_ends,
        "w:sdt": _control_ends,
        "w:instrText": _instruction_ends,
        "w:footnote": _note_ends,
        "w:endnote": _note_ends,
        "m:t": _maths_ends,
        **dict.fromkeys(_OPERATORS, _operator_ends),
        "mc:AlternateContent": _alternatives_end,
        "pic:pic": _picture,
        "a:t": _text_ends,
        "a:p": _drawn_paragraph_ends,
    }


def is_path(text: str) -> bool:
    """Older versions of Word describe a picture by where it lay on somebody's disk, which can name them."""
    return bool(_PATH.match(text))


def _web(address: str) -> str:
    """The address when it leads to the web or to a mailbox; empty for any other."""
    return address if address.strip().lower().startswith(_WEB) else ""
