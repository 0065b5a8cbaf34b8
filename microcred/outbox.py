"""Mail that is owed: written with the fact that causes it, sent by whoever comes by, once.

A message is a row in the same transaction as its cause. The sweep claims due rows with a lease, sends them over one
connection, renewing the lease before each, and writes down what became of it. A broker, a worker or a mail server that
is away only delays it.

Reminders are owed without their words. The floor that knows them looks at them again when they are about to leave: it
drops those that have nothing to say any more and writes the others.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime, formataddr, parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection as database
from django.db import transaction
from django.db.models import Field, Q, QuerySet

from microcred import clock, notices
from microcred.letters import Letter
from microcred.models import Message, User

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 500
GIVE_UP_AFTER = timedelta(days=3)
MOST_NAMED = 9  # earlier mails of a thread that a mail names, beside the first
METHOD = re.compile(r"^METHOD:(\w+)", re.MULTILINE)
AUTOMATIC = {  # no answer from a machine: to those who heed the standard, and to Exchange
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
}

Look = Callable[[list[Message], datetime], list[Message]]
_looks: list[Look] = []
_paused: list[Callable[[], QuerySet]] = []


def look_again_with(look: Look) -> None:
    """Have `look` go over the reminders that were claimed, just before they leave; it returns those that still do."""
    _looks.append(look)


def hold_back(paused: Callable[[], QuerySet]) -> None:
    """Keep every message of a cohort whose slug is in the values `paused()` until it no longer is."""
    _paused.append(paused)


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


def owe_each(rows: QuerySet, **columns) -> int:
    """Owe a message for each of `rows` by one statement, however many; `columns` are expressions for its fields.

    Those whose key is owed already stay as they are. How many were new is returned.
    """
    given = {f"owed_{name}": expression for name, expression in columns.items()}
    query = rows.order_by().annotate(**given).values_list(*given).query
    select, parameters = query.get_compiler(database.alias).as_sql()
    quote = database.ops.quote_name
    fields = ", ".join(quote(_column(name)) for name in columns)
    insert = f"INSERT INTO {quote(Message._meta.db_table)} ({fields}) {select} ON CONFLICT DO NOTHING"
    with database.cursor() as cursor:
        cursor.execute(insert, parameters)
        return cursor.rowcount


def _column(name: str) -> str:
    field = Message._meta.get_field(name)
    assert isinstance(field, Field)
    assert field.column
    return field.column


def _hurry() -> None:
    from microcred.tasks import hurry, send_owed  # the door for the worker opens from above

    transaction.on_commit(lambda: hurry(send_owed))


def claim(limit: int = BATCH) -> list[Message]:
    """Take up to `limit` due messages: each is in one sender's hands until its lease ends."""
    at = clock.now()
    with transaction.atomic():
        due = Message.objects.due(at).filter(_may_leave()).order_by("due_at", "pk")
        if database.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        rows = list(due[:limit])
        for row in rows:
            row.leased_until = at + LEASE
        Message.objects.bulk_update(rows, ["leased_until"])
    return rows


def _may_leave() -> Q:
    """Not held back by a cohort that is paused, nor by mail to the person that came back; account mail always may."""
    bounced = User.objects.filter(mail_bounced_at__isnull=False)
    held = Q(person__in=bounced.values("pk"))
    for paused in _paused:
        held |= Q(cohort_slug__in=paused())
    return Q(cohort_slug="") | ~held


def _looked_at(rows: list[Message]) -> list[Message]:
    """The claimed `rows` that still are to leave, in their order, reminders with their words."""
    reminders = [row for row in rows if row.is_reminder]
    for look in _looks:
        reminders = look(reminders, clock.now())
    written = {row.pk: row for row in reminders}
    return [written.get(row.pk, row) for row in rows if not row.is_reminder or row.pk in written]


def send_due() -> int:
    """Send everything that is due. How many left is returned: none while the mail server is away, and all stay owed."""
    sent = 0
    while (rows := claim()) and (mail := _opened()):
        with mail:
            sent += sum(_send_one(row, mail) for row in _looked_at(rows))
    _give_back(rows)
    return sent


def _opened():
    """An open connection to the mail server, or none when it is away."""
    mail = get_connection()
    try:
        mail.open()
    except Exception as problem:  # whatever a mail library raises, the next sweep tries again
        log.warning("mail_server_away", error=type(problem).__name__)
        return None
    return mail


