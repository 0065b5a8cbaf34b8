"""Mail that is owed: sent once, whoever comes by; delayed by nothing worse than a delay."""

from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from unittest.mock import Mock

import pytest
from django.core.mail.backends.locmem import EmailBackend

from microcred import letters, outbox, postman
from microcred.meanwhile import Meanwhile
from microcred.models import Message, User
from microcred.tasks import hurry, send_owed
from tests.support import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2023, 10, 30, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(clock):
    clock(NOON)


def owed(key="one", person=None, **fields):
    letter = letters.compose("Hello {{ name }}", "Dear **{{ name }}**", {"name": "Ada"})
    outbox.owe([outbox.message(letter, person or factories.person(), key=key, kind="test", **fields)])
    return Message.objects.get(key=key)


def test_it_leaves_with_both_parts_and_is_written_down(mailbox):
    row = owed(reply_to="team@example.org")

    assert outbox.send_due() == 1

    row.refresh_from_db()
    mail = mailbox[0]
    assert (mail.subject, mail.body, mail.reply_to) == ("Hello Ada", "Dear Ada\n", ["team@example.org"])
    assert "<strong>Ada</strong>" in mail.alternatives[0].content
    assert (row.state, row.sent_at, row.leased_until) == ("sent", NOON, None)


def test_owed_twice_is_owed_once(mailbox):
    owed()
    owed()

    outbox.send_due()

    assert len(mailbox) == 1


def test_what_is_not_due_waits(mailbox, clock):
    owed(due_at=NOON + timedelta(minutes=5))
    assert outbox.send_due() == 0

    clock(NOON + timedelta(minutes=5))

    assert outbox.send_due() == 1


def test_what_is_useless_by_now_is_not_sent(mailbox):
    row = owed(useless_at=NOON)

    assert outbox.send_due() == 0

    row.refresh_from_db()
    assert (row.state, row.reason) == ("skipped", "Its time had passed before it could be sent.")


def test_what_one_sender_holds_another_leaves_alone(clock):
    owed()
    assert len(outbox.claim()) == 1
    assert outbox.claim() == []

    clock(NOON + outbox.LEASE)

    assert [row.tries for row in outbox.claim()] == [0]


def test_a_slow_mail_server_makes_nobody_send_twice(monkeypatch, mailbox, clock):
    for key in ("one", "two", "three"):
        owed(key)
    original, others = EmailBackend.send_messages, []

    def slow(self, mails):
        sent = original(self, mails)
        if len(mailbox) == 1:
            others.append(outbox.send_due())  # another sender comes by, meanwhile
            clock(NOON + 2 * outbox.FRESH)
        return sent

    monkeypatch.setattr(EmailBackend, "send_messages", slow)

    assert (outbox.send_due(), others, len(mailbox)) == (3, [0], 3)
    assert list(Message.objects.values_list("state", "tries")) == [("sent", 1)] * 3


def test_the_longest_try_is_over_before_the_lease(settings):
    steps = 5  # sender, address, "may I", the mail, reset

    assert outbox.FRESH.total_seconds() + steps * settings.EMAIL_TIMEOUT < outbox.LEASE.total_seconds()


def test_who_lost_the_lease_writes_nothing_down(clock):
    row = owed()
    [held] = outbox.claim()
    clock(NOON + outbox.LEASE)
    outbox.claim()

    outbox._close(held, Message.State.FAILED, reason="No")
    with Meanwhile() as notes:
        outbox.Hand([], held.leased_until, notes).note(held)

    row.refresh_from_db()
    assert (row.state, row.leased_until) == ("owed", NOON + 2 * outbox.LEASE)


def test_a_mail_server_that_is_away_costs_no_try(monkeypatch, mailbox, clock):
    row = owed()
    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "open", Mock(side_effect=SMTPAuthenticationError(535, b"no")))
        clock(NOON + timedelta(days=4))
        assert outbox.send_due() == 0
    row.refresh_from_db()
    assert (row.state, row.tries, row.leased_until) == ("owed", 0, None)

    assert outbox.send_due() == 1


def of_address(code, words):
    return SMTPRecipientsRefused({"a@example.org": (code, words)})


@pytest.mark.parametrize(
    ("problem", "state", "tries", "bounced"),
    [
        (of_address(550, b"5.1.1 no such user"), "failed", 1, True),
        (of_address(550, b"no such user"), "failed", 1, True),
        (of_address(554, b"5.7.1 relay access denied"), "owed", 1, False),
        (of_address(552, b"5.2.2 mailbox full"), "owed", 1, False),
        (of_address(451, b"greylisted"), "owed", 1, False),
        (of_address(530, b"5.7.0 sign in first"), "owed", 0, False),
        (SMTPDataError(554, b"no"), "failed", 1, False),
        (SMTPDataError(452, b"full"), "owed", 1, False),
        (SMTPSenderRefused(552, b"too large", "us@example.org"), "failed", 1, False),
        (SMTPSenderRefused(550, b"not you", "us@example.org"), "owed", 0, False),
        (SMTPSenderRefused(421, b"going away", "us@example.org"), "owed", 1, False),
        (SMTPServerDisconnected("gone"), "owed", 1, False),
        (TimeoutError(), "owed", 1, False),
        (ValueError("whatever a library raises"), "owed", 1, False),
    ],
)
def test_only_a_refusal_for_good_is_final(monkeypatch, mailbox, problem, state, tries, bounced):
    row = owed()
    monkeypatch.setattr(EmailBackend, "send_messages", Mock(side_effect=problem))

    outbox.send_due()

    row.refresh_from_db()
    assert (row.state, row.tries, bool(row.person.mail_bounced_at)) == (state, tries, bounced)


