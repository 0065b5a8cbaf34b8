"""Having a submission read by somebody else, too: asked for by a person or a rule, given to whoever has most room."""

from operator import itemgetter

from django.db import transaction
from django.urls import reverse

from cohorts import staff_tasks
from cohorts.models import StaffMembership, StaffTask
from microcred.models import User
from microcred.verdict import Refused
from reviews import conflicts, permissions, staffing
from reviews.balancing import Desk
from reviews.models import Assignment, SecondRead
from reviews.staffing import Reader
from submissions import workflow
from submissions.models import Submission


@transaction.atomic
def ask(submission: Submission, *, why: str, by: User) -> SecondRead:
    """A reader or an admin wants another pair of eyes. Raises: Refused, when it has them, or no reason is given."""
    conflicts.hold(submission.enrollment.cohort)
    current = workflow.locked(submission)
    if not (may := permissions.may_ask_for_second_read(by, current)):
        raise Refused(may.reason)
    if not why.strip():
        raise Refused("Write why another reader should read it: your team reads it.")
    return want(current, SecondRead.Reason.ASKED, why=why, by=by)


def want(submission: Submission, reason: str, *, why: str = "", by: User | None = None) -> SecondRead:
    """Have the present round read twice. The cohort is held and the submission locked.

    A reader who is free gets it, and hears of it in the mail of the day; staff are asked when nobody is.
    """
    asked = SecondRead.objects.create(
        submission=submission,
        round_number=submission.current_round.number,
        reason=reason,
        why=why.strip(),
        asked_by=by,
    )
    if reader := _with_most_room(submission):
        Assignment.objects.create(submission=submission, round_number=asked.round_number, reviewer=reader.person)
    else:
        _ask_staff(asked)
    return asked


def _with_most_room(submission: Submission) -> Reader | None:
    """Who takes more, is ready for live work, clear of any conflict, and never had this round before them.

    Those who settle come last: who reads it can settle it no more.
    """
    cohort = submission.enrollment.cohort
    known = set(submission.assignments.of_the_last_round().values_list("reviewer", flat=True))
    settle = set(cohort.staff.filter(role=StaffMembership.Role.SECOND_READER).values_list("person", flat=True))
    desks = [(Desk(one.takes, one.has), one) for one in staffing.readers_of(cohort) if one.person.pk not in known]
    free = [(one.person.pk in settle, desk.load, one) for desk, one in desks if desk.has_room and one.is_ready]
    for _, _, reader in sorted(free, key=itemgetter(0, 1)):
        may = permissions.may_be_assigned(reader.person, submission)
        if may and not conflicts.between(reader.person, submission):
            return reader
    return None


def _ask_staff(asked: SecondRead) -> None:
    submission, because = asked.submission, f": {asked.why}" if asked.why else "."
    cohort = submission.enrollment.cohort
    staff_tasks.ask(
        cohort,
        kind=StaffTask.Kind.CONFLICT,
        key=f"second-read/{asked.pk}",
        sentence=f"{submission} needs another reader, and nobody is free. {asked.get_reason_display()}{because}",
        enrollment=submission.enrollment,
        url=reverse("reviews:assigning", args=[cohort.slug]),
    )
