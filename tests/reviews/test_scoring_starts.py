"""A review starts with its first words or level, on the files that were read; what cannot be saved comes back."""

import pytest

from cohorts.models import StaffMembership
from microcred import clock
from reviews import assigning, decisions, scoring, seen
from reviews.models import Assignment, Review, Score
from submissions import workflow
from submissions.models import Submission, Version
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import AFTER_ALL, BEFORE_DUE, add, submission_in

pytestmark = pytest.mark.django_db
WORDS = "Name two actions of your team."


@pytest.fixture
def given():
    """One submission of Ada's, assigned to Ben, that nobody has opened."""
    return reviewing.assigned(
        submission_in(State.SUBMITTED, person=factories.person("Ada", "Okafor")), factories.person("Ben", "Reader")
    )


@pytest.fixture
def page(client, given):
    """The address of Ben's scoring page, and all that his form carries of its first row."""
    client.force_login(given.reviewer)
    address = f"/review/{given.submission.number}/"
    sheet = client.get(address).context["sheet"]
    return address, {"q1-level": 2, "q1-comment": WORDS, "q1-note": "", "q1-version": 0, "q1-seen": str(sheet.seen)}


def state_of(assignment):
    return Submission.objects.get(pk=assignment.submission_id).state


def replace_guide(submission):
    with clock.fixed(BEFORE_DUE):
        add(submission.documents.get(required__is_scored=True), answers={"L2-RG-Q1": "Another answer by now."})


# The start -----------------------------------------------------------------------------------------------------------
def test_opening_a_submission_does_not_start_its_review(page, given):
    assert not Review.objects.exists()
    assert state_of(given) == State.SUBMITTED


@pytest.mark.parametrize("way", ("q/1/", ""))
def test_the_first_saved_row_starts_the_review_and_freezes_the_files(client, page, given, way):
    address, typed = page

    client.post(f"{address}{way}", typed)

    assert state_of(given) == State.IN_REVIEW
    assert given.submission.rounds.get().frozen_at is not None
    assert Score.objects.get().comment == WORDS


def test_a_form_without_words_starts_nothing(client, page, given):
    address, typed = page

    answer = client.post(address, {**typed, "q1-level": "", "q1-comment": " ", "then": "next"})

    assert answer.status_code == 302
    assert not Review.objects.exists()


def test_a_file_that_was_replaced_meanwhile_is_read_before_it_is_scored(client, page, given):
    address, typed = page
    replace_guide(given.submission)

    asked = client.post(f"{address}q/1/", typed)
    shown = client.post(address, {**typed, "then": "stay"})
    unsaved = Score.objects.count()
    fresh = {**typed, "q1-seen": str(shown.context["sheet"].seen)}
    saved = client.post(address, {**fresh, "then": "stay"})

    assert [one.status_code for one in (asked, shown, saved)] == [409, 409, 302]
    assert "has replaced a file" in asked.content.decode()
    assert "Another answer by now." in shown.content.decode() and f"{WORDS}</textarea>" in shown.content.decode()
    assert (unsaved, Score.objects.get().comment) == (0, WORDS)


@pytest.mark.parametrize(("verdict", "reason"), [("checking", "is still being checked"), ("blocked", "cannot be used")])
def test_no_review_starts_on_a_file_that_cannot_be_read(client, page, given, verdict, reason):
    address, typed = page
    Version.objects.filter(document__submission=given.submission, document__required__is_scored=True).update(
        verdict=verdict
    )

    shown = client.get(address)
    answer = client.post(address, {**typed, "then": "next"})

    assert reason in shown.content.decode()
    assert (answer.status_code, state_of(given)) == (409, State.SUBMITTED)
    assert f"{WORDS}</textarea>" in answer.content.decode()


# What cannot be saved comes back -------------------------------------------------------------------------------------
def given_away(given):
    Assignment.objects.filter(pk=given.pk).update(told_at=AFTER_ALL)
    other = factories.staff(given.submission.enrollment.cohort, factories.person("Bea", "Reader")).person
    assigning.reassign(given, other, by=given.assigned_by)


def handed_back(given):
    scoring.hand_back(given, kind="knows", note="", by=given.reviewer)


def role_removed(given):
    StaffMembership.objects.filter(person=given.reviewer).delete()


def finished(given):
    reviewing.reviewed(given.submission, given.reviewer)


def released(given):
    finished(given)
    decision = decisions.decide(Submission.objects.get(pk=given.submission_id), by=given.assigned_by)
    decisions.release(decision, by=given.assigned_by)


