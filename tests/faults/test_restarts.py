"""PostgreSQL restarts while people type, add files and hand in: what was answered with a yes is there, and once.

Once each way in the suite; `RESTARTS=20` for as many as the promise names.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from microcred.models import Message
from microcred.tasks import hurry, send_owed
from reviews.models import Score
from submissions import tasks, verdicts, workflow
from submissions.models import Finding, Receipt, Version, WorkflowEvent
from submissions.states import State
from tests.faults.conftest import Worker, environment, let_leases_run_out, unanswered, wait_for
from tests.faults.database import database_of_ones_own
from tests.faults.sink import Sink, serving
from tests.faults.test_mail import ids, sent, waiting
from tests.faults.test_uploads import answers
from tests.faults.visitors import Line, Reviewer, Submitter, Uploader
from tests.support import factories
from tests.support.reviewing import started
from tests.support.submitting import BEFORE_DUE, add_all, submission_in
from tests.support.working import free_port

pytestmark = pytest.mark.django_db(transaction=True)
RESTARTS = int(os.environ.get("RESTARTS", "2"))
MOST_TRIES, PAUSE = 10, 0.5  # seconds between two: a page is back after five at most
AWAY = 503
SENDERS = 2  # of the worker: each may have one mail on the line when the database goes


@pytest.fixture
def database(transactional_db):
    with database_of_ones_own() as own:
        yield own


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def told(database, valkey, sink):
    """What web and worker are told."""
    with serving(sink) as port:
        yield environment(
            folder=settings.MEDIA_ROOT, DATABASE_URL=database.address, EMAIL_URL=f"smtp://127.0.0.1:{port}",
            REDIS_URL=f"redis://127.0.0.1:{valkey.port}/0",
        )  # fmt: skip


@pytest.fixture
def web(told, tmp_path):
    """The port of the server that a demo runs: two processes of four threads."""
    port = free_port()
    options = (f"--bind=127.0.0.1:{port}", "--worker-class=gthread", "--workers=2", "--threads=4")
    command = [sys.executable, "-m", "gunicorn", "tests.faults.site:application", *options, "--no-control-socket"]
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(command, env=told, stdout=log, stderr=log)
    yield port
    process.terminate()
    process.wait(30)


@pytest.fixture
def term(web):
    """Drafts that are complete, reviews that have begun, slots to be filled: everybody's first page is open."""
    cohort = factories.cohort(late_days=3000)
    drafts = ready(cohort, 2 * RESTARTS)
    handing_in = [Submitter(Line(web, one.enrollment.person), one) for one in drafts]
    reviewers = [Reviewer(Line(web, one.assignment.reviewer), one) for one in (started(), started())]
    uploaders = [Uploader(list(slots(web, cohort))) for _ in range(2)]
    return SimpleNamespace(handing_in=handing_in, reviewers=reviewers, uploaders=uploaders, cohort=cohort)


@pytest.fixture
def worker(told, term, tmp_path):
    with Worker(told, tmp_path / "worker.log") as running:
        yield running


def test_a_database_that_restarts_under_load_loses_nothing_and_doubles_nothing(web, database, term, worker, sink):
    pages, busy = pages_of(web, term), term.reviewers + term.uploaders
    wait_for(lambda: answers(web))

    tries = []
    with working(busy):
        for number in range(RESTARTS):
            goes_on(busy)
            for one in term.handing_in[2 * number : 2 * number + 2]:
                one.start()
            database.restart("immediate" if number % 2 else "fast")
            tries += [tries_until_it_works(*page) for page in pages]
        goes_on(term.reviewers)
    for one in term.handing_in:
        one.join()
    finish(worker, sink)

    everyone = busy + term.handing_in
    refused = sum((one.refused for one in everyone), Counter())
    print(
        f"{RESTARTS} restarts, {sum(len(one.taken) for one in everyone)} taken, {refused}, at most {max(tries)} tries"
    )
    assert set(refused) == {AWAY}
    assert max(tries) <= MOST_TRIES
    every_comment_is_there(term.reviewers)
    every_file_is_there_once(term.uploaders)
    all_have_handed_in_once(term.handing_in)
    every_verdict_and_mail_came_once(sink)


# Before --------------------------------------------------------------------------------------------------------------
def ready(cohort, count):
    """Drafts with all their documents, waiting to be handed in."""
    drafts = [submission_in(State.DRAFT, cohort=cohort) for _ in range(count)]
    for draft in drafts:
        add_all(draft, at=BEFORE_DUE)
    return drafts


