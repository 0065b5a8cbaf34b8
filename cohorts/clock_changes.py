"""When a meeting falls on another hour of somebody's clock than the one before it: by how much, and why."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cohorts.models import Event
from microcred.zones import place

NUMBERS = {1: "One hour", 2: "Two hours", 3: "Three hours"}


def shift(meeting: Event, before: Event, *, reader: str, cohort: str) -> timedelta:
    """How much later than `before` it falls on the reader's clock, where a change of clocks has a part in that."""
    drift = _drift(meeting, before, reader) - _drift(meeting, before, cohort)
    return drift + _chosen(meeting, before, cohort) if drift else drift


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
    chosen = f"It is at another hour in {place(cohort)}, too. " if _chosen(meeting, before, cohort) else ""
    return f"{_length(moved)} {direction} on your clock than on {_day(previous)}. {chosen}{'; '.join(reasons)}."


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


def _chosen(meeting: Event, before: Event, cohort: str) -> timedelta:
    """How much later than `before` it begins on the cohort's own clock: as people chose it."""
    first, second = (moment.astimezone(ZoneInfo(cohort)).time() for moment in (before.starts_at, meeting.starts_at))
    return datetime.combine(date.min, second, UTC) - datetime.combine(date.min, first, UTC)


def _reason(zone: str, first: datetime, second: datetime) -> str:
    changed = change_between(zone, first, second)
    if changed is None:
        return f"{place(zone)} does not"
    return f"{place(zone)} changes its clocks on {_day(changed)}"


def _length(moved: timedelta) -> str:
    minutes = int(abs(moved).total_seconds()) // 60
    hours = minutes // 60
    return f"{minutes} minutes" if minutes % 60 else NUMBERS.get(hours, f"{hours} hours")


def _day(day: date) -> str:
    return f"{day:%B}\N{NO-BREAK SPACE}{day.day}"
