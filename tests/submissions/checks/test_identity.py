"""Which document a file is."""

from dataclasses import replace

import pytest

from badges import word
from tests.submissions.checks import papers
from tests.submissions.checks.papers import ANSWERS, GUIDE, LONG, PLAN, TEMPLATE, filled, line, replaced, written

PLAN_FILLED = word.fill(word.build(PLAN), {"L2-GP-Q1": LONG, "L2-GP-Q2": LONG})


def test_the_right_document_is_named(examine):
    examined = examine(filled())

    assert [finding.sentence for finding in examined.findings] == [
        "This is the Reflection Guide",
        "All 3 questions have an answer",
        "Named: Okafor, D | Level 2 Practice Reflection Guide",
    ]


@pytest.mark.parametrize("lose_tags", [False, True])
def test_another_document_is_offered_its_place(examine, lose_tags):
    content = word.fill(word.build(PLAN), {"L2-GP-Q1": LONG}, lose_tags=lose_tags)

    examined = examine(content)

    assert (examined.verdict, examined.kind) == ("blocked", "growth-plan")
    assert [(f.code, f.sentence, f.fix, f.data["key"]) for f in examined.findings] == [
        ("kind.other", "This looks like the Growth Plan, not the Reflection Guide", "move", "growth-plan")
    ]


def test_another_document_without_any_code_is_known_by_its_questions(said):
    body = "".join(line(prompt.text) + line(LONG) for prompt in PLAN.prompts)

    assert said(written(body)) == ("blocked", ["kind.other"])


def test_a_document_that_quotes_another_is_still_itself(said):
    content = replaced(filled(), "Answer 1.", "As I wrote in [L2-GP-Q1]")

    assert said(content) == ("ready", [])


@pytest.mark.parametrize("lose_tags", [False, True])
def test_the_blank_template_is_not_handed_in(examine, lose_tags):
    examined = examine(word.fill(TEMPLATE, {}, lose_tags=lose_tags))

    assert (examined.verdict, examined.kind) == ("blocked", "template")
    assert examined.findings[0].sentence == "This is the blank Reflection Guide. Nothing has been filled in yet"


def test_no_answer_at_all_is_blocked(examine):
    examined = examine(replaced(filled({}), "<w:body>", f"<w:body>{line('My notes.')}"))

    assert (examined.verdict, examined.findings[1].code) == ("blocked", "answers.empty")
    assert examined.findings[1].sentence == "None of the questions has an answer that we could find"


def test_much_text_beside_empty_boxes_is_for_a_person(said):
    content = replaced(filled({}), "<w:body>", f"<w:body>{line(LONG * 4)}")

    assert said(content) == ("unread", ["read.unsure"])


def test_a_file_without_words_that_is_none_of_ours_is_for_a_person(said):
    assert said(written("<w:p/>")) == ("unread", ["text.none", "read.unsure"])


def test_some_questions_without_an_answer_are_advice(examine):
    examined = examine(filled({"L2-RG-Q2": LONG}))

    assert examined.verdict == "advice"
    assert examined.findings[1].sentence == "Questions 1 and 3 have no answer that we could find"
    assert examined.findings[1].data["numbers"] == [1, 3]


def test_one_short_answer_is_advice(examine):
    guide = papers.slot(GUIDE, "Reflection Guide", min_words=20)

    examined = examine(filled({**ANSWERS, "L2-RG-Q3": "Too short."}), slot=guide)

    assert [f.sentence for f in examined.findings if f.level == "advice"] == ["Question 3 has fewer than 20 words"]


def test_an_earlier_term_s_template_is_advice(examine):
    old = word.build(replace(GUIDE, edition_slug="l2-practice-spring-2023", term="Spring 2023"))

    examined = examine(word.fill(old, ANSWERS))

    assert examined.verdict == "advice"
    assert examined.findings[0].sentence == (
        "This is the Spring 2023 version of the Reflection Guide. Reviewers can still read it"
    )


def test_an_earlier_term_is_known_by_its_footer_alone(said):
    old = word.build(replace(GUIDE, edition_slug="l2-practice-spring-2023", term="Spring 2023"))
    content = replaced(word.fill(old, ANSWERS), "custom-properties", "forgotten", "_rels/.rels")

    assert said(content) == ("advice", ["kind.old"])


def test_the_same_bytes_in_another_slot_are_blocked(examine):
    sha256 = examine(filled()).sha256

    examined = examine(filled(), same_bytes={sha256: ("other", "Growth Plan")})

    assert (examined.verdict, examined.findings[-1].sentence) == ("blocked", "This is the same file as in Growth Plan")


def test_a_file_that_stands_in_its_own_slot_already_is_not_moved_there(said, examine):
    sha256 = examine(PLAN_FILLED).sha256

    assert said(PLAN_FILLED, same_bytes={sha256: ("other", "Growth Plan")}) == ("blocked", ["same.as"])


def test_the_same_bytes_as_an_earlier_version_are_advice(examine):
    sha256 = examine(filled()).sha256

    examined = examine(filled(), same_bytes={sha256: ("before", 1)})

    assert examined.verdict == "advice"
    assert "This is the same file as version 1. Nothing has changed" in [f.sentence for f in examined.findings]


def test_the_hash_taken_on_arrival_is_not_taken_again(examine):
    arrived = "0" * 64

    examined = examine(filled(), sha256=arrived, same_bytes={arrived: ("before", 1)})

    assert examined.sha256 == arrived
    assert "This is the same file as version 1. Nothing has changed" in [f.sentence for f in examined.findings]


def test_a_document_without_questions_is_known_by_its_title(said):
    letter = papers.slot(replace(GUIDE, key="letter", title="Letter of Support", prompts=()), "Letter")
    content = written(line("Letter of Support") + line(LONG))

    assert said(content, slot=letter) == ("advice", ["name.pattern"])
    assert said(written(line(LONG)), slot=letter)[0] == "unread"
