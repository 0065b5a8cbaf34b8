"""Without a broker an upload is received all the same, and what it would have hurried is done by the next sweep."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from microcred import clock
from submissions import tasks
from submissions.models import Version
from submissions.views import documents
from tests.faults.conftest import unanswered, wait_for
from tests.support import factories, working
from tests.support.submitting import BEFORE_DUE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def upload(client, monkeypatch):
    """`upload()`: an applicant adds a file on the page, as a reader without scripts who does not wait."""
    monkeypatch.setattr(documents, "PATIENCE_SECONDS", 0)
    enrollment = factories.enrollment()
    client.force_login(enrollment.person)
    address = f"/my/{enrollment.cohort.slug}/documents/growth-plan/"

    def now():
        with clock.fixed(BEFORE_DUE):
            answer = client.post(address, {"file": SimpleUploadedFile("plan.docx", b"%PDF-1.7")})
            return answer.status_code, client.get(address).content

    return now


def test_a_broker_that_is_away_keeps_nobody_from_uploading(upload, settings):
    before = working.app.conf.broker_url
    working._connect("redis://127.0.0.1:1/0")

    status, page = upload()

    working._connect(before)
    assert status == 302
    assert b"plan.docx" in page
    assert b"Checking" in page
    assert (Version.objects.get().verdict, Version.objects.get().tries) == ("checking", 0)


def test_a_broker_that_comes_back_is_found_again(worker, valkey, upload):
    upload()
    wait_for(lambda: not unanswered().exists())
    valkey.stop()
    status, _ = upload()
    waiting = unanswered().count()
    valkey.start()

    wait_for(lambda: not unanswered().exists(), tick=True)

    assert (status, waiting) == (302, 1)
    assert set(Version.objects.values_list("verdict", "tries")) == {("blocked", 1)}
    tasks.check_waiting()  # nothing is left to be done
    assert Version.objects.filter(tries__gt=1).count() == 0
