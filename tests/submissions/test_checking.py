"""A version gets its verdict once, whatever happens to the worker on the way."""

from datetime import timedelta

import pytest
from django.db import OperationalError, transaction

from cohorts.models import StaffTask
from microcred.models import Message
from submissions import checking, checks, scanning, tasks, uploads
from submissions.checks.catalogue import say
from submissions.checks.contract import UNREAD, Examination
from submissions.models import Version
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, examine_now, fill_guide, submission_in, upload_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(before_due):
    """A version that arrived and was not looked at yet."""
    return add(submission_in(State.DRAFT).documents.first(), check=False, at=BEFORE_DUE)


@pytest.fixture
def failing(monkeypatch):
    def break_down(path, expectation):
        raise OSError("the disk is gone")

    monkeypatch.setattr(checks, "examine", break_down)


def test_verdict_findings_and_answers_are_written_together(waiting):
    examine_now(waiting)

    assert waiting.verdict == "ready"
    assert [one.code for one in waiting.findings.all()] == ["ok.kind", "ok.answers", "ok.name"]
    assert [(one.prompt.code, one.found_by) for one in waiting.answers.all()] == [
        ("L2-RG-Q1", "tag"),
        ("L2-RG-Q2", "tag"),
    ]
    assert (waiting.leased_until, waiting.tries) == (None, 1)


def test_checking_twice_is_checking_once(waiting):
    examine_now(waiting)
    examine_now(waiting)

    assert (waiting.tries, waiting.findings.count()) == (1, 3)


def test_a_version_in_other_hands_is_left_alone(waiting):
    assert checking.claim(waiting) is not None
    assert checking.claim(waiting) is None


def test_a_lease_ends_so_that_a_killed_worker_keeps_nothing(waiting, clock):
    checking.claim(waiting)
    clock(BEFORE_DUE + checking.LEASE)

    examine_now(waiting)

    assert (waiting.verdict, waiting.tries) == ("ready", 2)


def test_a_lease_outlives_the_check_and_is_over_within_a_minute(settings):
    check, scan = checks.Limits().wall_seconds, scanning.SECONDS
    lease, sweep = checking.LEASE.total_seconds(), settings.CELERY_BEAT_SCHEDULE["check what waits"]["schedule"]

    assert check < lease
    assert lease + scan + sweep < 60


def test_the_slower_of_two_workers_writes_nothing(waiting, clock):
    slow = checking.claim(waiting)
    clock(BEFORE_DUE + checking.LEASE)
    examine_now(waiting)

    checking.write_down(slow, Examination(UNREAD, (say("read.failed"),)))

    waiting.refresh_from_db()
    assert (waiting.verdict, waiting.findings.count()) == ("ready", 3)


def test_after_three_tries_a_person_looks(waiting, failing, clock):
    tries = []
    for number in range(4):
        clock(BEFORE_DUE + number * checking.AGAIN_IN)
        checking.check(waiting)
        waiting.refresh_from_db()
        tries.append((waiting.verdict, waiting.tries))

    task = StaffTask.objects.get()
    assert tries == [("checking", 1), ("checking", 2), ("unread", 3), ("unread", 3)]
    assert [one.code for one in waiting.findings.all()] == ["read.failed"]
    assert task.sentence == "Look at the Reflection Guide of Ada Ward: our check broke down on it."


def test_a_try_that_found_nothing_out_is_followed_by_another(waiting, monkeypatch, clock):
    nothing = Examination(UNREAD, (say("read.failed"),), seconds=20.0)
    monkeypatch.setattr(checks, "examine", lambda path, expectation: nothing)

    checking.check(waiting)
    checking.check(waiting)  # too early
    examine_now(waiting)
    early = waiting.verdict
    clock(BEFORE_DUE + checking.AGAIN_IN)
    examine_now(waiting)

    assert (early, waiting.verdict, waiting.tries) == ("checking", "ready", 2)


def test_whoever_dies_in_the_last_try_leaves_it_to_a_person(waiting, clock):
    for number in range(Version.MAX_TRIES):
        clock(BEFORE_DUE + number * checking.LEASE)
        assert checking.claim(waiting) is not None
    examine_now(waiting)
    in_hand = waiting.verdict
    clock(BEFORE_DUE + Version.MAX_TRIES * checking.LEASE)

    examine_now(waiting)

    assert (in_hand, waiting.verdict, waiting.tries) == ("checking", "unread", 3)
    assert StaffTask.objects.count() == 1


def test_a_poisonous_file_does_not_keep_the_others_waiting(waiting, monkeypatch):
    good = add(waiting.document.submission.documents.last(), check=False, at=BEFORE_DUE + timedelta(seconds=1))

    def only_the_first_breaks(path, expectation):
        if str(path) == waiting.file.path:
            raise OSError
        return checks.examine_here(path, expectation)

    monkeypatch.setattr(checks, "examine", only_the_first_breaks)
    tasks.check_waiting()

    good.refresh_from_db()
    waiting.refresh_from_db()
    assert (good.verdict, waiting.verdict, waiting.tries) == ("ready", "checking", 1)


