"""A worker dies, a broker forgets: every file gets its answer, and only one."""

import random
import time

import pytest

from cohorts.models import StaffTask
from microcred import clock
from microcred.models import Message
from submissions import tasks, workflow
from submissions.models import Finding, Version
from tests.faults.conftest import let_leases_run_out, unanswered, wait_for
from tests.faults.supervisor import KILLS_THE_CHILD, KILLS_THE_WORKER
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, fill_guide

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hand_in():
    """`hand_in(3)`: as many good guides, each of somebody else; `hand_in(1, b"…")`: other bytes."""
    cohort = factories.cohort()
    good = fill_guide(cohort.edition.documents.get(key="growth-plan"))

    def now(number, content=good):
        return [one(content).pk for _ in range(number)]

    def one(content):
        with clock.fixed(BEFORE_DUE):
            submission = workflow.begin(factories.enrollment(cohort))
            plan = submission.documents.get(required__key="growth-plan")
            return add(plan, content=content, name="plan.docx", check=False, at=BEFORE_DUE)

    return now


def verdicts(versions):
    return set(Version.objects.filter(pk__in=versions).values_list("verdict", flat=True))


def test_a_worker_killed_twenty_times_answers_every_file_once(worker, hand_in):
    moments, good, bad, interrupted = random.Random(3), [], [], 0

    for _ in range(20):
        good += hand_in(1)
        bad += hand_in(1, b"%PDF-1.7 no Word file")
        wait_for(lambda: unanswered().filter(leased_until__isnull=False).exists() or not unanswered().exists())
        time.sleep(moments.uniform(0, 0.2))
        worker.kill()
        interrupted += unanswered().filter(leased_until__isnull=False).exists()
        let_leases_run_out()
        tasks.check_waiting.delay()
        wait_for(lambda: not unanswered().exists(), tick=True)

    assert interrupted >= 5
    assert (verdicts(good), verdicts(bad)) == ({"advice"}, {"blocked"})
    assert set(Version.objects.values_list("tries", flat=True)) == {1, 2}
    assert Finding.objects.filter(version__in=bad).count() == 20
    assert Message.objects.filter(kind="file-needs-fixing").count() == 20
    assert worker.said('"event": "version_checked"') <= 40


def test_an_emptied_broker_and_poison_keep_nobody_from_an_answer(valkey, hand_in, request):
    (kills_child,), (kills_worker,) = hand_in(1, KILLS_THE_CHILD), hand_in(1, KILLS_THE_WORKER)
    good, deadly = hand_in(50), Version.objects.filter(pk=kills_worker)
    queue = valkey.client()
    queued = queue.llen("celery")
    queue.flushall()
    worker = request.getfixturevalue("worker")

    for deaths in range(1, Version.MAX_TRIES + 1):
        wait_for(lambda deaths=deaths: worker.said("signal 9 (SIGKILL)") >= deaths, tick=True)
        let_leases_run_out(deadly)
    wait_for(lambda: not unanswered().exists(), tick=True)

    assert (queued, verdicts(good)) == (52, {"advice"})
    assert set(Version.objects.filter(pk__in=good).values_list("tries", flat=True)) == {1}
    for poison in Version.objects.filter(pk__in=[kills_child, kills_worker]):
        assert (poison.verdict, poison.tries) == ("unread", 3)
        assert [one.code for one in poison.findings.all()] == ["read.failed"]
    for_people = StaffTask.objects.filter(key__startswith="read-file:")
    assert {one.key for one in for_people} == {f"read-file:{pk}" for pk in (kills_child, kills_worker)}
    assert worker.said('"event": "version_checked"') == 52
