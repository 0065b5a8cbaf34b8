"""Scoring: nothing typed is lost, nothing shown that should be hidden, nothing finished that is incomplete.

Ada wrote it, Ben reviews it, Cleo leads the cohort, Dan reviews in another cohort.
"""

import hashlib
import re

import pytest

from badges.models import Criterion
from badges.word.package import unpack
from cohorts.models import StaffTask
from microcred.models import Message
from microcred.verdict import Refused
from reviews import agreement, assigning, decisions, scoring
from reviews.models import Assignment, Review, SavedComment, Score
from submissions.models import Answer, CleanCopy, DocumentAccess, Submission, Version
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben():
    return factories.person("Ben", "Reader")


@pytest.fixture
def given(ben):
    """One submission of Ada's, assigned to Ben."""
    return reviewing.assigned(submission_in(State.SUBMITTED, person=factories.person("Ada", "Okafor")), ben)


@pytest.fixture
def page(client, given):
    """Ben at the scoring page, his review begun: its address."""
    client.force_login(given.reviewer)
    reviewing.started(given)
    address = f"/review/{given.submission.number}/"
    client.get(address)
    return address


def typed(number=1, level=3, comment="Good.", version=0, note=""):
    names = {"level": level, "comment": comment, "note": note, "version": version}
    return {f"q{number}-{name}": value for name, value in names.items()}


def score_of(assignment, number=1):
    return Score.objects.get(review__assignment=assignment, criterion__position=number)


# The verbs -----------------------------------------------------------------------------------------------------------
def test_starting_the_review_freezes_the_round(given):
    scoring.start(given, by=given.reviewer)

    given.submission.refresh_from_db()
    assert given.submission.state == State.IN_REVIEW
    assert given.submission.rounds.get().frozen_at is not None


def test_starting_twice_is_starting_once(given):
    first = scoring.start(given, by=given.reviewer)
    again = scoring.start(Assignment.objects.with_submission().get(pk=given.pk), by=given.reviewer)

    assert first == again


def test_a_review_waits_for_the_verdict_on_a_file(given):
    Version.objects.filter(document__submission=given.submission).update(verdict="checking")

    with pytest.raises(Refused, match="still being checked"):
        scoring.start(given, by=given.reviewer)

    given.submission.refresh_from_db()
    assert given.submission.state == State.SUBMITTED


def test_only_the_reviewer_starts_the_review(given):
    with pytest.raises(Refused, match="Only the reviewer"):
        scoring.start(given, by=given.assigned_by)


def test_a_score_of_another_tab_is_not_overwritten(given):
    review = reviewing.started(given)
    reviewing.score(review, 1, 3, comment="From one tab.")

    with pytest.raises(scoring.Changed) as clash:
        reviewing.score(review, 1, 2, comment="From the other.")

    assert clash.value.score.comment == "From one tab."
    assert score_of(given).comment == "From one tab."


def test_the_same_words_again_change_nothing(given):
    review = reviewing.started(given)
    first = reviewing.score(review, 1, 3, comment="One\r\ntwo. ")
    again = reviewing.score(review, 1, 3, comment="One\ntwo.")

    assert (again.version, again.saved_at) == (first.version, first.saved_at)


@pytest.mark.parametrize(
    ("ranks", "comment", "missing"),
    [
        ({1: 3}, "", ["Choose a level for question 2."]),
        ({1: 3, 2: 2}, "  ", ["Write a comment on question 2: say what “Meets” needs."]),
        ({1: 3, 2: 2}, "Add an example.", []),
        ({1: 3, 2: 3}, "", []),
    ],
)
def test_finishing_needs_every_level_and_a_comment_below_the_passing_one(given, ranks, comment, missing):
    review = reviewing.started(given)
    for number, rank in ranks.items():
        reviewing.score(review, number, rank, comment=comment)

    rows = [(number, agreement.passing(row), score) for number, row, score in scoring.rows_of(review)]
    assert [gap.sentence for gap in scoring.gaps(rows)] == missing
    if missing:
        with pytest.raises(Refused, match=re.escape(missing[0])):
            scoring.finish(review, by=given.reviewer)
    else:
        scoring.finish(review, by=given.reviewer)
        assert Review.objects.get().finished_at is not None


