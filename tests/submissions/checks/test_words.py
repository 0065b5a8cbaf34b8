"""What a person sees on the page is what is read: each way in which Word writes it, once."""

import io

import pytest

from submissions.checks.blocks import Table, paragraphs_of
from submissions.checks.lists import Lists, NumberingReader, StyleReader
from submissions.checks.markup import html, words_of
from submissions.checks.words import WordReader
from submissions.checks.xml import Budget
from tests.submissions.checks.papers import W, line

SPACES = " ".join(
    f'xmlns:{prefix}="{space}"'
    for prefix, space in {
        "w": W,
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
        "v": "urn:schemas-microsoft-com:vml",
        "x": "urn:somebody-else",
    }.items()
)


def parsed(reader, body, *, spaces=SPACES, encoding="utf-8"):
    reader.read(io.BytesIO(f"<w:document {spaces}>{body}</w:document>".encode(encoding)))
    return reader


def read(body, **how):
    return parsed(WordReader(Budget(), **how), body)


def lines(body, **how):
    return [paragraph.text for paragraph in paragraphs_of(read(body, **how).blocks) if paragraph.text]


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def inside(body):
    return f"<w:p>{run('before ')}{body}{run(' after')}</w:p>"


def field(instruction, result="", more=""):
    begun = f'<w:r><w:fldChar w:fldCharType="begin">{more}</w:fldChar></w:r>'
    told = f"{begun}<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    shown = f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}' if result else ""
    return f'{told}{shown}<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def alternatives(choice, fallback, requires="wps"):
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="{requires}">{choice}</mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent></w:r>"
    )


