"""Changing what stands in a cohort's calendar, and telling those who counted on it."""

from collections.abc import Mapping, Set
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Max, QuerySet

from cohorts import attending, feeds, mailing, meetings
from cohorts.models import Cohort, Enrollment, Event
from microcred import clock, outbox, times
from microcred.letters import Markdown, quoted
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


def next_number(cohort: Cohort) -> int:
    return (cohort.events.meetings().aggregate(most=Max("number"))["most"] or 0) + 1


@transaction.atomic
def add(event: Event) -> None:
    """Put a new meeting in the calendar under the next number; whoever adds another meanwhile waits their turn."""
    Cohort.objects.select_for_update().get(pk=event.cohort_id)
    event.number = next_number(event.cohort)
    event.save()


@transaction.atomic
def change(event: Event) -> int:
    """Keep the changes made to `event`; people are told of another time. How many is returned.

    Raises: Refused, when the meeting was cancelled meanwhile.
    """
    before = Event.objects.select_for_update().get(pk=event.pk)
    if before.cancelled_at:
        raise Refused(f"{before} was cancelled meanwhile. Nothing was changed.")
    event.work_out_instants()
    event.changed_at, event.sequence = clock.now(), before.sequence + 1
    is_told = (before.starts_at, before.ends_at) != (event.starts_at, event.ends_at) and _matters(event, before)
    if is_told and before.starts_at != event.starts_at:
        event.moved_from = before.starts_at
    event.save()
    if not is_told:
        return 0
    asked_again = attending.ask_again(event) if before.on != event.on else set()
    return _tell(event, "meeting-changed", before=before, asked_again=asked_again)


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
    return _tell(event, "meeting-cancelled") if _matters(event) else 0


def concerned(event: Event) -> QuerySet[Enrollment]:
    """Whom another time concerns: all who take part, also those who said that they cannot come."""
    return Enrollment.objects.taking_part().filter(cohort=event.cohort_id)


def _tell(event: Event, letter: str, *, before: Event | None = None, asked_again: Set[int] = frozenset()) -> int:
    """Owe one letter, with the meeting for the calendar, to everyone whom it concerns. How many is returned."""
    cohort = event.cohort
    attachment = feeds.single(event, method="CANCEL" if event.cancelled_at else "PUBLISH")
    messages = []
    for enrollment in concerned(event).select_related("person"):
        person = enrollment.person
        values = _values(event, before, zone=person.zone or cohort.zone, asked_again=enrollment.pk in asked_again)
        messages.append(
            mailing.message(
                cohort,
                person,
                letter,
                key=f"{letter}:{event.pk}:{event.sequence}:{enrollment.pk}",
                values=values | {"link": mailing.address(f"/my/{cohort.slug}/calendar/")},
                attachment=attachment,
                attachment_name=feeds.MEETING_FILE,
                thread=mailing.about_meeting(event, enrollment),
            )
        )
    outbox.owe(messages)
    return len(messages)


def _matters(event: Event, before: Event | None = None) -> bool:
    """Whether somebody counts on it: a meeting of an open cohort that is, or was, still to come."""
    still_ahead = max(event.ends_at, before.ends_at if before else event.ends_at) > clock.now()
    return event.is_meeting and event.cohort.opened_at is not None and still_ahead


def _values(event: Event, before: Event | None, *, zone: str, asked_again: bool) -> dict[str, object]:
    seen = meetings.Meeting(event, zone, event.cohort.zone)
    values = meetings.values(seen)
    if before:
        was = meetings.Meeting(before, zone, event.cohort.zone)
        values["meeting_before"] = meetings.spoken(was)
        if asked_again:
            sentence = f"You had said that you cannot come on {times.day(was.on, at=before.starts_at)}."
            again = "If the new day does not suit either, say so again."
            values["meeting_notes"] = Markdown(f"{values['meeting_notes']} {quoted(f'{sentence} {again}')}")
    return values