def test_a_finished_review_takes_no_more_scores_until_it_is_reopened(given):
    review = reviewing.reviewed(given.submission, given.reviewer)

    with pytest.raises(Refused, match="Reopen it"):
        reviewing.score(review, 1, 2, version=1)
    scoring.reopen_review(review, by=given.reviewer)

    assert reviewing.score(review, 1, 2, version=1).level.rank == 2


def test_a_review_can_be_reopened_until_the_decision_has_gone_out(given):
    review = reviewing.reviewed(given.submission, given.reviewer)
    cohort = given.submission.enrollment.cohort
    decision = decisions.decide(Submission.objects.get(), by=cohort.opened_by)
    scoring.reopen_review(Review.objects.get(), by=given.reviewer)
    with pytest.raises(Refused):
        decisions.release(decision, by=cohort.opened_by)
    scoring.finish(Review.objects.get(), by=given.reviewer)
    decisions.release(decision, by=cohort.opened_by)

    with pytest.raises(Refused, match="has gone out"):
        scoring.reopen_review(Review.objects.get(pk=review.pk), by=given.reviewer)


def test_handing_back_empties_the_queue_thanks_the_reader_and_asks_the_staff(given):
    review = reviewing.started(given)
    reviewing.score(review, 1, 3)

    scoring.hand_back(given, kind="knows", note="My neighbor.", by=given.reviewer)

    assert list(Assignment.objects.to_do()) == []
    assert StaffTask.objects.get().sentence == (
        f"Ben Reader handed {given.submission} back: I know this person. Find another reader."
    )
    assert Message.objects.filter(kind="conflict-thanks", person=given.reviewer).count() == 1
    assert Score.objects.count() == 1
    with pytest.raises(Refused, match="handed"):
        reviewing.score(review, 1, 2, version=1)


@pytest.mark.parametrize(
    ("met", "of", "last", "said"),
    [
        (9, 9, False, "Nine of nine meet the rubric: this leads to the badge."),
        (7, 9, False, "Seven meet, two do not: this asks for a revision."),
        (1, 2, True, "One meets, one does not: this was the last attempt, so the badge is not awarded."),
    ],
)
def test_the_outcome_is_said_in_words(met, of, last, said):
    rows = [(Criterion(), number <= met) for number in range(1, of + 1)]

    assert scoring.outcome(factories.edition(), rows, is_last_attempt=last) == said


# The page ------------------------------------------------------------------------------------------------------------
def test_a_review_opened_again_takes_one_query_more_and_no_more_than_twelve(client, ben, django_assert_num_queries):
    review = reviewing.reviewed(submission_in(State.SUBMITTED), ben)
    scoring.reopen_review(review, by=ben)
    reviewing.score(review, 1, 1, version=1, why="Read once more.")
    client.force_login(ben)

    with django_assert_num_queries(12):
        page = client.get(f"/review/{review.assignment.submission.number}/")

    assert [len(one.rescored) for one in page.context["sheet"].questions] == [1, 0]


@pytest.mark.parametrize("prompts", (2, 9))
def test_the_page_takes_the_same_queries_however_many_questions(client, ben, django_assert_num_queries, prompts):
    cohort = factories.cohort(of=factories.edition(prompts=prompts))
    review = reviewing.started(reviewing.assigned(submission_in(State.SUBMITTED, cohort=cohort), ben))
    client.force_login(ben)

    with django_assert_num_queries(11):
        response = client.get(f"/review/{review.assignment.submission.number}/")

    assert len(response.context["sheet"].questions) == prompts


def test_the_answer_stands_beside_its_rubric_row(client, page):
    shown = client.get(f"{page}?q=2").content.decode()

    assert "What is question 2 about?" in shown
    assert "why we chose it (2)." in shown
    assert "Names it, shows it, explains it." in shown
    assert "Question 2 of 2" in shown


def test_saving_everything_goes_to_the_next_question_without_a_level(client, page, given):
    answer = client.post(page, {**typed(1), "now": 1, "then": "next"})

    assert answer.url == f"{page}?q=2#q2"
    assert score_of(given).comment == "Good."


