"""What a reviewer sees of an answer: the formatting that matters, and nothing that could do harm."""

import nh3
import pytest

from submissions.checks.markup import count_words
from tests.submissions.checks.papers import W as WORD
from tests.submissions.checks.papers import added, filled, line, related, replaced, written


def html_of(examine, runs):
    """The HTML of a first answer that consists of these runs."""
    content = replaced(filled({"L2-RG-Q1": "HERE"}), '<w:r><w:t xml:space="preserve">HERE</w:t></w:r>', runs)
    return examine(content).answers[0].html


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.mark.parametrize(
    ("runs", "html"),
    [
        (run("plain"), "<p>plain</p>"),
        (run("a ") + run("bold", "<w:b/>") + run(" word"), "<p>a <strong>bold</strong> word</p>"),
        (run("it", '<w:i w:val="1"/>') + run("alic", "<w:i/>"), "<p><em>italic</em></p>"),
        (run("not", '<w:b w:val="0"/>'), "<p>not</p>"),
        (run("both", "<w:b/><w:i/>"), "<p><strong><em>both</em></strong></p>"),
        (run("&lt;script&gt;alert(1)&lt;/script&gt; &amp;"), "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp;</p>"),
        ("<w:r><w:t>one</w:t><w:br/><w:t>two</w:t></w:r>", "<p>one<br>two</p>"),
        ("<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r>", "<p>a-b c</p>"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', "<p>✓</p>"),
    ],
)
def test_formatting_that_matters_is_kept(examine, runs, html):
    assert html_of(examine, runs) == html


def test_lists_are_nested_as_they_were(examine):
    def item(text, number, level):
        properties = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
        return f"<w:p>{properties}{run(text)}</w:p>"

    numbering = (
        f'<w:numbering xmlns:w="{WORD}"><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0">'
        '<w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="5"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )
    items = item("one", 5, 0) + item("inner", 9, 1) + item("two", 5, 0) + item("other", 9, 0)
    content = replaced(filled({"L2-RG-Q1": "HERE"}), "</w:p></w:sdtContent>", f"</w:p>{items}</w:sdtContent>")
    content = added(content, word__numbering_dot_xml=numbering.encode())

    assert examine(content).answers[0].html == (
        "<p>HERE</p><ol><li>one<ul><li>inner</li></ul></li><li>two</li></ol><ul><li>other</li></ul>"
    )


def test_bullets_of_a_style_are_a_list(examine):
    answer = examine(filled({"L2-RG-Q1": ["We did", "- this", "- that"]})).answers[0]

    assert answer.html == "<p>We did</p><ul><li>this</li><li>that</li></ul>"
    assert answer.text == "We did\n\nthis\n\nthat"


@pytest.mark.parametrize(
    ("target", "html"),
    [
        (
            "https://hub.example/?a=1&amp;b=2",
            '<p><a href="https://hub.example/?a=1&amp;b=2" rel="noopener noreferrer">the hub</a></p>',
        ),
        ("javascript:alert(1)", "<p>the hub</p>"),
        ("file:///etc/passwd", "<p>the hub</p>"),
    ],
)
def test_only_links_to_the_web_stay_links(examine, target, html):
    link = '<w:hyperlink r:id="rIdX">' + run("the hub") + "</w:hyperlink>"
    content = replaced(filled({"L2-RG-Q1": "HERE"}), '<w:r><w:t xml:space="preserve">HERE</w:t></w:r>', link)

    assert examine(related(content, "hyperlink", target)).answers[0].html == html


def test_a_table_keeps_its_header_and_its_spans(examine):
    table = (
        f"<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>{line('Head')}"
        f"</w:tc></w:tr><w:tr><w:tc>{line('a')}</w:tc><w:tc>{line('b')}</w:tc></w:tr></w:tbl>"
    )
    content = replaced(filled({"L2-RG-Q1": "HERE"}), "</w:p></w:sdtContent>", f"</w:p>{table}</w:sdtContent>")

    assert examine(content).answers[0].html == (
        '<p>HERE</p><table><thead><tr><th colspan="2"><p>Head</p></th></tr></thead>'
        "<tbody><tr><td><p>a</p></td><td><p>b</p></td></tr></tbody></table>"
    )


def test_the_html_needs_no_cleaning(examine):
    hostile = run("&lt;img src=x onerror=alert(1)&gt;", "<w:b/>") + run("“quoted” &amp; 'so'", "<w:i/>")
    nested = f"<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc>{line('in')}</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>"
    content = replaced(
        filled({"L2-RG-Q1": ["HERE", "- point"]}), '<w:r><w:t xml:space="preserve">HERE</w:t></w:r>', hostile
    )
    content = replaced(content, "</w:p></w:sdtContent>", f"</w:p>{nested}</w:sdtContent>")

    html = examine(content).answers[0].html

    assert "<strong>" in html and "<table>" in html and "<ul>" in html
    assert nh3.clean(html) == html


def test_deep_nesting_is_read(examine):
    tables = "<w:tbl><w:tr><w:tc>" * 60 + line("deep") + "</w:tc></w:tr></w:tbl>" * 60

    assert examine(written(tables)).outside == "deep"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("One two  three", 3),
        ("don't stop-gap 3.5", 3),
        ("no\u00a0break", 2),
        ("\u200b \u200b", 0),
        ("zero\u200bwidth", 1),
        ("実施の段階", 5),
        ("- yes", 2),
        ("before – after", 3),
        ("before—after", 1),
        ("3,500 and/or 12 %", 4),
        ("“quoted”, she said…", 3),
        ("soft\u00adly", 1),
        ("実施、段階。", 6),
        ("실행 단계", 2),
        ("three 段階 more", 4),
        ("a\tb\nc", 3),
        ("🙂 🙂", 2),
        (" both ends ", 2),
    ],
)
def test_words_are_counted_as_word_counts_them(text, words):
    assert count_words(text) == words
