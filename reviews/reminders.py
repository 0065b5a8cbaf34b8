"""Whom reminders of reviews concern: reviewers with work left, and admins while somebody is late."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from cohorts import mailing
from cohorts.audiences import Audience, Reason, Values
from cohorts.models import Cohort, Event, Reminder, StaffMembership
from cohorts.occasions import SECOND, Occasion, of_events
from microcred import clock, letters, times
from reviews.digests import counted, letter_values
from reviews.models import Assignment

DAYS_OF_ASKING = 30  # an admin hears of late reviewers no longer than that


def _reviewers(occasion: Occasion) -> QuerySet:
    """One membership for each reviewer of the cohort."""
    reviewing = StaffMembership.objects.reviewing().filter(cohort=occasion.cohort.pk)
    return reviewing.exclude(Exists(reviewing.filter(person=OuterRef("person"), pk__lt=OuterRef("pk"))))


def _nothing_left(occasion: Occasion, at: datetime) -> list[Reason]:
    work = Assignment.objects.to_do().filter(
        submission__enrollment__cohort=occasion.cohort.pk, reviewer=OuterRef("person")
    )
    return [("no work left", ~Exists(work))]


def _values(rule: Reminder, occasion: Occasion, members: list, at: datetime) -> dict[int, Values]:
    by_person = letter_values(occasion.cohort, [member.person for member in members])
    return {member.pk: by_person[member.person_id] for member in members if member.person_id in by_person}


# While somebody is late ----------------------------------------------------------------------------------------------
def _days_after(cohorts: Iterable[Cohort]) -> list[Occasion]:
    """The day on which reviews are due, and each day after it."""
    due = [one for one in of_events(cohorts) if one.kind == Event.Kind.REVIEWS_DUE]
    return [_day_after(one, days) for one in due for days in range(DAYS_OF_ASKING)]


def _day_after(occasion: Occasion, days: int) -> Occasion:
    assert occasion.event
    end = clock.end_of_day(occasion.event.on + timedelta(days=days), occasion.cohort.zone)
    key = f"{occasion.key}/{days}"
    return Occasion(occasion.cohort, occasion.kind, key, end - SECOND, end, occasion.event)


def _admins(occasion: Occasion) -> QuerySet:
    return StaffMembership.objects.filter(cohort=occasion.cohort.pk, role=StaffMembership.Role.ADMIN)


def _late(occasion: Occasion, at: datetime) -> QuerySet[Assignment]:
    """What was given in time, and is not finished though its day is over."""
    assert occasion.event
    if at < occasion.event.ends_at:
        return Assignment.objects.none()
    given = Assignment.objects.to_do().filter(submission__enrollment__cohort=occasion.cohort.pk)
    return given.filter(assigned_at__lt=occasion.event.ends_at)


def _nobody_late(occasion: Occasion, at: datetime) -> list[Reason]:
    return [] if _late(occasion, at).exists() else [("no reviewer is late", Q(pk__isnull=False))]


def _late_values(rule: Reminder, occasion: Occasion, members: list, at: datetime) -> dict[int, Values]:
    assert occasion.event
    rows = _late(occasion, at).order_by("reviewer__last_name", "reviewer__first_name", "reviewer")
    names = ("reviewer__first_name", "reviewer__last_name")
    late = [(f"{first} {last}".strip(), many) for first, last, _, many in _counted(rows, names)]
    named = "\n".join(f"- {letters.quoted(name)}: {counted(many, 'submission')}" for name, many in late)
    words = {
        "late_reviewers": letters.Markdown(named),
        "late_count": counted(len(late), "reviewer"),
        "due_day": times.day(occasion.event.on),
        "link": mailing.address(reverse("reviews:assigning", args=[occasion.cohort.slug])),
    }
    return {member.pk: words for member in members} if late else {}


def _counted(rows: QuerySet[Assignment], names: tuple[str, ...]) -> QuerySet:
    return rows.values_list(*names, "reviewer").annotate(many=Count("submission", distinct=True))


REVIEWERS = Audience(
    key=Reminder.Audience.REVIEWERS,
    kinds=(Event.Kind.REVIEWS_DUE, Event.Kind.DECISIONS),
    everyone=_reviewers,
    reasons=_nothing_left,
    values=_values,
    words=frozenset({"submissions", "link", "due", "due_day"}),
)
LATE_REVIEWS = Audience(
    key=Reminder.Audience.LATE_REVIEWS,
    kinds=(Event.Kind.REVIEWS_DUE,),
    everyone=_admins,
    reasons=_nobody_late,
    values=_late_values,
    words=frozenset({"late_reviewers", "late_count", "due_day", "link"}),
    occasions=_days_after,
)