def test_when_nothing_of_ours_is_wanted_the_operator_is_told_and_nobody_else_is_tried(monkeypatch, mailbox, caplog):
    rows = [owed(key) for key in ("one", "two")]
    refusal = Mock(side_effect=SMTPSenderRefused(550, b"not you", "us@example.org"))
    with monkeypatch.context() as refused:
        refused.setattr(EmailBackend, "send_messages", refusal)
        assert outbox.send_due() == 0

    assert (refusal.call_count, [one.levelname for one in caplog.records]) == (1, ["ERROR"])
    assert set(Message.objects.values_list("leased_until", flat=True)) == {None}
    assert outbox.send_due() == len(rows)


def test_a_line_that_drops_is_opened_anew_and_after_two_drops_in_a_row_is_let_be(monkeypatch, mailbox):
    for number in range(5):
        owed(f"{number}")
    original, gone = EmailBackend.send_messages, SMTPServerDisconnected("gone")
    drops = iter([gone, None, gone, gone])

    def send(self, mails):
        if drop := next(drops):
            raise drop
        return original(self, mails)

    monkeypatch.setattr(EmailBackend, "send_messages", send)

    assert outbox.send_due() == 1
    assert list(Message.objects.order_by("pk").values_list("state", "tries")) == [
        ("owed", 1), ("sent", 1), ("owed", 1), ("owed", 1), ("owed", 0),
    ]  # fmt: skip


def test_one_line_carries_many_mails_and_then_the_next_one(monkeypatch, mailbox):
    monkeypatch.setattr(postman, "MAILS_A_LINE", 2)
    for number in range(5):
        owed(f"{number}")
    opened = Mock(return_value=None)
    monkeypatch.setattr(EmailBackend, "open", opened)

    assert (outbox.send_due(), opened.call_count) == (5, 3)


def test_nothing_leaves_a_site_whose_sending_is_off(settings, mailbox):
    settings.SENDING = False
    row = owed()
    assert outbox.send_due() == 0

    row.refresh_from_db()
    assert (row.leased_until, mailbox) == (None, [])


def test_the_operator_takes_back_what_waits_and_nothing_else(admin_client, mailbox):
    gone = owed("gone")
    outbox.send_due()
    waits = owed("waits")
    chosen = {"action": "take_back", "_selected_action": [gone.pk, waits.pk]}

    page = admin_client.post("/admin/microcred/message/", chosen, follow=True)

    assert "1 mail taken back." in page.content.decode()
    assert outbox.send_due() == 0
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "skipped"]


def test_a_pause_holds_the_rest_of_what_was_claimed_already(monkeypatch, mailbox):
    paused = User.objects.none()
    monkeypatch.setattr(outbox, "GLANCE", 0)
    monkeypatch.setattr(outbox, "_paused", [lambda: paused.values("email")])
    first, second = owed("one", cohort_slug="here"), owed("two", cohort_slug="here")
    original = EmailBackend.send_messages

    def send(self, mails):
        nonlocal paused
        User.objects.filter(pk=first.person_id).update(email="here")  # as somebody presses "Pause"
        paused = User.objects.filter(email="here")
        return original(self, mails)

    monkeypatch.setattr(EmailBackend, "send_messages", send)

    assert outbox.send_due() == 1
    second.refresh_from_db()
    assert (second.state, second.leased_until, second.tries) == ("owed", None, 0)


def test_what_is_due_earlier_arrives_earlier(monkeypatch, mailbox, clock):
    ada = factories.person()
    first, second = (owed(key, person=ada, cohort_slug="here") for key in ("one", "two"))
    with monkeypatch.context() as busy:
        busy.setattr(EmailBackend, "send_messages", Mock(side_effect=SMTPDataError(452, b"full")))
        outbox.send_due()
    second.refresh_from_db()
    assert (second.tries, second.leased_until) == (0, NOON + timedelta(minutes=1))

    code = owed("three", person=ada)  # a code for signing in waits for nothing
    assert outbox.send_due() == 1
    clock(second.leased_until)
    assert outbox.send_due() == 2

    ids = [mail.extra_headers["Message-ID"] for mail in mailbox]
    assert ids == [outbox.as_email(row).extra_headers["Message-ID"] for row in (code, first, second)]


