"""Who reads what, given by hand: to one reader, from one to another, back again."""

from django.db import transaction
from simple_history.utils import update_change_reason

from cohorts import staff_tasks
from cohorts.models import StaffTask
from microcred import clock
from microcred.models import User
from microcred.verdict import Refused
from reviews import conflicts, permissions, settling
from reviews.models import READABLE, Assignment, Review, Score
from submissions import workflow
from submissions.models import Submission

HANDED_OVER = "Handed over from another reader"  # why a copied score stands in its history


@transaction.atomic
def assign(submission: Submission, reviewer: User, *, by: User, role: str = Assignment.Role.READER) -> Assignment:
    """Give the present round of `submission` to `reviewer`, who hears of it in the mail of the day.

    Raises: Refused, with the reason why it cannot be this reviewer.
    """
    conflicts.hold(submission.enrollment.cohort)
    submission = workflow.locked(submission)
    if not (may := permissions.may_be_assigned(reviewer, submission)):
        raise Refused(may.reason)
    has_it = submission.assignments.standing().of_the_last_round().filter(reviewer=reviewer)
    if has_it.exclude(role=role).exists():
        raise Refused(f"{reviewer} settles {submission}. Choose another reader.")
    assignment, _ = Assignment.objects.update_or_create(
        submission=submission,
        round_number=submission.current_round.number,
        reviewer=reviewer,
        defaults={"role": role, "handed_back_at": None, "handed_back_by": None},
        create_defaults={"role": role, "assigned_by": by},
    )
    for task in StaffTask.objects.open().filter(enrollment=submission.enrollment_id, kind=StaffTask.Kind.CONFLICT):
        staff_tasks.done(task, by=by)
    return assignment


@transaction.atomic
def take_away(assignment: Assignment, *, by: User) -> None:
    """The reviewer need not read it any more. What they wrote stays with them, and is not used.

    Nothing stays of a reading that was neither begun nor told of: it is as if it had not been given.
    Raises: Refused, when it is decided by now.
    """
    current = workflow.locked(assignment.submission)
    if current.state not in READABLE:
        raise Refused(f"{current} is now “{current.get_state_display()}”. Its readers stay as they are.")
    standing = Assignment.objects.standing().filter(pk=assignment.pk)
    if not standing.filter(review=None, told_at=None).delete()[0]:
        standing.update(handed_back_at=clock.now(), handed_back_by=by)


@transaction.atomic
def reassign(assignment: Assignment, reviewer: User, *, by: User, with_draft: bool = False) -> Assignment:
    """Another reader instead of the present one; `with_draft`: they begin with what the present one wrote.

    Raises: Refused, when it cannot be `reviewer`; then all stays.
    """
    draft = Review.objects.filter(assignment=assignment).first()
    take_away(assignment, by=by)
    given = assign(assignment.submission, reviewer, by=by, role=assignment.role)
    if with_draft and draft:
        _hand_over(draft, given)
    return given


def _hand_over(draft: Review, given: Assignment) -> None:
    """Copies of what one reader wrote become another's own drafts, marked as handed over; the first's stay."""
    review, _ = Review.objects.get_or_create(assignment=given)
    Review.objects.filter(pk=review.pk).update(handed_over_from=draft)
    said = set(review.scores.values_list("criterion", flat=True))
    for score in draft.scores.exclude(criterion__in=said):
        copy = Score.objects.create(
            review=review,
            criterion_id=score.criterion_id,
            level_id=score.level_id,
            comment=score.comment,
            private_note=score.private_note,
            version=1,
        )
        update_change_reason(copy, HANDED_OVER)


def take_from_who_left() -> int:
    """What somebody who has left the staff had not finished goes back, and staff find another. How many is returned."""
    behind = Assignment.objects.unfinished().of_the_last_round().left_behind()
    rows = behind.filter(submission__state__in=READABLE).order_by("submission", "pk")
    return sum(_take_from_who_left(one) for one in rows.select_related("submission", "reviewer"))


@transaction.atomic
def _take_from_who_left(assignment: Assignment) -> bool:
    submission, reader = workflow.locked(assignment.submission), assignment.reviewer
    current = Assignment.objects.unfinished().left_behind().filter(pk=assignment.pk).first()
    if current is None or submission.state not in READABLE:
        return False
    current.submission, current.handed_back_at, current.handed_back_by = submission, clock.now(), reader
    current.save(update_fields=["handed_back_at", "handed_back_by"])
    if current.settles:
        settling.compare(submission, by=reader)
    else:
        conflicts.ask_for_another(current, f"{reader} had {submission} to read, and has left the staff.")
    return True


@transaction.atomic
def keep_readers(submission: Submission, *, from_round: int) -> None:
    """Those who read `from_round` read the round that follows it: met rows stay met, the same eyes see the rest.

    Who has left the staff by now, or is in conflict with it, does not; the plan finds somebody else.
    """
    for known in submission.assignments.readable().readings().filter(round_number=from_round):
        Assignment.objects.get_or_create(
            submission=submission,
            round_number=from_round + 1,
            reviewer_id=known.reviewer_id,
            defaults={"role": known.role, "assigned_by_id": known.assigned_by_id},
        )
