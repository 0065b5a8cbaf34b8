"""Months as tables: weeks of days, with what stands on them."""

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from cohorts.models import Event

_weeks = calendar.Calendar(firstweekday=calendar.SUNDAY)
WEEKDAYS = [calendar.day_name[number] for number in _weeks.iterweekdays()]
MOST = 12


@dataclass(frozen=True)
class Marked:
    """A day on which something is, or was to be, and where the page says more."""

    on: date
    title: str
    is_off: bool
    url: str

    @classmethod
    def of_event(cls, event: Event, *, on: date | None = None) -> "Marked":
        """The day of an event, or `on`, with the place of its line on the page."""
        place = f"#meeting-{event.number}" if event.is_meeting else "#dates"
        return cls(on or event.on, event.title, event.cancelled_at is not None, place)


@dataclass(frozen=True)
class Day:
    on: date
    is_other: bool
    is_today: bool
    marks: tuple[Marked, ...]

    @property
    def is_off(self) -> bool:
        """Whether all that was to be on it is cancelled."""
        return bool(self.marks) and all(mark.is_off for mark in self.marks)


@dataclass(frozen=True)
class Month:
    name: str
    weekdays: list[str]
    weeks: list[list[Day]]


def around(marked: Iterable[Marked], *, today: date) -> list[Month]:
    """The months from the first marked day to the last, at most twelve; none when nothing is marked."""
    days = sorted(marked, key=lambda mark: mark.on)
    if not days:
        return []
    spans = list(_months(days[0].on, days[-1].on))[:MOST]
    return [_month(year, month, days, today) for year, month in spans]


def _months(first: date, last: date) -> Iterator[tuple[int, int]]:
    for count in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield count // 12, count % 12 + 1


def _month(year: int, month: int, marked: list[Marked], today: date) -> Month:
    def day(on: date) -> Day:
        inside = on.month == month
        marks = tuple(mark for mark in marked if mark.on == on) if inside else ()
        return Day(on, not inside, inside and on == today, marks)

    weeks = [[day(on) for on in week] for week in _weeks.monthdatescalendar(year, month)]
    return Month(f"{calendar.month_name[month]} {year}", WEEKDAYS, weeks)
