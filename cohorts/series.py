"""Several meetings at one rhythm: their days, each to adjust before any of them stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models

from cohorts import holidays, scheduling
from cohorts.models import Event

MOST = 12


class Every(models.TextChoices):
    WEEK = "week", "every week"
    TWO_WEEKS = "two_weeks", "every two weeks"
    FOUR_WEEKS = "four_weeks", "every four weeks"
    MONTH = "month", "every month, on the same weekday"


WEEKS = {Every.WEEK: 1, Every.TWO_WEEKS: 2, Every.FOUR_WEEKS: 4}


@dataclass
class Planned:
    """One meeting of the series, with what to think of and why it cannot be; `typed` is its day as entered."""

    place: int
    event: Event
    typed: str
    problem: str = ""

    @property
    def field(self) -> str:
        return f"day-{self.place}"

    @property
    def notes(self) -> list[str]:
        return [] if self.problem else holidays.notes(self.event.on)


def days(first: date, count: int, every: str) -> list[date]:
    """The days of the series from `first` on. A fifth weekday of the month is the last one where there are four."""
    if every in WEEKS:
        return [first + timedelta(weeks=WEEKS[Every(every)] * step) for step in range(count)]
    return [_in_month(first, step) for step in range(count)]


def _in_month(first: date, later: int) -> date:
    months = first.year * 12 + first.month - 1 + later
    start = date(months // 12, months % 12 + 1, 1)
    day = start + timedelta(days=(first.weekday() - start.weekday()) % 7, weeks=(first.day - 1) // 7)
    return day if day.month == start.month else day - timedelta(weeks=1)


def planned(first: Event, *, count: int, every: str, posted: Mapping[str, str]) -> list[Planned]:
    """The meetings like `first`, on the days worked out or entered instead. Queries: one."""
    dates = scheduling.dates_of(first.cohort)
    return [
        _planned(first, place, posted.get(f"day-{place}", day.isoformat()), dates)
        for place, day in enumerate(days(first.on, count, every), start=1)
    ]


def _planned(first: Event, place: int, typed: str, dates: Mapping[str, date]) -> Planned:
    kept = ("cohort", "kind", "starts", "ends", "where", "bring", "host", "counts_for_attendance")
    event = Event(title=_title(first.title, place), on=first.on, **{name: getattr(first, name) for name in kept})
    row = Planned(place, event, typed)
    try:
        event.on = date.fromisoformat(typed)
        event.clean()
    except ValidationError as problem:
        row.problem = str(problem.messages[0])
    except ValueError:
        row.problem = "Enter a day, such as 2023-11-06."
    else:
        row.problem = scheduling.may_stand_on(event.kind, event.on, dates).reason
    return row


def _title(title: str, place: int) -> str:
    """`Community of Practice 5` follows `Community of Practice 4`; a name without a number stays."""
    counted = re.fullmatch(r"(.*?)(\d{1,4})", title)
    return f"{counted[1]}{int(counted[2]) + place - 1}" if counted else title
