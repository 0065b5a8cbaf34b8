"""The worker's application. The database holds what is owed; the broker only hurries it along."""

import os
import sys

from celery import Celery
from celery.signals import worker_init
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")

app = Celery("microcred")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def agree_or_refuse(**signal) -> None:
    """End the start of a worker whose clock is far off; Celery only notes other exceptions."""
    from microcred import timekeeping

    try:
        timekeeping.agree_or_refuse()
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))
