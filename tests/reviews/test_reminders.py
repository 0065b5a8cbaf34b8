"""Reviewers are reminded once, and only those with work left; sweeps run by command as by beat."""

from datetime import datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from cohorts.models import Reminder
from microcred import clock
from microcred.models import Message
from reviews import reminders
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db
DUE = datetime(2023, 12, 10, 9, tzinfo=ZoneInfo("America/New_York"))  # three days before reviews are due


@pytest.fixture
def cohort():
    made = factories.cohort()
    Reminder.objects.create(
        cohort=made, key="reviews", event_kind="reviews_due", days=-3, at=time(9), audience="reviewers",
        subject="{{ submissions }} to review", body="Finish {{ due }}. [Queue]({{ link }})",
    )  # fmt: skip
    return made


def reminded():
    return [(message.person.first_name, message.subject) for message in Message.objects.filter(kind="reminder-reviews")]


def test_reviewers_with_work_left_are_reminded_once(cohort):
    reviewing.assigned(cohort=cohort)
    reviewing.reviewed(submission_in(State.SUBMITTED, cohort=cohort), factories.person("Bea", "Done"))
    factories.staff(cohort, factories.person("Ron", "Idle"))

    with clock.fixed(DUE + timedelta(minutes=1)):
        counts = [reminders.remind_reviewers(clock.now()) for _ in range(2)]

    assert counts == [1, 0]
    assert reminded() == [("Ben", "1 submission to review")]


def test_nobody_is_reminded_before_the_time(cohort):
    reviewing.assigned(cohort=cohort)

    assert reminders.remind_reviewers(DUE - timedelta(minutes=1)) == 0


def test_one_pass_of_every_sweep_says_what_it_did(cohort, mailbox):
    reviewing.assigned(cohort=cohort, at=AFTER_ALL)
    said = StringIO()

    call_command("run_sweeps", now=DUE + timedelta(minutes=1), stdout=said)

    assert "review reminders: 1 message owed" in said.getvalue()
    assert reminded() == [("Ben", "1 submission to review")]
    assert "1 submission to review" in [mail.subject for mail in mailbox]


def test_an_instant_without_an_offset_is_no_instant():
    with pytest.raises(CommandError, match="no offset"):
        call_command("run_sweeps", "--now", "2023-11-30T09:00:00")
