"""A worker dies in the middle of an export: the next one begins it anew, and there is one file and one mail."""

import os
import zipfile
from pathlib import Path

import pytest
from django.conf import settings

from microcred import clock
from microcred.models import Message
from microcred.tasks import hurry
from reviews.exports import jobs
from reviews.exports.models import Export
from reviews.tasks import make_waiting_exports
from submissions.models import Version
from submissions.states import State
from tests.faults.conftest import wait_for
from tests.support import factories
from tests.support.submitting import submission_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cohort(transactional_db):
    """Two have handed in two documents each."""
    made = factories.cohort()
    for _ in range(2):
        submission_in(State.SUBMITTED, cohort=made)
    return made


def test_an_export_whose_worker_is_killed_is_made_once(cohort, worker):
    *_, third, _ = Version.objects.order_by("document__submission__number", "document__required__position")
    path = Path(third.file.path)
    content = path.read_bytes()
    before = files()
    path.unlink()
    os.mkfifo(path)  # whoever opens it waits for somebody who writes

    export = jobs.ask(cohort, kind="originals", form="zip", by=cohort.opened_by)
    wait_for(lambda: Export.objects.get().done == 2)
    worker.kill()
    path.unlink()
    path.write_bytes(content)
    hurry(make_waiting_exports)  # finds it in the hands of the dead
    Export.objects.update(leased_until=clock.now())  # as time does
    wait_for(lambda: hurry(make_waiting_exports) or Export.objects.get().made_at)

    export.refresh_from_db()
    with zipfile.ZipFile(export.file.path) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 4
        assert archive.read(archive.namelist()[2]) == content
    assert (export.tries, export.done) == (2, 4)
    assert files() - before == {Path(export.file.path)}
    assert Message.objects.filter(kind="export-made").count() == 1


def files():
    return {file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()}
