"""Letters: filled in completely or not at all, alike as text and as HTML, and harmless whatever people are called."""

import pytest

from microcred import letters
from microcred.verdict import Refused


def test_text_and_html_say_the_same():
    letter = letters.compose("To {{ name }}", "Dear {{ name }},\n\n[See **it**]({{ link }})", {
        "name": "Ada", "link": letters.Markdown("https://example.org/a_b/"),
    })  # fmt: skip

    assert (letter.subject, letter.text) == ("To Ada", "Dear Ada,\n\nSee it: https://example.org/a_b/\n")
    assert '<a href="https://example.org/a_b/">See <strong>it</strong></a>' in letter.html


@pytest.mark.parametrize("values", [{}, {"due": ""}, {"due": "  "}])
def test_a_hole_stops_the_letter(values):
    with pytest.raises(Refused) as refusal:
        letters.compose("Due", "Due {{ due }}", values)

    assert str(refusal.value) == "The letter cannot be written: “due” has no value."


@pytest.mark.parametrize(
    "name", ["A*da* _W_", "<b>Ada</b>", "[Ada](https://elsewhere.example.org)", "A\\da", "{{ x }}"]
)
def test_what_people_typed_stands_as_they_typed_it(name):
    letter = letters.compose("To {{ name }}", "{{ name }}", {"name": name})

    assert (letter.subject, letter.text) == (f"To {name}", f"{name}\n")
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