BOX = f"<wps:txbx><w:txbxContent>{line('new box')}</w:txbxContent></wps:txbx>"
OLD_BOX = f"<w:pict><v:shape><v:textbox><w:txbxContent>{line('old box')}</w:txbxContent></v:textbox></v:shape></w:pict>"
RUBY = "<w:ruby><w:rt><w:r><w:t>kan</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r></w:rubyBase></w:ruby>"
PICTURE = '<w:drawing><wp:docPr id="1" descr="Our wall"/><a:graphic><pic:pic/></a:graphic></w:drawing>'
TICKED = '<w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData>'
UNTICKED = '<w:ffData><w:checkBox><w:default w:val="0"/></w:checkBox></w:ffData>'
MATHS, ENDS = "<m:r><m:t>", "</m:t></m:r>"
POWER = f"<m:sSup><m:e>{MATHS}c{ENDS}</m:e><m:sup>{MATHS}2{ENDS}</m:sup></m:sSup>"
FRACTION = f"<m:f><m:num>{MATHS}1{ENDS}</m:num><m:den>{MATHS}2{ENDS}</m:den></m:f>"
CHOICES = "".join(f'<w:listEntry w:val="{year}"/>' for year in (2019, 2020))
CHOSEN = f'<w:ffData><w:ddList><w:result w:val="1"/>{CHOICES}</w:ddList></w:ffData>'


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (f"<w:ins>{run('new')}</w:ins>", "new"),
        ("<w:del><w:r><w:delText>old</w:delText></w:r></w:del>", ""),
        (f"<w:del><w:ins>{run('typed, then deleted')}</w:ins></w:del>", ""),
        (f"<w:moveFrom>{run('here')}</w:moveFrom><w:moveTo>{run('there')}</w:moveTo>", "there"),
        (f"<w:smartTag><w:smartTagPr/>{run('a place')}</w:smartTag>", "a place"),
        (f"<w:customXml><w:customXmlPr/>{run('wrapped')}</w:customXml>", "wrapped"),
        (f"<w:dir w:val='rtl'><w:bdo w:val='rtl'>{run('turned')}</w:bdo></w:dir>", "turned"),
        (f"<w:sdt><w:sdtPr><w:date/></w:sdtPr><w:sdtContent>{run('1 May')}</w:sdtContent></w:sdt>", "1 May"),
        (f"<w:sdt><w:sdtPr><w14:checkbox/></w:sdtPr><w:sdtContent>{run('☒')}</w:sdtContent></w:sdt>", "☒"),
        (f"<w:hyperlink>{run('a link')}</w:hyperlink>", "a link"),
        (run("hidden", "<w:vanish/>"), ""),
        (run("shown", '<w:vanish w:val="0"/>'), "shown"),
        ("<w:r><w:t>soft</w:t><w:softHyphen/><w:t>ly</w:t></w:r>", "softly"),
        ("<w:r><w:t>X</w:t><w:noBreakHyphen/><w:t>ray</w:t></w:r>", "X-ray"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:ptab/><w:t>c</w:t></w:r>", "a\tb\tc"),
        ('<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t><w:br w:type="page"/></w:r>', "a\nb\nc\n"),
        ("<w:r><w:t>typed\nby a program</w:t></w:r>", "typed by a program"),
        ("<w:r><w:t><![CDATA[<5 & >3]]></w:t></w:r>", "<5 & >3"),
        (f"<w:r>{RUBY}</w:r>", "漢"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', "☑"),
        ('<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>', "α"),
        ('<w:r><w:sym w:font="Nobody knows" w:char="E123"/></w:r>', "•"),
        (run("\uf0fc", '<w:rFonts w:ascii="Wingdings"/>'), "✓"),
        (run("ab", '<w:rFonts w:ascii="Symbol"/>'), "αβ"),
        (field("PAGE", run("7")), "7"),
        (field(f'IF {field("MERGEFIELD x", run("1"))} = 1', run("yes")), "yes"),
        (field("FORMTEXT", run("filled in")), "filled in"),
        (field("FORMCHECKBOX", more=TICKED), "☒"),
        (field("FORMCHECKBOX", more=UNTICKED), "☐"),
        (field("FORMDROPDOWN", more=CHOSEN), "2020"),
        (f"<w:fldSimple w:instr='DATE'>{run('today')}</w:fldSimple>", "today"),
        (POWER, "c^2"),
        (FRACTION, "1/2"),
        (f"<w:r>{PICTURE}</w:r>", "[Picture: Our wall]"),
        ("<w:r><w:pict><v:shape alt='A plan'><v:imagedata/></v:shape></w:pict></w:r>", "[Picture: A plan]"),
        ("<w:r><w:object><v:shape><v:imagedata/></v:shape></w:object></w:r>", "[Picture without description]"),
        ("<w:r><w:pict><v:shape alt='C:/a'><v:imagedata/></v:shape></w:pict></w:r>", "[Picture without description]"),
        ("<w:r><w:drawing><wp:docPr descr='By year'/><c:chart/></w:drawing></w:r>", "[Chart: By year]"),
        ("<w:r><w:drawing><wp:docPr/><dgm:relIds/></w:drawing></w:r>", "[Diagram without description]"),
        ("<w:r><w:pict><v:shape><v:textpath string='WordArt'/></v:shape></w:pict></w:r>", "WordArt"),
        (alternatives("<x:emoji/>", "<w:t>🙂</w:t>", "w16se"), "🙂"),
        (alternatives("<w:t>of tomorrow</w:t>", "<w:t>of today</w:t>", "w99"), "of today"),
        (alternatives("<w:t>of today</w:t>", "<w:t>of yesterday</w:t>"), "of today"),
        ("<w:r><w:t>kept</w:t><w:rPr><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr></w:r>", "kept"),
    ],
)  # fmt: skip
def test_what_is_seen_in_a_line_is_read(content, seen):
    assert lines(inside(content)) == [f"before {seen} after"]


