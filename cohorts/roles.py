"""In which roles a person stands, and where each role is at home."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import TextChoices

from cohorts.models import Cohort, Enrollment, StaffMembership
from microcred.models import User

STAFF = StaffMembership.Role
Teams = defaultdict[str, frozenset[int]]


class Role(TextChoices):
    """The hats a person can wear, in the order in which they are offered."""

    APPLICANT = "applicant", "Applicant"
    ADMIN = "admin", "Cohort admin"
    REVIEWER = "reviewer", "Reviewer"
    DIRECTOR = "director", "Program director"


ROLE_OF_MEMBERSHIP = {
    STAFF.REVIEWER: Role.REVIEWER,
    STAFF.SECOND_READER: Role.REVIEWER,
    STAFF.ADMIN: Role.ADMIN,
    STAFF.DIRECTOR: Role.DIRECTOR,
}


@dataclass
class Standing:
    """A person's cohorts under each of their roles, running ones first; and whether they settle second reads."""

    cohorts: dict[str, list[Cohort]] = field(default_factory=dict)
    settles: bool = False

    @property
    def roles(self) -> list[Role]:
        return [role for role in Role if role in self.cohorts]

    def add(self, role: Role, cohort: Cohort) -> None:
        known = self.cohorts.setdefault(role, [])
        if cohort not in known:
            known.append(cohort)


def standing_of(person: User) -> Standing:
    """Queries: two; for the operator, who runs every cohort, one more."""
    standing = Standing()
    for enrollment in Enrollment.objects.joined().filter(person=person).select_related("cohort__edition__badge"):
        standing.add(Role.APPLICANT, enrollment.cohort)
    for membership in StaffMembership.objects.filter(person=person).select_related("cohort__edition__badge"):
        standing.add(ROLE_OF_MEMBERSHIP[STAFF(membership.role)], membership.cohort)
        standing.settles |= membership.role == STAFF.SECOND_READER
    if person.is_superuser:
        standing.cohorts[Role.ADMIN] = list(Cohort.objects.select_related("edition__badge"))
    for cohorts in standing.cohorts.values():
        cohorts.sort(key=lambda cohort: (cohort.closed_at is not None, cohort.opened_at is None, -cohort.pk))
    return standing


def roles_of(person: User) -> list[Role]:
    return standing_of(person).roles


def home_of(role: str, standing: Standing) -> str:
    """The first page of a role; an admin of one running cohort goes straight to it."""
    if role == Role.ADMIN:
        running = [cohort for cohort in standing.cohorts[role] if not cohort.closed_at]
        return running[0].get_absolute_url() if len(running) == 1 else "/cohorts/"
    return {Role.APPLICANT: "/my/", Role.REVIEWER: "/review/", Role.DIRECTOR: "/program/"}[Role(role)]


def teams() -> Teams:
    """Who runs each cohort, by its slug: its admins. Queries: one."""
    found: Teams = defaultdict(frozenset)
    admins = StaffMembership.objects.filter(role=STAFF.ADMIN).order_by("pk")
    for slug, person in admins.values_list("cohort__slug", "person"):
        found[slug] |= {person}
    return found
