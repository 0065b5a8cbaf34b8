"""Who works for a cohort: people come to its staff in a role, are told, and leave it."""

from django.db import transaction

from cohorts import mailing
from cohorts.models import Cohort, StaffMembership
from cohorts.permissions import may_leave
from microcred import outbox
from microcred.models import User
from microcred.verdict import Refused

JOINED = "joined-staff"


@transaction.atomic
def add(
    cohort: Cohort, role: str, *, email: str, first: str, last: str, organization: str = "", by: User
) -> StaffMembership:
    """Give somebody a role; whoever is new here signs in by a code sent to `email`. Raises: Refused."""
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    person = User.objects.filter(email__iexact=email).first()
    if person and cohort.staff.filter(person=person, role=role).exists():
        raise Refused(f"{person} has that role already.")
    if person is None and not (first and last):
        raise Refused(f"Nobody here has the address {email} yet. Write their names, too.")
    if person is None:
        person = User.objects.create_user(email, first_name=first, last_name=last, zone=cohort.zone)
    made = StaffMembership.objects.create(cohort=cohort, person=person, role=role, organization=organization)
    if made.person != by and mailing.has_letter(cohort.edition, JOINED):
        values = {"role": made.get_role_display().lower(), "added_by": by.full_name, "link": mailing.address("/")}
        outbox.owe([mailing.message(cohort, person, JOINED, key=f"{JOINED}:{made.pk}", values=values)])
    return made


@transaction.atomic
def leave(membership: StaffMembership) -> None:
    """Take a role away; what its holder wrote stays. Raises: Refused."""
    Cohort.objects.select_for_update().get(pk=membership.cohort_id)
    if not (verdict := may_leave(membership)):
        raise Refused(verdict.reason)
    membership.delete()
