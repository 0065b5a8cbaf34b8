"""Two of the same at the same time: tasks of every floor, and two tabs that submit."""

import os
from datetime import UTC, datetime, time, timedelta
from inspect import signature
from threading import Barrier

import pytest
from django.core import mail

from cohorts.models import Reminder
from microcred import clock as house_clock
from microcred import letters, outbox
from microcred.celery import app
from microcred.models import Message
from submissions import workflow
from submissions.models import Submission, WorkflowEvent
from submissions.states import State
from tests.faults.test_twice import at_once, rows
from tests.support import factories
from tests.support.reviewing import assigned
from tests.support.submitting import AFTER_ALL, BEFORE_DUE, add_all, submission_in

pytestmark = pytest.mark.django_db(transaction=True)
app.loader.import_default_modules()
REMINDER_DUE = datetime(2023, 11, 4, 13, tzinfo=UTC)
WHEN = {"cohorts.tasks.remind": REMINDER_DUE}
GONE = 0
OTHERS = sorted(name for name in app.tasks if not name.startswith(("celery.", "submissions.")))
OWES = {"cohorts.tasks.remind": 1, "reviews.tasks.tell_of_new_work": 1}
PAIRS = int(os.environ.get("PAIRS", "30"))  # 100 are promised


@pytest.fixture
def something_to_do():
    """A reminder that is due, a review that somebody has to be told of, and a mail that waits."""
    cohort = factories.cohort()
    Reminder.objects.create(
        cohort=cohort, key="meeting", event_kind="meeting", days=-2, at=time(9), audience="expected",
        subject="{{ meeting }}", body="{{ meeting_time }}",
    )  # fmt: skip
    with house_clock.fixed(BEFORE_DUE):
        ada = factories.enrollment(cohort).person
    assigned(cohort=cohort)
    Message.objects.all().delete()
    letter = letters.compose("Hello", "Dear {{ name }}", {"name": "Ada"})
    with house_clock.fixed(BEFORE_DUE):
        outbox.owe([outbox.message(letter, ada, key="waits", kind="test")])


@pytest.mark.parametrize("name", OTHERS)
def test_a_task_of_any_floor_that_runs_five_times_did_it_once(something_to_do, name):
    task, at = app.tasks[name], WHEN.get(name, AFTER_ALL + timedelta(hours=20))
    arguments = [GONE] * len(signature(task.run).parameters)
    before = Message.objects.count()

    at_once(lambda: task(*arguments), times=3, at=at)
    once, owed = rows(), Message.objects.count() - before
    at_once(lambda: task(*arguments), times=2, at=at)

    assert rows() == once
    assert owed >= OWES.get(name, 0)
    ids = [each.extra_headers["Message-ID"] for each in mail.outbox]
    assert len(ids) == len(set(ids)) == (name == "microcred.tasks.send_owed")


def test_two_tabs_that_submit_hand_in_once():
    submission = submission_in(State.DRAFT)
    add_all(submission, at=BEFORE_DUE)
    handed_in, refused = [], []

    def begin():
        """Note what came of the last two, and open the draft once more."""
        moves = WorkflowEvent.objects.filter(submission=submission, move="submit")
        handed_in.append(moves.count())
        moves.delete()
        Submission.objects.filter(pk=submission.pk).update(state=State.DRAFT)

    together = Barrier(2, action=begin)

    def submit_again_and_again():
        for _ in range(PAIRS):
            mine = Submission.objects.get(pk=submission.pk)
            together.wait(timeout=60)
            try:
                workflow.submit(mine, by=submission.enrollment.person, at=BEFORE_DUE)
            except workflow.Refused as refusal:
                refused.append(str(refusal))
        together.wait(timeout=60)

    at_once(submit_again_and_again, times=2, at=BEFORE_DUE)

    assert handed_in == [0] + [1] * PAIRS
    assert len(refused) == PAIRS
