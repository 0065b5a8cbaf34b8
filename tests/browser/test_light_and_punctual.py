"""An applicant's pages are light to load, and count the last minutes by our clock."""

import gzip
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, submission_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHOENIX = ZoneInfo("America/Phoenix")
MOST_BYTES = 150_000
PAGES = ("", "directions/", "documents/", "documents/reflection-guide/", "submit/", "calendar/", "receipts/{ref}/")


@pytest.fixture
def ada():
    return factories.person("Ada", "Ward", zone="America/Phoenix")


@pytest.fixture
def enters(client, live_server, page):
    """Signs the person of a submission in and leads to a page of the cohort."""

    def enter(submission, place="", page=page):
        client.force_login(submission.enrollment.person)
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        page.context.add_cookies([session])
        page.goto(f"/my/{submission.enrollment.cohort.slug}/{place}")
        return page

    return enter


def weight(answer):
    path = urlsplit(answer.url).path
    if path.endswith(".woff2"):
        return 0
    return len(gzip.compress(answer.body())) if path.endswith((".css", ".js")) else len(answer.body())


def test_the_pages_are_light_on_first_load(ada, clock, enters, open_page):
    """Everything that a page loads, fonts aside, as it goes over the line: style and scripts lie there compressed."""
    clock(BEFORE_DUE)
    submission, weights = submission_in(State.SUBMITTED, person=ada), {}
    for place in PAGES:
        loaded = open_page()
        answers = []
        loaded.on("response", lambda answer, answers=answers: answers.append(answer))
        enters(submission, place.format(ref=submission.reference), loaded)
        loaded.wait_for_load_state("networkidle")
        weights[place] = sum(map(weight, answers))

    assert max(weights.values()) < MOST_BYTES, weights


def test_the_last_minutes_are_counted_by_our_clock(ada, clock, enters, page):
    clock(datetime(2023, 11, 30, 21, 41, tzinfo=PHOENIX))
    page.clock.install(time=datetime(2031, 1, 1, 3, tzinfo=PHOENIX))  # whatever the reader's own clock says
    submission = submission_in(State.DRAFT, person=ada)
    enters(submission)
    due = page.locator(".due")
    expect(due).to_contain_text("19 minutes left")
    expect(due).to_contain_text("Our clock says 9:41 PM.")

    page.clock.fast_forward("03:00")
    expect(due).to_contain_text("15 minutes left")  # a few seconds less than 16
    expect(due).to_contain_text("Our clock says 9:44 PM.")
    assert due.locator("[role=status], [aria-live]").count() == 0

    page.clock.fast_forward("20:00")
    expect(due).to_contain_text("The time is over.")
