"""The ground every floor stands on: settings, people, the clock, verdicts and the outbox."""

from microcred.celery import app as celery_app

__all__ = ["celery_app"]
