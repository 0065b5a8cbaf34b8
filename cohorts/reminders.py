"""Reminders: rules as data. When each is due for each reader, and who gets it and who does not, is settled here.

The sweep, the last look before a mail leaves and the preview all ask the same two functions: `moments` and `judged`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from cohorts import audiences, mailing
from cohorts.models import QUIET_FROM, QUIET_UNTIL, Enrollment, Event, Reminder
from cohorts.occasions import Occasion
from microcred import outbox
from microcred.models import Message

AHEAD = timedelta(days=1)  # owed so long before, so that what falls on one day can be said in one mail
TOO_LATE = timedelta(hours=12)
REACH = timedelta(days=2)  # the same wall time comes within so long everywhere on earth, quiet hours included
KIND = "reminder-"
NOTHING_LEFT = "nothing was left to say"


# When ----------------------------------------------------------------------------------------------------------------
def moments(rule: Reminder, occasion: Occasion) -> dict[str, datetime]:
    """When the rule is due, by the zone of its readers; not after what it reminds of. Queries: one."""
    zones = audiences.of(rule.audience).everyone(occasion).order_by("person__zone").values_list("person__zone")
    found = {zone: rule.moment(occasion.of, reader=zone, cohort=occasion.cohort.zone) for (zone,) in zones.distinct()}
    return {zone: moment for zone, moment in found.items() if rule.days > 0 or moment < occasion.ends_at}


def useless_at(rule: Reminder, occasion: Occasion, moment: datetime) -> datetime:
    """From when on it need not come any more: half a day late, or what it reminds of is over."""
    late = moment + TOO_LATE
    return late if rule.days > 0 else min(late, occasion.ends_at)


def is_near(rule: Reminder, occasion: Occasion, at: datetime) -> bool:
    """Whether the rule's time can come soon for anybody on earth, and not be over for everybody."""
    about = occasion.of + timedelta(days=rule.days)
    return about - REACH - AHEAD <= at <= about + REACH + TOO_LATE


def is_quiet(at: datetime, zone: str) -> bool:
    """Whether nothing may come at `at` to a reader in `zone`."""
    return not QUIET_UNTIL <= at.astimezone(ZoneInfo(zone)).time() < QUIET_FROM


def next_morning(at: datetime, zone: str) -> datetime:
    """The next instant at which the quiet hours of a reader in `zone` end."""
    local = at.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=local.time() >= QUIET_UNTIL)
    return datetime.combine(day, QUIET_UNTIL, ZoneInfo(zone))


# Whom ----------------------------------------------------------------------------------------------------------------
def judged(rule: Reminder, occasion: Occasion, *, at: datetime) -> QuerySet:
    """Everyone whom the rule could concern, with `why_not`: the reason why somebody gets none, else empty."""
    audience = audiences.of(rule.audience)
    members = audience.everyone(occasion)
    if occasion.extended_to:
        members = members.filter(extended_until=occasion.extended_to)
    reasons = [*_reasons(members.model, occasion), *audience.reasons(occasion, at)]
    cases = [When(condition, then=Value(words)) for words, condition in reasons]
    return members.annotate(why_not=Case(*cases, default=Value(""), output_field=CharField()))


def still_reached(rule: Reminder, occasion: Occasion, *, at: datetime) -> QuerySet:
    """Those who get it, and for whom it has neither left yet nor been dropped."""
    done = Message.objects.exclude(state=Message.State.OWED).filter(
        kind=f"{KIND}{rule.key}", about=occasion.key, cohort_slug=occasion.cohort.slug, person=OuterRef("person")
    )
    return judged(rule, occasion, at=at).filter(~Exists(done), why_not="")


def _reasons(model: type, occasion: Occasion) -> Iterator[audiences.Reason]:
    """Why anybody may get none, whatever the audience."""
    if model is Enrollment:
        yield "withdrawn", Q(withdrawn_at__isnull=False)
        yield "not joined", Q(joined_at=None)
    yield "account closed", Q(person__is_active=False)
    yield "mail came back", Q(person__mail_bounced_at__isnull=False)
    if occasion.kind == Event.Kind.MEETING:
        yield "wants none about meetings", Q(person__wants_meeting_reminders=False)
    if occasion.kind == Event.Kind.EVIDENCE_DUE and model is Enrollment and not occasion.extended_to:
        assert occasion.event
        yield "extension", Q(extended_until__gt=occasion.event.on)


