"""Thin doors for the worker. Each does no harm when it runs twice."""

from celery import shared_task

from microcred import clock


@shared_task
def tell_of_new_work() -> None:
    """Tell readers what was given to them, and of revised versions that came in."""
    from reviews import digests

    digests.tell_of_new_work(clock.now())


@shared_task
def release_scheduled() -> None:
    """Let out the decisions whose time has come."""
    from reviews import decisions

    decisions.release_due(clock.now())