def _give_back(rows: list[Message]) -> None:
    """Let go of what was claimed and not tried."""
    if rows:
        held = Message.objects.waiting().filter(leased_until=rows[0].leased_until)  # one claim, one lease
        held.filter(pk__in=[row.pk for row in rows]).update(leased_until=None)


def _send_one(row: Message, mail) -> bool:
    if row.useless_at and row.useless_at <= clock.now():
        _close(row, Message.State.SKIPPED, reason="Its time had passed before it could be sent.")
        return False
    if not _renew(row):
        return False
    try:
        as_email(row, connection=mail).send()
    except Exception as problem:  # whatever a mail library raises must not stop the next message
        log.warning("message_not_sent", message=row.pk, tries=row.tries, error=type(problem).__name__)
        _try_later(row, problem)
        return False
    _close(row, Message.State.SENT)
    return True


def _held(row: Message):
    """The row, as long as it is owed and in this sender's hands."""
    return Message.objects.waiting().filter(pk=row.pk, leased_until=row.leased_until)


def _renew(row: Message) -> bool:
    """Start a try with a fresh lease; false when another sender has taken the message meanwhile."""
    until, tries = clock.now() + LEASE, row.tries + 1
    held = _held(row).filter(_may_leave()).update(leased_until=until, tries=tries)
    row.leased_until, row.tries = until, tries
    return bool(held)


def _try_later(row: Message, problem: Exception) -> None:
    """Leave it alone for a while, unless it was refused for good or has been owed for too long."""
    if _is_final(problem):
        _close(row, Message.State.FAILED, reason="The mail server refused it for good.")
    elif clock.now() > row.due_at + GIVE_UP_AFTER:
        _close(row, Message.State.FAILED, reason=f"It could not be sent for {GIVE_UP_AFTER.days} days.")
    else:
        _held(row).update(leased_until=clock.now() + row.wait_after_failure)


def _is_final(problem: Exception) -> bool:
    """Whether the server refuses this recipient or this message for good; a refused sender or sign-in can be mended."""
    if isinstance(problem, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in problem.recipients.values())
    return isinstance(problem, SMTPDataError) and problem.smtp_code >= 500


def _close(row: Message, state: str, *, reason: str = "") -> None:
    sent_at = clock.now() if state == Message.State.SENT else None
    _held(row).update(state=state, reason=reason, leased_until=None, sent_at=sent_at)


def as_email(row: Message, *, connection=None) -> EmailMultiAlternatives:
    """The e-mail of one message, with an id that stays the same if it has to be sent again. Queries: its thread's."""
    email = EmailMultiAlternatives(
        row.subject,
        row.text,
        from_email=_from(row),
        to=[row.address],
        reply_to=[row.reply_to] if row.reply_to else None,
        headers=AUTOMATIC | _identity(row) | _place_in_thread(row) | _way_out(row),
        connection=connection,
    )
    email.attach_alternative(row.html, "text/html")
    if row.attachment:
        found = METHOD.search(row.attachment)
        email.attach(row.attachment_name, row.attachment, f"text/calendar; method={found[1] if found else 'PUBLISH'}")
    return email


def _from(row: Message) -> str:
    """The site's address under the name of whoever writes."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return formataddr((row.sender, address)) if row.sender else settings.DEFAULT_FROM_EMAIL


def _identity(row: Message) -> dict[str, str]:
    return {"Message-ID": _id(row.pk, row.owed_at), "Date": format_datetime(row.sent_at or clock.now())}


def _id(pk: int, owed_at: datetime) -> str:
    return f"<{pk}.{owed_at:%Y%m%d%H%M%S}@{urlsplit(settings.SITE_URL).hostname}>"


def _place_in_thread(row: Message) -> dict[str, str]:
    """What it follows: the mails of its thread that were owed before it and have left, the first and the latest."""
    if not row.thread:
        return {}
    sent = Message.objects.filter(thread=row.thread, person=row.person_id, sent_at__isnull=False, pk__lt=row.pk)
    ids = [_id(*earlier) for earlier in sent.order_by("pk").values_list("pk", "owed_at")]
    return {"In-Reply-To": ids[-1], "References": " ".join(ids[:1] + ids[1:][-MOST_NAMED:])} if ids else {}


def _way_out(row: Message) -> dict[str, str]:
    """Where a reader chooses which reminders come; with one click (RFC 8058) for those that can be turned off."""
    if not row.is_reminder:
        return {}
    page = {"List-Unsubscribe": f"<{notices.address(row.person_id)}>"}
    return page | {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if row.is_optional else page
