"""The last look at reminders that are about to leave: who is done by now gets none, what falls on one day is one mail.

They were owed without words. Here each is judged again by today's data, moved out of the quiet hours, brought together
with what else its reader would get that day, and written.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Q

from cohorts import audiences, feeds, mailing, reminders, staff_tasks
from cohorts.models import Enrollment, Event, Reminder, StaffTask
from cohorts.occasions import Occasion
from microcred.models import Message, User
from microcred.verdict import Refused

ASK_AGAIN = timedelta(minutes=15)  # for a letter that somebody has to mend
IN_OTHER_HANDS = timedelta(minutes=1)
STATE = Message.State
CHANGED = (
    "state", "reason", "leased_until", "due_at", "useless_at", "merged_into", "subject", "text", "html", "thread",
    "is_optional", "attachment", "attachment_name", "address",
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """One reminder of one person, with what its letter says, or with the reason why it says nothing any more."""

    row: Message
    rule: Reminder | None = None
    occasion: Occasion | None = None
    member: audiences.Member | None = None
    values: Mapping[str, object] | None = None
    why_not: str = ""

    @property
    def due_at(self) -> datetime:
        return self.row.due_at

    @property
    def of(self) -> datetime:
        assert self.occasion
        return self.occasion.of

    @property
    def zone(self) -> str:
        assert self.rule
        return self.row.person.zone or self.rule.cohort.zone

    @property
    def moment(self) -> datetime:
        assert self.rule and self.occasion
        return self.rule.moment(self.occasion.of, reader=self.zone, cohort=self.rule.cohort.zone)

    def filled(self) -> mailing.Part:
        """Its words. Raises: Refused, when a placeholder has no value."""
        assert self.rule and self.values is not None
        return mailing.filled(self.rule.subject, self.rule.body, self.values)


@transaction.atomic
def look(rows: list[Message], at: datetime) -> list[Message]:
    """Of the claimed reminders `rows`, those that leave now, written. The others are put off, dropped or merged.

    Two senders never decide about one person at a time. Queries: a dozen for each kind of reminder among them.
    """
    if not rows:
        return []
    people = User.objects.select_for_update().filter(pk__in={row.person_id for row in rows}).order_by("pk")
    by_pk = {person.pk: person for person in people}
    mine, beside = _still_mine(rows), _beside(rows, at)
    for row in (*mine, *beside):
        row.person = by_pk[row.person_id]
    found = _judged([*mine, *beside], at)
    told = _told_today(by_pk.values(), at)
    leaving = []
    for person in by_pk:
        theirs = Theirs(
            [found[row.pk] for row in mine if row.person_id == person],
            [found[row.pk] for row in beside if row.person_id == person],
            told.get(person),
        )
        leaving += theirs.decide(at)
    Message.objects.bulk_update([*mine, *beside], CHANGED, batch_size=500)
    return leaving


def _still_mine(rows: list[Message]) -> list[Message]:
    """Those of the claimed rows that nobody merged into another mail meanwhile."""
    held = Message.objects.waiting().filter(pk__in=[row.pk for row in rows], leased_until=rows[0].leased_until)
    return list(held.order_by("due_at", "pk"))


def _beside(rows: list[Message], at: datetime) -> list[Message]:
    """What else is owed to the same people within a day, and what an earlier try brought into one mail with `rows`."""
    soon = Q(state=STATE.OWED, due_at__lt=at + reminders.AHEAD)
    merged = Q(state=STATE.MERGED, merged_into__in=[row.pk for row in rows])
    theirs = Message.objects.filter(soon | merged, is_reminder=True, person__in={row.person_id for row in rows})
    return list(theirs.exclude(pk__in=[row.pk for row in rows]).order_by("due_at", "pk"))


def _told_today(people: Iterable[User], at: datetime) -> dict[int, datetime]:
    """When each was sent a reminder last, within a day."""
    sent = Message.objects.filter(is_reminder=True, state=STATE.SENT, sent_at__gt=at - timedelta(days=1))
    latest = sent.filter(person__in=people).order_by().values("person").annotate(last=Max("sent_at"))
    return dict(latest.values_list("person", "last"))


# Judging again -------------------------------------------------------------------------------------------------------
def _judged(rows: list[Message], at: datetime) -> dict[int, Candidate]:
    """Each row with what it says today, or why it says nothing."""
    kinds = {(row.cohort_slug, row.kind.removeprefix(reminders.KIND)) for row in rows}
    slugs, keys = {slug for slug, _ in kinds}, {key for _, key in kinds}
    rules = list(reminders.running().filter(cohort__slug__in=slugs, key__in=keys))
    pairs = {(rule.cohort.slug, rule.key, occasion.key): (rule, occasion) for rule, occasion in reminders.pairs(rules)}
    together = defaultdict(list)
    for row in rows:
        together[row.cohort_slug, row.kind.removeprefix(reminders.KIND), row.about].append(row)
    known = {(rule.cohort.slug, rule.key): rule for rule in rules}
    found: dict[int, Candidate] = {}
    for (slug, key, about), group in together.items():
        rule, occasion = pairs.get((slug, key, about), (None, None))
        if rule and occasion and rule.is_on:
            found |= _with_values(group, rule, occasion, at)
        else:
            reason = _why_none(known.get((slug, key)))
            found |= {row.pk: Candidate(row, why_not=reason) for row in group}
    return found


def _why_none(rule: Reminder | None) -> str:
    if rule is None:
        return "The reminder was removed, or its cohort has closed."
    return "What it reminds of was moved or cancelled." if rule.is_on else "The reminder was turned off."


def _with_values(rows: list[Message], rule: Reminder, occasion: Occasion, at: datetime) -> dict[int, Candidate]:
    people = [row.person_id for row in rows]
    judged = reminders.judged(rule, occasion, at=at).filter(person__in=people).select_related("person")
    members = {member.person_id: member for member in judged.order_by("pk")}
    concerned = [member for member in members.values() if not member.why_not]
    values = audiences.of(rule.audience).values(rule, occasion, concerned, at) if concerned else {}
    found = {}
    for row in rows:
        member = members.get(row.person_id)
        reason = member.why_not if member else "not concerned any more"
        says = values.get(member.pk) if member and not reason else None
        if says is not None:
            says = mailing.common_values(rule.cohort, row.person) | dict(says)
        why_not = "" if says is not None else f"{(reason or 'nothing was left to say').capitalize()}."
        found[row.pk] = Candidate(row, rule, occasion, member, says, why_not)
    return found


# One person ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Theirs:
    """What one person would get: what this sender holds, what lies beside it, and when they got the last reminder."""

    mine: list[Candidate]
    beside: list[Candidate]
    told_at: datetime | None

    def decide(self, at: datetime) -> list[Message]:
        """The mail that leaves now, if any; what becomes of the other rows is written on them."""
        wanted = [one for one in self.mine if self._is_wanted(one, at)]
        if not wanted:
            self._set_free(at)
            return []
        if any(_is_leaving(one.row, at) for one in self.beside):
            return _put_off(wanted, at + IN_OTHER_HANDS)
        zone = wanted[0].zone
        if reminders.is_quiet(at, zone):
            return _put_off(wanted, reminders.next_morning(at, zone))
        if self.told_at and self.told_at >= _midnight(at, zone):
            return _another_day(wanted, reminders.next_morning(at, zone))
        together = [one for one in self.beside if not one.why_not and _belongs(one, at, zone)]
        return self._written(reminders.in_order([*wanted, *together]), wanted)

    def _is_wanted(self, one: Candidate, at: datetime) -> bool:
        row = one.row
        if one.why_not:
            return _close(row, STATE.SKIPPED, one.why_not)
        if row.useless_at and row.useless_at <= at:
            return _close(row, STATE.SKIPPED, "Its time had passed before it could be sent.")
        if one.moment > at:  # they moved to another time zone, or the rule was changed
            row.due_at, row.leased_until = one.moment, None
            return False
        return True

    def _set_free(self, at: datetime) -> None:
        """What an earlier try had merged into a mail that does not leave any more stands for itself again."""
        for one in self.beside:
            if one.row.state == STATE.MERGED:
                one.row.state, one.row.merged_into, one.row.reason, one.row.due_at = STATE.OWED, None, "", at

    def _written(self, parts: list[Candidate], wanted: list[Candidate]) -> list[Message]:
        """All of `parts` in one mail: the row of the first that this sender holds carries it."""
        words = [(one, part) for one in parts if (part := _words(one))]
        carrier = next((one for one, _ in words if one in wanted), None)
        if not carrier:
            return []
        _write(carrier, words)
        for one, _ in words:
            if one is not carrier:
                _close(one.row, STATE.MERGED, f"Said in the mail “{carrier.rule}” of the same day.")
                one.row.merged_into = carrier.row
        return [carrier.row]


def _is_leaving(row: Message, at: datetime) -> bool:
    """Whether another sender has it written and in hand."""
    return bool(row.leased_until and row.leased_until > at and row.html)


def _belongs(one: Candidate, at: datetime, zone: str) -> bool:
    """Whether it is for the same day, or was in the same mail at an earlier try."""
    place = ZoneInfo(zone)
    is_today = one.moment.astimezone(place).date() == at.astimezone(place).date()
    return is_today or one.row.state == STATE.MERGED


def _midnight(at: datetime, zone: str) -> datetime:
    return datetime.combine(at.astimezone(ZoneInfo(zone)).date(), time.min, ZoneInfo(zone))


def _put_off(wanted: list[Candidate], until: datetime) -> list[Message]:
    """Leave them for later; whether they are of use then is seen then."""
    for one in wanted:
        one.row.due_at, one.row.leased_until = until, None
    return []


def _another_day(wanted: list[Candidate], morning: datetime) -> list[Message]:
    """Their reader had a reminder today: they come tomorrow, where that is of use."""
    for one in wanted:
        assert one.rule and one.occasion
        one.row.useless_at = reminders.useless_at(one.rule, one.occasion, morning)
        if one.row.useless_at <= morning:
            _close(one.row, STATE.SKIPPED, "One reminder a day: another had left that day.")
    return _put_off(wanted, morning)


def _close(row: Message, state: str, reason: str) -> bool:
    row.state, row.reason, row.leased_until = state, reason, None
    return False


def _words(one: Candidate) -> mailing.Part | None:
    """What it says. A letter with a hole in it is a task for a person and is tried again later."""
    assert one.rule
    try:
        return one.filled()
    except Refused as refusal:
        staff_tasks.ask(
            one.rule.cohort,
            kind=StaffTask.Kind.LETTER,
            key=f"letter:{one.rule.pk}:{one.rule.version}",
            sentence=f"The reminder “{one.rule}” cannot be sent to {one.row.person}. {refusal}",
            url=f"/cohorts/{one.rule.cohort.slug}/reminders/{one.rule.key}/",
        )
        one.row.due_at, one.row.leased_until = one.row.due_at + ASK_AGAIN, None
        return None


def _write(carrier: Candidate, words: list[tuple[Candidate, mailing.Part]]) -> None:
    """Fill in the words, and what comes with them: a meeting for the calendar, and the right to do without."""
    assert carrier.rule
    row, parts = carrier.row, [one for one, _ in words]
    letter = mailing.in_one(carrier.rule.cohort, [part for _, part in words])
    row.subject, row.text, row.html, row.address = letter.subject, letter.text, letter.html, row.person.email
    row.thread, row.is_optional = _thread(parts[0]), all(one.row.is_optional for one in parts)
    meeting = next((one.occasion for one in parts if one.occasion and one.occasion.kind == Event.Kind.MEETING), None)
    if meeting and meeting.event:
        row.attachment, row.attachment_name = feeds.single(meeting.event, method="PUBLISH"), feeds.MEETING_FILE


def _thread(one: Candidate) -> str:
    """An applicant's reminders stand with what they speak of; staff's each alone."""
    if not isinstance(one.member, Enrollment) or not one.occasion:
        return ""
    if one.occasion.kind == Event.Kind.MEETING and one.occasion.event:
        return mailing.about_meeting(one.occasion.event, one.member)
    return mailing.about_work(one.member)
