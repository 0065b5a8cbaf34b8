"""Addresses from which mail came back: a task for the staff, and the way back once somebody has put it right."""

from django.db import transaction
from django.db.models import Q

from cohorts import staff_tasks
from cohorts.models import Enrollment, StaffMembership, StaffTask
from microcred import bounces
from microcred.models import User

RUNNING = Q(cohort__opened_at__isnull=False, cohort__closed_at=None)


def ask_for_help() -> int:
    """Ask the staff of every running cohort about its people whose mail came back; once for each time it did.

    How many there are is returned. Queries: two, and some for each of them.
    """
    bounced = Q(person__mail_bounced_at__isnull=False)
    taking_part = Enrollment.objects.filter(RUNNING, bounced, withdrawn_at=None).select_related("cohort", "person")
    staff = StaffMembership.objects.filter(RUNNING, bounced).select_related("cohort", "person")
    rows: list[Enrollment | StaffMembership] = [*taking_part, *staff]
    for row in rows:
        staff_tasks.ask(
            row.cohort,
            kind=StaffTask.Kind.MAIL,
            key=_key(row.person),
            sentence=f"Mail to {row.person.email} came back. Call, or correct the address.",
            enrollment=row if isinstance(row, Enrollment) else None,
            url=_page(row),
        )
    return len(rows)


def _key(person: User) -> str:
    return f"mail:{person.pk}:{person.mail_bounced_at:%Y%m%d%H%M%S}"


def _page(row: Enrollment | StaffMembership) -> str:
    people = f"/cohorts/{row.cohort.slug}/people/"
    return f"{people}{row.ref}/" if isinstance(row, Enrollment) else f"/cohorts/{row.cohort.slug}/"


@transaction.atomic
def works_again(person: User, *, by: User) -> None:
    """The address was put right, or works again: what waits leaves, and nobody has to look after it any more."""
    if person.mail_bounced_at:
        for task in StaffTask.objects.open().filter(key=_key(person)):
            staff_tasks.done(task, by=by)
    bounces.clear(person)