def test_after_the_last_question_comes_the_summary(client, page):
    answer = client.post(page, {**typed(1), **typed(2), "now": 2, "then": "next"})

    assert answer.url == f"{page}finish/"


def test_save_and_close_leads_to_the_queue(client, page):
    assert client.post(page, {**typed(1), "now": 1, "then": "close"}).url == "/review/"


def test_a_question_saves_itself(client, page, given):
    answer = client.post(f"{page}q/1/", typed(1, level=2, note="Between us."), headers={"HX-Request": "true"})

    score = score_of(given)
    assert answer.status_code == 200
    assert (score.level.rank, score.comment, score.private_note) == (2, "Good.", "Between us.")
    assert 'value="1" hx-swap-oob="true"' in answer.content.decode()


def test_a_stale_tab_gets_both_texts_and_overwrites_nothing(client, page, given):
    client.post(f"{page}q/1/", typed(1, comment="From one tab."))

    answer = client.post(f"{page}q/1/", typed(1, level=2, comment="From the other."))

    assert answer.status_code == 409
    assert "From one tab." in answer.content.decode()
    assert score_of(given).comment == "From one tab."


def test_without_scripts_the_stale_text_comes_back_in_its_field(client, page, given):
    client.post(f"{page}q/1/", typed(1, comment="From one tab."))

    answer = client.post(page, {**typed(1, comment="From the other."), **typed(2, comment="Kept."), "then": "next"})

    shown = answer.content.decode()
    assert answer.status_code == 409
    assert ">From the other.</textarea>" in shown and "From one tab." in shown
    assert score_of(given, 2).comment == "Kept."


def test_keep_mine_and_use_the_other_settle_a_clash(client, page, given):
    client.post(f"{page}q/1/", typed(1, comment="From one tab."))

    client.post(page, {**typed(1, comment="Mine."), "use-saved": "1"})
    other = score_of(given).comment
    client.post(page, {**typed(1, comment="Mine."), "q1-version": ["0", "1"]})

    assert (other, score_of(given).comment) == ("From one tab.", "Mine.")


def test_what_was_typed_stays_when_the_review_was_finished_in_another_tab(client, page, given):
    reviewing.reviewed(given.submission, given.reviewer)

    answer = client.post(page, {**typed(1, comment="Written too late."), "then": "next"})

    assert answer.status_code == 409
    assert "Written too late." in answer.content.decode()


def test_a_level_that_the_rubric_lacks_is_turned_away(client, page):
    assert client.post(f"{page}q/1/", typed(1, level=7)).status_code == 400
    assert Score.objects.count() == 0


def test_a_comment_is_kept_for_later(client, page, given):
    client.post(page, {**typed(1, comment="Name two actions."), "keep-comment": "1"})

    kept = SavedComment.objects.get()
    assert (kept.person, kept.text) == (given.reviewer, "Name two actions.")
    assert 'data-insert="Name two actions."' in client.get(page).content.decode()


def test_a_question_without_an_answer_says_so_and_can_still_be_scored(client, page, given):
    Answer.objects.filter(prompt__number=1, version__document__required__is_scored=True).delete()

    shown = client.get(page).content.decode()
    answer = client.post(f"{page}q/1/", typed(1, level=1))

    assert "We found no answer to this question in the file." in shown
    assert answer.status_code == 200


def test_finishing_shows_what_is_missing_with_links(client, page):
    client.post(page, {**typed(1), "then": "close"})

    answer = client.post(f"{page}finish/")

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in shown
    assert f'<a href="{page}?q=2#q2">Choose a level for question 2.</a>' in shown


def test_finish_and_take_the_next_one(client, page, given):
    following = reviewing.assigned(
        submission_in(State.SUBMITTED, cohort=given.submission.enrollment.cohort), given.reviewer
    )
    client.post(page, {**typed(1), **typed(2, level=2), "then": "next"})
    shown = client.get(f"{page}finish/").content.decode()

    answer = client.post(f"{page}finish/", {"then": "next"})

    assert "One meets, one does not: this asks for a revision." in shown
    assert answer.url == f"/review/{following.submission.number}/"


