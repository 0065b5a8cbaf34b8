"""Signing in: by password or by a code, in our words, through the outbox; strangers learn nothing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from microcred import outbox
from microcred.models import Message, User
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
    assert "It works once, until 9:15\N{NO-BREAK SPACE}AM." in mail.text
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

    assert "Too many failed" in answers[-1].text


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


def test_the_demos_people_stand_on_the_sign_in_page_of_a_demo_only(client, settings):
    factories.person("Dana", "Okafor", email="applicant@example.org")
    assert "Dana Okafor" not in client.get("/sign-in/").text

    settings.DEMO = True

    assert "Sign in as Dana Okafor" in client.get("/sign-in/").text


def test_names_zone_and_notices_are_ones_own_to_change(client, ada):
    client.force_login(ada)
    fields = {
        "name_on_badge": "Ada B. Ward", "last_name_for_files": "Ward", "first_name_for_files": "",
        "zone": "Pacific/Guam", "theme": "dark",
    }  # fmt: skip

    client.post("/account/", fields)

    ada.refresh_from_db()
    assert (ada.badge_name, ada.zone, ada.theme, ada.wants_meeting_reminders) == (
        "Ada B. Ward", "Pacific/Guam", "dark", False,
    )  # fmt: skip


@pytest.mark.parametrize("page", ["help", "accessibility", "privacy", "health"])
def test_some_pages_are_open_to_everybody(client, page):
    assert client.get(f"/{page}/").status_code == 200


def test_a_signed_in_page_is_kept_by_no_cache(client, ada):
    client.force_login(ada)

    assert client.get("/account/")["Cache-Control"] == "private, no-store"
