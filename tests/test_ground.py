"""The ground that other tests stand on: a worker that works, a browser that sees and complains."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from microcred import clock as house_clock
from microcred import outbox
from microcred.models import Message, User
from tests.support.browsing import assert_sound_everywhere


def eventually(condition, *, seconds=10):
    """Wait until `condition()` holds."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.mark.worker
def test_what_is_owed_leaves_through_a_real_worker_once(worker, mailbox):
    person = User.objects.create_user("ada@example.org", first_name="Ada", last_name="Okafor")
    message = Message(
        key="hello",
        kind="hello",
        person=person,
        address=person.email,
        subject="Hello",
        text="Hello",
        html="<p>Hello</p>",
    )

    with transaction.atomic():
        outbox.owe([message])

    assert eventually(lambda: Message.objects.filter(state=Message.State.SENT).exists())
    assert [mail.to for mail in mailbox] == [["ada@example.org"]]


def test_without_a_broker_nothing_is_lost(transactional_db, mailbox):
    person = User.objects.create_user("ada@example.org", first_name="Ada", last_name="Okafor")
    message = Message(key="hello", kind="hello", person=person, address=person.email, subject="Hello", text="", html="")

    outbox.owe([message])
    outbox.send_due()

    assert len(mailbox) == 1


def test_the_clock_stands_still_and_moves_when_told(clock):
    noon = datetime(2023, 11, 30, 12, tzinfo=UTC)

    clock(noon)
    held = house_clock.now()
    clock(noon + timedelta(hours=1))

    assert (held, house_clock.now()) == (noon, noon + timedelta(hours=1))


@pytest.mark.browser
def test_the_sign_in_page_opens_without_a_complaint(page):
    page.goto("/sign-in/")

    assert page.locator("h1").count() == 1
    assert_sound_everywhere(page)


@pytest.mark.browser(tolerated=["status of 404"])
def test_what_a_test_provokes_is_tolerated(page):
    answer = page.goto("/there-is-no-such-page/")

    assert answer.status == 404


@pytest.mark.browser
def test_broken_content_policy_fails_a_test(browser, live_server):
    from tests.support.browsing import pages

    with (
        pytest.raises(AssertionError, match="Content Security Policy"),
        pages(browser, base_url=live_server.url) as open_page,
    ):
        page = open_page()
        page.goto("/sign-in/")
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'x = 1'}))")
