"""The assignment that a reviewer's page is about."""

from django.db.models import OuterRef, Subquery
from django.http import Http404

from cohorts.models import StaffMembership
from reviews import permissions
from reviews.calibration import readiness
from reviews.models import Assignment, count_of
from submissions.models import Round

READER = "reviewer"  # the role under which a reading of a document is written down


def only_for_reviewers(person) -> list[StaffMembership]:
    """Where they review; to everybody else a reviewer's pages do not exist. Queries: one for a reviewer."""
    reviewing = readiness.memberships_of(person)
    if not (reviewing or Assignment.objects.of(person).exists()):
        raise Http404
    return reviewing


READING = (Assignment.Role.READER,)  # settling has pages of its own


def assignment_of(request, number: int, *, roles=READING, **which: int) -> Assignment:
    """The reader's own, of the last round handed in, or `which`. What is nobody's or somebody else's is not there."""
    rounds = Round.objects.filter(submission=OuterRef("submission"), number=OuterRef("round_number"))
    waiting = Assignment.objects.to_do().filter(reviewer=OuterRef("reviewer"))
    own = (
        Assignment.objects.of(request.user)
        .handed_in()
        .with_submission()
        .with_finish_by()
        .with_present_round()
        .annotate(left=count_of(waiting), what_changed=Subquery(rounds.values("what_changed")))
        .filter(submission__number=number, role__in=roles, **which)
        .order_by("-round_number")
    )
    assignment = own.first()
    if assignment is None:
        raise Http404
    permissions.may_read(request.user, assignment.submission).enforce()
    return assignment
