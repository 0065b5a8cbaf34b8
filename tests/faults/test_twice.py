"""Every task of the floor, found in the registry, may come twice and at the same time: the rows are those of once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.apps import apps
from django.core import serializers
from django.db import connection

from microcred import clock as house_clock
from microcred.celery import app
from submissions.models import CleanCopy, Version
from submissions.states import State
from tests.support import factories
from tests.support.submitting import AFTER_ALL, BEFORE_DUE, add, submission_in

pytestmark = pytest.mark.django_db(transaction=True)
app.loader.import_default_modules()
FOLLOWS_THE_TIME = {"submissions.version": ("checked_at", "seconds", "peak_mib")}
CHECKED = {"submissions.finding": 3, "submissions.answer": 1}
DOES = {  # when, and how many rows are added
    "submissions.tasks.check_version": (BEFORE_DUE, CHECKED),
    "submissions.tasks.check_waiting": (BEFORE_DUE, CHECKED),
    "submissions.tasks.make_copy": (BEFORE_DUE, {"submissions.cleancopy": 1}),
    "submissions.tasks.make_missing_copies": (BEFORE_DUE, {"submissions.cleancopy": 2}),
    "submissions.tasks.remove_cut_uploads": (BEFORE_DUE + timedelta(hours=2), {}),
    "submissions.tasks.start_due_reviews": (AFTER_ALL, {"submissions.workflowevent": 1}),
}


@pytest.fixture
def much_to_do(settings):
    """Files nobody checked or copied, a review that is due; what the tasks for one file are given."""
    cohort = factories.cohort()
    handed_in = submission_in(State.SUBMITTED, cohort=cohort)
    CleanCopy.objects.all().delete()  # as if a worker had died before them
    draft = submission_in(State.DRAFT, cohort=cohort)
    with house_clock.fixed(BEFORE_DUE):
        unchecked = add(draft.documents.last(), check=False, at=BEFORE_DUE)
    return {"check_version": (unchecked.pk,), "make_copy": (handed_in.documents.last().current_id,)}


def rows():
    """Everything in the database, as one comparable value."""
    kept = [model for model in apps.get_models() if model._meta.app_label in ("cohorts", "submissions", "microcred")]
    found = {}
    for model in kept:
        for row in serializers.serialize("python", model.objects.order_by("pk")):
            volatile = FOLLOWS_THE_TIME.get(row["model"], ())
            found[row["model"], row["pk"]] = {k: v for k, v in row["fields"].items() if k not in volatile}
    return found


def at_once(deed, *, times, at):
    barrier = Barrier(times)

    def run(_):
        try:
            barrier.wait(timeout=30)
            deed()
        finally:
            connection.close()

    with house_clock.fixed(at), ThreadPoolExecutor(times) as pool:
        list(pool.map(run, range(times)))


def test_every_task_of_this_floor_is_tried():
    assert sorted(name for name in app.tasks if name.startswith("submissions.")) == list(DOES)


@pytest.mark.parametrize("name", DOES)
def test_a_task_that_runs_five_times_did_it_once(much_to_do, name):
    task, (at, added) = app.tasks[name], DOES[name]
    arguments = much_to_do.get(name.rpartition(".")[2], ())
    before = rows()

    at_once(lambda: task(*arguments), times=3, at=at)
    once = rows()
    at_once(lambda: task(*arguments), times=2, at=at)

    assert rows() == once
    assert Counter(model for model, _ in once.keys() - before.keys()) == added
    assert Version.objects.filter(tries__gt=1).count() == 0
