"""Who has shown that they score as agreed, where a cohort asks for it, and who may therefore begin live work."""

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from cohorts.models import Cohort, StaffMembership
from microcred.models import User
from microcred.verdict import ALLOWED, Verdict
from reviews.calibration.models import Attempt, Sample

USUAL_PERCENT = 80


def may_begin_live_work(person: User, cohort: Cohort) -> Verdict:
    """Queries: none where the cohort does not ask; else one, and another for the reason."""
    if cohort.calibration_percent is None or passed(person, cohort):
        return ALLOWED
    if not Sample.objects.offered().filter(edition=cohort.edition_id).exists():
        return Verdict(f"{cohort} asks for a sample to be scored first, and none is ready yet. Write to your team.")
    return Verdict(
        f"Score a sample first. {cohort} opens live work once you give the agreed level on "
        f"{cohort.calibration_percent}% of its rows."
    )


def passed(person: User, cohort: Cohort) -> bool:
    """Queries: one."""
    return Attempt.objects.passed().filter(cohort=cohort, reviewer=person).exists()


def memberships_of(person: User) -> list[StaffMembership]:
    """Where this person reviews or settles; `needs_sample`: a running cohort wants one scored first. Queries: one."""
    done = Attempt.objects.passed().filter(cohort=OuterRef("cohort"), reviewer=person)
    asked = Q(
        ~Exists(done),
        role=StaffMembership.Role.REVIEWER,
        cohort__calibration_percent__isnull=False,
        cohort__closed_at=None,
    )
    mine = person.staff_memberships.reviewing().select_related("cohort")
    return list(mine.annotate(needs_sample=ExpressionWrapper(asked, output_field=BooleanField())))


def cohorts_that_ask(person: User) -> list[Cohort]:
    """Every cohort that asks this reviewer for a sample, passed or not. Queries: one."""
    reviewing = person.staff_memberships.filter(role=StaffMembership.Role.REVIEWER, cohort=OuterRef("pk"))
    asking = Cohort.objects.filter(Exists(reviewing), calibration_percent__isnull=False)
    return list(asking.select_related("edition__badge").order_by("-opened_at", "slug"))


def not_ready(cohort: Cohort) -> set[int]:
    """Reviewers who have not passed yet, by primary key; nobody where the cohort does not ask. Queries: one."""
    if cohort.calibration_percent is None:
        return set()
    done = Attempt.objects.passed().filter(cohort=cohort, reviewer=OuterRef("person"))
    reviewers = cohort.staff.filter(~Exists(done), role=StaffMembership.Role.REVIEWER)
    return set(reviewers.values_list("person", flat=True))
