"""The words of a Word file as blocks: paragraphs and tables, deletions out, insertions in.

One pass over each part, without a tree: a part of twelve megabytes costs what its text weighs.
"""

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from badges import markers
from submissions.checks.lists import Lists
from submissions.checks.xml import WORD, Attributes, Budget, XmlReader, named, value

BOLD, ITALIC, PICTURE = 1, 2, 4
COLUMNS = 63  # Word's own limit
_MATHS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
)
_COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_DRAWING = (
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing",
)
_PICTURES = (
    "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "http://purl.oclc.org/ooxml/drawingml/picture",
)
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_VML = "urn:schemas-microsoft-com:vml"
_OFF = ("0", "false", "off", "none")
_WEB = ("http://", "https://", "mailto:")
_INSTRUCTION_CHARACTERS = 4_000


class Paragraph:
    """`runs` are (text, format, link). `tags` and `marks` are the prompt codes of controls and bookmarks here."""

    __slots__ = ("is_heading", "is_joined", "is_placeholder", "level", "list", "marks", "runs", "tags", "text")

    def __init__(self, tags: tuple[str, ...] = (), marks: tuple[str, ...] = (), is_placeholder: bool = False):
        self.runs: list[tuple[str, int, str]] = []
        self.text = ""
        self.tags, self.marks, self.is_placeholder = tags, marks, is_placeholder
        self.list = ""  # "", "ul" or "ol"
        self.level = 0
        self.is_heading = self.is_joined = False

    @classmethod
    def of(cls, text: str) -> "Paragraph":
        made = cls()
        made.runs.append((text, 0, ""))
        made.settle()
        return made

    def settle(self) -> None:
        """Nothing more comes: keep the text as one."""
        runs = self.runs
        self.text = (runs[0][0] if len(runs) == 1 else "".join([run[0] for run in runs])).strip()

    @property
    def written(self) -> str:
        """The text without what stands for pictures."""
        if not any(run[1] & PICTURE for run in self.runs):
            return self.text
        return "".join(run[0] for run in self.runs if not run[1] & PICTURE).strip()


class Cell:
    __slots__ = ("blocks", "span")

    def __init__(self) -> None:
        self.blocks: list[Paragraph | Table] = []
        self.span = 1


class Row:
    __slots__ = ("cells", "is_deleted", "is_header")

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self.is_header = self.is_deleted = False


class Table:
    """`is_marked`: somewhere in it stands a printed code, a tag or a bookmark of a template."""

    __slots__ = ("is_marked", "rows")

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.is_marked = False


Block = Paragraph | Table


def paragraphs_of(blocks: list[Block]) -> Iterator[Paragraph]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row.cells:
                    yield from paragraphs_of(cell.blocks)


