"""Mail that is owed: written with the fact that causes it, sent by whoever comes by, once.

A message is a row in the same transaction as its cause. The sweep claims due rows with a lease, sends them over one
connection, each in its person's order, and writes down what became of each before the next one leaves. A broker, a
worker or a mail server that is away only delays it. A sender killed between the server's yes and its note sends again
after the lease, under the same Message-ID, by which a mailbox knows it: no protocol closes that window.

Reminders are owed without their words. The floor that knows them looks at them again when they are about to leave: it
drops those that have nothing to say any more and writes the others.
"""

import re
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache, partial
from itertools import islice
from time import monotonic as steady
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, Field, Max, OuterRef, Q, QuerySet

from microcred import bounces, clock, notices
from microcred.letters import Letter
from microcred.meanwhile import Meanwhile
from microcred.models import Message, MessageQuerySet, User
from microcred.postman import Answer, Line

LEASE = timedelta(minutes=5)
FRESH = timedelta(minutes=1)  # the lease outlasts it by more than the longest try, each of whose steps has a timeout
GLANCE = 0.25  # seconds: so soon a pause holds, also in the middle of what was claimed
AHEAD = 100  # mails asked about at once: about as many as leave until the next glance
BATCH = 500
GIVE_UP_AFTER = timedelta(days=3)
MOST_NAMED = 9  # earlier mails of a thread that a mail names, beside the first
METHOD = re.compile(r"^METHOD:(\w+)", re.MULTILINE)
AUTOMATIC = {  # no answer from a machine: to those who heed the standard, and to Exchange
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "OOF, AutoReply",
}

NOTE = """
    UPDATE microcred_message SET state = %s, tries = tries + 1, leased_until = NULL, sent_at = %s
    WHERE id = %s AND state = %s AND leased_until = %s
"""

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


def take_back(messages: MessageQuerySet) -> int:
    """Never send those of `messages` that wait, as after a restore: they had left already. How many is returned."""
    return messages.waiting().update(
        state=Message.State.SKIPPED, reason="The operator took it back.", dropped_at=clock.now()
    )


def claim(limit: int = BATCH) -> list[Message]:
    """Take up to `limit` due messages, in their order: each is in one sender's hands until its lease ends.

    One statement, in which no two senders find the same row. Queries: one.
    """
    database.ensure_connection()  # with it comes the time by which leases are judged
    at = clock.now()
    due = Message.objects.due(at).filter(_may_leave()).order_by("due_at", "pk").values_list("pk")
    among = "IN (%s)"
    if database.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
        among = "= ANY(ARRAY(%s))"  # twice as fast as IN, which reads the whole table for each batch
    with transaction.atomic():
        select, parameters = due[:limit].query.get_compiler(database.alias).as_sql()
        table = database.ops.quote_name(Message._meta.db_table)
        update = f"UPDATE {table} SET leased_until = %s WHERE id {among % select} RETURNING *"  # noqa: S608 - Django's
        lease = database.ops.adapt_datetimefield_value(at + LEASE)
        rows = list(Message.objects.raw(update, [lease, *parameters]))
    return sorted(rows, key=lambda row: (row.due_at, row.pk))


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
    with Line() as line, Meanwhile() as notes:
        while settings.SENDING and (rows := claim()):
            if not line.opens():
                _give_back(rows)
                break
            sent += _send(rows, line, notes)
    return sent


def _send(rows: list[Message], line: Line, notes: Meanwhile) -> int:
    """Send what was claimed. What is left when the line ends, or the look at it is too old, is let go of untried."""
    until, sent = clock.now() + FRESH, 0
    leaving = deque(_looked_at(rows))
    hand = Hand(leaving, rows[0].leased_until, notes)
    while leaving and line.opens() and clock.now() < until:
        sent += _send_one(leaving.popleft(), line, hand)
    notes.finish()
    _give_back(leaving)
    return sent


class Hand:
    """What a sender holds. What of it still may leave is asked anew as often as anybody could notice.

    While one mail is taken in the next one is put together. That it left is noted before that one is handed over.
    """

    def __init__(self, leaving: Collection[Message], lease: datetime | None, notes: Meanwhile) -> None:
        self.leaving, self.lease, self.notes = leaving, lease, notes
        self.asked_at, self.asked, self.free = -GLANCE, set[int](), set[int]()
        self.ready: tuple[Message, Email] | None = None
        self.stuck = set[tuple[int, str]]()  # whose mail of which cohort waits behind one that did not leave

    def may_leave(self, row: Message) -> bool:
        if steady() - self.asked_at >= GLANCE or row.pk not in self.asked:
            self._ask(row)
        return row.pk in self.free and (row.person_id, row.cohort_slug) not in self.stuck

    def _ask(self, row: Message) -> None:
        """Of `row`, and of as many after it as may leave until it is asked again."""
        self.asked = {row.pk, *(one.pk for one in islice(self.leaving, AHEAD))}
        held = Message.objects.waiting().filter(pk__in=self.asked, leased_until=self.lease).filter(_may_leave())
        beside = _before(OuterRef).exclude(leased_until=self.lease)
        self.free = set(held.exclude(Exists(beside)).order_by().values_list("pk", flat=True))
        self.asked_at = steady()

    def get_ready(self) -> None:
        """Put the next mail together, unless it has to name the one that is leaving."""
        following = next(iter(self.leaving), None)
        if following and not following.thread:
            with suppress(Exception):  # whatever is wrong with it is met, and told, at its own turn
                email = as_email(following)
                email.put_together()
                self.ready = following, email

    def email_of(self, row: Message) -> "Email":
        ready, self.ready = self.ready, None
        return ready[1] if ready and ready[0] is row else as_email(row)

    def note(self, row: Message) -> None:
        """That it left: by a statement that need not be put together each time, and may run twice."""
        sent, lease = (database.ops.adapt_datetimefield_value(at) for at in (clock.now(), row.leased_until))
        self.notes.begin(NOTE, [Message.State.SENT, sent, row.pk, Message.State.OWED, lease])

    def keep_behind(self, row: Message) -> None:
        if row.cohort_slug:
            self.stuck.add((row.person_id, row.cohort_slug))


