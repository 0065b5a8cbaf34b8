"""A time zone as iCalendar wants it: a VTIMEZONE with yearly rules, worked out from the transitions of zoneinfo."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Observance = TimezoneStandard | TimezoneDaylight
FIRST_YEAR = 1990
YEARS_AHEAD = 5


@dataclass(frozen=True)
class Change:
    """One change of the clocks: the local time at which it comes, and the offsets before and after."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def rules(self) -> set[tuple[int, str]]:
        """The yearly rules it fits: month, and `2SU` or, in a month's last week, `-1SU`."""
        weekday, day = WEEKDAYS[self.local.weekday()], self.local.day
        fits = {(self.local.month, f"{(day - 1) // 7 + 1}{weekday}")}
        if (self.local + timedelta(days=7)).month != self.local.month:
            fits.add((self.local.month, f"-1{weekday}"))
        return fits


@cache
def timezone(zone: str, first_year: int, last_year: int) -> Timezone:
    """The VTIMEZONE of `zone`, right for the years given and, where its rules are regular, for those after."""
    component = Timezone()
    component.add("tzid", zone)
    years = range(FIRST_YEAR, last_year + YEARS_AHEAD + 1)
    recent = _changes(zone, range(first_year - 1, years.stop))
    if not recent:
        component.add_component(_fixed(zone, first_year))
    for later in (True, False):
        side = [change for change in recent if (change.after > change.before) == later]
        for observance in _observances(zone, side, years):
            component.add_component(observance)
    return component


def _observances(zone: str, recent: list[Change], years: range) -> Iterator[Observance]:
    """One observance with a yearly rule if all `recent` changes follow one; else one for each change."""
    if not recent:
        return
    common = set.intersection(*(change.rules for change in recent))
    regular = len({change.local.year for change in recent}) == years.stop - recent[0].local.year
    same = len({(change.local.time(), change.before, change.after) for change in recent}) == 1
    if not (common and regular and same):
        yield from (_observance(change) for change in recent)
        return
    rule = min(common, key=lambda fit: fit[1].startswith("-"))
    yield _observance(_first(zone, recent[0], rule, years), rule)


def _first(zone: str, known: Change, rule: tuple[int, str], years: range) -> Change:
    """The earliest change from which on `rule` has held without a gap."""
    first = known
    for year in range(known.local.year - 1, years.start - 1, -1):
        alike = [
            change
            for change in _changes(zone, range(year, year + 1))
            if rule in change.rules
            and (change.local.time(), change.before, change.after) == (known.local.time(), known.before, known.after)
        ]
        if not alike:
            break
        first = alike[0]
    return first


def _observance(change: Change, rule: tuple[int, str] | None = None) -> Observance:
    part: Observance = TimezoneDaylight() if change.after > change.before else TimezoneStandard()
    part.add("dtstart", change.local)
    if rule:
        part.add("rrule", {"freq": "yearly", "bymonth": rule[0], "byday": rule[1]})
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    part.add("tzname", change.name)
    return part


def _fixed(zone: str, year: int) -> Observance:
    """A zone whose clocks never change."""
    at = datetime(year, 1, 1, tzinfo=ZoneInfo(zone))
    offset = at.utcoffset() or timedelta()
    return _observance(Change(datetime(FIRST_YEAR, 1, 1), offset, offset, at.tzname() or zone))  # noqa: DTZ001


@cache
def _changes_of_year(zone: str, year: int) -> tuple[Change, ...]:
    place = ZoneInfo(zone)
    found = []
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while day < end:
        tomorrow = day + timedelta(days=1)
        if day.astimezone(place).utcoffset() != tomorrow.astimezone(place).utcoffset():
            found.append(_change(place, day, tomorrow))
        day = tomorrow
    return tuple(found)


def _changes(zone: str, years: range) -> list[Change]:
    return [change for year in years for change in _changes_of_year(zone, year)]


def _change(place: ZoneInfo, early: datetime, late: datetime) -> Change:
    """The change between two instants, found to the minute by halving."""
    before, after = _offset(early, place), _offset(late, place)
    while late - early > timedelta(minutes=1):
        middle = early + timedelta(minutes=(late - early) // timedelta(minutes=2))
        early, late = (middle, late) if _offset(middle, place) == before else (early, middle)
    return Change((late + before).replace(tzinfo=None), before, after, late.astimezone(place).tzname() or "")


def _offset(instant: datetime, place: ZoneInfo) -> timedelta:
    return instant.astimezone(place).utcoffset() or timedelta()
