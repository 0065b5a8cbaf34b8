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

    def enter(role, *, scripts=True):
        # axe is a script itself: without scripts nobody looks, and the other story has seen the same pages
        page = open_page(java_script_enabled=scripts)
        return role(page, axe if scripts else lambda page: None, seen)

    return enter
