"""Reminders of evidence and of revisions: to those who have not handed in, with what is missing."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cohorts import reminders
from cohorts.last_look import look
from cohorts.models import Reminder
from microcred import clock as house_clock
from microcred import outbox
from microcred.models import Message
from submissions import workflow
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, submission_in

pytestmark = pytest.mark.django_db
EASTERN = ZoneInfo("America/New_York")


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
        for _ in range(2):
            reminders.owe(moment)
            outbox.send_due()
    return Message.objects.filter(is_reminder=True, state="sent").order_by("pk")


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
def test_reminders_take_the_same_queries_however_many_they_are(count, cohort, django_assert_num_queries):
    for _ in range(count):
        factories.enrollment(cohort)
    at = datetime(2023, 11, 16, 9, 1, tzinfo=EASTERN)

    with house_clock.fixed(at):
        with django_assert_num_queries(7):
            owed = reminders.owe(at)
        rows = outbox.claim()
        with django_assert_num_queries(15):
            leaving = look(rows, at)

    assert (owed, len(leaving)) == (count, count)


def test_whoever_submits_between_the_sweep_and_the_sender_gets_none(cohort):
    at = datetime(2023, 11, 16, 9, 1, tzinfo=EASTERN)
    submission = submission_in(State.DRAFT, cohort=cohort, at=BEFORE_DUE - timedelta(days=14))
    reminders.owe(at - timedelta(hours=2))
    with house_clock.fixed(at - timedelta(hours=1)):
        for slot in submission.documents.all():
            add(slot, at=at - timedelta(hours=1))
        workflow.submit(submission, by=submission.enrollment.person, at=at - timedelta(hours=1))

    assert [*remind(2023, 11, 16, 9, 1)] == []
    assert Message.objects.get(is_reminder=True).reason == "Submitted."
