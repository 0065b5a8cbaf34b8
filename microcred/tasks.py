"""Thin doors for the worker."""

import structlog
from celery import shared_task

from microcred import clock, outbox, timekeeping

log = structlog.get_logger(__name__)


@shared_task
def send_owed() -> None:
    timekeeping.watch()
    outbox.send_due()


@shared_task
def forget_ended_sessions() -> None:
    """Sessions that expired: nobody else removes them."""
    from microcred.devices import forget_ended

    forget_ended(clock.now())


def hurry(task, *args) -> None:
    """Ask a worker to run `task` now. Without a broker nothing is lost: the next sweep finds the row."""
    try:
        task.delay(*args)
    except Exception as problem:  # kombu, redis and sockets raise many kinds; none may reach the person who asked
        log.warning("broker_away", task=task.name, error=type(problem).__name__)
