"""Thin doors for the worker."""

from celery import shared_task

from microcred import clock


@shared_task
def remind_of_meetings() -> None:
    from cohorts import reminders

    reminders.remind_of_meetings(clock.now())
