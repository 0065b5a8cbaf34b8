"""How the paper looks: fonts, colours and the few pieces of Word's XML that python-docx has no words for."""

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

FONT = "Calibri"
INK, QUIET, LEAF = "17211E", "5A6863", "0C5B4B"
LEAF_SOFT, SUNKEN, LINE, EDGE, WHITE = "E0EFEA", "F4F6F5", "D9E0DD", "75837E", "FFFFFF"

# name: size, colour, bold, space before, space after, kept with the next paragraph
STYLES = {
    "Normal": (11, INK, False, 0, 6, False),
    "Title": (26, LEAF, True, 0, 0, True),
    "Subtitle": (13, QUIET, False, 0, 14, True),
    "Heading 1": (17, LEAF, True, 22, 4, True),
    "Heading 2": (13, LEAF, True, 18, 5, True),
    "Heading 3": (10, QUIET, True, 9, 3, True),
    "Footer": (8.5, QUIET, False, 0, 0, False),
    "Applicant": (11, INK, False, 0, 10, False),
    "Prompt": (11.5, INK, True, 2, 3, True),
    "Hint": (10, QUIET, False, 0, 3, True),
    "Printed code": (8, QUIET, False, 0, 2, True),
    "Answer": (11, INK, False, 3, 5, False),
    "Level": (9, INK, False, 1, 2, False),
    "Level label": (9, LEAF, True, 1, 1, True),
}
LISTS = ("List Bullet", "List Number")


def dress(document: Any, language: str) -> None:
    """Give the document its styles and its language, and drop the hundred that nothing here uses."""
    _drop_unused(document.styles)
    for name, style in STYLES.items():
        _style(document.styles, name, *style)
    _drop_tabs(document.styles["Footer"])
    for name in LISTS:
        _font(document.styles[name], 11, INK, False)
    _placeholder_style(document.styles)
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), language)


def shade(cell: Any, fill: str) -> None:
    cell._tc.get_or_add_tcPr().append(element("w:shd", val="clear", color="auto", fill=fill))


def frame(table: Any, colour: str, widths: list[int]) -> None:
    """Thin lines, air inside the cells, fixed widths that every word processor keeps."""
    properties = table._tbl.tblPr
    table.autofit = False
    borders = element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(element(f"w:{side}", val="single", sz="4", space="0", color=colour))
    margins = element("w:tblCellMar")
    for side, twips in (("top", 60), ("left", 130), ("bottom", 60), ("right", 130)):
        margins.append(element(f"w:{side}", w=str(twips), type="dxa"))
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def mark_header(row: Any) -> None:
    """A header row: announced as one, repeated on the next page, never split."""
    properties = row._tr.get_or_add_trPr()
    properties.append(element("w:cantSplit"))
    properties.append(element("w:tblHeader"))


def keep_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(element("w:cantSplit"))


def element(tag: str, /, **attributes: str) -> Any:
    """A piece of Word's XML: `element("w:tag", val="x")`."""
    made = OxmlElement(tag)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _style(
    styles: Any, name: str, size: float, colour: str, bold: bool, before: float, after: float, keep: bool
) -> None:
    known = {style.name for style in styles}
    style = styles[name] if name in known else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    _font(style, size, colour, bold)
    shape = style.paragraph_format
    shape.space_before, shape.space_after, shape.keep_with_next = Pt(before), Pt(after), keep
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.MULTIPLE, 1.12
    for rule in style.element.findall(f"{qn('w:pPr')}/{qn('w:pBdr')}"):
        rule.getparent().remove(rule)


def _font(style: Any, size: float, colour: str, bold: bool) -> None:
    font = style.font
    font.size, font.bold, font.italic, font.name = Pt(size), bold, False, FONT
    font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.rPr.rFonts
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
    for name in ("w:spacing", "w:kern"):
        for extra in style.element.rPr.findall(qn(name)):
            style.element.rPr.remove(extra)


def _placeholder_style(styles: Any) -> None:
    style = styles.add_style("Placeholder Text", WD_STYLE_TYPE.CHARACTER)
    style.font.color.rgb = RGBColor.from_string(QUIET)


def _drop_unused(styles: Any) -> None:
    """python-docx looks through all of them for every paragraph; its whole set makes a template three times slower."""
    kept = {name.lower() for name in (*STYLES, *LISTS)}
    for style in list(styles.element.findall(qn("w:style"))):
        name = style.find(qn("w:name")).get(qn("w:val")).lower()
        if name not in kept and style.get(qn("w:default")) != "1":
            styles.element.remove(style)
    for style in styles.element.findall(qn("w:style")):
        for link in style.findall(qn("w:link")):
            style.remove(link)


def _drop_tabs(style: Any) -> None:
    for tabs in list(style.element.iter(qn("w:tabs"))):
        tabs.getparent().remove(tabs)
