"""Thin doors for the worker. Each does no harm when it runs twice."""

from celery import shared_task

from microcred import clock


@shared_task
def remind_reviewers() -> None:
    """Remind those with work left, and tell of revised versions that came in."""
    from reviews import reminders

    reminders.tell_of_revised()
    reminders.remind_reviewers(clock.now())


@shared_task
def release_scheduled() -> None:
    """Let out the decisions whose time has come."""
    from reviews import decisions

    decisions.release_due(clock.now())