@pytest.mark.parametrize(
    ("choice", "fallback", "box"),
    [
        (BOX, OLD_BOX, "new box"),
        (f"<w:drawing><wps:wsp>{BOX}</wps:wsp></w:drawing>", "", "new box"),
        ("", OLD_BOX, "old box"),
    ],
)
def test_a_text_box_is_read_once(choice, fallback, box):
    assert lines(inside(alternatives(choice, fallback))) == ["before  after", box]


def test_a_text_box_without_an_alternative_is_read():
    assert lines(inside(f"<w:r>{OLD_BOX}</w:r>")) == ["before  after", "old box"]


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next():
    mark = '<w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>'

    reader = read(f"<w:p>{mark}{run('one ')}</w:p>{line('line')}{line('another')}")

    assert [paragraph.text for paragraph in reader.blocks] == ["one line", "another"]
    assert reader.has_changes


def test_a_field_that_never_begins_its_result_hides_nothing_that_follows():
    broken = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>'

    assert lines(broken + line("said later")) == ["said later"]


def cell(content, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def rows_of(body):
    (table,) = read(body).blocks
    assert isinstance(table, Table)
    return [[" ".join(each.text for each in paragraphs_of(one.blocks)) for one in row.cells] for row in table.rows]


def test_merged_cells_say_their_text_once():
    first = cell(line("tall"), '<w:vMerge w:val="restart"/>') + cell(line("a"))
    second = cell(line("tall"), "<w:vMerge/>") + cell(line("b"))
    third = cell(line("wide"), '<w:gridSpan w:val="2"/>')
    table = f"<w:tbl><w:tr>{first}</w:tr><w:tr>{second}</w:tr><w:tr>{third}</w:tr></w:tbl>"

    assert rows_of(table) == [["tall", "a"], ["", "b"], ["wide"]]


def test_deleted_rows_and_cells_are_left_out():
    table = (
        f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr>{cell(line('gone'))}</w:tr>"
        f"<w:tr>{cell(line('kept'))}{cell(line('gone too'), '<w:cellDel/>')}</w:tr></w:tbl>"
    )

    assert rows_of(table) == [["kept", ""]]


def test_rows_and_cells_in_controls_are_read():
    table = (
        f"<w:tbl><w:sdt><w:sdtContent><w:tr><w:sdt><w:sdtContent>{cell(line('a'))}</w:sdtContent></w:sdt>"
        f"{cell(line('b'))}</w:tr></w:sdtContent></w:sdt></w:tbl>"
    )

    assert rows_of(table) == [["a", "b"]]


def test_a_link_written_as_a_field_stays_a_link():
    blocks = read(
        f"<w:p>{field('HYPERLINK &quot;https://hub.example/a&quot;', run('the hub'))}{run(' here')}</w:p>"
    ).blocks

    assert html(blocks) == '<p><a href="https://hub.example/a" rel="noopener noreferrer">the hub</a> here</p>'


@pytest.mark.parametrize(
    ("properties", "tags"),
    [
        ("<w:u w:val='single'/>", "<u>word</u>"),
        ("<w:u w:val='none'/>", "word"),
        ("<w:strike/>", "<s>word</s>"),
        ("<w:vertAlign w:val='superscript'/>", "<sup>word</sup>"),
        ("<w:vertAlign w:val='subscript'/>", "<sub>word</sub>"),
        ("<w:rStyle w:val='Mine'/>", "<strong>word</strong>"),
        ("<w:rStyle w:val='Secret'/>", ""),
    ],
)
def test_the_look_of_words_is_kept(properties, tags):
    styles = (
        '<w:style w:styleId="Loud"><w:rPr><w:b/></w:rPr></w:style>'
        '<w:style w:styleId="Mine"><w:basedOn w:val="Loud"/></w:style>'
        '<w:style w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    lists = Lists(lambda: parsed(StyleReader(Budget()), styles).styles)

    assert html(read(f"<w:p>{run('word', properties)}</w:p>", lists=lists).blocks) == (f"<p>{tags}</p>" if tags else "")


def test_a_heading_with_a_number_is_a_heading():
    listed = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    styles = f'<w:style w:styleId="H1"><w:name w:val="heading 1"/><w:pPr>{listed}</w:pPr></w:style>'
    lists = Lists(lambda: parsed(StyleReader(Budget()), styles).styles)

    blocks = read(f'<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr>{run("Aims")}</w:p>', lists=lists).blocks

    assert html(blocks) == "<p><strong>Aims</strong></p>"


def test_a_list_that_looks_as_a_style_says_is_numbered_as_that_style_says():
    numbering = (
        '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'
        '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="Legal"/></w:abstractNum>'
        '<w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="8"><w:abstractNumId w:val="2"/></w:num>'
    )
    styles = '<w:style w:styleId="Legal"><w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style>'
    lists = Lists(
        lambda: parsed(StyleReader(Budget()), styles).styles,
        lambda: parsed(NumberingReader(Budget()), numbering).numbering,
    )

    item = f'<w:p><w:pPr><w:numPr><w:numId w:val="8"/></w:numPr></w:pPr>{run("first")}</w:p>'

    assert html(read(item, lists=lists).blocks) == "<ol><li>first</li></ol>"


def test_words_in_notes_and_boxes_count_and_what_is_added_does_not():
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    reader = read(
        f"<w:p>{run('Two words')}{note}<w:r>{PICTURE}</w:r></w:p>{inside(f'<w:r>{OLD_BOX}</w:r>')}",
        notes={"footnote 2": "said below"},
    )

    assert [paragraph.text for paragraph in paragraphs_of(reader.blocks)][0] == (
        "Two words [Note: said below][Picture: Our wall]"
    )
    assert words_of(reader.blocks) == 2 + 2 + 2 + 2


@pytest.mark.parametrize(
    "spaces",
    [
        f'xmlns:w="{W}"',
        f"xmlns:w  =  '{W}'",
        'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"',
        f'xmlns:w="{W}" xmlns:later="urn:x"',
    ],
)
def test_a_namespace_is_known_however_it_is_declared(spaces):
    assert [each.text for each in parsed(WordReader(Budget()), line("read"), spaces=spaces).blocks] == ["read"]


@pytest.mark.parametrize(
    "document",
    [
        f'<ns0:document xmlns:ns0="{W}"><ns0:p><ns0:r><ns0:t>read</ns0:t></ns0:r></ns0:p></ns0:document>',
        f'<document xmlns="{W}"><p><r><t>read</t></r></p></document>',
        f'<w:document xmlns:w="{W}"><q:p xmlns:q="{W}"><q:r><q:t>read</q:t></q:r></q:p></w:document>',
        f'<w:document xmlns:w="{W}"><w:p><w:r><w:t>read</w:t><w:t xmlns:w="urn:x">no</w:t></w:r></w:p></w:document>',
        f'<w:document xmlns:w="{W}"><!-- xmlns --><w:p><w:r><w:t>read</w:t></w:r></w:p></w:document>',
        f'<w:document xmlns:w="{W.replace("main", "&#109;ain")}"><w:p><w:r><w:t>read</w:t></w:r></w:p></w:document>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_another_prefix_means_the_same(document, encoding):
    reader = WordReader(Budget())
    reader.read(io.BytesIO(document.encode(encoding)))

    assert [each.text for each in paragraphs_of(reader.blocks)] == ["read"]


@pytest.mark.parametrize("size", range(1, 40))
def test_a_declaration_may_lie_across_two_pieces(size, monkeypatch):
    monkeypatch.setattr("submissions.checks.xml.PIECE", size)
    document = f'<w:document xmlns:w="{W}"><q:p xmlns:q="{W}"><q:r><q:t>read</q:t></q:r></q:p></w:document>'
    reader = WordReader(Budget())
    reader.read(io.BytesIO(document.encode()))

    assert [each.text for each in paragraphs_of(reader.blocks)] == ["read"]
