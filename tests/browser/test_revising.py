"""What an applicant writes while revising saves itself, question by question."""

import re

import pytest
from playwright.sync_api import expect

from submissions import notes
from tests.support.browsing import sign_in
from tests.support.states import SCENES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "We said what our team did, and when."


@pytest.fixture
def ada(clock, live_server, page):
    """On the page on which she revises."""
    scene = next(one for one in SCENES if one.name == "revision asked for")
    clock(scene.at)
    ada = scene.reach()
    sign_in(page, ada.person, at=live_server.url)
    page.goto(f"/my/{ada.cohort.slug}/revise/")
    return ada


def field(page):
    return page.get_by_label(re.compile("^Question 1:"))


def test_a_note_saves_itself_as_it_is_typed(ada, page):
    field(page).press_sequentially(WORDS)

    expect(page.locator("[data-save-status]")).to_have_text(re.compile(r"^Saved \d"))
    page.reload()

    expect(field(page)).to_have_value(WORDS)
    assert [note.text for note in notes.of(ada.now())] == [WORDS]
    assert page.locator("[data-kept]").count() == 0


@pytest.mark.browser(tolerated=["ERR_FAILED", "htmx:afterRequest", "htmx:sendError"])
def test_a_note_that_could_not_be_saved_is_kept_on_the_device(ada, page):
    page.route("**/revise/", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    field(page).press_sequentially(WORDS)
    expect(page.locator("[data-save-status]")).to_contain_text("Not saved yet, trying again")

    page.goto(page.url)
    page.get_by_role("button", name="Put it back").click()

    expect(field(page)).to_have_value(WORDS)
