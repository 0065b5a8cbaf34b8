"""Every page in every state that it has: sound in each width and color, and not an inch too wide."""

import pytest

from reviews import reliability
from submissions.models import Document, Version
from submissions.states import State
from tests.support import desks
from tests.support.access import asked, rows
from tests.support.browsing import TOO_WIDE, assert_accessible, assert_sound_everywhere, sign_in
from tests.support.states import GUIDE, SCENES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILES = {"submissions:template", "submissions:file", "submissions:copy", "submissions:picture", "cohorts:meeting_file"}
OF_THE_ACCOUNT = ("account_", "devices")  # test_account.py opens these


def pages_of_applicants():
    """Routes that an applicant gets and a stranger does not."""
    for row in rows():
        method, name = asked(row)
        is_page = method == "GET" and name not in FILES and not name.startswith(OF_THE_ACCOUNT)
        if is_page and row["applicant"] == "200" and row["anonymous"] != "200":
            yield name


def test_no_state_and_no_page_is_left_out():
    assert {scene.state for scene in SCENES} == set(State)
    assert {scene.slot for scene in SCENES} == {Document.EMPTY, *Version.Verdict}
    assert set(pages_of_applicants()) - {page for scene in SCENES for page in scene.pages} == set()
    assert len({scene.name for scene in SCENES}) == len(SCENES)


@pytest.mark.parametrize("scene", SCENES, ids=str)
@pytest.mark.browser(tolerated=["status of 422"])
def test_its_pages_are_sound(scene, clock, live_server, page):
    clock(scene.at)
    ada = scene.reach()
    sign_in(page, ada.person, at=live_server.url)
    assert (ada.now().state, state_of(ada)) == (scene.state, scene.slot)

    for address in scene.addresses(ada):
        assert page.goto(address).status == 200, address
        if scene.press:
            page.locator("main").get_by_role("button", name=scene.press).click()
            page.wait_for_selector("[data-error-summary]")
        assert_sound_everywhere(page)


@pytest.mark.parametrize("scene", desks.SCENES, ids=str)
@pytest.mark.browser(tolerated=["status of 422"])
def test_pages_of_reviewers_and_admins_are_sound(scene, clock, live_server, page):
    """On a desk, a tablet and a phone."""
    clock(desks.NOW)
    desk = scene.reach()
    sign_in(page, getattr(desk, scene.who), at=live_server.url)

    for address in scene.addresses(desk):
        assert page.goto(address).status == 200, address
        assert_sound_everywhere(page, widths=desks.WIDTHS)
    if scene.press:
        page.locator("main").get_by_role("button", name=scene.press, exact=True).click()
        page.wait_for_selector("[data-error-summary]")
        assert_sound_everywhere(page, widths=desks.WIDTHS)


def test_pages_around_reviews_are_sound_from_the_first_day_to_the_last(clock, live_server, page, monkeypatch):
    """One term, one visit to each state: samples, agreement, corrections, exports and the log, on a phone."""
    clock(desks.NOW)
    desk = desks.Desk.opens()
    page.set_viewport_size({"width": 390, "height": 900})
    for step in desks.TERM:
        step.act(desk)
        sign_in(page, getattr(desk, step.who), at=live_server.url)
        for address in step.addresses():
            assert page.goto(address).status == 200, (step.name, address)
            assert_accessible(page)
            assert page.evaluate(TOO_WIDE) == [], address
    monkeypatch.setattr(reliability, "FEW", 2)  # and with enough of them to measure

    page.goto("/cohorts/fall/reviews/agreement/")

    assert page.get_by_text("kappa").count() > 0
    assert_accessible(page)
    assert page.evaluate(TOO_WIDE) == []


def state_of(ada):
    """What the applicant sees of the guide."""
    current = ada.slot(GUIDE).current
    return current.verdict if current else Document.EMPTY
