"""Thin doors for the worker."""

import structlog
from celery import shared_task

from microcred import outbox, timekeeping

log = structlog.get_logger(__name__)


@shared_task
def send_owed() -> None:
    timekeeping.watch()
    outbox.send_due()


def hurry(task, *args) -> None:
    """Ask a worker to run `task` now. Without a broker nothing is lost: the next sweep finds the row."""
    try:
        task.delay(*args)
    except Exception as problem:  # kombu, redis and sockets raise many kinds; none may reach the person who asked
        log.warning("broker_away", task=task.name, error=type(problem).__name__)
