"""Habits of word processors that cannot be run here, as changes to the main part of a filled-in document.

Each takes WordprocessingML and gives it back as Google Docs, Word, Word for Mac, WPS, ONLYOFFICE or Pages would have
left it. None changes a word that a person sees, unless its name says so.
"""

import re
from collections.abc import Callable

printed_code = re.compile(r"\[(L2-[A-Z]{2}-Q\d)\]")
_CODE_RUN = re.compile(r"<w:r>(?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?<w:t>\[(L2-[A-Z]{2}-Q\d)\]</w:t></w:r>")
_TEXT_RUN = re.compile(
    r'<w:r>((?:<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)?)<w:t( xml:space="preserve")?>([^<&]{8,})</w:t></w:r>'
)
_TABLE = re.compile(
    r"</?w:(?:tbl|tr|tc)>|<w:tblPr>.*?</w:tblPr>|<w:(?:tblGrid|trPr|tcPr)>.*?</w:(?:tblGrid|trPr|tcPr)>"
)
_CONTROL = re.compile(r"<w:sdt>(?:<w:sdtPr>.*?</w:sdtPr>)?<w:sdtContent>|</w:sdtContent></w:sdt>", re.DOTALL)
_AUTHOR = 'w:id="7" w:author="Dana" w:date="2023-11-01T00:00:00Z"'


def _code_runs(runs: Callable[[str], str]) -> Callable[[str], str]:
    """A habit that writes every printed code as `runs` of it."""
    return lambda body: _CODE_RUN.sub(lambda found: runs(found[1]), body)


def _codes(written: Callable[[str], str]) -> Callable[[str], str]:
    """A habit that leaves every printed code as `written`."""
    return lambda body: printed_code.sub(lambda found: written(found[1]), body)


def _run(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def without_controls(body: str) -> str:
    """Pages, and most that are not Word: the control goes, what is in it stays."""
    return _CONTROL.sub("", body)


def without_bookmarks(body: str) -> str:
    return re.sub(r"<w:bookmark(?:Start|End)[^>]*/>", "", body)


def renamed_bookmarks(body: str) -> str:
    """Google Docs gives every bookmark a name of its own."""
    return re.sub(r'w:name="answer_[^"]*"', 'w:name="kix.9v3x1m"', body)


def spelling_marks(body: str) -> str:
    """Word: a run ends where a word is underlined in red, and rsids tell in which session it was typed."""

    def split(found: re.Match[str]) -> str:
        properties, text = found[1], found[3]
        middle = text.index(" ") if " " in text else len(text) // 2
        ids = properties or ""
        return (
            f'<w:r w:rsidR="00A1">{ids}<w:t xml:space="preserve">{text[:3]}</w:t></w:r>'
            f'<w:proofErr w:type="spellStart"/>'
            f'<w:r w:rsidR="00B2">{ids}<w:t xml:space="preserve">{text[3 : max(middle, 3)]}</w:t></w:r>'
            f'<w:proofErr w:type="spellEnd"/><w:r>{ids}<w:lastRenderedPageBreak/>'
            f'<w:t xml:space="preserve">{text[max(middle, 3) :]}</w:t></w:r>'
        )

    return _TEXT_RUN.sub(split, body)


def smart_tags(body: str) -> str:
    """Word 2003 and 2007: places and dates in elements of their own."""
    return _TEXT_RUN.sub(lambda found: f'<w:smartTag w:uri="urn:x" w:element="place">{found[0]}</w:smartTag>', body)


def google_wrappers(body: str) -> str:
    """Google Docs: a control of its own around every run, paragraph, row and table."""
    body = renamed_bookmarks(without_controls(body))
    count = iter(range(1_000_000))

    def wrapped(found: re.Match[str]) -> str:
        tag = f'<w:sdtPr><w:id w:val="{next(count)}"/><w:tag w:val="goog_rdk_{next(count)}"/></w:sdtPr>'
        return f"<w:sdt>{tag}<w:sdtContent>{found[0]}</w:sdtContent></w:sdt>"

    body = _TEXT_RUN.sub(wrapped, body)
    for element in ("p", "tr"):
        body = re.sub(rf"<w:{element}>(?:(?!<w:{element}>).)*?</w:{element}>", wrapped, body, flags=re.DOTALL)
    return body


def renamed_styles(body: str) -> str:
    return re.sub(r'<w:pStyle w:val="(?:Answer|Prompt|Hint|Printedcode|PrintedCode)"/>', '<w:pStyle w:val="a3"/>', body)


def tracked_answers(body: str) -> str:
    """Track changes was on: every text was inserted, and something else deleted before it."""
    gone = f"<w:del {_AUTHOR}><w:r><w:delText>an earlier try </w:delText></w:r></w:del>"
    return _TEXT_RUN.sub(lambda found: f"{gone}<w:ins {_AUTHOR}>{found[0]}</w:ins>", body)


def flattened_tables(body: str) -> str:
    """Table, convert to text."""
    return _TABLE.sub("", without_controls(body))


def text_boxes(body: str) -> str:
    """Every question and its answer in a text box, written twice: for new readers and for old ones."""
    boxed, began, depth = body, 0, 0
    for tag in re.finditer(r"<(/?)w:tbl>", body):
        depth += -1 if tag[1] else 1
        if depth == 1 and not tag[1]:
            began = tag.start()
        elif depth == 0 and printed_code.search(table := body[began : tag.end()]):
            boxed = boxed.replace(table, _text_box(flattened_tables(table)))
    return boxed


def _text_box(inside: str) -> str:
    box = f"<w:txbxContent>{inside}</w:txbxContent>"
    return (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>'
        "</mc:AlternateContent></w:r></w:p>"
    )


def chosen_content(body: str) -> str:
    """Every run in a choice between a new and an old way of saying it."""
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    return _TEXT_RUN.sub(
        lambda found: (
            f'<mc:AlternateContent {mc}><mc:Choice Requires="w14">{found[0]}</mc:Choice>'
            f"<mc:Fallback>{found[0]}</mc:Fallback></mc:AlternateContent>"
        ),
        body,
    )


def strict(body: str) -> str:
    """Strict Open XML, of which the main part is enough to tell."""
    return body.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )


