"""Whom a number of the overview counts, asked for by an address: an activity, a reviewer's work, a level of a row,
a reminder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from badges.models import Level
from cohorts import reminders
from cohorts.models import Cohort, Reminder
from cohorts.occasions import Occasion
from microcred import clock, times
from reviews import people, stuck
from reviews.models import Assignment

KEYS = ("done", "not-done", "by", "given-to", "read-by", "row", "level", "reminder")


@dataclass(frozen=True)
class Narrowing:
    """Who is left of a list, and what they have in common, in words that follow `12 people:`."""

    who: Q | Combinable
    words: str


def of(cohort: Cohort, asked: Mapping[str, str]) -> Narrowing | None:
    """What `asked`, by the keys above, leaves of a list. Raises: ObjectDoesNotExist. Queries: at most two."""
    for key in ("done", "not-done"):
        if asked.get(key):
            return _activity(cohort, asked[key], is_done=key == "done", by=asked.get("by", ""))
    for key in ("given-to", "read-by"):
        if asked.get(key):
            return _load(cohort, asked[key], is_finished=key == "read-by")
    if asked.get("reminder"):
        return _reminder(cohort, asked["reminder"])
    return _level(cohort, asked["row"], asked.get("level", "")) if asked.get("row") else None


def _activity(cohort: Cohort, key: str, *, is_done: bool, by: str) -> Narrowing:
    activity, day = cohort.edition.activities.get(key=key), _day(by)
    done = stuck.has_done(activity, before=clock.end_of_day(day, cohort.zone) if day else None)
    verb = "had finished" if day else "have finished"
    until = f" by {times.long_day(day)}" if day else ""
    words = f"{verb if is_done else verb.replace(' ', ' not ')} “{activity.title}”{until}"
    return Narrowing(people.STAYS & Q(done if is_done else ~done), words)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _load(cohort: Cohort, person: str, *, is_finished: bool) -> Narrowing:
    if not (person.isdecimal() and len(person) <= 9):
        raise ObjectDoesNotExist
    member = cohort.staff.reviewing().select_related("person").filter(person=int(person)).first()
    if member is None:
        raise ObjectDoesNotExist
    load = Assignment.objects.in_load().filter(reviewer=member.person, submission__enrollment=OuterRef("pk"))
    if is_finished:
        load = load.filter(review__finished_at__isnull=False)
    return Narrowing(Q(Exists(load)), f"{'read by' if is_finished else 'given to'} {member.person}")


def _reminder(cohort: Cohort, key: str) -> Narrowing:
    rule = cohort.reminders.get(key=key, audience=Reminder.Audience.NOT_SUBMITTED)
    event = cohort.events.select_related("cohort").get(kind=rule.event_kind)
    reached = reminders.still_reached(rule, Occasion.of_event(event), at=clock.now())
    return Narrowing(Q(pk__in=reached.values("pk")), f"get the reminder “{rule}” next")


def _level(cohort: Cohort, row: str, rank: str) -> Narrowing:
    document, _, criterion = row.partition("/")
    if not (rank.isdecimal() and len(rank) <= 3):
        raise ObjectDoesNotExist
    found = Level.objects.select_related("criterion").get(
        criterion__document__edition=cohort.edition_id, criterion__document__key=document, criterion__key=criterion,
        rank=int(rank),
    )  # fmt: skip
    return Narrowing(
        people.STAYS & Q(stuck.was_given(cohort, found)),
        f"“{found.label}” in “{found.criterion.title}” for their first version",
    )
