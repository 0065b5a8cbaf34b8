"""Thin doors for the worker."""

from celery import shared_task

from microcred import clock


@shared_task
def remind() -> None:
    """Owe the reminders whose time comes, and ask for help with addresses from which mail came back."""
    from cohorts import bounces, reminders

    reminders.owe(clock.now())
    bounces.ask_for_help()


@shared_task
def clear_imports() -> None:
    """Forget what was pasted into imports that are over."""
    from cohorts import importing

    importing.clear(clock.now())
