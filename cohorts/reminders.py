"""Reminders: rules as data, owed when their time has come for each reader, once.

The floors above say whom a rule concerns and what it tells them; when, how often and to whom not is settled here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from cohorts import attending, clock_changes, deadlines, feeds, mailing, meetings, staff_tasks
from cohorts.models import Cohort, Enrollment, Event, Reminder, StaffTask
from microcred import outbox, times
from microcred.models import Message
from microcred.verdict import Refused

BATCH = 500
TOO_LATE = timedelta(hours=12)
REACH = timedelta(days=2)  # the same wall time comes within so long everywhere on earth, quiet hours included
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Occasion:
    """One thing that reminders count from: at the instant `of`, useless to be reminded of after `ends_at`.

    `key` tells occasions apart; `event` is None for a day of one's own, such as a revision's.
    """

    cohort: Cohort
    kind: str
    key: str
    of: datetime
    ends_at: datetime
    event: Event | None = None

    @classmethod
    def of_event(cls, event: Event) -> "Occasion":
        if event.is_meeting:
            of, ends_at = event.starts_at, event.starts_at
        else:
            of, ends_at = event.ends_at - SECOND, event.ends_at
        return cls(event.cohort, event.kind, f"{event.pk}", of, ends_at, event)


Who = Callable[[Occasion], QuerySet]
ValuesFor = Callable[[Reminder, Occasion, list], Mapping[int, Mapping[str, object]]]


def owe_due(
    audience: str, who: Who, *, now: datetime, values_for: ValuesFor, occasions: Iterable[Occasion] | None = None
) -> int:
    """Owe every reminder to `audience` whose time has come at `now`. How many is returned; twice is once.

    `who(occasion)`: the members it concerns, a queryset of a model with `person` (enrollments, staff memberships).
    `values_for(rule, occasion, members)`: what the letter says, by primary key; who is missing in it gets none.
    `occasions`: those of the cohorts' events, unless given.
    Queries: three, then four for each rule whose time is near and for each 500 people.
    """
    rules = _rules(audience)
    near = list(occasions) if occasions is not None else _occasions(rules, now)
    owed = 0
    for rule in rules:
        for occasion in near:
            if (
                occasion.kind == rule.event_kind
                and occasion.cohort.pk == rule.cohort_id
                and _is_near(rule, occasion, now)
            ):
                owed += _owe_or_ask(rule, occasion, who(occasion), now=now, values_for=values_for)
    return owed


def _rules(audience: str) -> list[Reminder]:
    running = Q(cohort__opened_at__isnull=False, cohort__closed_at=None, cohort__sending_paused_at=None)
    return list(Reminder.objects.filter(running, audience=audience, is_on=True))


def _occasions(rules: list[Reminder], now: datetime) -> list[Occasion]:
    """The events that the rules speak of, and the later days of those who have an extension."""
    reach = max((abs(rule.days) for rule in rules), default=0)
    span = (now - REACH - timedelta(days=reach), now + REACH + timedelta(days=reach))
    events = Event.objects.standing().filter(
        cohort__in={rule.cohort_id for rule in rules}, kind__in={rule.event_kind for rule in rules}
    )
    theirs = list(events.select_related("cohort__edition__badge").order_by("pk"))
    found = [Occasion.of_event(event) for event in theirs if span[0] <= event.ends_at <= span[1]]
    by_cohort = {event.cohort_id: event for event in theirs if event.kind == Event.Kind.EVIDENCE_DUE}
    extended = Enrollment.objects.filter(cohort__in=by_cohort, extended_until__isnull=False)
    for cohort, day in extended.values_list("cohort", "extended_until").distinct().order_by("cohort", "extended_until"):
        found += _extension(by_cohort[cohort], day)
    return found


def _extension(event: Event, day) -> Iterator[Occasion]:
    if day > event.on:
        window = deadlines.window(Enrollment(cohort=event.cohort, extended_until=day), events=[event])
        yield Occasion(event.cohort, event.kind, f"{event.pk}+{day}", window.due_at - SECOND, window.due_at, event)


def _is_near(rule: Reminder, occasion: Occasion, now: datetime) -> bool:
    """Whether the rule's time can have come for anybody on earth, and not be over for everybody."""
    about = occasion.of + timedelta(days=rule.days)
    return about - REACH <= now <= about + REACH + TOO_LATE


def _owe_or_ask(rule: Reminder, occasion: Occasion, members: QuerySet, **given) -> int:
    """A letter with a hole in it is a task for a person; the other reminders leave all the same."""
    try:
        return _owe(rule, occasion, members, **given)
    except Refused as refusal:
        staff_tasks.ask(
            occasion.cohort,
            kind=StaffTask.Kind.LETTER,
            key=f"letter:{rule.pk}",
            sentence=f"The reminder “{rule}” cannot be sent. {refusal}",
            url=f"/cohorts/{occasion.cohort.slug}/reminders/{rule.key}/",
        )
        return 0


def _owe(rule: Reminder, occasion: Occasion, members: QuerySet, *, now: datetime, values_for: ValuesFor) -> int:
    owed = 0
    zones = {zone: _moment(rule, occasion, zone) for zone in _zones(members)}
    due = [zone for zone, moment in zones.items() if _is_due(rule, occasion, moment, now)]
    if not due:
        return 0
    waiting = _not_owed_yet(_willing(members, rule, occasion), rule, occasion).filter(person__zone__in=due)
    rows, beside = waiting.select_related("person").order_by("pk"), _beside(occasion)
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        with transaction.atomic():
            values = values_for(rule, occasion, batch)
            messages = [
                _message(rule, occasion, member, values[member.pk], due_at=zones[member.person.zone], **beside)
                for member in batch
                if member.pk in values
            ]
            outbox.owe(messages)
        owed += len(messages)
    return owed


