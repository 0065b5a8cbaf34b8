"""Reviewers are reminded once, and only those with work left; sweeps run by command as by beat."""

from datetime import datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from cohorts import reminders
from cohorts.models import Reminder
from microcred import clock, outbox
from microcred.models import Message
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


def sweep(at=DUE):
    """What beat does: owe, then send. How many reminders left."""
    with clock.fixed(at):
        reminders.owe(at)
        outbox.send_due()
    return Message.objects.filter(is_reminder=True, sent_at=at).count()


def test_reviewers_with_work_left_are_reminded_once(cohort):
    reviewing.assigned(cohort=cohort)
    reviewing.reviewed(submission_in(State.SUBMITTED, cohort=cohort), factories.person("Bea", "Done"))
    factories.staff(cohort, factories.person("Ron", "Idle"))

    assert [sweep(DUE - timedelta(minutes=1)), sweep(), sweep(DUE + timedelta(minutes=1))] == [0, 1, 0]
    assert reminded() == [("Ben", "1 submission to review")]


def test_one_pass_of_every_sweep_says_what_it_did(cohort, mailbox):
    reviewing.assigned(cohort=cohort, at=AFTER_ALL)
    said = StringIO()

    call_command("run_sweeps", now=DUE + timedelta(minutes=1), stdout=said)

    assert "reminders: 1 message owed" in said.getvalue()
    assert reminded() == [("Ben", "1 submission to review")]
    assert "1 submission to review" in [mail.subject for mail in mailbox]


@pytest.fixture
def escalation(cohort):
    """Admins hear of late reviewers from the day after on."""
    return Reminder.objects.create(
        cohort=cohort, key="late-reviews", event_kind="reviews_due", days=1, at=time(9), audience="late_reviews",
        subject="{{ late_count }} late", body="Due {{ due_day }}:\n\n{{ late_reviewers }}\n\n[Reviews]({{ link }})",
    )  # fmt: skip


def test_admins_hear_each_day_of_reviewers_who_are_late_until_none_is(cohort, escalation, mailbox):
    admin = factories.staff(cohort, factories.person("Priya", "Raman"), role="admin").person
    assignment = reviewing.assigned(cohort=cohort)
    Reminder.objects.filter(key="reviews").delete()
    day_after = DUE + timedelta(days=4)

    left = [sweep(day_after - timedelta(days=1)), sweep(day_after), sweep(day_after + timedelta(days=1))]
    reviewing.reviewed(assignment.submission, assignment.reviewer)
    left.append(sweep(day_after + timedelta(days=2)))

    assert left == [0, 1, 1, 0]
    theirs = [mail for mail in mailbox if mail.to == [admin.email]]
    assert [mail.subject for mail in theirs] == ["1 reviewer late"] * 2
    assert "- Ben Reader: 1 submission" in theirs[0].body


def test_an_instant_without_an_offset_is_no_instant():
    with pytest.raises(CommandError, match="no offset"):
        call_command("run_sweeps", "--now", "2023-11-30T09:00:00")
