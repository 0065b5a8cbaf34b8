"""What changed since the last version, word by word."""

import pytest

from reviews import changes


@pytest.mark.parametrize(
    ("before", "after", "html", "new_words"),
    [
        ("One stage.", "One stage.", "<p>One stage.</p>", 0),
        ("One stage.", "One new stage.", "<p>One <ins>new</ins> stage.</p>", 1),
        ("One old stage.", "One stage.", "<p>One <del>old</del> stage.</p>", 0),
        ("It was bad.", "It was very good.", "<p>It was <del>bad</del> <ins>very good</ins>.</p>", 2),
        (
            "One stage.",
            "One stage.\nTwo schools.",
            '<p>One stage.</p>\n<p class="new"><span class="lab">New paragraph</span><ins>Two schools.</ins></p>',
            2,
        ),
        (
            "One stage.\nTwo schools.",
            "Two schools.",
            (
                '<details class="removed"><summary>Paragraph removed, show</summary>'
                "<p><del>One stage.</del></p></details>\n<p>Two schools.</p>"
            ),
            0,
        ),
        ("", "", "", 0),
    ],
)
def test_words_that_came_and_went_are_marked(before, after, html, new_words):
    assert changes.between(before, after) == changes.Changes(html, new_words)


def test_what_an_applicant_typed_is_text_and_never_markup():
    found = changes.between("a <b>", "a <script>alert(1)</script> <b>")

    assert "<script>" not in found.html
    assert "&lt;" in found.html


def test_an_unchanged_answer_has_no_changes():
    assert not changes.between("The same.", "The same.").any
    assert changes.between("The same.", "Another.").any


def test_very_long_answers_are_compared_as_wholes_in_short_time():
    found = changes.between(" ".join(f"a{n}" for n in range(20_000)), " ".join(f"b{n}" for n in range(20_000)))

    assert found.new_words == 20_000