@pytest.fixture
def refused(monkeypatch):
    """Addresses that the mail server refuses."""
    refused = set()

    def send(self, mails):
        if refused & {mail.to[0] for mail in mails}:
            raise ConnectionRefusedError
        return original(self, mails)

    original = EmailBackend.send_messages
    monkeypatch.setattr(EmailBackend, "send_messages", send)
    return refused


def test_one_bad_address_does_not_keep_the_others(refused, mailbox):
    refused.add(owed("one").address)
    owed("two")

    assert (outbox.send_due(), len(mailbox)) == (1, 1)


def test_a_refused_mail_is_tried_later_and_later(refused, clock):
    row = owed()
    refused.add(row.address)
    waits = []
    for _ in range(4):
        outbox.send_due()
        row.refresh_from_db()
        waits.append((row.leased_until - outbox.clock.now()) // timedelta(minutes=1))
        clock(row.leased_until)

    assert waits == [1, 2, 4, 8]


def test_in_the_end_it_is_given_up_with_a_reason(refused, clock):
    row = owed()
    refused.add(row.address)
    clock(NOON + outbox.GIVE_UP_AFTER)
    outbox.send_due()
    row.refresh_from_db()
    assert row.state == "owed"

    clock(row.leased_until)
    outbox.send_due()

    row.refresh_from_db()
    assert (row.state, row.reason, row.tries) == ("failed", "It could not be sent for 3 days.", 2)


def test_sent_again_it_has_the_same_id(mailbox):
    row = owed()

    assert outbox.as_email(row).extra_headers["Message-ID"] == outbox.as_email(row).extra_headers["Message-ID"]


@pytest.mark.parametrize("method", ["PUBLISH", "CANCEL"])
def test_a_meeting_travels_with_its_mail_and_says_what_to_do_with_it(mailbox, method):
    calendar = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nEND:VCALENDAR\r\n"
    owed(attachment_name="meeting.ics", attachment=calendar)

    outbox.send_due()

    part = mailbox[0].message().get_payload()[-1]
    assert (part.get_content_type(), part.get_param("method"), part.get_param("charset"), part.get_filename()) == (
        "text/calendar", method, "utf-8", "meeting.ics",
    )  # fmt: skip


def headers_of(row):
    return dict(outbox.as_email(row).message().items())


def test_it_comes_from_whoever_writes_and_says_that_a_machine_sent_it(settings):
    settings.DEFAULT_FROM_EMAIL = "Microcred <no-reply@example.org>"
    own, named = headers_of(owed()), headers_of(owed("two", sender="Automne, équipe"))

    assert (own["From"], own["Auto-Submitted"]) == ("Microcred <no-reply@example.org>", "auto-generated")
    name, address = parseaddr(named["From"])
    assert (str(make_header(decode_header(name))), address) == ("Automne, équipe", "no-reply@example.org")


def test_only_a_reminder_says_where_reminders_are_chosen_and_with_one_click_where_they_can_be_turned_off():
    plain, reminder, optional = (
        headers_of(owed(key, **fields))
        for key, fields in {
            "a": {},
            "b": {"is_reminder": True},
            "c": {"is_reminder": True, "is_optional": True},
        }.items()
    )

    assert ["List-Unsubscribe" in each for each in (plain, reminder, optional)] == [False, True, True]
    assert ["List-Unsubscribe-Post" in each for each in (plain, reminder, optional)] == [False, False, True]
    assert optional["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_mails_of_one_thread_follow_each_other(clock):
    ada = factories.person()
    first, second, third = (owed(key, person=ada, thread="work:x") for key in ("one", "two", "three"))
    assert "In-Reply-To" not in headers_of(first)

    outbox.send_due()

    ids = [headers_of(row)["Message-ID"] for row in (first, second)]
    assert (headers_of(third)["In-Reply-To"], headers_of(third)["References"].split()) == (ids[1], ids)


def test_a_long_thread_names_its_first_mail_and_the_latest():
    ada = factories.person()
    rows = [owed(f"{number}", person=ada, thread="work:x") for number in range(14)]
    outbox.send_due()

    named = headers_of(rows[-1])["References"].split()

    assert named == [headers_of(row)["Message-ID"] for row in (rows[0], *rows[4:13])]


def test_nobody_follows_what_another_person_was_sent(mailbox):
    owed("one", thread="work:x")
    other = owed("two", thread="work:x")

    outbox.send_due()

    assert "In-Reply-To" not in headers_of(other)


def test_a_broker_that_is_away_loses_nothing(monkeypatch):
    def away(*args):
        raise ConnectionError

    monkeypatch.setattr(send_owed, "delay", away)

    hurry(send_owed)

    assert owed().state == "owed"


@pytest.mark.parametrize("count", [1, 4])
def test_claiming_takes_the_same_queries_however_many(django_assert_num_queries, count):
    for number in range(count):
        owed(f"{number}")

    with django_assert_num_queries(3):  # savepoints, and both at once: what is due, and its leases
        outbox.claim()
