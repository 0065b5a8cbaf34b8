"""Letters: filled in completely or not at all, alike as text and as HTML, and harmless whatever people are called."""

import pytest

from microcred import letters
from microcred.plain import as_text
from microcred.verdict import Refused

LINK = letters.Markdown("https://example.org/a_b/")


def test_the_link_that_stands_alone_is_a_button_with_its_address_below():
    letter = letters.compose(
        "To {{ name }}", "Dear {{ name }},\n\n[See **it**]({{ link }})", {"name": "Ada", "link": LINK}
    )

    assert (letter.subject, letter.text) == ("To Ada", "Dear Ada,\n\nSee it: https://example.org/a_b/\n")
    assert (
        '<p><a href="https://example.org/a_b/" class="btn">See <strong>it</strong></a><br />\n'
        '<a href="https://example.org/a_b/">https://example.org/a_b/</a></p>'
    ) in letter.html


def test_a_letter_has_one_button():
    letter = letters.compose("To Ada", "[One]({{ link }})\n\n[Two]({{ link }})", {"link": LINK})

    assert letter.html.count('class="btn"') == 1


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("See [it](https://example.org/) now.", "See it <https://example.org/> now."),
        ("<https://example.org/>", "https://example.org/"),
        ("It is at <https://example.org/>.", "It is at <https://example.org/>."),
        ("<team@example.org>", "team@example.org"),
        ("One\nline, [a](https://example.org/)\\\nanother", "One line, a <https://example.org/>\nanother"),
        ("- one\n- two\n  - deep", "- one\n- two\n  - deep"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("> said\n>\n> more", "> said\n> \n> more"),
        ("# *So* `it` is", "So it is"),
        ("above\n\n---\n\n    below", "above\n\n* * *\n\nbelow"),
        ("A&amp;B", "A&B"),
    ],
)
def test_markdown_is_laid_out_as_people_write_mail(source, text):
    assert as_text(source) == text


def test_no_letter_fetches_a_picture():
    letter = letters.compose("A", "![seen](https://elsewhere.example.org/seen.gif)", {})

    assert "<img" not in letter.html


def test_an_inbox_shows_the_first_words_after_the_salutation():
    letter = letters.compose("A", "Chère Ada,\n\nIt is **due** today.\n\nThe team", {})

    assert 'aria-hidden="true">It is due today.</div>' in letter.html


def test_a_letter_says_its_language():
    assert '<html lang="fr">' in letters.compose("A", "x", {}, language="fr").html


def test_what_people_wrote_keeps_its_lines_and_paragraphs():
    letter = letters.compose("A", "{{ why }}", {"why": "Page one:\r\n    - is *missing*\n\n\n=== Page two"})

    assert letter.text == "Page one:\n- is *missing*\n\n=== Page two\n"
    assert "<li>" not in letter.html and "<pre>" not in letter.html and "<h1>" not in letter.html


@pytest.mark.parametrize("values", [{}, {"due": ""}, {"due": "  "}])
def test_a_hole_stops_the_letter(values):
    with pytest.raises(Refused) as refusal:
        letters.compose("Due", "Due {{ due }}", values)

    assert str(refusal.value) == "The letter cannot be written: “due” has no value."


@pytest.mark.parametrize(
    "name",
    [
        "A*da* _W_",
        "<b>Ada</b>",
        "[Ada](https://elsewhere.example.org)",
        "A\\da",
        "{{ x }}",
        "A&amp;da",
        "1. Ada",
        "Ada\n===",
    ],
)
def test_what_people_typed_stands_as_they_typed_it(name):
    letter = letters.compose("To {{ name }}", "{{ name }}", {"name": name})

    assert (letter.subject, letter.text) == (f"To {' '.join(name.split())}", f"{name}\n")
    assert "<b>" not in letter.html and "<a" not in letter.html and "<em>" not in letter.html


def test_raw_html_in_a_letter_is_text():
    assert letters.as_html("<script>x</script>") == "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"


def test_a_link_that_would_run_code_is_none():
    assert "<a" not in letters.as_html("[go](javascript:x)")


def test_a_subject_is_one_line():
    assert letters.compose("A\n {{ name }}", "x", {"name": "Ada\r\nBcc: all"}).subject == "A Ada Bcc: all"


@pytest.mark.parametrize(("signs", "subject"), [(200, "A" * 200), (201, "A" * 197 + "…")])
def test_a_subject_too_long_to_keep_is_cut(signs, subject):
    assert letters.compose("{{ name }}", "x", {"name": "A" * signs}).subject == subject


def test_only_the_middle_of_a_letter_is_shown_on_a_page():
    letter = letters.compose("A", "Dear *Ada*", {}, footer="Why you got it")

    assert letters.body_of(letter.html).strip() == "<p>Dear <em>Ada</em></p>"


def test_links_of_a_letter_lead_nowhere_for_those_who_did_not_get_it():
    letter = letters.compose("Hi", "See [your page](https://x.example/my/).\n\n[Add it](https://x.example/my/)", {})

    assert letters.body_of(letter.html).split() == (
        "<p>See <u>your page</u>.</p> <p><u>Add it</u><br> <u>https://x.example/my/</u></p>".split()
    )
