"""Until when something is open: the one place where due day, grace, late days and extension meet."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cohorts.models import Cohort, Enrollment, Event
from microcred import clock, times


@dataclass(frozen=True)
class Window:
    """When work is taken, and as what. Each edge is exclusive: what arrives at it is past it."""

    due_on: date
    zone: str
    due_at: datetime
    on_time_until: datetime
    closes_at: datetime

    def at(self, instant: datetime) -> str:
        """`open`, `grace`, `late` or `closed`."""
        if instant < self.due_at:
            return "open"
        if instant < self.on_time_until:
            return "grace"
        return "late" if instant < self.closes_at else "closed"

    def is_open_at(self, instant: datetime) -> bool:
        return self.at(instant) != "closed"

    def is_late_at(self, instant: datetime) -> bool:
        return instant >= self.on_time_until

    def told_end_at(self, instant: datetime) -> datetime:
        """Until when people are told it is open: the due time, then the last late one; grace goes unsaid."""
        return self.closes_at if self.is_late_at(instant) else self.due_at

    def days_late_at(self, instant: datetime) -> int:
        """0 while it counts as on time; else the days since the due day, on the cohort's calendar."""
        if not self.is_late_at(instant):
            return 0
        return (instant.astimezone(ZoneInfo(self.zone)).date() - self.due_on).days


def window(enrollment: Enrollment, *, due_on: date | None = None, events=None) -> Window:
    """When `enrollment` can hand in: evidence by its cohort's day, or a later round by its own `due_on`.

    An extension moves the day, never to an earlier one. Queries: reads the cohort and its events; select and
    prefetch them first, or give the `events` of the cohort.
    """
    cohort = enrollment.cohort
    day = due_on or evidence_day(cohort, events=events)
    day = max(day, enrollment.extended_until or day)
    due_at = clock.end_of_day(day, cohort.zone)
    on_time_until = due_at + timedelta(minutes=cohort.grace_minutes)
    late_until = clock.end_of_day(day + timedelta(days=cohort.late_days), cohort.zone)
    return Window(day, cohort.zone, due_at, on_time_until, max(on_time_until, late_until))


def evidence_day(cohort: Cohort, *, events=None) -> date:
    """The day on which evidence is due. Queries: reads the events unless they are prefetched or given."""
    kept = cohort.events.all() if events is None else events
    return next(event.on for event in kept if event.kind == Event.Kind.EVIDENCE_DUE)


def values(window: Window, *, zone: str) -> dict[str, object]:
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
