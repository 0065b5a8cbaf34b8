"""Who may do what in a cohort."""

from cohorts.models import Cohort, Enrollment, StaffMembership
from microcred.models import User
from microcred.verdict import ALLOWED, Verdict


def may_run(person: User, cohort: Cohort) -> Verdict:
    """Change dates, people and reminders. Queries: one."""
    if Cohort.objects.run_by(person).filter(pk=cohort.pk).exists():
        return ALLOWED
    return Verdict(f"Only admins of the {cohort} cohort can do this. Its team can add you: {cohort.team_email}.")


def may_attend(person: User, enrollment: Enrollment) -> Verdict:
    """Do what an applicant does: tick activities, say that one cannot come, hand in."""
    if enrollment.person_id != person.pk:
        return Verdict("Only the applicant can do this.")
    if enrollment.withdrawn_at:
        return Verdict(f"You have left the {enrollment.cohort} cohort. Write to its team to come back.")
    if not enrollment.joined_at:
        return Verdict("Join the cohort first. The button is in your invitation.")
    return ALLOWED


def may_see_as(enrollment: Enrollment) -> Verdict:
    """Whether an admin of the cohort may see its pages as this person does. Queries: one."""
    person = enrollment.person
    if not enrollment.joined_at:
        return Verdict(f"{person} has not joined yet: there is nothing to see.")
    leads = person.staff_memberships.filter(role__in=(StaffMembership.Role.ADMIN, StaffMembership.Role.DIRECTOR))
    if person.is_superuser or person.is_staff or leads.exists():
        return Verdict(f"{person} works for the program. Nobody sees the pages of staff as they do.")
    return ALLOWED


def may_open(cohort: Cohort) -> Verdict:
    return Verdict(f"The {cohort} cohort is open already.") if cohort.opened_at else ALLOWED


def may_leave(membership: StaffMembership) -> Verdict:
    """Take a role from somebody: somebody has to run the cohort. Queries: one for an admin."""
    admins = StaffMembership.objects.filter(cohort=membership.cohort_id, role=StaffMembership.Role.ADMIN)
    if membership.role == StaffMembership.Role.ADMIN and not admins.exclude(pk=membership.pk).exists():
        return Verdict(f"{membership.person} is the only admin of {membership.cohort}. Add another one first.")
    return ALLOWED


def may_create(person: User) -> Verdict:
    """Prepare a cohort: whoever runs or directs one already, and the operator. Queries: one."""
    roles = (StaffMembership.Role.ADMIN, StaffMembership.Role.DIRECTOR)
    if person.is_superuser or StaffMembership.objects.filter(person=person, role__in=roles).exists():
        return ALLOWED
    return Verdict("Only program staff can prepare a cohort.")
