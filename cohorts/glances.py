"""A cohort in a line: its people in numbers, and its next date."""

from django.db.models import Count, Min, Q, QuerySet

from cohorts.models import Event
from microcred import clock


def at_a_glance(cohorts: QuerySet) -> QuerySet:
    """Each cohort with `enrolled`, `joined`, `withdrawn` and `next_at`. Queries: one, when read."""
    theirs = Count("enrollments", distinct=True)
    joined = Q(enrollments__joined_at__isnull=False)
    withdrawn = Q(enrollments__withdrawn_at__isnull=False)
    ahead = Q(events__ends_at__gt=clock.now(), events__cancelled_at__isnull=True)
    return cohorts.select_related("edition__badge").annotate(
        enrolled=theirs,
        joined=Count("enrollments", filter=joined & ~withdrawn, distinct=True),
        withdrawn=Count("enrollments", filter=withdrawn, distinct=True),
        next_at=Min("events__ends_at", filter=ahead),
        evidence_on=Min("events__on", filter=Q(events__kind=Event.Kind.EVIDENCE_DUE)),
    )
