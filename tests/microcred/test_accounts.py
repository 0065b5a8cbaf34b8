"""Signing in: by password or by a code, in our words, through the outbox; strangers learn nothing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.shortcuts import render
from django.test import Client

from microcred import clock, devices, outbox
from microcred.models import Message, User
from microcred.tasks import forget_ended_sessions
from tests.support import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2023, 10, 30, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_limits_from_other_tests():
    cache.clear()


@pytest.fixture
def ada(clock):
    clock(NOON)
    return factories.person(email="ada@example.org", zone="America/Phoenix")


def ask_for_code(client, email="ada@example.org", **fields):
    return client.post("/sign-in/code/", {"email": email, **fields})


def test_a_code_comes_by_mail_and_signs_in_where_one_was_going(client, ada, mailbox):
    ask_for_code(client, next="/account/")
    outbox.send_due()
    code = re.search(r"Type (\S+) on", mailbox[0].body)[1]

    answer = client.post("/sign-in/code/check/", {"code": code, "next": "/account/"})

    assert (mailbox[0].subject, mailbox[0].to) == ("Your sign-in code", ["ada@example.org"])
    assert (answer.url, client.session["_auth_user_id"]) == ("/account/", str(ada.pk))


def test_the_mail_says_until_when_on_the_readers_clock(client, ada):
    ask_for_code(client)

    mail = Message.objects.get()
    assert "It works once, until 9:15\N{NO-BREAK SPACE}AM MST." in mail.text
    assert mail.useless_at == NOON + timedelta(minutes=15)


def test_a_stranger_gets_the_same_page_and_no_mail(client, ada):
    known, unknown = ask_for_code(client), ask_for_code(client, "nobody@example.org")

    assert (unknown.status_code, unknown.url) == (known.status_code, known.url)
    assert [mail.address for mail in Message.objects.all()] == ["ada@example.org"]


def test_a_password_signs_in(client, ada):
    ada.set_password("a long enough password")
    ada.save()

    client.post("/sign-in/", {"login": "ADA@example.org", "password": "a long enough password"})

    assert client.session["_auth_user_id"] == str(ada.pk)


def test_guessing_passwords_is_slowed_down(client, ada):
    answers = [client.post("/sign-in/", {"login": ada.email, "password": "wrong"}) for _ in range(6)]

    assert "This address and this password do not go together." in answers[0].text
    assert "Wait five minutes, or ask for a code by e-mail." in answers[-1].text


def test_nobody_signs_up_alone(client):
    client.post("/sign-in/new/", {"email": "new@example.org", "password1": "a long enough password"})

    assert not User.objects.filter(email="new@example.org").exists()


def test_a_changed_password_is_told(client, ada):
    ada.set_password("a long enough password")
    ada.save()
    client.force_login(ada)

    client.post(
        "/account/password/",
        {
            "oldpassword": "a long enough password",
            "password1": "another long password",
            "password2": "another long password",
        },
    )

    assert [mail.subject for mail in Message.objects.all()] == ["Your password was changed"]


def test_a_browser_that_names_itself_a_link_is_shown_as_it_says(client, ada):
    ada.set_password("a long enough password")
    ada.save()
    client.force_login(ada)
    new = {f"password{number}": "another long password" for number in (1, 2)}

    client.post(
        "/account/password/",
        {"oldpassword": "a long enough password", **new},
        headers={"user-agent": "[Go](https://x.example)"},
    )

    mail = Message.objects.get()
    assert "with [Go](https://x.example)." in mail.text
    assert "x.example" not in "".join(re.findall(r'href="([^"]*)', mail.html))


def test_the_demos_people_stand_on_the_sign_in_page_of_a_demo_only(client, settings):
    factories.person("Dana", "Okafor", email="applicant@example.org")
    assert "Dana Okafor" not in client.get("/sign-in/").text

    settings.DEMO = True

    assert "Sign in as Dana Okafor" in client.get("/sign-in/").text


@pytest.mark.parametrize("page", ["help", "accessibility", "privacy", "health"])
def test_some_pages_are_open_to_everybody(client, page):
    assert client.get(f"/{page}/").status_code == 200


def test_a_signed_in_page_is_kept_by_no_cache(client, ada):
    client.force_login(ada)

    assert client.get("/account/")["Cache-Control"] == "private, no-store"


# Where one is signed in ----------------------------------------------------------------------------------------------
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


def signed_in(person, agent=WINDOWS):
    """A browser of theirs."""
    if not person.has_usable_password():
        person.set_password("a long enough password")
        person.save()
    browser = Client(headers={"user-agent": agent})
    browser.post("/sign-in/", {"login": person.email, "password": "a long enough password"})
    return browser


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WINDOWS, "Chrome on Windows"),
        (f"{WINDOWS} Edg/140.0.0.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
            "Chrome on a Chromebook",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1",
            "Safari on an iPad",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on a Mac"),
        ("", "A browser"),
    ],
)
def test_browsers_are_named_as_people_know_them(agent, words):
    assert devices.in_words(agent) == words


def test_one_signs_out_everywhere_else(ada):
    here, there = signed_in(ada), signed_in(ada)
    assert here.get("/account/devices/").text.count("Chrome on Windows") == 2

    here.post("/account/devices/ending/")

    assert [browser.get("/account/").status_code for browser in (here, there)] == [200, 302]


def test_one_signs_out_everywhere(ada):
    here, there = signed_in(ada), signed_in(ada)
    bea = signed_in(factories.person("Bea", "Lund"))

    here.post("/account/devices/ending-all/")

    assert [browser.get("/account/").status_code for browser in (here, there, bea)] == [302, 302, 200]


def test_what_has_expired_is_forgotten_and_what_has_not_stays(ada):
    ended, stays = signed_in(ada), signed_in(ada)
    Session.objects.filter(pk=ended.session.session_key).update(expire_date=clock.now())

    forget_ended_sessions()

    assert [one.pk for one in Session.objects.all()] == [stays.session.session_key]
    assert [one.session_key for one in UserSession.objects.all()] == [stays.session.session_key]


@pytest.mark.parametrize("count", [1, 4])
def test_the_devices_take_the_same_queries(ada, django_assert_num_queries, count):
    browsers = [signed_in(ada) for _ in range(count)]

    with django_assert_num_queries(5):  # session, person, two for the header, devices
        page = browsers[-1].get("/account/devices/")

    assert len(page.context["devices"]) == count


# Another e-mail address ----------------------------------------------------------------------------------------------
def test_a_new_address_counts_once_its_link_was_opened_and_the_old_one_is_told(ada, mailbox):
    here = signed_in(ada)

    here.post("/account/email/", {"email": "ada@new.example.org", "action_add": ""})
    outbox.send_due()
    ada.refresh_from_db()
    assert (ada.email, [(mail.subject, mail.to) for mail in mailbox]) == (
        "ada@example.org", [("Confirm your new e-mail address", ["ada@new.example.org"])],
    )  # fmt: skip

    link = re.search(r"http://\S+(/account/email/confirm/\S+)", mailbox[0].body)[1]
    assert "Confirm ada@new.example.org" in here.get(link).text  # a scanner that opens links changes nothing
    here.post(link)

    outbox.send_due()
    ada.refresh_from_db()
    told = next(mail for mail in mailbox if mail.subject == "Your e-mail address was changed")
    assert (ada.email, told.to) == ("ada@new.example.org", ["ada@example.org"])
    assert "writes to ada@new.example.org from now on, no longer to ada@example.org" in told.body


# What the log says ---------------------------------------------------------------------------------------------------
def test_the_log_names_the_page_and_not_the_secret_in_its_address(client, ada, caplog):
    with caplog.at_level("INFO"):
        client.get("/feeds/0123456789abcdef.ics")

    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("django_structlog"))
    assert "GET feeds/<slug:secret>.ics" in said and "0123456789abcdef" not in said


# When something goes wrong -------------------------------------------------------------------------------------------
def test_a_fault_of_ours_has_a_number_to_tell(client, monkeypatch):
    def fails(request):
        raise RuntimeError

    monkeypatch.setattr(
        "microcred.views.render",
        lambda request, name, *args, **kwargs: (
            fails(request) if name != "500.html" else render(request, name, *args, **kwargs)
        ),
    )
    client.raise_request_exception = False

    answer = client.get("/help/")

    assert answer.status_code == 500
    assert re.search(r"the reference <strong>[0-9A-F]{8}</strong>", answer.text)


def test_too_many_tries_are_answered_in_words(client, ada, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}

    answers = [client.post("/sign-in/password/forgotten/", {"email": ada.email}) for _ in range(3)]

    assert answers[-1].status_code == 429
    assert "That was too often in a short time" in answers[-1].text


def test_the_operators_pages_have_no_door_of_their_own(client, db):
    answer = client.get("/admin/login/")

    assert answer.url.startswith("/sign-in/?next=")