def sent_back(given):
    workflow.return_incomplete(given.submission, by=given.assigned_by, why="The last page is missing.")


def appealed(given):
    reviewing.reviewed(given.submission, given.reviewer, ranks={1: 1})
    decision = decisions.decide(
        Submission.objects.get(pk=given.submission_id), by=given.assigned_by, outcome="not_awarded"
    )
    decisions.release(decision, by=given.assigned_by)
    workflow.appeal(Submission.objects.get(pk=given.submission_id), by=given.assigned_by, why="A page was not read.")


def revised(given):
    """As if a revised version had come in: Ben reads the second round by now."""
    Assignment.objects.filter(pk=given.pk).update(round_number=2)
    now = given.submission.rounds.get()
    given.submission.rounds.create(number=2, submitted_at=now.submitted_at)


def rubric_succeeded(given):
    cohort = given.submission.enrollment.cohort
    cohort.edition = factories.edition()
    cohort.save()


REASONS = [
    (given_away, "has been given to somebody else."),
    (handed_back, "You handed Submission 0001 back."),
    (role_removed, "You are no longer a reviewer of"),
    (finished, "Reopen it to change a score."),
    (released, "Your scores stay as they are."),
    (sent_back, "Your scores stay as they are."),
    (appealed, "You finished your review"),
    (revised, "A revised version of Submission 0001 has come in"),
    (rubric_succeeded, "rubric"),
]


@pytest.mark.parametrize(("happens", "reason"), REASONS)
def test_what_happened_while_one_typed_is_told_and_the_text_comes_back(client, page, given, happens, reason):
    address, typed = page
    happens(given)
    saved = list(Score.objects.order_by("pk").values_list("comment", "version"))

    answer = client.post(address, {**typed, "then": "next"})
    beside = client.post(f"{address}q/1/", typed)

    assert answer.status_code in (400, 409)
    assert reason in answer.content.decode()
    assert f"{WORDS}</textarea>" in answer.content.decode()
    assert beside.status_code in (400, 409)
    assert list(Score.objects.order_by("pk").values_list("comment", "version")) == saved


@pytest.mark.parametrize(
    ("happens", "path", "field"),
    [
        (given_away, "finish/", ""),
        (role_removed, "reopen/", ""),
        (given_away, "conflict/", "note"),
        (role_removed, "second-read/", "why"),
    ],
)
def test_whatever_they_send_who_reads_it_no_more_hears_why(client, page, given, happens, path, field):
    address, _ = page
    reviewing.started(given)
    happens(given)

    answer = client.post(f"{address}{path}", {"kind": "other", field: WORDS})

    assert answer.status_code == 409
    assert dict(REASONS)[happens] in answer.content.decode()
    assert (f"{WORDS}</textarea>" in answer.content.decode()) == bool(field)
    client.force_login(given.submission.enrollment.person)
    assert client.post(f"{address}{path}", {"kind": "other", field: WORDS}).status_code == 404


@pytest.mark.parametrize("happens", (given_away, handed_back, role_removed))
def test_who_reads_it_no_more_gets_only_their_own_text_back(client, page, given, happens):
    address, typed = page
    happens(given)

    answer = client.post(address, {**typed, "then": "next"})

    shown = answer.content.decode()
    assert "What is question 1 about?" not in shown and "why we chose it" not in shown
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("number", (1, 999))
def test_of_what_was_taken_away_without_a_trace_the_text_still_comes_back(client, page, given, number):
    _, typed = page
    assigning.take_away(given, by=given.assigned_by)

    answer = client.post(f"/review/{number}/", typed)

    assert answer.status_code == 404
    assert f"There is no submission {number:04} in your queue." in answer.content.decode()
    assert f"{WORDS}</textarea>" in answer.content.decode()


def test_to_somebody_who_never_read_it_nothing_is_there(client, page, given):
    address, typed = page
    client.force_login(given.submission.enrollment.person)

    assert client.post(address, typed).status_code == 404
    assert client.post(f"{address}q/1/", typed).status_code == 404


@pytest.mark.parametrize("written", ("", "7", "7.1", "a.b.c", "1.1.1--2", "9" * 40))
def test_what_no_page_of_ours_carries_says_nothing(written):
    assert seen.read(written) is None


def test_what_a_page_carries_is_read_again():
    carried = seen.Seen(edition=7, round_number=2, versions=(1, 3))

    assert seen.read(str(carried)) == carried
