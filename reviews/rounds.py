"""How far the readers of each submission are: one condition for every page that counts or lists it."""

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from cohorts.models import Cohort, StaffTask
from reviews.models import Assignment
from reviews.second_reads import readers_needed
from submissions.models import Submission
from submissions.states import State

TO_SETTLE = "settle/"  # begins the key of the task to find a second reader


def in_review(cohort: Cohort) -> QuerySet:
    """Submissions being reviewed, each with `finished` and `is_unfinished` readers of the round that counts now."""
    reading = Assignment.objects.standing().readings().of_the_last_round().filter(submission=OuterRef("pk"))
    return Submission.objects.filter(enrollment__cohort=cohort, state=State.IN_REVIEW).annotate(
        is_unfinished=Exists(reading.unfinished()), finished=_count(reading.filter(review__finished_at__isnull=False))
    )


def reviewed(cohort: Cohort) -> QuerySet:
    """Those with every required review of the round finished: ready to decide, or waiting for a second reader."""
    return in_review(cohort).filter(is_unfinished=False, finished__gte=readers_needed())


def ready(cohort: Cohort) -> QuerySet:
    """Those of them on which nobody has to settle anything first, nor to find who does."""
    settling = Assignment.objects.standing().settling().of_the_last_round().filter(submission=OuterRef("pk"))
    seeking = StaffTask.objects.open().filter(key__startswith=TO_SETTLE, enrollment=OuterRef("enrollment"))
    return reviewed(cohort).filter(~Exists(settling.unfinished()), ~Exists(seeking))


def half_read(cohort: Cohort) -> QuerySet:
    """Those that one reader has finished and that wait for another one."""
    return in_review(cohort).filter(finished__gte=1, finished__lt=readers_needed())


def _count(rows: QuerySet):
    return Subquery(rows.order_by().values("submission").annotate(n=Count("pk")).values("n"))