def one_row_each(body: str) -> str:
    """Question and answer in cells beside each other, merged as somebody liked it."""
    cell = '</w:tc><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'
    return re.sub(r"(\[L2-[A-Z]{2}-Q\d\]</w:t></w:r></w:p>)</w:tc></w:tr><w:tr>.*?<w:tc>", rf"\1{cell}", body)


def split_tables(body: str) -> str:
    """Table, split: the box under its question becomes a table of its own."""
    start = '<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="9000"/></w:tblGrid>'
    return re.sub(
        r"(\[L2-[A-Z]{2}-Q\d\]</w:t></w:r></w:p></w:tc></w:tr>)(<w:tr>)",
        rf"\1</w:tbl><w:p/>{start}\2",
        without_controls(body),
    )


def code_in_the_line_of_its_question(body: str) -> str:
    """A line break instead of a paragraph between question and code."""
    return re.sub(
        r"</w:p>(?:<w:p><w:pPr>(?:(?!</w:pPr>).)*</w:pPr>)(<w:r>(?:(?!</w:r>).)*\[L2-[A-Z]{2}-Q\d\])",
        r"<w:r><w:br/></w:r>\1",
        body,
    )


CODES: dict[str, Callable[[str], str]] = {
    "split": _code_runs(lambda code: _run("[") + _run(code[:2]) + _run(code[2:5]) + _run(code[5:]) + _run("]")),
    "spelling marks": _code_runs(lambda code: f'{_run("[")}<w:proofErr w:type="gramStart"/>{_run(code)}{_run("]")}'),
    "soft breaks": _code_runs(lambda code: _run(f"[{code}").replace("-", "</w:t><w:noBreakHyphen/><w:t>") + _run("]")),
    "autocorrected dashes": _codes(lambda code: f"[{code.replace('-', '–')}]"),
    "hyphens that do not break": _codes(lambda code: f"[{code.replace('-', chr(0x2011))}]"),
    "minus signs": _codes(lambda code: f"[{code.replace('-', '−')}]"),
    "lower case": _codes(lambda code: f"[{code.lower()}]"),
    "round brackets": _codes(lambda code: f"({code})"),
    "wide brackets": _codes(lambda code: f"［{code}］"),
    "wide signs": _codes(lambda code: "".join(chr(ord(sign) + 0xFEE0) for sign in f"[{code}]")),
    "no brackets": _codes(lambda code: code),
    "spaces": _codes(lambda code: f" [ {code.replace('-', ' - ')} ] "),
    "signs without width": _codes(lambda code: f"[\u200b{code}\ufeff]"),
    "inserted": _code_runs(lambda code: f"<w:ins {_AUTHOR}>{_run(f'[{code}]')}</w:ins>"),
    "partly deleted": _code_runs(
        lambda code: f"{_run('[L2')}<w:del {_AUTHOR}><w:r><w:delText>x</w:delText></w:r></w:del>{_run(code[2:] + ']')}"
    ),
    "coloured": _code_runs(lambda code: _run(f"[{code}]", '<w:rPr><w:color w:val="FFFFFF"/><w:sz w:val="2"/></w:rPr>')),
    "with a link": _code_runs(lambda code: f'<w:hyperlink w:anchor="x">{_run(f"[{code}]")}</w:hyperlink>'),
}
HABITS: dict[str, Callable[[str], str]] = {
    habit.__name__.replace("_", " "): habit
    for habit in (
        *(without_controls, without_bookmarks, renamed_bookmarks, spelling_marks, smart_tags, google_wrappers),
        *(renamed_styles, tracked_answers, flattened_tables, text_boxes, chosen_content, strict, one_row_each),
        *(split_tables, code_in_the_line_of_its_question),
    )
}
