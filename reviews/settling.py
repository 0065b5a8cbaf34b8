"""Where two readers differ: who settles it, between which words, and what comes of it.

The settling is a review like any other, of the second reader: its rows are those that the readers differ on, its
comment is what the applicant reads, its private note says why. While it lasts a reader may still change their mind:
then it waits, and ends when they differ no longer. Once it is finished it counts, and the readings stay as they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from cohorts import mailing, staff_tasks
from cohorts.models import StaffMembership, StaffTask
from microcred import clock, outbox
from microcred.models import User
from microcred.verdict import Refused
from reviews import agreement, another_reader, conflicts, permissions
from reviews.agreement import Row, Standing, passing
from reviews.models import Assignment, Review, Score, SecondRead, count_of
from reviews.rounds import TO_SETTLE
from submissions import workflow
from submissions.models import Submission

LETTER = "settle"


# What a finished reading leads to ------------------------------------------------------------------------------------
def compare(submission: Submission, *, by: User) -> None:
    """After a reading was finished: ask for another, or for a second reader, or for neither. It is locked."""
    standing = agreement.of(submission)
    if reason := _wants_another(standing):
        another_reader.want(submission, reason)
    elif standing.has_its_readers and standing.disputed:
        _open(standing)
    elif standing.has_its_readers and standing.settlement and not standing.settlement.is_finished:
        _end(standing.settlement.assignment, by=by)


def _wants_another(standing: Standing) -> SecondRead.Reason | None:
    """The rule by which the only reading is not enough."""
    cohort, missing = standing.submission.enrollment.cohort, standing.missing
    if len(standing.readings) != 1 or not standing.has_its_readers or not missing:
        return None
    if cohort.second_read_not_awarded and standing.round.number >= cohort.attempts:
        return SecondRead.Reason.NOT_AWARDED
    return SecondRead.Reason.NEAR_PASS if missing <= cohort.second_read_near_rows else None


def _open(standing: Standing) -> None:
    """Give what differs to a second reader; staff are asked when nobody is free."""
    submission = standing.submission
    if standing.settlement:
        Review.objects.filter(assignment=standing.settlement.assignment).update(finished_at=None)
    elif chosen := next(iter(free_to_settle(submission)), None):
        _give(submission, chosen)
    else:
        _ask_staff(submission)


def _end(assignment: Assignment, *, by: User) -> None:
    """The readers differ no longer: nothing is left to settle. What was typed stays where it is."""
    assignment.handed_back_at, assignment.handed_back_by = clock.now(), by
    assignment.save(update_fields=["handed_back_at", "handed_back_by"])


# Who settles ---------------------------------------------------------------------------------------------------------
def free_to_settle(submission: Submission) -> list[User]:
    """The cohort's second readers who may settle it, who knows it first, then who has the least to settle."""
    own = Assignment.objects.settling().filter(reviewer=OuterRef("person"))
    open_now = own.standing().unfinished().of_the_last_round()
    members = (
        StaffMembership.objects.filter(cohort=submission.enrollment.cohort, role=StaffMembership.Role.SECOND_READER)
        .select_related("person")
        .annotate(knows_it=Exists(own.filter(submission=submission)), load=count_of(open_now))
        .order_by("-knows_it", "load", "pk")
    )
    return [
        one.person
        for one in members
        if permissions.may_settle_between(one.person, submission) and not conflicts.between(one.person, submission)
    ]


@transaction.atomic
def give(submission: Submission, person: User, *, by: User) -> Assignment:
    """An admin chooses who settles; who had it before keeps what they wrote. Raises: Refused, with the reason."""
    current = workflow.locked(submission)
    if not (may := permissions.may_decide(by, current)):
        raise Refused(may.reason)
    if not agreement.of(current).disputed:
        raise Refused(f"The readers of {current} do not differ now. Nothing was changed.")
    if not (may := permissions.may_settle_between(person, current)):
        raise Refused(may.reason)
    present = current.assignments.settling().standing().of_the_last_round()
    present.exclude(reviewer=person).update(handed_back_at=clock.now(), handed_back_by=by)
    for task in StaffTask.objects.open().filter(enrollment=current.enrollment, kind=StaffTask.Kind.CONFLICT):
        staff_tasks.done(task, by=by)
    return _give(current, person, by=by)


def _give(submission: Submission, person: User, *, by: User | None = None) -> Assignment:
    number = submission.current_round.number
    role = Assignment.Role.SECOND_READER
    assignment, _ = Assignment.objects.update_or_create(
        submission=submission,
        round_number=number,
        reviewer=person,
        defaults={"role": role, "handed_back_at": None, "handed_back_by": None},
        create_defaults={"role": role, "assigned_by": by},
    )
    cohort = submission.enrollment.cohort
    staff_tasks.forget(cohort, [_task_key(submission)])
    if mailing.has_letter(cohort.edition, LETTER):
        link = mailing.address(reverse("reviews:settle", args=[submission.number]))
        values = {"submission": str(submission), "link": link}
        key = f"{LETTER}/{assignment.pk}/{clock.now():%Y%m%d%H%M}"
        outbox.owe([mailing.message(cohort, person, LETTER, key=key, values=values)])
    return assignment


def _ask_staff(submission: Submission) -> None:
    staff_tasks.ask(
        submission.enrollment.cohort,
        kind=StaffTask.Kind.CONFLICT,
        key=_task_key(submission),
        sentence=f"Two readers differ on {submission}, and no second reader is free. Add one to the staff.",
        enrollment=submission.enrollment,
        url=reverse("reviews:settle", args=[submission.number]),
    )


def _task_key(submission: Submission) -> str:
    return f"{TO_SETTLE}{submission.pk}/{submission.current_round.number}"


# Settling ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Gap:
    """What is missing in one row before it is settled: in which field, said how."""

    number: int
    field: str
    sentence: str


def gaps(rows: Iterable[Row], scores: dict[int, Score]) -> list[Gap]:
    """Queries: none; `scores` are by criterion."""
    return [gap for row in rows if (gap := _gap(row, scores.get(row.criterion.pk)))]


def _gap(row: Row, score: Score | None) -> Gap | None:
    if score is None or score.level is None:
        return Gap(row.number, "level", f"Choose the level that question {row.number} is settled at.")
    if not score.private_note.strip():
        return Gap(row.number, "note", f"Write why question {row.number} is settled so. Only staff read it.")
    if score.level.rank < passing(row.criterion).rank and not score.comment.strip():
        what = f"say what “{passing(row.criterion)}” needs"
        return Gap(row.number, "comment", f"Write to the applicant about question {row.number}: {what}.")
    return None


@transaction.atomic
def settle(assignment: Assignment, *, by: User) -> None:
    """The second reader's last word. Levels of rows that nobody differs on any more are let go.

    Raises: Refused, when it is not theirs to settle now, or something is missing.
    """
    workflow.locked(assignment.submission)
    current = Assignment.objects.standing().settling().with_submission().filter(pk=assignment.pk).first()
    if current is None or not current.begun:
        raise Refused(f"{assignment.submission} is not yours to settle any more, or nothing is settled yet.")
    if not (may := permissions.may_score(by, current)):
        raise Refused(may.reason)
    rows = agreement.of(current.submission).disputed
    scores = {score.criterion_id: score for score in current.begun.scores.select_related("level")}
    if missing := gaps(rows, scores):
        raise Refused(missing[0].sentence)
    for key in scores.keys() - {row.criterion.pk for row in rows}:
        scores[key].level = None
        scores[key].save(update_fields=["level"])
    Review.objects.filter(pk=current.begun.pk).update(finished_at=clock.now())
