"""The scoring page in a real browser: what is typed saves itself, and another tab's words are not overwritten."""

import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from playwright.sync_api import expect

from reviews.models import SavedComment, Score
from submissions.checks.cleaning import pictures
from submissions.models import CleanCopy, Version, new_key
from submissions.states import State
from tests.submissions import telltale
from tests.support import factories, reviewing
from tests.support.submitting import submission_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def given():
    ben = factories.person("Ben", "Reader")
    return reviewing.started(reviewing.assigned(submission_in(State.SUBMITTED), ben)).assignment


@pytest.fixture
def tab(open_page, client, live_server, given):
    """Opens a tab of Ben's on the scoring page."""
    client.force_login(given.reviewer)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}

    def open_tab(**options):
        page = open_page(**options)
        page.context.add_cookies([session])
        page.goto(f"/review/{given.submission.number}/")
        return page

    return open_tab


def comments():
    return list(Score.objects.order_by("criterion__position").values_list("comment", flat=True))


def test_levels_and_comments_save_themselves(tab, axe):
    page = tab()

    page.locator("#q1").get_by_label("Meets").check()
    expect(page.locator("#progress")).to_contain_text("1 of 2")
    page.fill("#q1-comment", "You show what the team did.")
    expect(page.locator("[data-save-status]")).to_have_text(re.compile(r"Saved \d"))
    page.locator(".steps a", has_text="2").click()
    expect(page.locator("#q2-comment")).to_be_visible()
    axe(page)

    page.fill("#q2-comment", "And here.")
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_url(re.compile(r"q=2"))

    assert comments() == ["You show what the team did.", "And here."]


@pytest.mark.browser(tolerated=("status of 409",))
def test_the_other_tabs_words_stand_beside_ones_own(tab):
    first, second = tab(), tab()
    first.fill("#q1-comment", "From one tab.")
    expect(first.locator("[data-save-status]")).to_have_text(re.compile(r"Saved \d"))

    second.fill("#q1-comment", "From the other.")
    expect(second.locator("#clash-1")).to_contain_text("From one tab.")
    expect(second.locator("[data-save-status]")).to_contain_text("Not saved")
    assert comments() == ["From one tab."]
    with second.expect_navigation():
        second.get_by_role("button", name="Keep mine").click()

    expect(second.locator("#q1-comment")).to_have_value("From the other.")
    assert comments() == ["From the other."]


@pytest.mark.browser(tolerated=("ERR_INTERNET_DISCONNECTED", "htmx:sendError"))
def test_what_is_typed_without_a_network_is_saved_once_it_is_back(tab):
    page = tab()
    page.context.set_offline(True)

    page.fill("#q1-comment", "From the train.")
    expect(page.locator("[data-save-status]")).to_have_text(re.compile("Not saved yet|offline"))
    page.context.set_offline(False)

    expect(page.locator("[data-save-status]")).to_have_text(re.compile(r"Saved \d"))
    assert comments() == ["From the train."]


@pytest.mark.browser(tolerated=("status of 409",))
def test_who_is_no_reviewer_any_more_gets_the_text_back(tab, given, axe):
    page = tab()
    page.fill("#q1-comment", "Written a second too late.")
    given.reviewer.staff_memberships.all().delete()
    page.get_by_role("button", name="Save and next").click()

    expect(page.get_by_label("Question 1: Comment to the applicant")).to_have_value("Written a second too late.")
    expect(page.get_by_role("alert")).to_be_focused()
    axe(page)
    assert comments() == []


def test_a_review_is_scored_by_keyboard(tab):
    page = tab()

    page.keyboard.press("3")
    expect(page.locator("#progress")).to_contain_text("1 of 2")
    page.keyboard.press("c")
    page.keyboard.type("By keyboard.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"q=2"))

    assert comments() == ["By keyboard."]


def test_a_picture_opens_large(tab, given, axe):
    version = Version.objects.get(document__submission=given.submission, document__required__is_scored=True)
    mark, told = "0badcafe", '<p><em data-picture="0badcafe">[Picture: Our wall]</em></p>'
    picture = pictures.clean(telltale.png())[1]
    place = default_storage.save(new_key(), ContentFile(picture))
    known = {mark: {"type": "image/png", "begins": 0, "size_bytes": len(picture)}}
    CleanCopy.objects.filter(version=version).update(file=place, pictures=known)
    version.answers.filter(prompt__number=1).update(text="[Picture: Our wall]", html=told)
    page = tab()

    page.get_by_role("link", name="Our wall").click()
    expect(page.get_by_role("dialog").get_by_role("img", name="Our wall")).to_be_visible()
    assert page.evaluate("document.querySelector('dialog[open] img').naturalWidth") == 1
    axe(page)
    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Our wall")).to_be_focused()


def test_a_saved_comment_is_added_where_one_writes(tab, given):
    SavedComment.objects.create(
        cohort=given.submission.enrollment.cohort, title="Evidence", text="Name two or three actions."
    )
    page = tab()

    page.fill("#q1-comment", "Good start.")
    page.locator("#q1").get_by_role("button", name="Evidence").click()

    expect(page.locator("#q1-comment")).to_have_value("Good start. Name two or three actions.")


def test_a_review_is_scored_and_finished_without_scripts(tab):
    page = tab(java_script_enabled=False)

    page.locator("#q1").get_by_label("Meets").check()
    page.get_by_role("button", name="Save and next").click()
    page.locator("#q2").get_by_label("Meets").check()
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_text("this leads to the badge")).to_be_visible()
    page.get_by_role("button", name="Finish and take the next one").click()

    expect(page.get_by_text("Nothing to review.")).to_be_visible()
