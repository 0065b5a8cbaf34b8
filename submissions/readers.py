"""Who opened a person's files: education records are shown with their access log."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from cohorts.models import RecordReading
from microcred.models import User
from submissions.models import DocumentAccess, WorkflowEvent


@dataclass(frozen=True)
class Reading:
    """One reading as the owner of the file may know it."""

    who: str
    what: str
    at: datetime
    zone: str
    cohort: str


def readings_of(person: User) -> QuerySet[DocumentAccess]:
    """Everybody else's readings of a person's files, the latest first; each knows whether its outcome is released.

    That somebody read the scores shows only then: before, it would tell that there are some. What counts is when they
    read: a file that a revision or an appeal leaves as it is, is read again before the next release.
    """
    moves = WorkflowEvent.objects.filter(submission=OuterRef("version__document__submission"))
    last = moves.filter(move__in=("submit", "appeal", "release"), at__lte=OuterRef("at")).order_by("-at", "-pk")
    since = moves.filter(move="release", at__gte=OuterRef("at"))
    return (
        DocumentAccess.objects.filter(version__document__submission__enrollment__person=person)
        .exclude(person=person)
        .select_related("person", "version__document__required", "version__document__submission__enrollment__cohort")
        .annotate(last_move=Subquery(last.values("move")[:1]))
        .annotate(is_released=Exists(since) | Q(last_move="release"))
        .exclude(form=DocumentAccess.Form.SCORES, is_released=False)
        .order_by("-at", "-pk")
    )


def as_shown(access: DocumentAccess) -> Reading:
    """Staff by name; a reviewer by name only where the cohort shows it, and after the release."""
    version = access.version
    cohort = version.document.submission.enrollment.cohort
    if access.role != "reviewer":
        who = f"{access.person}, cohort admin"
    elif cohort.shows_reviewer_names and getattr(access, "is_released", False):
        who = f"{access.person}, reviewer"
    else:
        who = "A reviewer"
    what = f"{version.document.required.short_title}, version {version.number}: {access.get_form_display().lower()}"
    return Reading(who, what, access.at, cohort.zone, cohort.name)


def records_of(person: User) -> QuerySet[RecordReading]:
    """Staff who read the whole story of a person, or saw their pages as they do, the latest first."""
    of_them = RecordReading.objects.filter(enrollment__person=person).exclude(person=person)
    return of_them.select_related("person", "enrollment__cohort").order_by("-at", "-pk")


def as_told(reading: RecordReading) -> Reading:
    """Always by name: no reviewer is among them."""
    cohort = reading.enrollment.cohort
    return Reading(f"{reading.person}, cohort admin", reading.get_form_display(), reading.at, cohort.zone, cohort.name)
