"""The people of a story, each with a browser of their own."""

import pytest

from microcred.models import User
from tests.support import access, browsing, journey
from tests.support.keyboard import TYPING


@pytest.fixture
def cohort(live_server, settings, transactional_db):
    """An open cohort with its admin and its reviewer; mails lead to the live server."""
    settings.SITE_URL = live_server.url
    return journey.set_stage()


@pytest.fixture
def post(mailbox):
    return journey.Post(mailbox)


@pytest.fixture
def seen():
    """The kinds of pages that test_every_page.py and test_every_state.py look at when they are narrow and dark."""
    return access.pages()


@pytest.fixture
def enters(open_page, axe, seen):
    """Brings somebody in: `enters(journey.Admin)`; what one of them has looked at closely, the others need not.

    axe looks at the story in test_journey.py. Where the same pages are gone through by keyboard, `looks` is off;
    without scripts nobody can, axe is a script itself.
    """

    def enter(role, *, scripts=True, looks=True):
        page = open_page(java_script_enabled=scripts)
        return role(page, axe if scripts and looks else lambda page: None, seen)

    return enter


@pytest.fixture
def brings(open_page, live_server):
    """Brings in somebody who is signed in and has a way of their own: `brings(journey.Admin, CLEO, "by keyboard")`.

    axe has seen these pages in test_every_state.py.
    """

    def bring(role, email, way):
        page = open_page(java_script_enabled=way != "without scripts")
        browsing.sign_in(page, User.objects.get(email=email), at=live_server.url)
        return (TYPING[role] if way == "by keyboard" else role)(page, lambda page: None, set())

    return bring
