"""Instants and days in words: the reader's time first, then the cohort's, where they differ."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from microcred import clock
from microcred.zones import spoken

NBSP = "\N{NO-BREAK SPACE}"
FAR = timedelta(days=300)


@dataclass(frozen=True)
class Shown:
    """One instant as text: for the reader, and for the cohort when that reads differently."""

    iso: str
    reader: str
    cohort: str = ""

    def __str__(self) -> str:
        return f"{self.reader} ({self.cohort})" if self.cohort else self.reader


def day(when: date, *, at: datetime | None = None) -> str:
    """`Thu, Nov 30`; with its year when it is far from the instant `at` (default: now)."""
    if isinstance(when, datetime):
        raise TypeError("A day is a date; give a zone to make one of an instant.")
    text = f"{when:%a}, {when:%b}{NBSP}{when.day}"
    return text if abs(when - (at or clock.now()).date()) < FAR else f"{text}, {when.year}"


def long_day(when: date) -> str:
    """`Thursday, November 30`."""
    return f"{when:%A}, {when:%B}{NBSP}{when.day}"


def time_of_day(local: datetime | time) -> str:
    """`9:05 PM`."""
    return f"{local.hour % 12 or 12}:{local:%M}{NBSP}{local:%p}"


def instant(moment: datetime, *, reader: str, cohort: str) -> Shown:
    """A moment in two zones, the second without the date where the day is the same."""
    theirs, ours = moment.astimezone(ZoneInfo(reader or cohort)), moment.astimezone(ZoneInfo(cohort))
    shown = f"{day(theirs.date())}, {time_of_day(theirs)} {spoken(reader or cohort, moment)}"
    other = f"{time_of_day(ours)} {spoken(cohort, moment)}"
    if theirs.date() != ours.date():
        other = f"{day(ours.date())}, {other}"
    same = theirs.utcoffset() == ours.utcoffset()
    if same:
        shown = f"{day(ours.date())}, {time_of_day(ours)} {spoken(cohort, moment)}"
    return Shown(f"{moment:%Y-%m-%dT%H:%M:%SZ}", shown, "" if same else other)


def deadline(end: datetime, *, reader: str, cohort: str) -> Shown:
    """An exclusive end as people say it: its last minute, 11:59 PM."""
    return instant(end - timedelta(seconds=1), reader=reader, cohort=cohort)


def last_date(end: datetime, zone: ZoneInfo) -> date:
    """The day on which an exclusive end falls for people in `zone`."""
    return (end - timedelta(seconds=1)).astimezone(zone).date()


def last_day(end: datetime, zone: str) -> str:
    """`Thu, Nov 30`: the same in words."""
    return day(last_date(end, ZoneInfo(zone)))


def last_minute(end: datetime, zone: str) -> str:
    """`11:59 PM`: the last minute before an exclusive end, for people in `zone`."""
    return time_of_day((end - timedelta(seconds=1)).astimezone(ZoneInfo(zone)))


def span(start: datetime, end: datetime, zone: str) -> str:
    """`2:00–3:30 PM MST`: a meeting's hours in one zone."""
    first, last = (moment.astimezone(ZoneInfo(zone)) for moment in (start, end))
    begin = time_of_day(first)
    if first.strftime("%p") == last.strftime("%p"):
        begin = begin.rsplit(NBSP, 1)[0]
    return f"{begin}–{time_of_day(last)} {spoken(zone, start)}"


def days_between(first: date, second: date) -> str:
    """`today`, `tomorrow`, `in 7 days`, `yesterday`, `3 days ago`."""
    count = (second - first).days
    names = {0: "today", 1: "tomorrow", -1: "yesterday"}
    return names.get(count) or (f"in {count} days" if count > 0 else f"{-count} days ago")