def _zones(members: QuerySet) -> list[str]:
    return list(members.order_by("person__zone").values_list("person__zone", flat=True).distinct())


def _moment(rule: Reminder, occasion: Occasion, zone: str) -> datetime:
    return rule.moment(occasion.of, reader=zone, cohort=occasion.cohort.zone)


def _is_due(rule: Reminder, occasion: Occasion, moment: datetime, now: datetime) -> bool:
    """Its time has come, not long ago, and what it reminds of is still ahead (unless it speaks of what is over)."""
    return moment <= now < moment + TOO_LATE and (rule.days > 0 or now < occasion.ends_at)


def _willing(members: QuerySet, rule: Reminder, occasion: Occasion) -> QuerySet:
    """Without those whose mail bounces, whose day is another, or who want no notices about meetings."""
    people = members.filter(person__is_active=True, person__mail_bounced_at=None)
    if occasion.kind == Event.Kind.MEETING:
        people = people.filter(person__wants_meeting_reminders=True)
    if occasion.kind == Event.Kind.EVIDENCE_DUE and members.model is Enrollment:
        people = people.filter(_own_day(occasion))
    return people


def _own_day(occasion: Occasion) -> Q:
    """Those for whom evidence is due on the day of the occasion: an extension counts only when it is later."""
    assert occasion.event is not None
    if "+" in occasion.key:
        return Q(extended_until=occasion.key.split("+")[1])
    return Q(extended_until=None) | Q(extended_until__lte=occasion.event.on)


def _not_owed_yet(members: QuerySet, rule: Reminder, occasion: Occasion) -> QuerySet:
    key = Concat(Value(_prefix(rule, occasion)), Cast("pk", CharField()))
    return members.annotate(key=key).exclude(Exists(Message.objects.filter(key=OuterRef("key"))))


def _prefix(rule: Reminder, occasion: Occasion) -> str:
    return f"reminder:{rule.pk}:{occasion.key}:"


def _beside(occasion: Occasion) -> dict[str, object]:
    """What comes with every reminder of an occasion: a meeting for the calendar, and the right to do without."""
    if occasion.kind != Event.Kind.MEETING or occasion.event is None:
        return {}
    meeting = feeds.single(occasion.event, method="PUBLISH")
    return {"is_optional": True, "attachment": meeting, "attachment_name": feeds.MEETING_FILE}


def _thread(occasion: Occasion, member) -> str:
    """An applicant's reminders stand with what they speak of; staff's each alone."""
    if not isinstance(member, Enrollment):
        return ""
    if occasion.kind == Event.Kind.MEETING and occasion.event:
        return mailing.about_meeting(occasion.event, member)
    return mailing.about_work(member)


def _message(rule: Reminder, occasion: Occasion, member, values: Mapping, *, due_at: datetime, **beside) -> Message:
    useless = due_at + TOO_LATE
    return mailing.compose(
        occasion.cohort,
        member.person,
        subject=rule.subject,
        body=rule.body,
        kind=f"reminder-{rule.key}",
        key=f"{_prefix(rule, occasion)}{member.pk}",
        values=values,
        due_at=due_at,
        useless_at=useless if rule.days > 0 else min(useless, occasion.ends_at),
        is_reminder=True,
        thread=_thread(occasion, member),
        **beside,
    )


# Meetings are this floor's own ---------------------------------------------------------------------------------------
def remind_of_meetings(now: datetime) -> int:
    """Remind everyone who is expected at a meeting and has joined."""
    return owe_due(Reminder.Audience.EXPECTED, _expected, now=now, values_for=meeting_values)


def _expected(occasion: Occasion) -> QuerySet:
    assert occasion.event is not None
    return attending.expected(occasion.event)


def meeting_values(rule: Reminder, occasion: Occasion, members: list) -> dict[int, dict[str, object]]:
    """What a meeting reminder says to each member, in their own zone. Queries: one."""
    event, cohort = occasion.event, occasion.cohort
    assert event is not None
    earlier = cohort.events.meetings().standing().filter(starts_at__lt=event.starts_at).order_by("-starts_at", "-pk")
    before = earlier.first()
    found: dict[int, dict[str, object]] = {}
    for zone, group in groupby(sorted(members, key=_zone), key=_zone):
        reader = zone or cohort.zone
        note = clock_changes.sentence(event, before, reader=reader, cohort=cohort.zone)
        values = meetings.values(meetings.Meeting(event, reader, cohort.zone, note))
        values["link"] = mailing.address(f"/my/{cohort.slug}/calendar/")
        found |= {member.pk: values for member in group}
    return found


def _zone(member) -> str:
    return member.person.zone


def due_values(window: deadlines.Window, *, zone: str) -> dict[str, object]:
    """What a reminder of a deadline says about its time, to a reader in `zone`."""
    due, late_until = (
        str(times.deadline(end, reader=zone, cohort=window.zone)) for end in (window.due_at, window.closes_at)
    )
    return {
        "due": due,
        "due_day": times.last_day(window.due_at, zone),
        "due_time": times.last_minute(window.due_at, zone),
        "late_until": late_until,
        "late_day": times.last_day(window.closes_at, zone),
    }
