"""An applicant says who should not read their work, not knowing who reads; the team finds out whom they mean.

What comes of it is the team's to know: to the applicant both ends read the same, or they would learn who is a reader.
"""

from django.db import transaction
from django.urls import reverse

from cohorts import staff_tasks
from cohorts.models import Enrollment, StaffTask
from microcred import clock
from microcred.models import User
from microcred.verdict import ALLOWED, Refused, Verdict
from reviews import conflicts
from reviews.models import Concern

AT_ONCE = 5  # that one applicant may have waiting


def may_tell(enrollment: Enrollment) -> Verdict:
    """Queries: one, and the cohort; select it first."""
    if enrollment.withdrawn_at or enrollment.cohort.closed_at:
        return Verdict("Nobody reads your work here any more, so there is nobody to keep from it.")
    if enrollment.concerns.waiting().count() >= AT_ONCE:
        return Verdict(f"Your team has {AT_ONCE} of these from you to look at first. Write to them if it is urgent.")
    return ALLOWED


@transaction.atomic
def tell(enrollment: Enrollment, *, about: str, kind: str, note: str = "") -> Concern:
    """Put it before the team. Raises: Refused, when there is nothing to keep anybody from."""
    current = (
        Enrollment.objects.select_for_update(of=("self",)).select_related("cohort", "person").get(pk=enrollment.pk)
    )
    if not (may := may_tell(current)):
        raise Refused(may.reason)
    told = Concern.objects.create(enrollment=current, about=about.strip(), kind=kind, note=note.strip())
    staff_tasks.ask(
        current.cohort,
        kind=StaffTask.Kind.CONCERN,
        key=_key(told),
        sentence=f"{current.person} asks that somebody does not read their work. Find out whether that is a reader.",
        enrollment=current,
        url=reverse("reviews:concern", args=[current.cohort.slug, told.pk]),
    )
    return told


@transaction.atomic
def match(told: Concern, person: User, *, by: User) -> int:
    """It is `person` they mean: from now on a declared conflict. What went back to other readers is counted."""
    current = _waiting(told)
    enrollment = current.enrollment
    returned = 0
    if not conflicts.between_people(enrollment.cohort, person, enrollment.person):
        _, returned = conflicts.declare(
            enrollment.cohort, person, other=enrollment.person, kind=current.kind, note=current.note, by=by
        )
    _settle(current, by=by)
    return returned


@transaction.atomic
def set_aside(told: Concern, *, why: str, by: User) -> None:
    """Nobody of the staff is meant, or it is no reason. Colleagues read why."""
    if not why.strip():
        raise Refused("Write why it is set aside: your colleagues read it.")
    _settle(_waiting(told), by=by, why=why.strip())


def _waiting(told: Concern) -> Concern:
    known = Concern.objects.select_for_update(of=("self",)).select_related("enrollment__cohort", "enrollment__person")
    current = known.get(pk=told.pk)
    if current.settled_at:
        raise Refused(f"{current.settled_by} has seen to this already. Nothing was changed.")
    return current


def _settle(told: Concern, *, by: User, why: str = "") -> None:
    told.settled_at, told.settled_by, told.why = clock.now(), by, why
    told.save(update_fields=["settled_at", "settled_by", "why"])
    for task in StaffTask.objects.open().filter(cohort=told.enrollment.cohort_id, key=_key(told)):
        staff_tasks.done(task, by=by)


def _key(told: Concern) -> str:
    return f"concern/{told.pk}"
