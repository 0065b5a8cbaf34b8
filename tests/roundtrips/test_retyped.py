"""What people do to a template: every answer is found where it can be, and no word of theirs is lost."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from badges import markers, word
from tests.roundtrips import papers, quirks
from tests.roundtrips.papers import paragraph, run
from tests.roundtrips.test_quirks import bent
from tests.submissions.checks.papers import line, written

pytestmark = pytest.mark.files

KEY = "reflection-guide"
GUIDE = papers.spec(KEY)
TEMPLATE = papers.template(KEY)
SAID = "we met, we tried it twice, and in the end it held for most of the families that we know"
ANSWERS = {prompt.code: f"Our own answer {number}: {SAID}." for number, prompt in enumerate(GUIDE.prompts, start=1)}
ASKED = {prompt.code: prompt.text for prompt in GUIDE.prompts}
BARE = (quirks.without_controls, quirks.without_bookmarks)


def filled(answers=ANSWERS, *habits):
    return bent(word.fill(TEMPLATE, answers), *habits) if habits else word.fill(TEMPLATE, answers)


def without_codes(body):
    return re.sub(r"\[L2-RG-Q\d\]", "", body)


def without_questions(body):
    for text in ASKED.values():
        body = body.replace(text.replace("&", "&amp;"), "")
    return body


def typed_next_to_the_code(body):
    for code, answer in ANSWERS.items():
        body = body.replace(f"[{code}]", f"[{code}] {answer}")
    return body


def typed_under_the_code(body):
    for code, answer in ANSWERS.items():
        body = re.sub(rf"(\[{code}\]</w:t></w:r></w:p>)", rf"\1{line(answer)}", body)
    return body


def typed_over_the_code(body):
    for code, answer in ANSWERS.items():
        body = re.sub(rf"(<w:p>(?:(?!<w:p>).)*\[{code}\])", rf"{line(answer)}\1", body)
    return body


def typed_below_the_table(body):
    tables = iter(ANSWERS.values())
    boxes = re.compile(r"(\[L2-RG-Q\d\](?:(?!</w:tbl>).)*</w:tbl>)")
    return boxes.sub(lambda found: found[0] + line(next(tables)), body)


def in_a_row_of_its_own(body):
    answers = iter(ANSWERS.values())
    return re.sub(
        r"(\[L2-RG-Q\d\](?:(?!</w:tbl>).)*)(</w:tbl>)",
        lambda found: f"{found[1]}<w:tr><w:tc>{line(next(answers))}</w:tc></w:tr>{found[2]}",
        body,
    )


def behind_what_is_left_of_the_placeholder(body):
    answers = iter(ANSWERS.values())
    return re.sub(markers.PLACEHOLDER, lambda found: f"{found[0]}. {next(answers)}", body)


def before_what_is_left_of_the_placeholder(body):
    answers = iter(ANSWERS.values())
    return re.sub(markers.PLACEHOLDER, lambda found: f"{next(answers)} {found[0]}", body)


def edited_questions(body):
    """Two more words in every question, beside its code."""
    for text in ASKED.values():
        body = body.replace(text, f"{text} My notes:")
    return body


EMPTY = {
    "next to the code": [typed_next_to_the_code],
    "under the code": [typed_under_the_code],
    "over the code": [typed_over_the_code],
    "below the table": [typed_below_the_table],
    "in a row of its own": [in_a_row_of_its_own],
    "behind the placeholder": [behind_what_is_left_of_the_placeholder],
    "before the placeholder": [before_what_is_left_of_the_placeholder],
    "below the table, codes deleted": [typed_below_the_table, without_codes],
}


@pytest.mark.parametrize("habits", [(), BARE], ids=["controls kept", "controls lost"])
@pytest.mark.parametrize("place", EMPTY)
def test_answers_typed_beside_the_box_are_found(place, habits):
    looked = papers.look(filled({}, *EMPTY[place], *habits), KEY)

    assert looked.answers == ANSWERS
    assert (looked.verdict, looked.outside) == ("ready", "")


CHANGED = {
    "control deleted": BARE,
    "codes deleted": (without_codes,),
    "codes and controls deleted": (*BARE, without_codes),
    "questions deleted": (*BARE, without_questions),
    "tables made text": (*BARE, quirks.flattened_tables),
    "tables made text, codes deleted": (*BARE, quirks.flattened_tables, without_codes),
    "only numbers left": (*BARE, without_codes, without_questions, quirks.flattened_tables),
}


@pytest.mark.parametrize("change", CHANGED)
def test_answers_are_found_by_what_is_left(change):
    looked = papers.look(filled(ANSWERS, *CHANGED[change]), KEY)

    assert looked.answers == ANSWERS
    assert (looked.verdict, looked.outside) == ("ready", "")


def test_what_was_added_to_a_question_is_kept():
    looked = papers.look(filled(ANSWERS, edited_questions, *BARE), KEY)

    assert {code: text.removeprefix(f"{ASKED[code]} My notes: ") for code, text in looked.answers.items()} == ANSWERS
    assert looked.verdict == "ready"


@pytest.mark.parametrize("asked", ["{text}", "[{code}]", "{text}</w:t><w:br/><w:t>[{code}]"])
def test_questions_in_one_cell_are_kept_apart(asked):
    inside = "".join(line(asked.format(code=code, text=ASKED[code])) + line(text) for code, text in ANSWERS.items())

    looked = papers.look(written(f"<w:tbl><w:tr><w:tc>{inside}</w:tc></w:tr></w:tbl>"), KEY)

    assert (looked.answers, looked.verdict, looked.outside) == (ANSWERS, "ready", "")


def test_questions_side_by_side_are_answered_below_or_beside_them():
    def cells(texts):
        return "<w:tr>" + "".join(f"<w:tc>{line(text)}</w:tc>" for text in texts) + "</w:tr>"

    below = cells(ASKED.values()) + cells(ANSWERS.values())
    beside = "".join(cells((ASKED[code], text)) for code, text in ANSWERS.items())
    uneven = cells(ASKED.values()) + cells([" ".join(ANSWERS.values())])

    for rows in (below, beside):
        looked = papers.look(written(f"<w:tbl>{rows}</w:tbl>"), KEY)
        assert (looked.answers, looked.verdict, looked.outside) == (ANSWERS, "ready", "")
    looked = papers.look(written(f"<w:tbl>{uneven}</w:tbl>"), KEY)
    assert (set(looked.answers.values()), looked.verdict) == ({""}, "unread")
    assert looked.outside == " ".join(ANSWERS.values())


# In a document of their own -----------------------------------------------------------------------------------------
def pasted(*, title="", lead="{number}. {asked}", apart=True):
    body = line(title) if title else ""
    for number, (code, answer) in enumerate(ANSWERS.items(), start=1):
        led = lead.format(number=number, asked=ASKED[code], code=code)
        body += line(led) + line(answer) if apart else line(f"{led} {answer}")
    return written(body)


@pytest.mark.parametrize("apart", [True, False], ids=["above the answer", "in its line"])
@pytest.mark.parametrize(
    "lead",
    [
        "{asked}",
        "{number}. {asked}",
        "{number}) {asked}",
        "Question {number}: {asked}",
        "[{code}]",
        "Q{number} {asked}",
    ],
)
def test_answers_pasted_under_their_questions_are_found(lead, apart):
    looked = papers.look(pasted(lead=lead, apart=apart), KEY)

    assert looked.answers == ANSWERS
    assert (looked.verdict, looked.kind, looked.outside) == ("ready", KEY, "")


@pytest.mark.parametrize(
    ("title", "lead", "verdict"),
    [
        (GUIDE.title, "Question {number}", "ready"),
        ("", "Question {number}", "unread"),
        ("", "Question {number}:", "unread"),
        ("", "Q{number}", "unread"),
        ("", "{number}.", "unread"),
    ],
)
def test_answers_pasted_under_numbers_are_found_and_looked_at(title, lead, verdict):
    looked = papers.look(pasted(title=title, lead=lead), KEY)

    assert (looked.answers, looked.outside, looked.verdict) == (ANSWERS, "", verdict)


def test_numbers_that_are_not_those_of_the_questions_are_nobody_s():
    steps = "".join(line(f"{number}. We did step {number} first.") for number in (1, 2, 3))

    looked = papers.look(written(line(GUIDE.title) + steps), KEY)

    assert set(looked.answers.values()) == {""}
    assert looked.verdict == "unread"
    assert looked.outside.count("We did step") == 3


def test_the_whole_text_pasted_behind_the_blank_template_is_found():
    own = "".join(line(ASKED[code]) + line(answer) for code, answer in ANSWERS.items())

    looked = papers.look(filled({}, lambda body: body.replace("<w:sectPr", f"{own}<w:sectPr", 1)), KEY)

    assert (looked.answers, looked.verdict, looked.outside) == (ANSWERS, "ready", "")


def test_a_question_that_is_quoted_in_another_answer_stays_there():
    quoting = {**ANSWERS, "L2-RG-Q5": "As I wrote in [L2-RG-Q4], and again under (L2-RG-Q2) above, we chose one tool."}

    looked = papers.look(filled(quoting, *BARE), KEY)

    assert looked.answers == quoting


def test_a_growth_plan_pasted_under_its_headings_is_told_by_them():
    plan = papers.spec("growth-plan")
    answers = {prompt.code: f"My plan {number}: {SAID}." for number, prompt in enumerate(plan.prompts, start=1)}
    body = "".join(
        (line(prompt.section) if prompt.section else "") + line(prompt.text) + line(answers[prompt.code])
        for prompt in plan.prompts
    )

    looked = papers.look(written(body), "growth-plan")

    assert (looked.answers, looked.kind, looked.outside) == (answers, "growth-plan", "")
    assert looked.verdict != "unread"


# No word is lost ----------------------------------------------------------------------------------------------------
WORDS = some.text("abcdefgh", min_size=3, max_size=6).map(lambda text: f"w{text}w")
TYPED = some.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@settings(max_examples=60)
@given(
    typed=some.lists(some.tuples(some.integers(0, 400), TYPED), min_size=1, max_size=8),
    habits=some.lists(
        some.sampled_from([*BARE, without_codes, without_questions, quirks.flattened_tables]), unique=True, max_size=3
    ),
    answers=some.dictionaries(some.sampled_from(sorted(ANSWERS)), TYPED, max_size=9),
)
def test_every_word_that_was_typed_anywhere_is_in_an_answer_or_outside(typed, habits, answers):
    parts = word.package.unpack(word.fill(TEMPLATE, answers))
    body = parts["word/document.xml"].decode()
    for habit in habits:
        body = habit(body)
    for place, text in typed:
        ends = [found.end() for found in re.finditer(r"</w:p>", body)]
        at = ends[place % len(ends)]
        body = body[:at] + paragraph(run(text)) + body[at:]

    looked = papers.look(word.package.pack({**parts, "word/document.xml": body.encode()}), KEY)

    said = " ".join([*looked.answers.values(), looked.outside]).split()
    expected = Counter(" ".join([*(text for _, text in typed), *answers.values()]).split())
    assert Counter(one for one in said if one in expected) == expected
