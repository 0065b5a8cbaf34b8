"""What changed since the last version, word by word."""

import re
import sys
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews import changes, matching

pytestmark = pytest.mark.files


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


def test_a_changed_paragraph_is_found_wherever_it_stands():
    removed = "\n".join(f"Paragraph number {number} that went." for number in range(30))

    found = changes.between(
        f"{removed}\nOur team meets each Monday to look at data.", "Our team meets each Friday to look."
    )

    assert found.html.count("<details") == 30
    assert found.html.endswith(
        "<p>Our team meets each <del>Monday</del> <ins>Friday</ins> to look <del>at data</del>.</p>"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("One  stage.\n\nTwo.", "One stage. \r\n Two."),
        ("One, two", "One,two"),
        ("a\tb", "a b"),
        ("One\u00a0stage.", "One stage."),
    ],
)
def test_spaces_alone_are_no_change(before, after):
    assert not changes.between(before, after).any


# Whatever is typed ---------------------------------------------------------------------------------------------------
WORDS = st.text(st.sampled_from("ab c.,<&'\"-\n\t\u00e9\u4e00\u200b"), max_size=60) | st.text(max_size=40)


def words_of(text):
    """The words and signs of each paragraph."""
    return [found for line in text.splitlines() if (found := changes.TOKEN.findall(line)) and (line.strip())]


def side(html, mark):
    """The text in which only the words under `mark` are marked: what stood there before, or stands there now."""
    other = {"del": "ins", "ins": "del"}[mark]
    html = re.sub("<span.*?</span>|<summary>.*?</summary>", "", html)
    html = re.sub(f"<{other}>.*?</{other}>", "", html)
    return unescape(re.sub("<[^>]*>", "", html))


def bare(paragraphs):
    return [[word.strip() for word in paragraph] for paragraph in paragraphs]


@given(WORDS, WORDS)
def test_without_what_is_new_the_old_text_stands_there_and_without_what_went_the_new(before, after):
    html = changes.between(before, after).html

    assert bare(words_of(side(html, "del"))) == bare(words_of(before))
    assert bare(words_of(side(html, "ins"))) == bare(words_of(after))


@given(WORDS)
def test_the_same_text_is_not_changed(text):
    assert changes.between(text, text) == changes.Changes(changes.between(text, text).html, 0)
    assert not changes.between(text, text).any


@given(st.lists(st.sampled_from("abc"), max_size=30), st.lists(st.sampled_from("abc"), max_size=30))
def test_what_is_matched_is_equal_and_in_the_order_of_both(old, new):
    pairs = matching.matched(old, new)

    assert all(old[i] == new[j] for i, j in pairs)
    assert all(i < i_next and j < j_next for (i, j), (i_next, j_next) in pairwise(pairs))


# Time ----------------------------------------------------------------------------------------------------------------
def numbered(count, letter="a"):
    return [f"{letter}{number}" for number in range(count)]


HARD = {
    "one word all along": lambda n: (["a"] * n, ["a"] * (n - 7)),
    "two words in turn": lambda n: (["a", "b"] * (n // 2), ["b", "b", "a"] * (n // 3)),
    "another text": lambda n: (numbered(n), numbered(n, "b")),
    "back to front": lambda n: (numbered(n), numbered(n)[::-1]),
    "halves exchanged": lambda n: (numbered(n), numbered(n)[n // 2 :] + numbered(n)[: n // 2]),
    "each second word new": lambda n: (numbered(n), [x if p % 2 else f"b{p}" for p, x in enumerate(numbered(n))]),
    "few words mixed": lambda n: ([str(p * p % 97) for p in range(n)], [str(p * p * p % 89) for p in range(n)]),
    "short paragraphs": lambda n: (
        "\n".join(numbered(n)).split(" "),
        "\n".join(f"{x} {y}" for x, y in zip(numbered(n, "b"), numbered(n), strict=True)).split(" "),
    ),
}


def steps(old, new):
    """How many lines of ours are run to compare them: the same on every machine."""
    count = 0
    files = (changes.__file__, matching.__file__)

    def line(frame, event, argument):
        nonlocal count
        count += event == "line"
        return line

    before = sys.gettrace()
    sys.settrace(lambda frame, event, argument: line if frame.f_code.co_filename in files else None)
    try:
        changes.between(" ".join(old), " ".join(new))
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("hard", HARD)
def test_twice_the_words_take_about_twice_the_steps(hard):
    once, twice = (steps(*HARD[hard](count)) for count in (1_500, 3_000))

    assert twice < 3 * once
    assert twice < 400 * 3_000


@pytest.mark.parametrize("hard", HARD)
def test_twenty_thousand_words_are_compared(hard):
    old, new = (" ".join(words) for words in HARD[hard](20_000))

    found = changes.between(old, new)

    assert bare(words_of(side(found.html, "ins"))) == bare(words_of(new))