class WordReader(XmlReader):
    """Fills `blocks` from a document, header, footer or notes part."""

    def __init__(
        self,
        budget: Budget,
        lists: Lists | None = None,
        links: dict[str, str] | None = None,
        notes: dict[str, str] | None = None,
    ):
        super().__init__(budget)
        self.lists, self.links, self.said_in_notes = lists or Lists(), links or {}, notes or {}
        self.notes: dict[str, list[Block]] = {}  # "footnote 2" → what it says
        self.blocks: list[Block] = []
        self.codes: Counter[str] = Counter()  # printed codes and tags seen
        self.instructions: list[str] = []  # of fields
        self.has_changes = False
        self.comments = 0
        self._into = self.blocks
        self._tables: list[tuple[Table, list[Block], Paragraph | None]] = []
        self._cells: list[list[Block]] = []
        self._paragraph: Paragraph | None = None
        self._hosts: list[tuple[Paragraph | None, tuple[str, str, str]]] = []  # around a text box
        self._controls: list[tuple[str, bool]] = []
        self._marks: tuple[str, ...] = ()
        self._listen: list[str] | None = None
        self._fields: list[list[str]] = []
        self._format, self._link, self._alt = 0, "", ""
        self._is_hidden = self._in_paragraph_properties = self._in_row_properties = False
        self._style, self._number, self._level = "", "", ""

    def text(self, text: str) -> None:
        if self._listen is not None:
            self._listen.append(text)
            self.budget.characters -= len(text)

    # paragraphs

    def _paragraph_starts(self, _attributes: Attributes) -> None:
        self._hosts.append((self._paragraph, (self._style, self._number, self._level)))
        self._style = self._number = self._level = ""
        self._format, self._is_hidden = 0, False
        last = self._into[-1] if self._into else None
        if isinstance(last, Paragraph) and last.is_joined:  # its end was deleted: it goes on here
            last.is_joined = False
            self._paragraph = last
            return
        tags = tuple(code for code, _ in self._controls if code)
        self._paragraph = Paragraph(tags, self._marks, any(placeholder for _, placeholder in self._controls))
        self._marks = ()
        self._into.append(self._paragraph)

    def _paragraph_ends(self) -> None:
        paragraph, style, number, level = self._paragraph, self._style, self._number, self._level
        self._paragraph, (self._style, self._number, self._level) = self._hosts.pop()
        if paragraph is None:
            return
        paragraph.list, paragraph.level = self.lists.of(style, number, level)
        paragraph.is_heading = self.lists.is_heading(style)
        paragraph.settle()
        codes = markers.codes_in(paragraph.text)
        if codes or paragraph.tags:
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
        self._style = value(attributes, "val")

    def _numbered(self, attributes: Attributes) -> None:
        self._number = value(attributes, "val")

    def _numbered_level(self, attributes: Attributes) -> None:
        self._level = value(attributes, "val")

    # runs

    def _run_starts(self, _attributes: Attributes) -> None:
        self._format, self._is_hidden = 0, False

    def _bold(self, attributes: Attributes) -> None:
        if not self._in_paragraph_properties and value(attributes, "val") not in _OFF:
            self._format |= BOLD

    def _italic(self, attributes: Attributes) -> None:
        if not self._in_paragraph_properties and value(attributes, "val") not in _OFF:
            self._format |= ITALIC

    def _hidden(self, attributes: Attributes) -> None:
        if not self._in_paragraph_properties:
            self._is_hidden = value(attributes, "val") not in _OFF

    def _run_style(self, attributes: Attributes) -> None:
        if not self._in_paragraph_properties:
            self._format |= {"Strong": BOLD, "Emphasis": ITALIC}.get(value(attributes, "val"), 0)

    def _text_starts(self, _attributes: Attributes) -> None:
        self._listen = None if self._paragraph is None or self._is_hidden else []

    def _text_ends(self) -> None:
        if self._listen:
            self._add("".join(self._listen))
        self._listen = None

    def _add(self, text: str, extra: int = 0) -> None:
        """Text at the end of the paragraph; runs that look alike become one."""
        if self._paragraph is None or self._is_hidden:
            return
        runs = self._paragraph.runs
        if runs and runs[-1][1:] == (self._format | extra, self._link):
            text = runs.pop()[0] + text
        runs.append((text, self._format | extra, self._link))

    def _tab(self, _attributes: Attributes) -> None:
        if not self._in_paragraph_properties:
            self._add("\t")

    def _break(self, attributes: Attributes) -> None:
        if value(attributes, "type") in ("", "textWrapping"):
            self._add("\n")

    def _hyphen(self, _attributes: Attributes) -> None:
        self._add("-")

    def _symbol(self, attributes: Attributes) -> None:
        try:
            code = int(value(attributes, "char"), 16)
        except ValueError:
            return
        self._add(chr(code) if 32 <= code < 0xD800 else "•")  # a private sign of some picture font

    def _link_starts(self, attributes: Attributes) -> None:
        target = self.links.get(value(attributes, "id"), "")
        self._link = target if target.lower().startswith(_WEB) else ""

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
        if row is not None and value(attributes, "val") not in _OFF:
            row.is_header = True

    def _cell_starts(self, _attributes: Attributes) -> None:
        self._cells.append(self._into)
        row = self._row()
        if row is not None:
            row.cells.append(Cell())
            self._into = row.cells[-1].blocks

    def _cell_ends(self) -> None:
        self._into = self._cells.pop()

    def _span(self, attributes: Attributes) -> None:
        row = self._row()
        number = value(attributes, "val")
        if row is not None and row.cells and number.isdecimal():
            row.cells[-1].span = max(1, min(int(number[:4]), COLUMNS))

    # controls and bookmarks

    def _control_starts(self, _attributes: Attributes) -> None:
        self._controls.append(("", False))

    def _control_ends(self) -> None:
        self._controls.pop()

    def _tag(self, attributes: Attributes) -> None:
        code = markers.code_of_tag(value(attributes, "val"))
        if self._controls and code:
            self._controls[-1] = (code, self._controls[-1][1])
            self._mark_tables()  # those around the control, not those inside
            if self._paragraph is not None:  # a control in the midst of a line
                self._paragraph.tags += (code,)

    def _shows_placeholder(self, attributes: Attributes) -> None:
        if self._controls and value(attributes, "val") not in _OFF:
            self._controls[-1] = (self._controls[-1][0], True)

    def _bookmark(self, attributes: Attributes) -> None:
        code = markers.code_of_bookmark(value(attributes, "name"))
        if code and self._paragraph is not None:
            self._paragraph.marks += (code,)
        elif code:
            self._marks += (code,)

    # notes

    def _footnote_starts(self, attributes: Attributes) -> None:
        self._note_starts("footnote", attributes)

    def _endnote_starts(self, attributes: Attributes) -> None:
        self._note_starts("endnote", attributes)

    def _note_starts(self, kind: str, attributes: Attributes) -> None:
        self._into = self.notes.setdefault(f"{kind} {value(attributes, 'id')}", [])

    def _note_ends(self) -> None:
        self._into = self.blocks

    def _footnote(self, attributes: Attributes) -> None:
        self._refer("footnote", attributes)

    def _endnote(self, attributes: Attributes) -> None:
        self._refer("endnote", attributes)

    def _refer(self, kind: str, attributes: Attributes) -> None:
        """A note stands where it is referred to: no reviewer has to look for it."""
        note = self.said_in_notes.get(f"{kind} {value(attributes, 'id')}", "")
        if note:
            self._add(f" [Note: {note}]")

    # changes

    def _deleted(self, _attributes: Attributes) -> None:
        self.has_changes = True
        row = self._row() if self._in_row_properties else None
        if row is not None:
            row.is_deleted = True
        elif self._in_paragraph_properties and self._paragraph is not None:
            self._paragraph.is_joined = True
        else:
            self.skip_this()

    def _inserted(self, _attributes: Attributes) -> None:
        self.has_changes = True

    def _skipped(self, _attributes: Attributes) -> None:
        self.skip_this()

    def _comment(self, _attributes: Attributes) -> None:
        self.comments += 1

    # fields

    def _field(self, attributes: Attributes) -> None:
        kind = value(attributes, "fldCharType")
        if kind == "begin":
            self._fields.append([])
        elif self._fields and kind == "separate":
            self._instructed("".join(self._fields[-1]))
            self._fields[-1] = []
        elif self._fields and kind == "end":
            self._instructed("".join(self._fields.pop()))

    def _simple_field(self, attributes: Attributes) -> None:
        self._instructed(value(attributes, "instr"))

    def _instruction_starts(self, _attributes: Attributes) -> None:
        self._listen = []

    def _instruction_ends(self) -> None:
        if self._listen and self._fields:
            self._fields[-1].append("".join(self._listen))
        self._listen = None

    def _instructed(self, instruction: str) -> None:
        if instruction.strip():
            self.instructions.append(instruction[:_INSTRUCTION_CHARACTERS])

    # pictures

    def _described(self, attributes: Attributes) -> None:
        self._alt = value(attributes, "descr") or value(attributes, "alt")

    def _picture(self, attributes: Attributes) -> None:
        alt = " ".join((value(attributes, "alt") or self._alt).split())
        self._alt = ""
        self._add(f"[Picture: {alt}]" if alt else "[Picture without description]", PICTURE)

    starts: ClassVar = {
        **named(
            WORD,
            {
                "p": _paragraph_starts,
                "pPr": _properties_start,
                "pStyle": _paragraph_style,
                "numId": _numbered,
                "ilvl": _numbered_level,
                "r": _run_starts,
                "b": _bold,
                "i": _italic,
                "vanish": _hidden,
                "rStyle": _run_style,
                "t": _text_starts,
                "tab": _tab,
                "br": _break,
                "cr": _break,
                "noBreakHyphen": _hyphen,
                "sym": _symbol,
                "hyperlink": _link_starts,
                "tbl": _table_starts,
                "tr": _row_starts,
                "trPr": _row_properties_start,
                "tblHeader": _header_row,
                "tc": _cell_starts,
                "gridSpan": _span,
                "sdt": _control_starts,
                "tag": _tag,
                "showingPlcHdr": _shows_placeholder,
                "bookmarkStart": _bookmark,
                "footnote": _footnote_starts,
                "endnote": _endnote_starts,
                "footnoteReference": _footnote,
                "endnoteReference": _endnote,
                "del": _deleted,
                "moveFrom": _deleted,
                "ins": _inserted,
                "moveTo": _inserted,
                "comment": _comment,
                "fldChar": _field,
                "fldSimple": _simple_field,
                "instrText": _instruction_starts,
                **dict.fromkeys(("rPrChange", "pPrChange", "tblPrChange", "trPrChange", "tcPrChange"), _skipped),
                **dict.fromkeys(("sectPrChange", "tblPrExChange", "tblGridChange", "rt"), _skipped),
            },
        ),
        **named(_MATHS, {"t": _text_starts}),
        **named((_COMPATIBILITY,), {"Fallback": _skipped}),  # says again what its Choice said
        **named(_DRAWING, {"docPr": _described}),
        **named(_PICTURES, {"pic": _picture}),
        **named((_CHART,), {"chart": _picture}),
        **named((_DIAGRAM,), {"relIds": _picture}),
        **named((_VML,), {"shape": _described, "imagedata": _picture}),
    }
    ends: ClassVar = {
        **named(
            WORD,
            {
                "p": _paragraph_ends,
                "pPr": _properties_end,
                "t": _text_ends,
                "hyperlink": _link_ends,
                "tbl": _table_ends,
                "trPr": _row_properties_end,
                "tc": _cell_ends,
                "sdt": _control_ends,
                "instrText": _instruction_ends,
                "footnote": _note_ends,
                "endnote": _note_ends,
            },
        ),
        **named(_MATHS, {"t": _text_ends}),
    }
