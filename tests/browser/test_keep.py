"""Nothing typed is lost: what becomes of the copy on the device, whatever the server answers."""

import json
import re

import pytest
from playwright.sync_api import expect

from submissions.states import State
from tests.support.journey import PASSWORD, Applicant
from tests.support.submitting import factories, submission_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TYPED = "My district needs me elsewhere this term."


@pytest.fixture
def ada(live_server, settings, open_page, axe, seen):
    """On the page on which one leaves, with her reason typed and not sent."""
    settings.SITE_URL = live_server.url
    person = factories.person("Ada", "Ward", email="ada@example.org")
    person.set_password(PASSWORD)
    person.save()
    cohort = factories.cohort(slug="fall")
    submission_in(State.DRAFT, cohort=cohort, person=person)
    ada = Applicant(open_page(), axe, seen)
    ada.signs_in("ada@example.org")
    ada.goes_to("/my/fall/withdraw/")
    ada.page.get_by_label("Why are you leaving?").fill(TYPED)
    return ada


def copies(ada):
    kept = ada.page.evaluate("Object.entries(localStorage).filter(([name]) => name.startsWith('keep:'))")
    return [json.loads(copy)["text"] for _, copy in kept]


def leaves(ada):
    ada.presses("Leave the cohort")


def comes_back(ada):
    """Later, to the page on which she typed."""
    ada.goes_to("/my/fall/withdraw/")
    expect(ada.page.locator("[data-kept]")).to_contain_text("You typed this on")
    ada.presses("Put it back")
    expect(ada.page.get_by_label("Why are you leaving?")).to_have_value(TYPED)


def test_what_was_taken_leaves_no_copy(ada):
    assert copies(ada) == [TYPED]

    leaves(ada)

    ada.arrives_at("/my/fall/")
    assert copies(ada) == []


@pytest.mark.browser(tolerated=["status of 500"])
def test_a_fault_of_the_server_keeps_it(ada):
    ada.page.route(
        "**/withdraw/",
        lambda route: (
            route.fulfill(status=500, content_type="text/html", body="<h1>Something went wrong</h1>")
            if route.request.method == "POST"
            else route.fallback()
        ),
    )

    leaves(ada)
    ada.page.wait_for_selector("text=Something went wrong")

    comes_back(ada)


def test_a_connection_that_breaks_keeps_it(ada):
    ada.page.route("**/withdraw/", lambda route: route.abort() if route.request.method == "POST" else route.fallback())

    leaves(ada)
    ada.page.wait_for_timeout(300)

    comes_back(ada)


def test_a_sign_in_that_ended_meanwhile_keeps_it(ada):
    ada.page.context.clear_cookies(name="sessionid")

    leaves(ada)
    ada.reads("Sign in")
    assert copies(ada) == [TYPED]
    ada.signs_in_here("ada@example.org")
    ada.reads("What you wrote is here")
    assert copies(ada) == [TYPED]
    comes_back(ada)

    ada.goes_to("/sign-in/kept/")
    ada.presses("Save it")
    ada.page.wait_for_url(re.compile("/my/fall/$"))
    assert copies(ada) == []


@pytest.mark.browser(tolerated=["status of 403"])
def test_a_refusal_keeps_it(ada):
    other = ada.page.context.new_page()
    other.goto("/my/fall/withdraw/")
    other.get_by_role("button", name="Leave the cohort").click()
    other.wait_for_url(re.compile("/my/fall/$"))

    leaves(ada)

    expect(ada.page.locator("h1")).to_contain_text("That is not possible here")
    assert copies(ada) == [TYPED]


def test_signing_out_leaves_nothing_on_a_shared_computer(ada):
    ada.goes_to("/sign-out/")
    ada.page.locator("main").get_by_role("button", name="Sign out").click()

    ada.arrives_at("/")
    assert copies(ada) == []


def test_without_scripts_the_server_keeps_it_until_she_is_back(open_page, ada):
    plain = Applicant(open_page(java_script_enabled=False), lambda page: None, set())
    plain.signs_in("ada@example.org")
    plain.goes_to("/my/fall/withdraw/")
    plain.page.get_by_label("Why are you leaving?").fill(TYPED)
    plain.page.context.clear_cookies(name="sessionid")

    leaves(plain)
    plain.is_told("what you wrote is here for an hour")
    plain.signs_in_here("ada@example.org")
    plain.reads("What you wrote is here")
    expect(plain.page.locator(".quote")).to_have_text(TYPED)
    plain.presses("Save it")

    plain.arrives_at("/my/fall/")
