"""What tests of this floor share: pages do not wait for a worker that is not there."""

import pytest

from submissions import workflow
from submissions.views import documents
from tests.support import factories
from tests.support.submitting import BEFORE_DUE


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(documents, "PATIENCE_SECONDS", 0)


@pytest.fixture
def before_due(clock):
    """The clock of the house stands ten days before evidence is due."""
    clock(BEFORE_DUE)
    return BEFORE_DUE


@pytest.fixture
def ada(db, before_due, client):
    """Ada's enrollment; the client is signed in as her."""
    enrollment = factories.enrollment(who=factories.person("Ada", "Ward", zone="America/Phoenix"))
    client.force_login(enrollment.person)
    return enrollment


@pytest.fixture
def slots(ada):
    """Ada's documents, by key."""
    submission = workflow.begin(ada)
    return {slot.required.key: slot for slot in submission.documents.select_related("required")}


@pytest.fixture
def address(ada):
    """`address("documents/growth-plan/")`: a page of Ada's cohort."""
    return lambda place="": f"/my/{ada.cohort.slug}/{place}"
