"""Turning reminders off from a mail: by its reader, or with the mail program's own button, signed in nowhere."""

import pytest
from django.test import Client

from microcred import notices
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return factories.person()


@pytest.fixture
def address(ada, settings):
    return notices.address(ada.pk).removeprefix(settings.SITE_URL)


def wants(person):
    person.refresh_from_db()
    return person.wants_meeting_reminders


def test_one_click_turns_them_off(ada, address):
    answer = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, wants(ada)) == (200, False)


def test_looking_at_the_page_changes_nothing(ada, address, client):
    page = client.get(address)

    assert ("Turn them off" in page.text, wants(ada)) == (True, True)


def test_the_page_turns_them_off_and_on_again(ada, address, client):
    off = client.post(address, {"meetings": "off"}, follow=True)
    assert ("They are off." in off.text, wants(ada)) == (True, False)

    client.post(address, {"meetings": "on"})

    assert wants(ada)


def test_the_page_names_nobody(ada, address, client):
    page = client.get(address).text

    assert ada.last_name not in page and ada.email not in page


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "x" + token, lambda token: "12"])
def test_an_address_that_was_not_made_here_leads_nowhere(address, client, change):
    token = address.strip("/").rpartition("/")[2]

    assert client.get(f"/notices/{change(token)}/").status_code == 404


def test_the_address_of_somebody_who_has_gone_leads_nowhere(ada, address, client):
    ada.is_active = False
    ada.save()

    assert client.get(address).status_code == 404
