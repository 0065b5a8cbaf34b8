"""One meeting on the clocks of a cohort's people: each zone's hour, for how many, and where clocks moved it."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count

from cohorts import clock_changes, holidays
from cohorts.models import Enrollment, Event
from microcred import times, zones


@dataclass(frozen=True)
class View:
    """The hour in one zone, for so many `people`.

    `day` is theirs, if not the cohort's, too; `last` is the hour of the meeting before, if a change of clocks moved it.
    """

    place: str
    time: str
    people: int
    day: str = ""
    last: str = ""


@dataclass(frozen=True)
class Outlook:
    """How people see a meeting, and what an admin should know of its day."""

    views: list[View]
    notes: list[str]


def outlook(event: Event) -> Outlook:
    """Queries: two."""
    before = _before(event)
    counted = dict(
        Enrollment.objects.taking_part()
        .filter(cohort=event.cohort)
        .exclude(person__zone="")
        .order_by()
        .values_list("person__zone")
        .annotate(Count("pk"))
    )
    own = event.cohort.zone
    counted.setdefault(own, 0)
    places = sorted(counted, key=lambda zone: (zone != own, -_ahead_of_utc(event, zone), zone))  # from east to west
    views = [_view(event, before, zone, counted[zone]) for zone in places]
    return Outlook(views, [*_about_clocks(event, before, views), *_about_day(event)])


def _ahead_of_utc(event: Event, zone: str) -> timedelta:
    return event.starts_at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def _before(event: Event) -> Event | None:
    earlier = event.cohort.events.meetings().standing().filter(starts_at__lt=event.starts_at).exclude(pk=event.pk)
    return earlier.order_by("-starts_at", "-pk").first()


def _view(event: Event, before: Event | None, zone: str, people: int) -> View:
    moved = before and clock_changes.shift(event, before, reader=zone, cohort=event.cohort.zone)
    last = times.time_of_day(before.starts_at.astimezone(ZoneInfo(zone))) if before and moved else ""
    local = event.starts_at.astimezone(ZoneInfo(zone))
    day = times.day(local.date(), at=event.starts_at) if local.date() != event.on else ""
    return View(zones.place(zone), times.time_of_day(local), people, day, last)


def _about_clocks(event: Event, before: Event | None, views: list[View]) -> list[str]:
    """`Clocks change on November 5. 3 people (Arizona, Hawaii) get another hour than on October 16. They are told.`"""
    moved = [view for view in views if view.last]
    if before is None or not moved:
        return []
    changed = clock_changes.change_between(event.cohort.zone, before.starts_at, event.starts_at)
    why = f"{event.cohort.place} changes its clocks on {_day(changed)}." if changed else "Clocks change elsewhere."
    people = sum(view.people for view in moved)
    who = f"{people} {'person' if people == 1 else 'people'} ({', '.join(view.place for view in moved)})"
    gets = "gets" if people == 1 else "get"
    return [f"{why} {who} {gets} another hour than on {_day(before.on)}. They are told."]


def _about_day(event: Event) -> list[str]:
    return holidays.notes(event.on) or [f"{event.on:%A}, {_day(event.on)} is no holiday."]


def _day(on: date) -> str:
    return f"{on:%B}\N{NO-BREAK SPACE}{on.day}"