def test_a_finished_review_opens_as_its_summary_and_can_be_reopened(client, page, given):
    reviewing.reviewed(given.submission, given.reviewer)

    assert client.get(page).url == f"{page}finish/"
    assert client.post(f"{page}reopen/").url == page
    assert client.get(page).status_code == 200


def test_flagging_a_conflict_asks_for_a_reason(client, page):
    asked = client.post(f"{page}conflict/", {"kind": "other", "note": ""})
    told = client.post(f"{page}conflict/", {"kind": "employer", "note": ""}, follow=True)

    assert asked.status_code == 422 and "Say in a sentence" in asked.content.decode()
    assert "goes to someone else; you need do nothing more." in told.content.decode()
    assert client.get(page).status_code == 404


# A second version ----------------------------------------------------------------------------------------------------
def test_only_the_open_rows_of_a_revised_version_are_scored_again(client, ben):
    submission = reviewing.revised(ben)
    client.force_login(ben)

    sheet = client.get(f"/review/{submission.number}/").context["sheet"]

    assert [(one.number, one.is_open) for one in sheet.questions] == [(1, False), (2, True)]
    assert [one.level.label for one in sheet.questions if not one.is_open] == ["Meets"]


def test_a_revised_version_shows_its_changes_and_what_was_said_before(client, ben):
    submission = reviewing.revised(ben)
    client.force_login(ben)
    address = f"/review/{submission.number}/"

    shown = client.get(address).content.decode()

    assert "Revised, version 2" in shown
    assert "Your note on version 1: Approaching" in shown
    assert "More of our team." in shown
    assert "<ins>" in shown


def test_whether_changes_are_shown_is_remembered_for_the_reviewer(client, ben):
    address = f"/review/{reviewing.revised(ben).number}/"
    client.force_login(ben)

    answer = client.post(address, {**typed(2, level=2, comment="Typed before."), "changes": "off", "now": 2})
    shown = client.get(address).content.decode()

    assert answer.url == f"{address}?q=2#q2"
    assert '<div class="prose" data-changes hidden>' in shown and 'value="on" aria-pressed="false"' in shown
    assert "Typed before.</textarea>" in shown


def test_an_answer_that_did_not_change_suggests_the_level_it_had(client, ben):
    submission = reviewing.revised(ben)
    Answer.objects.filter(version__round_number=2, prompt__number=2).update(
        text=Answer.objects.get(version__round_number=1, prompt__number=2).text
    )
    client.force_login(ben)

    answer = client.get(f"/review/{submission.number}/")

    question = answer.context["now"]
    assert (question.suggested.label, question.level) == ("Approaching", None)
    assert "Not changed since version 1." in answer.content.decode()


def test_the_same_readers_get_the_revised_version(ben):
    submission = reviewing.revised(ben)

    assert [one.reviewer for one in submission.assignments.filter(round_number=2)] == [ben]


# Who sees what -------------------------------------------------------------------------------------------------------
PAGES = ("", "finish/", "conflict/", "documents/growth-plan/")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_on_a_reviewers_page_names_the_applicant(client, page, path):
    answer = client.get(f"{page}{path}")

    assert answer.status_code == 200
    assert not re.search("Okafor|Ada", answer.content.decode())


def test_a_reader_gets_the_clean_copy_and_its_reading_is_written_down(client, page, given):
    answer = client.get(f"{page}files/reflection-guide/")
    content = answer.getvalue()

    copy = CleanCopy.objects.get(version__document__required__key="reflection-guide")
    name = f"{given.submission.reference} - Level 2 Practice Reflection Guide.docx"
    assert hashlib.sha256(content).hexdigest() == copy.sha256
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert not any(re.search(b"Okafor|Ada", part) for part in unpack(content).values())
    read = DocumentAccess.objects.filter(person=given.reviewer, role="reviewer").exclude(form="text")
    assert [(row.version, row.form) for row in read] == [(copy.version, "clean")]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"made_at": None}, "The Word file is not ready for reviewers yet."),
        ({"made_at": None, "given_up_at": AFTER_ALL}, "We could make no copy of this Word file for reviewers."),
        ({"is_nameless": False}, "The Word file is not ready for reviewers yet."),
    ],
)
def test_without_a_clean_copy_a_reader_is_told_why_and_never_gets_the_original(client, page, changes, reason):
    CleanCopy.objects.update(**changes)

    answer = client.get(f"{page}files/reflection-guide/")

    assert answer.status_code == 403
    assert reason in answer.content.decode()
    for path in ("", "documents/growth-plan/"):
        shown = client.get(f"{page}{path}").content.decode()
        assert reason in shown and "/files/" not in shown


