"""Thin doors for the worker. Each does no harm when it runs twice."""

from celery import shared_task

from microcred import clock


@shared_task
def remind_reviewers() -> None:
    """Tell of new work, once a day, and remind those with work left."""
    from reviews import digests, reminders

    digests.tell_of_new_work(clock.now())
    reminders.remind_reviewers(clock.now())


@shared_task
def release_scheduled() -> None:
    """Let out the decisions whose time has come."""
    from reviews import decisions

    decisions.release_due(clock.now())
