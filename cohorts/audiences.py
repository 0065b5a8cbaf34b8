"""Whom a reminder can go to. Each floor brings the audiences it can tell apart: who has submitted is known above."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from cohorts import attending, clock_changes, mailing, meetings, occasions
from cohorts.models import Attendance, Cohort, Enrollment, Event, Reminder, StaffMembership
from cohorts.occasions import Occasion

Values = Mapping[str, object]
Member = Enrollment | StaffMembership
Reason = tuple[str, Q | Combinable]  # in words, and the condition
ALWAYS = frozenset(mailing.COMMON)


@dataclass(frozen=True)
class Audience:
    """People whom a rule can concern.

    `kinds`: of the events that it can be reminded of.
    `everyone(occasion)`: a queryset of a model with `person`, those included whom it will not reach.
    `reasons(occasion, at)`: why some get none, in words, with the condition; the first that holds is the reason.
    `values(rule, occasion, members, at)`: what the letter says, by primary key; who is missing in it gets none.
    `words`: the placeholders that it can fill beside those of every letter.
    `occasions(cohorts)`: what it can be reminded of.
    """

    key: str
    kinds: tuple[str, ...]
    everyone: Callable[[Occasion], QuerySet]
    reasons: Callable[[Occasion, datetime], list[Reason]]
    values: Callable[[Reminder, Occasion, list, datetime], Mapping[int, Values]]
    words: frozenset[str]
    occasions: Callable[[Iterable[Cohort]], list[Occasion]] = occasions.of_events

    @property
    def placeholders(self) -> frozenset[str]:
        return self.words | ALWAYS

    @property
    def sorted_words(self) -> list[str]:
        return sorted(self.words)

    @property
    def label(self) -> str:
        return Reminder.Audience(self.key).label


_known: dict[str, Audience] = {}


def register(audience: Audience) -> None:
    """Make an audience known, once, when its floor is ready."""
    _known[audience.key] = audience


def of(key: str) -> Audience:
    return _known[key]


def known() -> list[Audience]:
    """All of them, in the order in which a form offers them."""
    return [_known[key] for key in Reminder.Audience.values if key in _known]


# Those of meetings are this floor's own ------------------------------------------------------------------------------
def _enrolled(occasion: Occasion) -> QuerySet:
    return Enrollment.objects.filter(cohort=occasion.cohort.pk)


def _cannot_come(occasion: Occasion, at: datetime) -> list[Reason]:
    said = Attendance.objects.filter(enrollment=OuterRef("pk"), event=occasion.event, status=attending.STATUS.EXCUSED)
    return [("excused", Exists(said))]


def _meeting_values(rule: Reminder, occasion: Occasion, members: list, at: datetime) -> dict[int, Values]:
    """What a meeting reminder says to each member, in their own zone. Queries: one."""
    event, cohort = occasion.event, occasion.cohort
    assert event is not None
    earlier = cohort.events.meetings().standing().filter(starts_at__lt=event.starts_at).order_by("-starts_at", "-pk")
    before = earlier.first()
    found: dict[int, Values] = {}
    for zone, group in groupby(sorted(members, key=_zone), key=_zone):
        reader = zone or cohort.zone
        note = clock_changes.sentence(event, before, reader=reader, cohort=cohort.zone)
        values = meetings.values(meetings.Meeting(event, reader, cohort.zone, note))
        values["link"] = mailing.address(f"/my/{cohort.slug}/calendar/")
        found |= {member.pk: values for member in group}
    return found


def _zone(member) -> str:
    return member.person.zone


EXPECTED = Audience(
    key=Reminder.Audience.EXPECTED,
    kinds=(Event.Kind.MEETING,),
    everyone=_enrolled,
    reasons=_cannot_come,
    values=_meeting_values,
    words=frozenset({"meeting", "meeting_short", "meeting_time", "meeting_notes", "link"}),
)
