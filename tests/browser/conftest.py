"""The people of a story, each with a browser of their own."""

import pytest
from playwright.sync_api import expect

from tests.support import journey


@pytest.fixture
def cohort(live_server, settings, transactional_db):
    """An open cohort with its admin and its reviewer; mails lead to the live server."""
    expect.set_options(timeout=15_000)
    settings.SITE_URL = live_server.url
    return journey.set_stage()


@pytest.fixture
def post(mailbox):
    return journey.Post(mailbox)


@pytest.fixture
def enters(open_page, axe):
    """Brings somebody in: `enters(journey.Admin)`; what one of them has looked at closely, the others need not."""
    seen: set[str] = set()
    return lambda role, **browser: role(open_page(accept_downloads=True, **browser), axe, seen)
