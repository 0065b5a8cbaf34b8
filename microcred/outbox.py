"""Mail that is owed: written with the fact that causes it, sent by whoever comes by, once.

A message is a row in the same transaction as its cause. The sweep claims due rows with a lease, sends them over one
connection and writes down what became of each. A broker, a worker or a mail server that is away only delays it.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection as database
from django.db import transaction

from microcred import clock
from microcred.letters import Letter
from microcred.models import Message, User

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 500


def message(
    letter: Letter, person: User, *, key: str, kind: str, cohort_slug: str = "", reply_to: str = "", **fields
) -> Message:
    """An unsaved message that carries `letter` to `person`; `fields` are those of `Message`."""
    return Message(
        key=key,
        kind=kind,
        cohort_slug=cohort_slug,
        person=person,
        address=person.email,
        reply_to=reply_to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        **fields,
    )


def owe(messages) -> None:
    """Keep `messages` to be sent; those whose key is owed already stay as they are.

    Call it inside the transaction of the fact that causes them. Queries: one per 500 messages.
    """
    rows = list(messages)
    Message.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    if rows:
        _hurry()


def _hurry() -> None:
    from microcred.tasks import hurry, send_owed  # the door for the worker opens from above

    transaction.on_commit(lambda: hurry(send_owed))


def claim(limit: int = BATCH) -> list[Message]:
    """Take up to `limit` due messages: each is in one sender's hands until its lease ends."""
    at = clock.now()
    with transaction.atomic():
        due = Message.objects.due(at).order_by("due_at", "pk")
        if database.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        rows = list(due[:limit])
        for row in rows:
            row.leased_until, row.tries = at + LEASE, row.tries + 1
        Message.objects.bulk_update(rows, ["leased_until", "tries"])
    return rows


def send_due() -> int:
    """Send everything that is due. How many left is returned."""
    sent = 0
    while rows := claim():
        sent += _send(rows)
    return sent


def _send(rows: list[Message]) -> int:
    at, sent = clock.now(), 0
    late = [row for row in rows if row.useless_at and row.useless_at <= at]
    for row in late:
        _close(row, Message.State.SKIPPED, reason="Its time had passed before it could be sent.")
    with get_connection() as mail:
        for row in [row for row in rows if row not in late]:
            sent += _send_one(row, mail)
    return sent


def _send_one(row: Message, mail) -> bool:
    try:
        as_email(row, connection=mail).send()
    except Exception as problem:  # whatever a mail library raises must not stop the next message
        log.warning("message_not_sent", message=row.pk, tries=row.tries, error=type(problem).__name__)
        if row.tries >= Message.MAX_TRIES:
            _close(row, Message.State.FAILED, reason=f"The mail server refused it {row.tries} times.")
        else:
            Message.objects.filter(pk=row.pk).update(leased_until=clock.now() + row.wait_after_failure)
        return False
    _close(row, Message.State.SENT)
    return True


def _close(row: Message, state: str, *, reason: str = "") -> None:
    row.state, row.reason, row.leased_until = state, reason, None
    row.sent_at = clock.now() if state == Message.State.SENT else None
    row.save(update_fields=["state", "reason", "leased_until", "sent_at"])


def as_email(row: Message, *, connection=None) -> EmailMultiAlternatives:
    """The e-mail of one message, with an id that stays the same if it has to be sent again."""
    host = settings.SITE_URL.split("//")[1].split(":")[0]
    headers = {"Message-ID": f"<{row.pk}.{row.owed_at:%Y%m%d%H%M%S}@{host}>"}
    if row.is_reminder:
        headers["List-Unsubscribe"] = f"<{settings.SITE_URL}/account/>"
    email = EmailMultiAlternatives(
        row.subject,
        row.text,
        to=[row.address],
        reply_to=[row.reply_to] if row.reply_to else None,
        headers=headers,
        connection=connection,
    )
    email.attach_alternative(row.html, "text/html")
    if row.attachment:
        email.attach(row.attachment_name, row.attachment, "text/calendar")
    return email
