"""Two people press at once: exactly one succeeds, and what was told is what is true."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from microcred import clock as house_clock
from microcred.models import Message
from microcred.verdict import Refused
from submissions import checking, checks, workflow
from submissions.models import Receipt, Submission
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, add_all, examine_now, submission_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def only_on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("shows what PostgreSQL's locks do")


def at_once(*deeds):
    """Do all of `deeds` in the same moment; what each answered, or the class of its refusal."""
    barrier = Barrier(len(deeds))

    def run(deed):
        try:
            barrier.wait(timeout=10)
            deed()
        except Refused as refusal:
            return type(refusal)
        finally:
            connection.close()
        return None

    with house_clock.fixed(BEFORE_DUE), ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(run, deeds), key=str)


def again(submission):
    return Submission.objects.get(pk=submission.pk)


def drafted():
    submission = submission_in(State.DRAFT)
    with house_clock.fixed(BEFORE_DUE):
        add_all(submission, at=BEFORE_DUE)
    return submission


def submit(submission):
    return lambda: workflow.submit(again(submission), by=submission.enrollment.person, at=BEFORE_DUE)


def test_two_submits_make_one_receipt():
    submission = drafted()

    outcomes = at_once(*[submit(submission)] * 4)

    assert outcomes.count(None) == 1
    assert (again(submission).state, submission.events.count()) == (State.SUBMITTED, 1)
    assert (Receipt.objects.count(), Message.objects.filter(kind="receipt").count()) == (1, 1)


def test_submit_and_withdraw_leave_one_story():
    submission = drafted()
    person = submission.enrollment.person

    at_once(submit(submission), lambda: workflow.withdraw(again(submission), by=person))

    events = list(submission.events.order_by("pk"))
    assert [one.source for one in events[1:]] == [one.target for one in events[:-1]]
    assert again(submission).state == events[-1].target == State.WITHDRAWN


def test_release_and_reopen_cannot_both_happen():
    submission = submission_in(State.DECIDED)
    admin = submission.enrollment.cohort.opened_by

    outcomes = at_once(
        lambda: workflow.release(again(submission), State.AWARDED, by=admin, at=BEFORE_DUE),
        lambda: workflow.reopen(again(submission), by=admin, why="One more look."),
    )

    assert outcomes.count(None) == 1
    assert again(submission).state in (State.AWARDED, State.IN_REVIEW)


def test_two_reviewers_who_open_at_once_start_one_review():
    submission = submission_in(State.SUBMITTED)

    outcomes = at_once(*[lambda: workflow.start_review(again(submission))] * 2)

    assert outcomes == [None, None]
    assert submission.events.filter(move="start_review").count() == 1


def test_a_file_and_a_freeze_do_not_pass_each_other():
    submission = submission_in(State.SUBMITTED)
    plan = submission.documents.get(required__key="growth-plan")

    outcomes = at_once(
        lambda: add(plan, text="Other words that came in the same moment", at=BEFORE_DUE, check=False),
        lambda: workflow.start_review(again(submission)),
    )

    plan.refresh_from_db()
    examine_now(plan.current)
    newest = Receipt.objects.order_by("pk").last()
    assert again(submission).state == State.IN_REVIEW
    assert newest.files[1]["sha256"] == plan.current.sha256
    assert plan.versions.count() == (1 if Refused in outcomes else 2)


def test_files_added_at_once_have_numbers_of_their_own():
    plan = submission_in(State.DRAFT).documents.get(required__key="growth-plan")

    at_once(*[lambda: add(plan, at=BEFORE_DUE, check=False)] * 4)

    assert list(plan.versions.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_files_added_at_once_do_not_pass_the_limit():
    plan = submission_in(State.DRAFT).documents.get(required__key="growth-plan")

    outcomes = at_once(*[lambda: add(plan, content=b"x", at=BEFORE_DUE, check=False)] * 12)

    assert (outcomes.count(None), outcomes.count(Refused), plan.versions.count()) == (10, 2, 10)


def test_people_who_begin_at_once_get_one_submission_each():
    cohort = factories.cohort()
    enrollments = [factories.enrollment(cohort) for _ in range(4)]

    at_once(*[lambda one=one: workflow.begin(one) for one in enrollments * 2])

    assert sorted(Submission.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_two_workers_check_a_file_once(monkeypatch):
    monkeypatch.setattr(checks, "examine", checks.examine_here)
    plan = submission_in(State.DRAFT).documents.get(required__key="growth-plan")
    with house_clock.fixed(BEFORE_DUE):
        version = add(plan, at=BEFORE_DUE, check=False)

    at_once(*[lambda: checking.check(version)] * 4)

    version.refresh_from_db()
    assert (version.verdict, version.tries, version.answers.count()) == ("ready", 1, 1)
