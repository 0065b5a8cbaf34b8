"""An upload that breaks off, a sign-in that ended, a second tab, the back button: nothing lost, a sentence for each."""

import os
import re

import pytest
from playwright.sync_api import expect

from submissions import workflow
from submissions.models import Receipt, Version
from submissions.views import documents
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add_all, examine_now, fill_guide

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAFE = "Your other documents are safe."


@pytest.fixture
def ada(clock):
    clock(BEFORE_DUE)
    return factories.enrollment(who=factories.person("Ada", "Ward", email="ada@example.org"))


@pytest.fixture
def signs_in(ada, client, live_server):
    """Gives the browser of a page a sign-in of hers."""

    def sign_in(page):
        client.force_login(ada.person)
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([session])
        return page

    return sign_in


@pytest.fixture
def at_the_slot(ada, signs_in, page):
    signs_in(page)
    page.goto(f"/my/{ada.cohort.slug}/documents/growth-plan/")
    return page


def plan_of(ada):
    return workflow.begin(ada).documents.get(required__key="growth-plan")


def choose(page, content, name="plan.docx"):
    page.locator("form.add input[type=file]").set_input_files({"name": name, "mimeType": "", "buffer": content})
    expect(page.locator("[data-chosen] p")).to_have_count(2)


def press(page, name):
    page.get_by_role("button", name=name).click()


def is_told(page, words):
    expect(page.locator("[data-broken]")).to_have_text(words)


def is_in(page, ada):
    """The file arrived once, whole."""
    expect(page.locator("#slot-growth-plan .file")).to_contain_text("plan.docx")
    assert [one.received_name for one in Version.objects.filter(document__submission__enrollment=ada)] == ["plan.docx"]


@pytest.mark.browser(tolerated=("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest"))
def test_a_network_that_goes_leaves_the_file_chosen(at_the_slot, ada, axe):
    page = at_the_slot
    choose(page, os.urandom(4 * 1024 * 1024))
    slow = page.context.new_cdp_session(page)
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400 * 1024}
    slow.send("Network.enable")
    slow.send("Network.emulateNetworkConditions", line)

    press(page, "Add this file")
    expect(page.locator("[data-progress-words]")).to_have_text(re.compile(r"Uploading, [1-9]\d?%"))
    slow.send("Network.emulateNetworkConditions", line | {"offline": True})

    is_told(page, re.compile(rf"^The file did not arrive\. Your connection may have dropped at [1-9]\d?%\. {SAFE}$"))
    axe(page)
    slow.send("Network.emulateNetworkConditions", line | {"uploadThroughput": -1})
    press(page, "Try again")
    is_in(page, ada)


@pytest.mark.browser(tolerated=("status of 503", "Error Code 503"))
def test_a_server_that_is_away_leaves_the_file_chosen(at_the_slot, ada):
    page = at_the_slot
    choose(page, b"PK\3\4")
    page.route("**/growth-plan/", lambda route: route.fulfill(status=503), times=1)

    press(page, "Add this file")
    is_told(page, re.compile(rf"^The file was not added: .*{SAFE}$"))

    press(page, "Try again")
    is_in(page, ada)


@pytest.mark.browser(tolerated=("ERR_FAILED",))
def test_a_sign_in_that_ended_keeps_the_file_and_sends_it_when_she_is_back(at_the_slot, ada, signs_in, axe):
    page = at_the_slot
    choose(page, b"PK\3\4")
    page.context.clear_cookies(name="sessionid")

    press(page, "Add this file")
    is_told(page, re.compile("^You were signed out meanwhile, so the file was not added. It is still chosen here."))
    axe(page)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    expect(opened.value.locator("h1")).to_have_text("Sign in")
    assert opened.value.url.endswith(f"next=/my/{ada.cohort.slug}/documents/growth-plan/")
    signs_in(page)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    is_in(page, ada)


def test_without_scripts_a_sign_in_that_ended_is_told_and_leads_back(ada, open_page, signs_in):
    page = signs_in(open_page(java_script_enabled=False))
    page.goto(f"/my/{ada.cohort.slug}/documents/growth-plan/")
    page.locator("form.add input[type=file]").set_input_files({"name": "plan.docx", "mimeType": "", "buffer": b"PK"})
    page.context.clear_cookies(name="sessionid")

    press(page, "Add this file")

    expect(page.locator("#messages")).to_contain_text("You were signed out meanwhile, so what you sent was not taken.")
    assert page.url.endswith(f"next=/my/{ada.cohort.slug}/documents/growth-plan/")


def test_without_scripts_the_result_is_a_link_away(ada, open_page, signs_in, monkeypatch):
    monkeypatch.setattr(documents, "PATIENCE_SECONDS", 0)  # a worker that takes longer than anybody waits
    page = signs_in(open_page(java_script_enabled=False))
    page.goto(f"/my/{ada.cohort.slug}/documents/growth-plan/")
    content = fill_guide(plan_of(ada).required, person=ada.person)
    page.locator("form.add input[type=file]").set_input_files({"name": "plan.docx", "mimeType": "", "buffer": content})

    press(page, "Add this file")
    expect(page.locator("#slot-growth-plan")).to_contain_text("Checking")
    examine_now(Version.objects.get())
    page.get_by_role("link", name="See the result").click()

    expect(page.locator("#slot-growth-plan")).to_contain_text("This is the Growth Plan")


def test_a_tab_that_submitted_meanwhile_makes_the_file_a_replacement(at_the_slot, ada):
    page = at_the_slot
    submission = workflow.begin(ada)
    add_all(submission, at=BEFORE_DUE)
    page.reload()
    workflow.submit(submission, by=ada.person, at=BEFORE_DUE)
    choose(page, b"PK\3\4")

    press(page, "Add this file")

    expect(page.locator("#slot-growth-plan")).to_contain_text("You have submitted already.")
    expect(page.locator("#slot-growth-plan")).to_contain_text("a new receipt follows once this file is checked")


@pytest.fixture
def at_submit(ada, signs_in, page):
    add_all(workflow.begin(ada), at=BEFORE_DUE)
    signs_in(page)
    page.goto(f"/my/{ada.cohort.slug}/submit/")
    return page


def test_a_double_click_submits_once_and_says_so_once(at_submit):
    at_submit.get_by_role("button", name="Submit my two documents").dblclick()

    expect(at_submit.locator("h1")).to_have_text("Your receipt")
    expect(at_submit.locator("#messages")).to_have_text("")
    assert Receipt.objects.count() == 1


def test_a_second_tab_that_submits_again_gets_the_same_receipt(at_submit, ada):
    other = at_submit.context.new_page()
    other.goto(at_submit.url)
    press(other, "Submit my two documents")
    expect(other.locator("h1")).to_have_text("Your receipt")

    press(at_submit, "Submit my two documents")

    expect(at_submit.locator("#messages")).to_contain_text("You have submitted already.")
    assert at_submit.url == other.url
    assert Receipt.objects.count() == 1


def test_the_way_back_shows_that_it_is_submitted(at_submit, axe):
    press(at_submit, "Submit my two documents")
    expect(at_submit.locator("h1")).to_have_text("Your receipt")

    at_submit.go_back()

    expect(at_submit.locator("main")).to_contain_text("You have submitted already. There is nothing more to send.")
    expect(at_submit.get_by_role("button", name="Submit my two documents")).to_have_count(0)
    expect(at_submit.get_by_role("link", name="See your receipt")).to_be_visible()
    axe(at_submit)
