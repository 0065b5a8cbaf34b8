"""The Word template of one required document: every question with its code, its answer box and its rubric."""

import io
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn
from docx.shared import Emu, Inches

from badges import markers
from badges.word import look
from badges.word.package import pack, unpack
from badges.word.spec import (
    CriterionSpec,
    DocumentSpec,
    Person,
    PromptSpec,
    heading,
    paragraphs,
)

WIDTH = Inches(6.9)
ANSWER_HEIGHT = 1500  # twips, about an inch: the box grows from there
_LEFT_BEHIND = ("/thumbnail", "/stylesWithEffects", "/customXml")  # of python-docx's own empty page
_CUSTOM = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # the one set every custom property belongs to


def build(document: DocumentSpec, person: Person | None = None, revised: bool = False) -> bytes:
    """The template as a Word file, filled in with the person's name."""
    paper = docx.Document()
    look.dress(paper, document.language)
    _page(paper, document)
    _opening(paper, document, person, revised)
    for number, prompt in enumerate(document.prompts, start=1):
        if prompt.section:
            paper.add_paragraph(prompt.section, "Heading 1")
        _question(paper, number, prompt, document.words)
        _rubric(paper, prompt.criteria, document.words)
    _rubric(paper, document.criteria, document.words)
    _properties(paper, document, person, revised)
    return _bytes(paper)


def _page(paper: Any, document: DocumentSpec) -> None:
    section = paper.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = Inches(0.8)
    section.top_margin, section.bottom_margin = Inches(0.8), Inches(0.8)
    line = section.footer.paragraphs[0]
    line.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    line.add_run(f"{document.footer}\t")
    page = look.element("w:fldSimple", instr="PAGE")
    page.append(line.add_run("1")._r)
    line._p.append(page)


def _opening(paper: Any, document: DocumentSpec, person: Person | None, revised: bool) -> None:
    paper.add_paragraph(document.title, "Title")
    paper.add_paragraph(document.subtitle, "Subtitle")
    if revised:
        paper.add_paragraph(document.words.revised, "Heading 3")
    named = paper.add_paragraph(style="Applicant")
    named.add_run(document.words.name).bold = True
    named.add_run(f" {person}" if person else " ")
    for text in [*paragraphs(document.intro), *([document.words.how_to] if document.prompts else [])]:
        paper.add_paragraph(text)


def _question(paper: Any, number: int, prompt: PromptSpec, words: markers.Words) -> None:
    """A heading, then one column and two rows: what is asked, and where to answer."""
    paper.add_paragraph(heading(number, words), "Heading 2")
    table = paper.add_table(rows=2, cols=1)
    look.frame(table, look.EDGE, [WIDTH])
    asked, answered = (row.cells[0] for row in table.rows)
    look.mark_header(table.rows[0])
    look.shade(asked, look.LEAF_SOFT)
    lines = [(text, "Prompt") for text in paragraphs(prompt.text)]
    lines += [(text, "Hint") for text in paragraphs(prompt.hint)]
    _write(asked, [*lines, (markers.printed(prompt.code), "Printed code")])
    _answer_box(answered, number, prompt.code, words)
    table.rows[1]._tr.get_or_add_trPr().append(look.element("w:trHeight", val=str(ANSWER_HEIGHT)))


def _answer_box(cell: Any, number: int, code: str, words: markers.Words) -> None:
    """A tagged control with a bookmark inside, and the paragraph that Word wants at the end of a cell."""
    inside = cell.paragraphs[0]
    inside.style = "Answer"
    run = inside.add_run(words.placeholder, "Placeholder Text")
    run._r.addprevious(look.element("w:bookmarkStart", id=str(number), name=markers.bookmark(code)))
    run._r.addnext(look.element("w:bookmarkEnd", id=str(number)))
    control, properties = look.element("w:sdt"), look.element("w:sdtPr")
    properties.append(look.element("w:alias", val=heading(number, words)))
    properties.append(look.element("w:tag", val=markers.tag(code)))
    properties.append(look.element("w:id", val=str(20_000 + number)))
    properties.append(look.element("w:lock", val="sdtLocked"))  # the box stays; what is in it is theirs
    properties.append(look.element("w:showingPlcHdr"))
    content = look.element("w:sdtContent")
    control.extend([properties, content])
    inside._p.addprevious(control)
    content.append(inside._p)
    cell.add_paragraph(style="Answer")