def test_a_reader_is_told_what_the_clean_copy_lacks(client, page):
    CleanCopy.objects.update(missed=["embedded files", "form controls"])

    shown = client.get(page).content.decode()

    assert "Left out of the Word file: embedded files, form controls." in shown


def test_reading_the_answers_is_written_down(client, page, given):
    read = DocumentAccess.objects.filter(
        person=given.reviewer, form="text", version__document__submission=given.submission
    )

    assert read.count() == 1


@pytest.mark.parametrize("path", PAGES)
def test_what_is_not_assigned_to_a_reader_is_not_there(client, given, path):
    cleo = factories.staff(given.submission.enrollment.cohort, factories.person("Cleo", "Lead"), role="admin").person
    dan = factories.staff(factories.cohort(), factories.person("Dan", "Elsewhere")).person

    for person in (given.submission.enrollment.person, cleo, dan):
        client.force_login(person)

        assert client.get(f"/review/{given.submission.number}/{path}").status_code == 404


def test_a_reviewer_never_opens_their_own_submission(client, given):
    ada = given.submission.enrollment.person
    factories.staff(given.submission.enrollment.cohort, ada)
    Assignment.objects.filter(pk=given.pk).update(reviewer=ada)
    client.force_login(ada)

    answer = client.get(f"/review/{given.submission.number}/")

    assert answer.status_code == 403
    assert "You wrote this submission yourself." in answer.content.decode()


def test_two_readers_score_without_meeting(given):
    cohort = given.submission.enrollment.cohort
    bea = factories.staff(cohort, factories.person("Bea", "Reader")).person
    theirs = assigning.assign(given.submission, bea, by=cohort.opened_by)

    reviewing.score(reviewing.started(given), 1, 3)
    reviewing.score(reviewing.started(Assignment.objects.with_submission().get(pk=theirs.pk)), 1, 1)

    assert [score.level.rank for score in Score.objects.order_by("pk")] == [3, 1]


# An old round --------------------------------------------------------------------------------------------------------
@pytest.fixture
def old_reading(ben):
    """Ben's finished first round; somebody else reads the second."""
    submission = reviewing.revised(ben)
    now = submission.assignments.get(round_number=2)
    assigning.take_away(now, by=submission.enrollment.cohort.opened_by)
    return Assignment.objects.with_submission().get(submission=submission, round_number=1)


@pytest.mark.parametrize("path", ("reopen/", "conflict/"))
def test_a_reader_of_an_earlier_round_cannot_change_it(client, ben, old_reading, path):
    client.force_login(ben)

    answer = client.post(f"/review/{old_reading.submission.number}/{path}", {"kind": "knows"})

    assert answer.status_code == 403
    old_reading.refresh_from_db()
    assert old_reading.is_finished
    assert old_reading.handed_back_at is None


def test_the_verbs_refuse_a_reader_of_an_earlier_round(ben, old_reading):
    with pytest.raises(Refused, match="read anew"):
        scoring.reopen_review(old_reading.begun, by=ben)
    with pytest.raises(Refused, match="read anew"):
        scoring.hand_back(old_reading, kind="knows", note="", by=ben)
    Review.objects.filter(pk=old_reading.begun.pk).update(finished_at=None)
    with pytest.raises(Refused, match="read anew"):
        reviewing.score(old_reading.begun, 1, 1)


def test_a_number_too_long_for_a_row_is_none(client, page):
    assert client.get(page, {"q": "9" * 5000}).status_code == 200
    assert client.post(page, {"now": "9" * 5000, "keep-comment": "9" * 5000}).status_code == 302
