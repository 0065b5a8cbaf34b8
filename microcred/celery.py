"""The worker's application. The database holds what is owed; the broker only hurries it along."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcred.settings")

app = Celery("microcred")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