def _rubric(paper: Any, criteria: tuple[CriterionSpec, ...], words: markers.Words) -> None:
    """One table for the rows that share their levels; rows with other levels get their own."""
    if criteria:
        paper.add_paragraph(words.rubric, "Heading 3")
    remaining = list(criteria)
    while remaining:
        labels = remaining[0].labels
        together = [criterion for criterion in remaining if criterion.labels == labels]
        remaining = [criterion for criterion in remaining if criterion.labels != labels]
        _rubric_table(paper, (words.row, *labels), together)
        paper.add_paragraph(style="Level")  # Word joins tables that touch


def _rubric_table(paper: Any, headings: tuple[str, ...], criteria: list[CriterionSpec]) -> None:
    table, levels = paper.add_table(rows=1 + len(criteria), cols=len(headings)), len(headings) - 1
    first = Emu(WIDTH * 22 // 100)
    look.frame(table, look.LINE, [first, *[Emu((WIDTH - first) // max(levels, 1))] * levels])
    look.mark_header(table.rows[0])
    for cell, label in zip(table.rows[0].cells, headings, strict=True):
        look.shade(cell, look.SUNKEN)
        _write(cell, [(label, "Level label")])
    for row, criterion in zip(table.rows[1:], criteria, strict=True):
        look.keep_whole(row)
        _write(row.cells[0], [(criterion.title, "Level label")])
        for cell, (_, text) in zip(row.cells[1:], criterion.levels, strict=True):
            _write(cell, [(line, "Level") for line in paragraphs(text)] or [("", "Level")])


def _write(cell: Any, lines: list[tuple[str, str]]) -> None:
    for position, (text, style) in enumerate(lines):
        paragraph = cell.paragraphs[0] if position == 0 else cell.add_paragraph()
        paragraph.style = style
        paragraph.add_run(text)


def _properties(paper: Any, document: DocumentSpec, person: Person | None, revised: bool) -> None:
    core = paper.core_properties
    core.title = f"{document.title} REVISED" if revised else document.title
    core.subject, core.language = document.subtitle, document.language
    core.author = str(person) if person else document.program
    core.last_modified_by = core.comments = core.keywords = ""
    for moment in ("created", "modified"):  # the day python-docx was born
        for stamp in core._element.findall(qn(f"dcterms:{moment}")):
            core._element.remove(stamp)
    compatible = look.element("w:compat")
    compatible.append(
        look.element(
            "w:compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val="15"
        )
    )
    settings = paper.settings.element
    for old in settings.findall(qn("w:compat")):
        old.addprevious(compatible)
        settings.remove(old)
    package = paper.part.package
    part = Part(PackURI("/docProps/custom.xml"), _CUSTOM, _custom(document), package)
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)
    for relations in (package.rels, paper.part.rels):
        for key, relationship in list(relations.items()):
            if relationship.reltype.endswith(_LEFT_BEHIND):
                del relations[key]


def _custom(document: DocumentSpec) -> bytes:
    """The custom properties part, which python-docx does not write."""
    values = {
        markers.PROGRAM: document.program,
        markers.EDITION: document.edition_slug,
        markers.TERM: document.term,
        markers.DOCUMENT: document.key,
    }
    properties = "".join(
        f'<property fmtid="{_FORMAT}" pid="{pid}" name="{escape(name)}">'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for pid, (name, value) in enumerate(values.items(), start=2)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f"{properties}</Properties>"
    ).encode()


def _bytes(paper: Any) -> bytes:
    stream = io.BytesIO()
    paper.save(stream)
    return pack(unpack(stream.getvalue()))