def slots(web, cohort):
    """One slot of each of so many applicants that there is always one left."""
    for _ in range(3 + RESTARTS):
        submission = workflow.begin(factories.enrollment(cohort))
        line, document = Line(web, submission.enrollment.person), submission.documents.get(required__key="growth-plan")
        yield line, f"/my/{cohort.slug}/documents/growth-plan/", document


def pages_of(web, term):
    """A page of everybody: of an applicant, a reviewer, an admin, and whoever asks whether the site is up."""
    mine, theirs = f"/my/{term.cohort.slug}/", f"/cohorts/{term.cohort.slug}/"
    applicant, reviewer = term.handing_in[0].line, term.reviewers[0]
    admin = Line(web, factories.staff(term.cohort, role="admin").person)
    return [
        (applicant, mine), (applicant, f"{mine}documents/"), (reviewer.line, "/review/"),
        (reviewer.line, reviewer.path.partition("q/")[0]), (admin, theirs), (admin, f"{theirs}people/"),
        (admin, "/health/"),
    ]  # fmt: skip


# Meanwhile -----------------------------------------------------------------------------------------------------------
@contextmanager
def working(visitors):
    for one in visitors:
        one.start()
    yield
    for one in visitors:
        one.ends.set()
    for one in visitors:
        one.join()


def goes_on(visitors):
    """Everybody who still has something to do gets something done."""
    before = {one: len(one.taken) for one in visitors}
    wait_for(lambda: all(len(one.taken) > before[one] or not one.is_alive() for one in visitors))


def tries_until_it_works(line, path):
    said = []
    while (answer := line.get(path)) != (200, ""):
        said.append(answer)
        assert len(said) < MOST_TRIES, f"{path} does not come back: {said}"
        time.sleep(PAUSE)
    return 1 + len(said)


def finish(worker, sink):
    """What the restarts had interrupted is done by the sweeps, once the leases of those that held it have run out."""
    worker.kill()
    wait_for(lambda: sink.lines == 0 and not others_are_busy())
    let_leases_run_out()
    waiting().update(leased_until=None)
    wait_for(is_done)


def others_are_busy():
    """What the dead had asked of the database may still be going on."""
    others = "datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE {others})")
        return cursor.fetchone()[0]


def is_done():
    if unanswered().exists() or waiting().exists():
        hurry(tasks.check_waiting)
        hurry(send_owed)
        time.sleep(PAUSE)
        return False
    return True


# After ---------------------------------------------------------------------------------------------------------------
def every_comment_is_there(reviewers):
    for one in reviewers:
        number = int(one.path.split("/")[2])
        [kept] = Score.objects.filter(review__assignment__submission__number=number)
        assert len(one.taken) <= kept.version <= len(one.taken) + 1  # the last one's answer may have been cut off
        assert kept.comment == f"Comment {kept.version}."


def every_file_is_there_once(uploaders):
    for one in uploaders:
        for (_, _, document), content in one.taken:
            [version] = document.versions.filter(sha256=hashlib.sha256(content).hexdigest())
            with version.file.open("rb") as file:
                assert file.read() == content


def all_have_handed_in_once(handing_in):
    for one in handing_in:
        one.submission.refresh_from_db()
        assert one.submission.state == State.SUBMITTED
        assert one.taken == [one.submission]
        assert WorkflowEvent.objects.filter(submission=one.submission, move="submit").count() == 1
        assert one.submission.receipts.count() == 1


def every_verdict_and_mail_came_once(sink):
    assert Version.objects.filter(verdict=Version.Verdict.UNREAD).count() == 0
    found = Counter(Finding.objects.values_list("version", "code"))
    late = Version.objects.filter(verdict=Version.Verdict.BLOCKED, checked_at__gt=F("arrived_at") + verdicts.PATIENCE)
    assert set(found.values()) == {1}
    assert Message.objects.filter(kind="file-needs-fixing").count() == late.count()
    assert Message.objects.filter(kind__startswith="receipt").count() == Receipt.objects.count()
    assert sorted(set(sink.ids)) == sorted(ids(sent()))
    assert sent().count() == Message.objects.count()
    assert len(sink.ids) - len(set(sink.ids)) <= SENDERS * (RESTARTS + 1)
