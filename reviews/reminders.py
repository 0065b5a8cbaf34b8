"""What reviewers are reminded of by themselves: work left near its day, and a revised version that came in."""

from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from cohorts import mailing, reminders
from cohorts.models import Reminder, StaffMembership
from cohorts.reminders import Occasion
from microcred import outbox
from microcred.models import Message
from reviews.assigning import letter_values
from reviews.models import Assignment

REVISED = "revised-to-review/"


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


@transaction.atomic
def tell_of_revised() -> int:
    """Tell each reader once that the revised version of what they read has come in. How many is returned."""
    key = Concat(Value(REVISED), Cast("pk", CharField()))
    new = (
        Assignment.objects.to_do()
        .handed_in()
        .filter(round_number__gt=1, review=None)
        .annotate(key=key)
        .exclude(Exists(Message.objects.filter(key=OuterRef("key"))))
        .with_submission()
        .select_related("reviewer")
    )
    owed = []
    for assignment in new:
        cohort = assignment.submission.enrollment.cohort
        values = letter_values(cohort, [assignment.reviewer])[assignment.reviewer_id]
        owed.append(
            mailing.message(
                cohort, assignment.reviewer, "reviewer-assigned", key=f"{REVISED}{assignment.pk}", values=values
            )
        )
    outbox.owe(owed)
    return len(owed)
