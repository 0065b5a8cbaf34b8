"""A form that was sent after the sign-in had ended is found again by its sender, for an hour, and by nobody else."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from submissions.states import State
from tests.support.submitting import factories, submission_in

pytestmark = pytest.mark.django_db
NOON = datetime(2023, 10, 30, 16, tzinfo=UTC)
PASSWORD = "a long enough password"
PAGE = "/my/fall/withdraw/"
TYPED = "My district <needs> me elsewhere.\r\n\r\nUntil spring."
KEPT = "/sign-in/?next=/sign-in/kept/"


@pytest.fixture
def cohort(clock):
    cache.clear()
    clock(NOON)
    return factories.cohort(slug="fall")


@pytest.fixture
def ada(cohort):
    """Has begun to take part, in Phoenix."""
    person = with_password(factories.person("Ada", "Ward", email="ada@example.org", zone="America/Phoenix"))
    submission_in(State.DRAFT, cohort=cohort, person=person)
    return person


@pytest.fixture
def browser(ada):
    """Hers, with the page open on which one leaves, after the sign-in has ended; forged forms are refused."""
    browser = Client(enforce_csrf_checks=True)
    signs_in(browser, ada)
    browser.get(PAGE)
    del browser.cookies["sessionid"]
    return browser


def with_password(person):
    person.set_password(PASSWORD)
    person.save()
    return person


def token_of(browser):
    return browser.cookies["csrftoken"].value


def signs_in(browser, person):
    browser.get("/sign-in/")
    fields = {"login": person.email, "password": PASSWORD, "next": "/sign-in/kept/"}
    return browser.post("/sign-in/", {**fields, "csrfmiddlewaretoken": token_of(browser)})


def sends(browser, path=PAGE, **fields):
    fields = {"why": TYPED, "csrfmiddlewaretoken": token_of(browser)} | fields
    return browser.post(path, fields, headers={"referer": f"http://testserver{PAGE}"})


def form_on(answer, path):
    """Where a form of a page leads, and its fields as a browser would send them."""
    form = re.search(rf'<form method="post" action="{path}".*?</form>', answer.text, re.S)[0]
    return dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form))


def test_its_sender_reads_it_after_signing_in(browser, ada):
    assert sends(browser).url == KEPT
    assert "You were signed out, but what you wrote is here for an hour." in browser.get(KEPT).text

    page = browser.get(signs_in(browser, ada).url)

    assert "You were signed out at 9:00\N{NO-BREAK SPACE}AM, but what you wrote is here." in page.text
    assert '<p class="quote">My district &lt;needs&gt; me elsewhere.' in page.text
    assert page["Cache-Control"] == "private, no-store"


def test_its_sender_saves_it_with_one_press(browser, ada):
    sends(browser)
    signs_in(browser, ada)
    page = browser.get("/sign-in/kept/")
    assert form_on(page, PAGE) == {
        "csrfmiddlewaretoken": page.context["csrf_token"],
        "why": TYPED.replace("<", "&lt;").replace(">", "&gt;"),
    }

    saved = browser.post(PAGE, {"csrfmiddlewaretoken": token_of(browser), "why": TYPED})

    assert saved.url == "/my/fall/"
    assert ada.enrollments.get().withdrawn_at == NOON
    assert browser.get("/sign-in/kept/").url == "/"


def test_its_sender_discards_it(browser, ada):
    sends(browser)
    signs_in(browser, ada)

    answer = browser.post("/sign-in/kept/discarding/", {"csrfmiddlewaretoken": token_of(browser)})

    assert (answer.url, browser.get("/sign-in/kept/").url) == (PAGE, "/")


def test_a_form_that_is_refused_stays_kept(browser, ada):
    sends(browser)
    signs_in(browser, ada)

    assert browser.post(PAGE, {"why": TYPED}).status_code == 403  # forged

    assert browser.get("/sign-in/kept/").status_code == 200


def test_after_an_hour_only_the_way_back_is_left(browser, ada, clock):
    sends(browser)
    clock(NOON + timedelta(hours=1, seconds=1))
    signs_in(browser, ada)

    page = browser.get("/sign-in/kept/")

    assert "the hour is over" in page.text
    assert f'href="{PAGE}"' in page.text
    assert "My district" not in page.text
    assert "kept" not in browser.session


def test_for_an_hour_it_is_there(browser, ada, clock):
    sends(browser)
    clock(NOON + timedelta(hours=1))
    signs_in(browser, ada)

    assert "My district" in browser.get("/sign-in/kept/").text


@pytest.mark.parametrize("path", ["/sign-in/kept/", "/sign-in/kept/discarding/"])
def test_another_person_at_the_same_computer_sees_nothing_of_it(browser, cohort, path):
    sends(browser)
    assert "kept" in browser.session
    signs_in(browser, with_password(factories.person("Bea", "Lund", email="bea@example.org")))

    answer = browser.generic(
        "POST" if "discarding" in path else "GET", path, headers={"x-csrftoken": token_of(browser)}
    )

    assert answer.url == "/"
    assert "kept" not in browser.session


def test_nothing_can_be_read_in_the_session(browser):
    sends(browser)

    assert list(browser.session.keys()) == ["kept"]
    assert "district" not in browser.session["kept"]


def test_a_forged_form_is_not_kept(browser):
    answer = sends(browser, csrfmiddlewaretoken="x" * 64)

    assert answer.status_code == 403
    assert "kept" not in browser.session


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        pytest.param(PAGE, {"why": ""}, id="empty"),
        pytest.param(PAGE, {"why": "word " * 40_000}, id="too long"),
        pytest.param(PAGE, {"file": SimpleUploadedFile("plan.docx", b"PK")}, id="a file"),
        pytest.param("/account/password/", {"password1": PASSWORD}, id="a password"),
        pytest.param("/account/mfa/totp/activate/", {"code": "123456"}, id="a code"),
        pytest.param("/admin/microcred/user/add/", {"password1": PASSWORD}, id="the operator's pages"),
    ],
)
def test_what_cannot_be_kept_leads_back_as_before(browser, path, fields):
    answer = sends(browser, path, **fields)

    assert answer.status_code == 302
    assert "kept" not in answer.url
    assert "kept" not in browser.session


@pytest.mark.parametrize("header", [{"hx-request": "true"}, {"sec-fetch-mode": "cors"}])
def test_what_a_script_sent_stays_with_the_script(browser, header):
    browser.post(PAGE, {"why": TYPED, "csrfmiddlewaretoken": token_of(browser)}, headers=header)

    assert "kept" not in browser.session


def test_what_nobody_known_sent_is_not_kept(browser):
    del browser.cookies["person"]

    assert sends(browser).url == f"/sign-in/?next={PAGE}"
    assert "kept" not in browser.session


@pytest.mark.parametrize("referer", ["http://testserver//elsewhere.example/", "http://testserver///elsewhere.example/"])
def test_no_way_leads_from_it_to_another_site(browser, referer):
    browser.post(PAGE, {"why": TYPED, "csrfmiddlewaretoken": token_of(browser)}, headers={"referer": referer})

    assert "kept" not in browser.session