def values(rule: Reminder, occasion: Occasion, members: Iterable, *, at: datetime) -> dict[int, dict[str, object]]:
    """What the letter says to each of `members` who gets it, from `judged`, by person; who is missing gets none.

    Queries: those of the audience, none for a person.
    """
    concerned = [member for member in members if not member.why_not]
    found = audiences.of(rule.audience).values(rule, occasion, concerned, at) if concerned else {}
    return {
        member.person_id: mailing.common_values(rule.cohort, member.person) | dict(found[member.pk])
        for member in concerned
        if member.pk in found
    }


class Part(Protocol):
    """One reminder on its way to one person: when it is due, and about what instant it is."""

    @property
    def due_at(self) -> datetime: ...
    @property
    def of(self) -> datetime: ...


AnyPart = TypeVar("AnyPart", bound=Part)


def in_order(parts: Iterable[AnyPart]) -> list[AnyPart]:
    """The reminders that one mail says, what comes first before what comes later."""
    return sorted(parts, key=lambda part: part.of)


# The sweep -----------------------------------------------------------------------------------------------------------
def owe(now: datetime) -> int:
    """Owe every reminder that comes due within a day of `now`. How many were new is returned; twice is once.

    Queries: the rules, the occasions, then two for each rule whose time is near; none for each person.
    """
    rules = list(running().filter(is_on=True))
    return sum(_owe(rule, occasion, now) for rule, occasion in pairs(rules) if is_near(rule, occasion, now))


def running() -> QuerySet[Reminder]:
    """The rules of cohorts that are open and not closed."""
    opened = Q(cohort__opened_at__isnull=False, cohort__closed_at=None)
    return Reminder.objects.filter(opened, audience__in=[one.key for one in audiences.known()]).select_related(
        "cohort__edition__badge"
    )


def pairs(rules: list[Reminder]) -> Iterator[tuple[Reminder, Occasion]]:
    """Every rule with each thing that it reminds of. Queries: a few for each audience."""
    for audience in audiences.known():
        theirs = [rule for rule in rules if rule.audience == audience.key]
        cohorts = {rule.cohort_id: rule.cohort for rule in theirs}
        for occasion in audience.occasions(cohorts.values()) if theirs else ():
            for rule in theirs:
                if rule.event_kind in audience.kinds and _speaks_of(rule, occasion):
                    yield rule, occasion


def _speaks_of(rule: Reminder, occasion: Occasion) -> bool:
    return (rule.cohort_id, rule.event_kind) == (occasion.cohort.pk, occasion.kind)


def _owe(rule: Reminder, occasion: Occasion, now: datetime) -> int:
    due = {
        zone: moment
        for zone, moment in moments(rule, occasion).items()
        if moment - AHEAD <= now < useless_at(rule, occasion, moment)
    }
    if not due:
        return 0
    members = judged(rule, occasion, at=now).filter(why_not="", person__zone__in=list(due))
    return outbox.owe_each(members, **_columns(rule, occasion, due, now))


def _columns(rule: Reminder, occasion: Occasion, due: dict[str, datetime], now: datetime) -> dict[str, object]:
    """One message's fields as expressions over a member; its words come when it leaves."""
    cohort = occasion.cohort
    given: dict[str, object] = {
        "kind": f"{KIND}{rule.key}", "about": occasion.key, "cohort_slug": cohort.slug, "sender": f"{cohort} team",
        "reply_to": cohort.team_email, "subject": rule.name, "state": Message.State.OWED.value, "is_reminder": True,
        "is_optional": occasion.kind == Event.Kind.MEETING, "tries": 0,
    }  # fmt: skip
    empty = ("thread", "text", "html", "attachment_name", "attachment", "reason")
    return {
        **{name: Value(value) for name, value in given.items()},
        **{name: Value("") for name in empty},
        "owed_at": Value(now, DateTimeField()),
        "key": Concat(Value(f"reminder:{rule.pk}:{occasion.key}:"), Cast("person_id", CharField())),
        "person": F("person_id"),
        "address": F("person__email"),
        "due_at": _by_zone(due),
        "useless_at": _by_zone({zone: useless_at(rule, occasion, moment) for zone, moment in due.items()}),
    }


def _by_zone(instants: dict[str, datetime]) -> Case:
    whens = [When(person__zone=zone, then=Value(at, DateTimeField())) for zone, at in instants.items()]
    return Case(*whens, output_field=DateTimeField())
