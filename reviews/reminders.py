"""What reviewers are reminded of by themselves: work left near its day."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from cohorts import reminders
from cohorts.models import Reminder, StaffMembership
from cohorts.reminders import Occasion
from reviews.digests import letter_values
from reviews.models import Assignment


def remind_reviewers(now: datetime) -> int:
    """Owe the reminders to reviewers with work left. How many is returned; twice is once."""
    return reminders.owe_due(Reminder.Audience.REVIEWERS, _with_work_left, now=now, values_for=_values)


def _with_work_left(occasion: Occasion) -> QuerySet:
    """One membership for each reviewer of the cohort who has something to do."""
    reviewing = StaffMembership.objects.reviewing().filter(cohort=occasion.cohort)
    work = Assignment.objects.to_do().filter(
        submission__enrollment__cohort=occasion.cohort, reviewer=OuterRef("person")
    )
    first = reviewing.filter(person=OuterRef("person"), pk__lt=OuterRef("pk"))
    return reviewing.filter(Exists(work)).exclude(Exists(first))


def _values(rule: Reminder, occasion: Occasion, members: list) -> dict[int, dict[str, object]]:
    by_person = letter_values(occasion.cohort, [member.person for member in members])
    return {member.pk: by_person[member.person_id] for member in members if member.person_id in by_person}
