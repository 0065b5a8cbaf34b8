"""When a meeting falls on another hour of somebody's clock than the one before it: by how much, and why."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cohorts.models import Event
from microcred.zones import place

NUMBERS = {1: "One hour", 2: "Two hours", 3: "Three hours"}


def shift(meeting: Event, before: Event, *, reader: str, cohort: str) -> timedelta:
    """How much later than `before` it falls on the reader's clock because of clock changes alone."""
    return _drift(meeting, before, reader) - _drift(meeting, before, cohort)


def sentence(meeting: Event, before: Event | None, *, reader: str, cohort: str) -> str:
    """`One hour later on your clock than on October 16. Eastern Time changes its clocks on November 5; …`, or ""."""
    if before is None or reader == cohort:
        return ""
    moved = shift(meeting, before, reader=reader, cohort=cohort)
    if not moved:
        return ""
    direction = "later" if moved > timedelta(0) else "earlier"
    previous = before.starts_at.astimezone(ZoneInfo(reader)).date()
    reasons = [_reason(zone, before.starts_at, meeting.starts_at) for zone in (cohort, reader)]
    reasons.sort(key=lambda words: words.endswith("does not"))
    return f"{_length(moved)} {direction} on your clock than on {_day(previous)}. {'; '.join(reasons)}."


def change_between(zone: str, first: datetime, second: datetime) -> date | None:
    """The first day between two instants on which the clocks in `zone` change."""
    place_ = ZoneInfo(zone)
    day, last = first.astimezone(place_).date(), second.astimezone(place_).date()
    noon = datetime.combine(day, time(12), place_).utcoffset()
    while day < last:
        day += timedelta(days=1)
        if datetime.combine(day, time(12), place_).utcoffset() != noon:
            return day
    return None


def _drift(meeting: Event, before: Event, zone: str) -> timedelta:
    """By how much the clock of `zone` moved against UTC from one meeting to the next."""
    first, second = (moment.astimezone(ZoneInfo(zone)) for moment in (before.starts_at, meeting.starts_at))
    return (second.utcoffset() or timedelta()) - (first.utcoffset() or timedelta())


def _reason(zone: str, first: datetime, second: datetime) -> str:
    changed = change_between(zone, first, second)
    if changed is None:
        return f"{place(zone)} does not"
    return f"{place(zone)} changes its clocks on {_day(changed)}"


def _length(moved: timedelta) -> str:
    minutes = int(abs(moved).total_seconds()) // 60
    return NUMBERS.get(minutes // 60, f"{minutes} minutes") if minutes % 60 == 0 else f"{minutes} minutes"


def _day(day: date) -> str:
    return f"{day:%B}\N{NO-BREAK SPACE}{day.day}"
