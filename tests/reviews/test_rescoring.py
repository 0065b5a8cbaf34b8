"""Second thoughts: each level that changes after a review was finished keeps who, when, from what, to what and why."""

from datetime import timedelta

import pytest

from reviews import decisions, rescoring, scoring, stories
from reviews.models import Review
from submissions.models import Submission
from submissions.states import State
from tests.support import reviewing
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db
WHY = "I had missed the second page."


@pytest.fixture
def reopened(clock):
    """A finished review, opened again an hour later."""
    review = reviewing.reviewed(submission_in(State.SUBMITTED), ranks={1: 2})
    clock(AFTER_ALL + timedelta(hours=1))
    scoring.reopen_review(review, by=review.assignment.reviewer)
    clock(AFTER_ALL + timedelta(hours=2))
    return Review.objects.get()


@pytest.fixture
def page(client, reopened):
    client.force_login(reopened.assignment.reviewer)
    return f"/review/{reopened.assignment.submission.number}/"


def typed(rank, why="", version=1):
    return {"q1-level": rank, "q1-comment": reviewing.SAYS, "q1-version": version, "q1-why": why}


def test_a_changed_level_keeps_who_when_from_to_and_why(client, page, reopened):
    client.post(f"{page}q/1/", typed(3))
    client.post(f"{page}q/1/", typed(3, WHY, version=2))

    change = rescoring.of([reopened])[0]

    assert (change.was.label, change.now.label, change.why) == ("Approaching", "Meets", WHY)
    assert (change.by, change.at) == (reopened.assignment.reviewer, AFTER_ALL + timedelta(hours=2))


def test_each_change_keeps_its_own_reason(client, page, reopened):
    for version, (rank, why) in enumerate([(3, ""), (3, WHY), (1, WHY), (1, "It is a copy.")], start=1):
        client.post(f"{page}q/1/", typed(rank, why, version=version))

    changes = rescoring.of([reopened])

    assert [(one.now.rank, one.why) for one in changes] == [(3, WHY), (1, "It is a copy.")]


def test_words_that_change_are_no_changed_level(reopened):
    reviewing.score(reopened, 1, 2, comment="In other words.", version=1)

    assert rescoring.of([reopened]) == []


def test_the_row_asks_for_the_reason_and_shows_the_earlier_level(client, page, reopened):
    asked = client.get(page).content.decode()
    client.post(f"{page}q/1/", typed(3, WHY))
    shown = client.get(page).content.decode()

    assert "Why the level changes" in asked and "1 earlier level" not in asked
    assert "1 earlier level" in shown and "Approaching → Meets" in shown and WHY in shown


def test_a_review_that_was_never_finished_asks_for_no_reason(client):
    review = reviewing.started()
    client.force_login(review.assignment.reviewer)

    assert "Why the level changes" not in client.get(f"/review/{review.assignment.submission.number}/").content.decode()


def test_the_story_tells_an_admin(client, page, reopened):
    client.post(f"{page}q/1/", typed(3, WHY))
    submission = reopened.assignment.submission

    told = {entry.what: entry for entry in stories.of(submission.enrollment, submission)}

    change = next(entry for what, entry in told.items() if what.endswith("Approaching → Meets"))
    assert (change.more, change.body) == (f"by {reopened.assignment.reviewer}", WHY)
    assert told["Review opened again"].at == AFTER_ALL + timedelta(hours=1)


def test_its_applicant_reads_no_reason(client, page, reopened):
    client.post(f"{page}q/1/", typed(1, WHY))
    scoring.finish(Review.objects.get(), by=reopened.assignment.reviewer)
    cohort = reopened.assignment.submission.enrollment.cohort
    decision = decisions.decide(Submission.objects.get(), by=cohort.opened_by)
    decisions.release(decision, by=cohort.opened_by)
    client.force_login(reopened.assignment.submission.enrollment.person)

    shown = client.get(f"/my/{cohort.slug}/feedback/").content.decode()

    assert reviewing.SAYS in shown and WHY not in shown
