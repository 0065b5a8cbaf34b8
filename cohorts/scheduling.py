"""Changing what stands in a cohort's calendar, and telling those who counted on it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Max

from cohorts import announcing, attending
from cohorts.models import Cohort, Event
from microcred import clock
from microcred.models import User
from microcred.verdict import ALLOWED, Refused, Verdict

KIND = Event.Kind
ORDER = (KIND.LEARNING_BEGINS, KIND.MEETING, KIND.EVIDENCE_DUE, KIND.REVIEWS_DUE, KIND.REVISIONS_DUE, KIND.DECISIONS)


def may_stand_on(kind: str, on: date, dates: Mapping[str, date]) -> Verdict:
    """Whether an event of `kind` can be on that day, given the cohort's other `dates` by kind."""
    begins, evidence = dates.get(KIND.LEARNING_BEGINS), dates.get(KIND.EVIDENCE_DUE)
    if kind != KIND.LEARNING_BEGINS and begins and on < begins:
        return Verdict(f"Learning begins on {_said(begins)}. Choose that day or a later one.")
    if kind == KIND.MEETING and evidence and on > evidence:
        return Verdict(f"Evidence is due on {_said(evidence)}. A meeting has to come before it, or on that day.")
    if kind in (KIND.REVIEWS_DUE, KIND.DECISIONS, KIND.REVISIONS_DUE) and evidence and on <= evidence:
        return Verdict(f"Evidence is due on {_said(evidence)}. Choose a later day.")
    if kind == KIND.LEARNING_BEGINS and evidence and on > evidence:
        return Verdict(f"Evidence is due on {_said(evidence)}. Learning has to begin before.")
    reviews = dates.get(KIND.REVIEWS_DUE)
    if kind == KIND.DECISIONS and reviews and on < reviews:
        return Verdict(f"Reviews are due on {_said(reviews)}. Decisions come on that day or later.")
    decisions = dates.get(KIND.DECISIONS)
    if kind == KIND.REVISIONS_DUE and decisions and on <= decisions:
        return Verdict(f"Decisions come on {_said(decisions)}. Revisions are due on a later day.")
    return ALLOWED


def dates_of(cohort: Cohort) -> dict[str, date]:
    """The day of each dated thing that there is one of. Queries: one."""
    return dict(cohort.events.exclude(kind=KIND.MEETING).values_list("kind", "on"))


def _said(day: date) -> str:
    return f"{day:%B}\N{NO-BREAK SPACE}{day.day}, {day.year}"


class Changed(Refused):
    """Somebody else changed the same thing meanwhile."""


def next_number(cohort: Cohort) -> int:
    return (cohort.events.meetings().aggregate(most=Max("number"))["most"] or 0) + 1


@transaction.atomic
def add(events: Sequence[Event]) -> int:
    """Put new meetings of a cohort in its calendar under the next numbers, and tell its people in one mail.

    Whoever adds others meanwhile waits their turn. How many people are told is returned.
    """
    cohort = Cohort.objects.select_for_update().get(pk=events[0].cohort_id)
    for number, event in enumerate(events, start=next_number(cohort)):
        event.number = number
        event.save()
    return announcing.added([event for event in events if announcing.matters(event)])


def may_move(event: Event, before: Event) -> Verdict:
    """Whether a meeting can be as `event` has it: not in the past, as long as people wait for it.

    Nor ahead, once somebody was there. Queries: one at most.
    """
    if before.ends_at <= clock.now() < event.ends_at and attending.was_recorded(before):
        return Verdict(f"{before} has been, and its attendance is recorded. Add another meeting instead.")
    if event.starts_at != before.starts_at and event.starts_at <= clock.now() and announcing.matters(before):
        return Verdict(f"That time has passed, and people expect {before}. Choose a later one, or cancel the meeting.")
    return ALLOWED


@transaction.atomic
def change(event: Event, *, seen: int | None = None) -> int:
    """Keep the changes made to `event`; people are told of another time. How many is returned.

    `seen` is the sequence that the sender saw. Raises: Changed, when there is a later one; Refused, when the meeting
    was cancelled meanwhile, or would be in the past.
    """
    before = Event.objects.select_for_update().get(pk=event.pk)
    if before.cancelled_at:
        raise Refused(f"{before} was cancelled meanwhile. Nothing was changed.")
    if seen is not None and before.sequence != seen:
        raise Changed("Someone else changed this while you were writing.")
    event.work_out_instants()
    if not (verdict := may_move(event, before)):
        raise Refused(verdict.reason)
    event.changed_at, event.sequence = clock.now(), before.sequence + 1
    is_told = announcing.is_news(event, before)
    if is_told and before.starts_at != event.starts_at:
        event.moved_from = before.starts_at
    event.save()
    asked_again = attending.ask_again(event) if is_told and before.on != event.on else set()
    return announcing.changed(event, before, asked_again=asked_again)


@transaction.atomic
def change_dates(cohort: Cohort, events: Sequence[Event], *, seen: str) -> None:
    """Keep the dates of the term that were changed or added. Raises: Changed, when others were since `seen`."""
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    if seen and seen != version_of_dates(cohort):
        raise Changed("Someone else changed the dates while you were writing.")
    for event in events:
        change(event) if event.pk else event.save()


def version_of_dates(cohort: Cohort) -> str:
    """What tells one state of the term's dates from another. Queries: one."""
    dated = cohort.events.exclude(kind=KIND.MEETING).order_by("kind")
    return " ".join(f"{kind}:{sequence}" for kind, sequence in dated.values_list("kind", "sequence"))


def may_cancel(event: Event, *, at: datetime) -> Verdict:
    """Whether a meeting can be taken off at `at`: not once it is over."""
    return ALLOWED if at < event.ends_at else Verdict(f"{event} is over. It stays in the calendar as it was.")


@transaction.atomic
def cancel(event: Event, *, by: User) -> int:
    """Take a meeting off: it stays visible as cancelled, and people are told. How many is returned.

    Raises: Refused, once the meeting is over.
    """
    at = clock.now()
    if not (verdict := may_cancel(event, at=at)):
        raise Refused(verdict.reason)
    if (
        not Event.objects.standing()
        .filter(pk=event.pk)
        .update(cancelled_at=at, cancelled_by=by, changed_at=at, sequence=F("sequence") + 1)
    ):
        return 0
    event.refresh_from_db()
    return announcing.cancelled(event) if announcing.matters(event) else 0


def may_remove(event: Event) -> Verdict:
    """Whether a meeting can vanish: only as long as nobody can have seen it."""
    if event.cohort.opened_at:
        return Verdict(f"People have {event} in their calendars. Cancel it instead.")
    return ALLOWED


@transaction.atomic
def remove(event: Event) -> None:
    """Take a meeting out of a cohort that is not open yet. Raises: Refused, once it is."""
    event.cohort = Cohort.objects.select_for_update().get(pk=event.cohort_id)
    if not (verdict := may_remove(event)):
        raise Refused(verdict.reason)
    event.delete()
