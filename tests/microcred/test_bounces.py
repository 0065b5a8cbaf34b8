"""Mail that came back: read as mail servers report it, and only what failed for good counts."""

from email import message_from_string, policy
from io import BytesIO, TextIOWrapper

import pytest
from django.core.management import call_command

from microcred import bounces, outbox
from microcred.models import Message
from tests.support import factories

REPORT = """\
From: MAILER-DAEMON@mx.example.org
To: no-reply@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; H.Nguyen@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
Content-Type: text/rfc822-headers

Message-ID: <{pk}.20231104130000@localhost>
Subject: Three days left

--b--
"""


def report(*, action="failed", status="5.1.1", pk=7):
    return REPORT.format(action=action, status=status, pk=pk)


def read(text):
    return bounces.failures(message_from_string(text, policy=policy.default))


def test_a_report_names_the_address_the_reason_and_our_message():
    assert read(report()) == [bounces.Failure("H.Nguyen@example.org", "550 5.1.1 User unknown", 7)]


@pytest.mark.parametrize(
    "text",
    [
        report(action="delayed", status="4.2.1"),
        report(action="failed", status="4.2.2"),
        report(action="delivered", status="2.0.0"),
        "From: dana@example.org\nSubject: Thank you\n\nI am away until Monday.\n",
        "Content-Type: message/delivery-status\n\nnonsense",
        "",
    ],
    ids=["delayed", "full for now", "delivered", "an answer", "nonsense", "nothing"],
)
def test_anything_else_is_no_failure(text):
    assert read(text) == []


@pytest.mark.django_db
def test_the_command_stops_mail_to_the_address_and_says_so(monkeypatch, capsys, mailbox):
    person = factories.person(email="h.nguyen@example.org")
    for key in ("sent", "next"):
        Message.objects.create(
            key=key, kind="two-weeks", cohort_slug="fall", person=person, address=person.email, subject="Two weeks",
            state="owed",
        )  # fmt: skip
    sent = Message.objects.get(key="sent")
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(report(pk=sent.pk).encode())))

    call_command("read_bounce")

    sent.refresh_from_db()
    assert capsys.readouterr().out == "H.Nguyen@example.org: mail to it is stopped\n"
    assert sent.reason == "It came back: 550 5.1.1 User unknown"
    assert outbox.send_due() == 0
    person.refresh_from_db()
    bounces.clear(person)
    assert outbox.send_due() == 2
