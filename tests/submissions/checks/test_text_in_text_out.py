"""Whatever is put into a Word file comes out again: by whom it was written, and in how many pieces."""

import io
from html.parser import HTMLParser
from xml.sax.saxutils import escape, quoteattr

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions.checks.answers import Reading
from submissions.checks.blocks import paragraphs_of
from submissions.checks.document import read
from submissions.checks.markup import html, plain
from submissions.checks.package import Package
from submissions.checks.words import WordReader
from submissions.checks.xml import Budget
from tests.submissions.checks import papers
from tests.submissions.checks.papers import R, W

pytestmark = pytest.mark.files

# Every character that XML allows but line ends, which are elements in a Word file; often those that mean something.
LEGAL = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
TEXT = st.text(st.one_of(LEGAL, st.sampled_from("\t <>&\"'[]{}\\-–’é漢🙂\u0301\u00a0\u200b\u2028\u202e\ue000\uf0fc")))
WRITTEN = TEXT.filter(str.strip)
BLOCKS = st.recursive(
    st.lists(WRITTEN, min_size=1, max_size=3),
    lambda inner: st.lists(st.one_of(WRITTEN, st.lists(inner, min_size=1, max_size=2)), min_size=1, max_size=3),
    max_leaves=6,
)


def texts(content):
    blocks = read(Package(io.BytesIO(content))).blocks
    return [paragraph.text for paragraph in paragraphs_of(blocks) if paragraph.text]


def flat(blocks):
    return [text for block in blocks for text in ([block.strip()] if isinstance(block, str) else flat(block))]


def write(place, blocks):
    """Texts as paragraphs, a list as a table of one column with a cell for each of its items."""
    for block in blocks:
        if isinstance(block, str):
            place.add_paragraph(block)
            continue
        table = place.add_table(len(block), 1)
        for row, inside in zip(table.rows, block, strict=True):
            write(row.cells[0], inside if isinstance(inside, list) else [inside])


@settings(max_examples=40)
@given(BLOCKS)
def test_what_python_docx_writes_is_read(blocks):
    made = docx.Document()
    write(made, blocks)
    saved = io.BytesIO()
    made.save(saved)

    assert texts(saved.getvalue()) == flat(blocks)


@settings(max_examples=60)
@given(st.lists(WRITTEN, min_size=1, max_size=4), st.booleans())
def test_what_is_typed_into_a_template_is_its_answer(lines, loses_tags):
    typed = [f"Thus: {line}" for line in lines]  # a line could else be a question's number, or the placeholder

    blocks = read(Package(io.BytesIO(papers.filled({"L2-RG-Q2": typed}, lose_tags=loses_tags)))).blocks
    answers = {answer.code: answer.text for answer in Reading(papers.expectation().slot, blocks).answers}

    assert answers["L2-RG-Q2"] == "\n\n".join(line.strip() for line in typed)


WRAPPERS = st.sampled_from(
    [
        "{}",
        '<w:ins w:id="1">{}</w:ins>',
        '<w:moveTo w:id="1">{}</w:moveTo>',
        '<w:smartTag w:element="place">{}</w:smartTag>',
        "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>",
        '<w:hyperlink w:anchor="there">{}</w:hyperlink>',
        '<w:fldSimple w:instr="QUOTE">{}</w:fldSimple>',
        "<w:customXml>{}</w:customXml>",
    ]
)
BETWEEN = st.sampled_from(
    [
        "",
        '<w:proofErr w:type="spellStart"/>',
        '<w:bookmarkStart w:id="1" w:name="_GoBack"/><w:bookmarkEnd w:id="1"/>',
        '<w:del w:id="2"><w:r><w:delText>gone</w:delText></w:r></w:del>',
        "<w:r><w:lastRenderedPageBreak/></w:r>",
        '<w:commentRangeStart w:id="3"/>',
    ]
)


@given(st.lists(st.tuples(TEXT, WRAPPERS, BETWEEN), min_size=1, max_size=8))
def test_a_line_in_many_pieces_is_one_line(pieces):
    runs = "".join(
        wrapper.format(f'<w:r><w:rPr/><w:t xml:space="preserve">{escape(text)}</w:t></w:r>') + between
        for text, wrapper, between in pieces
    )
    reader = read_body(f"<w:p>{runs}</w:p>")

    assert "".join(paragraph.text for paragraph in paragraphs_of(reader.blocks)) == (
        "".join(text for text, _, _ in pieces).strip()
    )


def read_body(body, **how):
    reader = WordReader(Budget(), **how)
    reader.read(io.BytesIO(f'<w:document xmlns:w="{W}" xmlns:r="{R}" {DRAWN}>{body}</w:document>'.encode()))
    return reader


DRAWN = (
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
ALLOWED = {
    **dict.fromkeys(("p", "strong", "em", "u", "s", "sub", "sup", "br", "ul", "ol", "li"), frozenset()),
    **dict.fromkeys(("table", "thead", "tbody", "tr"), frozenset()),
    **dict.fromkeys(("td", "th"), frozenset({"colspan"})),
    "a": frozenset({"href", "rel"}),
}
PROPERTIES = st.lists(
    st.sampled_from(["<w:b/>", "<w:i/>", '<w:u w:val="single"/>', "<w:strike/>", '<w:vertAlign w:val="subscript"/>']),
)
HOSTILE = st.one_of(
    TEXT,
    st.sampled_from(["<script>alert(1)</script>", "--><img src=x onerror=alert(1)>", "&lt;b&gt;", "</p><style>"]),
)
TARGETS = st.one_of(
    HOSTILE,
    st.sampled_from(["javascript:alert(1)", " JavaScript:x", "data:text/html,x", "https://a.example/?a=1&b='\"<>"]),
    HOSTILE.map("https://hub.example/{}".format),
)


class Seen(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.text, self.open = "", []

    def handle_starttag(self, tag, attributes):
        assert dict(attributes).keys() <= ALLOWED[tag]
        for _, value in (each for each in attributes if each[0] == "href"):
            assert value.lower().startswith(("http://", "https://", "mailto:"))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


@given(st.lists(st.tuples(HOSTILE, PROPERTIES, TARGETS, HOSTILE), min_size=1, max_size=4), st.booleans())
def test_the_html_has_no_tag_but_ours_whatever_stands_in_the_file(runs, in_table):
    written = "".join(
        f'<w:hyperlink r:id="r{number}"><w:r><w:rPr>{"".join(properties)}</w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:hyperlink>'
        f"<w:r><w:drawing><wp:docPr descr={quoteattr(alt)}/><pic:pic/></w:drawing></w:r>"
        for number, (text, properties, _, alt) in enumerate(runs)
    )
    body = f"<w:p>{written}</w:p>"
    table = f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{body}</w:tc></w:tr></w:tbl>'
    links = {f"r{number}": target for number, (_, _, target, _) in enumerate(runs)}

    blocks = read_body(table if in_table else body, links=links).blocks
    seen = Seen()
    seen.feed(html(blocks))
    seen.close()

    assert seen.open == []
    assert seen.text.split() == plain(blocks).split()