def _give_back(rows: Collection[Message]) -> None:
    """Let go of what was claimed and not tried."""
    for lease in {row.leased_until for row in rows}:
        held = Message.objects.waiting().filter(leased_until=lease)
        held.filter(pk__in=[row.pk for row in rows]).update(leased_until=None)


def _send_one(row: Message, line: Line, hand: Hand) -> bool:
    if row.useless_at and row.useless_at <= clock.now():
        _close(row, Message.State.SKIPPED, reason="Its time had passed before it could be sent.")
        return False
    if not hand.may_leave(row):
        hand.notes.finish()
        _step_back(row)
        return False
    if row.thread:  # it names the mails before it that have left
        hand.notes.finish()
    answer = line.send(hand.email_of(row), before=hand.notes.finish, meanwhile=hand.get_ready)
    if answer is Answer.TAKEN:
        hand.note(row)
    else:
        WHAT_FOLLOWS[answer](row, line.why)
    if answer not in FINAL:
        hand.keep_behind(row)
    return answer is Answer.TAKEN


def _held(row: Message):
    """The row, as long as it is owed and in this sender's hands."""
    return Message.objects.waiting().filter(pk=row.pk, leased_until=row.leased_until)


def _before(value_of: Callable[[str], Any]) -> QuerySet:
    """What the same cohort owes the same person from earlier: mail arrives in the order in which it was due."""
    at, cohort = value_of("due_at"), value_of("cohort_slug")
    earlier = Q(due_at__lt=at) | Q(due_at=at, pk__lt=value_of("pk"))
    theirs = Message.objects.waiting().filter(earlier, person=value_of("person_id"), cohort_slug=cohort)
    return theirs.exclude(cohort_slug="")


def _step_back(row: Message) -> None:
    """Let go of it: somebody paused, or it has to wait for the mail before it, as long as that waits."""
    before = _before(partial(getattr, row)).aggregate(until=Max("leased_until"))
    _held(row).update(leased_until=before["until"])


# What follows from the answer ----------------------------------------------------------------------------------------
def _try_later(row: Message, why: str) -> None:
    """Leave it alone for a while, unless it has been owed for too long."""
    row.tries += 1
    if clock.now() > row.due_at + GIVE_UP_AFTER:
        _close(
            row, Message.State.FAILED, reason=f"It could not be sent for {GIVE_UP_AFTER.days} days.", tries=row.tries
        )
    else:
        _held(row).update(leased_until=clock.now() + row.wait_after_failure, tries=row.tries)


def _give_up(row: Message, why: str) -> None:
    _close(row, Message.State.FAILED, reason=f"The mail server refused it for good: {why}", tries=row.tries + 1)


def _address_is_dead(row: Message, why: str) -> None:
    """Nothing goes there any more until somebody has corrected the address."""
    _close(row, Message.State.FAILED, reason=f"The mail server does not know the address: {why}", tries=row.tries + 1)
    bounces.keep(bounces.Failure(row.address, why, None))


def _not_its_fault(row: Message, why: str) -> None:
    _give_back([row])


FINAL = (Answer.TAKEN, Answer.NEVER, Answer.NOBODY)
WHAT_FOLLOWS = {
    Answer.LATER: _try_later,
    Answer.DROPPED: _try_later,
    Answer.NEVER: _give_up,
    Answer.NOBODY: _address_is_dead,
    Answer.NOT_US: _not_its_fault,
}


def _close(row: Message, state: str, *, reason: str, **fields) -> None:
    _held(row).update(state=state, reason=reason[:200], leased_until=None, dropped_at=clock.now(), **fields)


# The mail itself -----------------------------------------------------------------------------------------------------
class Email(EmailMultiAlternatives):
    """One that can be put together before its turn comes: most of what handing it over costs us."""

    whole: Any = None

    def message(self, **how) -> Any:
        if not self.whole:
            self.whole = super().message(**how)
            self.whole.as_bytes = cache(self.whole.as_bytes)
        return self.whole

    def put_together(self) -> None:
        self.message().as_bytes(linesep="\r\n")  # in the words in which a mail library asks for it


def as_email(row: Message) -> Email:
    """The e-mail of one message, with an id that stays the same if it has to be sent again. Queries: its thread's."""
    email = Email(
        row.subject,
        row.text,
        from_email=_from(row),
        to=[row.address],
        reply_to=[row.reply_to] if row.reply_to else None,
        headers=AUTOMATIC | _identity(row) | _place_in_thread(row) | _way_out(row),
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
