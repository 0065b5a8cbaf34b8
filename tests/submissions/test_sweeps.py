"""What is due by itself: reviews that start."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from microcred import clock as house_clock
from submissions import sweeps
from submissions.models import Submission, Version
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, submission_in

pytestmark = pytest.mark.django_db
EASTERN = ZoneInfo("America/New_York")
CLOSES = datetime(2023, 12, 8, tzinfo=EASTERN)
OVER = CLOSES + sweeps.SLOWEST_UPLOAD


def state_of(submission):
    return Submission.objects.get(pk=submission.pk).state


def start(at):
    with house_clock.fixed(at):
        return sweeps.start_due_reviews(at=at)


def test_a_review_starts_once_nothing_more_can_be_replaced():
    submission = submission_in(State.SUBMITTED)

    before = start(OVER - timedelta(seconds=1))
    after = start(OVER)

    assert (before, after, state_of(submission)) == (0, 1, State.IN_REVIEW)
    assert submission.rounds.get().frozen_at == OVER


def test_it_starts_once():
    submission_in(State.SUBMITTED)

    assert (start(OVER), start(OVER)) == (1, 0)


def test_an_extension_is_waited_for():
    submission = submission_in(
        State.SUBMITTED, extended_until=date(2023, 12, 20), extended_at=BEFORE_DUE, extended_by=factories.person()
    )

    start(OVER)

    assert state_of(submission) == State.SUBMITTED


def test_a_file_without_its_verdict_is_waited_for():
    submission = submission_in(State.SUBMITTED)
    Version.objects.filter(document__submission=submission).update(verdict="checking")

    assert start(OVER) == 0


def test_what_was_not_handed_in_stays_where_it_is():
    drafts = [submission_in(State.DRAFT), submission_in(State.WITHDRAWN)]

    assert start(OVER) == 0
    assert [state_of(one) for one in drafts] == [State.DRAFT, State.WITHDRAWN]
