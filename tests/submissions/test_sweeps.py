"""What is due by itself: reviews that start, reminders that go to those they concern."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cohorts.models import Reminder
from microcred import clock as house_clock
from microcred.models import Message
from submissions import sweeps, tasks
from submissions.models import Submission, Version
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, submission_in

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


@pytest.fixture
def cohort(db):
    """A cohort with a reminder two weeks before evidence is due, and one three days before a revision is."""
    made = factories.cohort()
    for key, kind, days, audience in (
        ("two-weeks", "evidence_due", -14, "not_submitted"),
        ("revision-three-days", "revisions_due", -3, "revising"),
    ):
        Reminder.objects.create(
            cohort=made, key=key, event_kind=kind, days=days, at=time(9), audience=audience,
            subject="Due {{ due_day }}", body="{{ what_is_left }} Due {{ due }}. [Go]({{ link }})",
        )  # fmt: skip
    return made


def remind(*at):
    moment = datetime(*at, tzinfo=EASTERN)
    with house_clock.fixed(moment):
        tasks.remind_of_evidence()
        tasks.remind_of_evidence()
    return Message.objects.filter(is_reminder=True).order_by("pk")


def test_a_reminder_goes_to_those_who_have_not_submitted_and_says_what_is_missing(cohort):
    early = BEFORE_DUE - timedelta(days=14)
    begun = submission_in(State.DRAFT, cohort=cohort, person=factories.person("Bea", "Lund"), at=early)
    with house_clock.fixed(early):
        add(begun.documents.first(), at=early)
    submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Cy", "Done"), at=early)
    submission_in(State.WITHDRAWN, cohort=cohort, person=factories.person("Di", "Gone"), at=early)
    factories.enrollment(cohort, factories.person("Ada", "Ward"))

    messages = remind(2023, 11, 16, 9, 1)

    assert [(one.person.first_name, one.subject) for one in messages] == [
        ("Bea", "Due Thu, Nov 30"),
        ("Ada", "Due Thu, Nov 30"),
    ]
    assert messages[0].text.startswith("You have 1 of 2 documents in. Missing: Growth Plan.")
    assert messages[1].text.startswith("Missing: Reflection Guide, Growth Plan.")


def test_who_only_forgot_the_button_is_told_so(cohort):
    early = BEFORE_DUE - timedelta(days=14)
    submission = submission_in(State.DRAFT, cohort=cohort, at=early)
    with house_clock.fixed(early):
        for slot in submission.documents.all():
            add(slot, at=early)

    assert remind(2023, 11, 16, 9, 1)[0].text.startswith(
        "Everything is ready except one step: you have not pressed Submit."
    )


def test_a_revision_is_reminded_of_by_its_own_day(cohort):
    submission_in(State.REVISION_REQUESTED, cohort=cohort)

    messages = remind(2024, 1, 9, 9, 1)

    assert len(messages) == 1
    assert messages[0].text.startswith("You have 1 of 2 documents in. Missing: Reflection Guide. Due Fri, Jan")
    assert f"/my/{cohort.slug}/revise/" in messages[0].text


@pytest.mark.parametrize("count", [1, 4])
def test_reminders_take_the_same_queries_however_many_they_are(count, cohort, django_assert_max_num_queries):
    for _ in range(count):
        factories.enrollment(cohort)
    at = datetime(2023, 11, 16, 9, 1, tzinfo=EASTERN)

    with house_clock.fixed(at), django_assert_max_num_queries(22):
        owed = sweeps.remind_of_evidence(at=at)

    assert owed == count