def test_the_untried_come_before_those_that_failed(waiting, monkeypatch, clock):
    tried = checking.claim(waiting)
    fresh = add(tried.document.submission.documents.last(), check=False, at=BEFORE_DUE + timedelta(hours=1))
    clock(BEFORE_DUE + timedelta(hours=1))
    order = []
    monkeypatch.setattr(checking, "check", lambda version: order.append(version.pk))

    tasks.check_waiting()

    assert order == [fresh.pk, tried.pk]


def test_a_verdict_that_cannot_be_written_does_not_stop_the_sweep(waiting, monkeypatch):
    good = add(waiting.document.submission.documents.last(), check=False, at=BEFORE_DUE + timedelta(seconds=1))
    write_down = checking.write_down

    def only_the_second(version, found):
        if version.pk == waiting.pk:
            raise OperationalError("the connection is gone")
        write_down(version, found)

    monkeypatch.setattr(checks, "examine", checks.examine_here)
    monkeypatch.setattr(checking, "write_down", only_the_second)
    tasks.check_waiting()

    good.refresh_from_db()
    assert good.verdict == "ready"


def test_every_task_of_a_version_may_run_twice(waiting, monkeypatch):
    monkeypatch.setattr(checks, "examine", checks.examine_here)

    for _ in range(2):
        tasks.check_version(waiting.pk)
        tasks.check_waiting()

    assert Version.objects.get().tries == 1
    tasks.check_version(0)  # gone: forgiven


def test_the_real_check_runs_in_a_process_of_its_own(waiting):
    checking.check(waiting)

    waiting.refresh_from_db()
    assert waiting.verdict == "ready"


def test_who_waited_long_is_written_to(waiting, clock):
    clock(BEFORE_DUE + timedelta(minutes=5))
    waiting.file.storage.delete(waiting.file.name)
    waiting.file.storage.save(waiting.file.name, upload_of(b"%PDF-1.4"))

    examine_now(waiting)

    assert waiting.verdict == "blocked"
    assert Message.objects.get().kind == "file-needs-fixing"


def test_who_saw_it_at_once_is_not(before_due):
    add(submission_in(State.DRAFT).documents.first(), content=b"%PDF-1.4", name="guide.pdf", at=BEFORE_DUE)

    assert Message.objects.count() == 0


def test_the_same_file_twice_is_noticed(before_due):
    guide, plan = submission_in(State.DRAFT).documents.all()
    content = fill_guide(guide.required, person=guide.submission.enrollment.person)

    first, again = add(guide, content=content, at=BEFORE_DUE), add(guide, content=content, at=BEFORE_DUE)
    elsewhere = add(plan, content=content, at=BEFORE_DUE)

    assert first.verdict == "ready"
    assert "same.before" in [one.code for one in again.findings.all()]
    assert "same.as" in [one.code for one in elsewhere.findings.all()]


@pytest.mark.django_db(transaction=True)
def test_the_task_is_queued_only_after_the_row_is_there(before_due, monkeypatch):
    queued = []
    monkeypatch.setattr(uploads, "hurry", lambda task, pk: queued.append(pk))
    document = submission_in(State.DRAFT).documents.first()

    with transaction.atomic():
        version = add(document, check=False, at=BEFORE_DUE)
        before = list(queued)

    assert (before, queued) == ([], [version.pk])


@pytest.mark.worker
def test_a_worker_gives_the_verdict(worker, before_due):
    from time import sleep

    version = add(submission_in(State.DRAFT).documents.first(), check=False, at=BEFORE_DUE)

    for _ in range(100):
        version.refresh_from_db()
        if version.verdict != "checking":
            break
        sleep(0.1)

    assert version.verdict == "ready"


def test_the_same_file_as_somebody_else_s_is_told_to_the_staff_alone(before_due):
    cohort = factories.cohort()
    theirs, mine = (submission_in(State.DRAFT, cohort=cohort).documents.first() for _ in range(2))
    content = fill_guide(theirs.required, person=theirs.submission.enrollment.person)
    mine.submission.enrollment.person.first_name = "Rosa"
    mine.submission.enrollment.person.save()

    add(theirs, content=content, at=BEFORE_DUE)
    version = add(mine, content=content, at=BEFORE_DUE)

    task = StaffTask.objects.get()
    assert task.sentence == "Compare the Reflection Guide of Rosa Ward with that of Ada Ward: it is the same file."
    assert task.url == f"/cohorts/{cohort.slug}/files/{version.pk}/"
    assert not any(one.code.startswith("same") for one in version.findings.all())


def test_nobody_reads_by_hand_what_was_replaced_by_a_file_that_we_could_read(waiting, failing, monkeypatch):
    Version.objects.update(tries=Version.MAX_TRIES)
    checking.check(waiting)
    asked = StaffTask.objects.count()
    monkeypatch.undo()

    add(waiting.document, text="Better words about the same guide", at=BEFORE_DUE)

    assert (asked, StaffTask.objects.count()) == (1, 0)
