"""Reviews in any stage, reached by what admins and reviewers do."""

from datetime import timedelta

from microcred import clock
from reviews import agreement, assigning, decisions, scoring
from reviews.models import Assignment, Review
from submissions import notes, workflow
from submissions.models import Submission
from submissions.states import State
from tests.support import factories
from tests.support.submitting import AFTER_ALL, add_all, submission_in

SAYS = "Add two or three specific actions of your team."


def assigned(submission: Submission | None = None, reviewer=None, *, cohort=None, at=AFTER_ALL) -> Assignment:
    """A submission given to a reviewer of its cohort; both are made when not given."""
    submission = submission or submission_in(State.SUBMITTED, cohort=cohort)
    cohort = submission.enrollment.cohort
    reviewer = reviewer or factories.person("Ben", "Reader")
    if not cohort.staff.reviewing().filter(person=reviewer).exists():
        factories.staff(cohort, reviewer)
    with clock.fixed(at):
        assignment = assigning.assign(submission, reviewer, by=cohort.opened_by)
    return Assignment.objects.with_submission().get(pk=assignment.pk)


def started(assignment: Assignment | None = None, *, at=AFTER_ALL, **given) -> Review:
    """A review that its reader has opened."""
    assignment = assignment or assigned(at=at, **given)
    with clock.fixed(at + timedelta(minutes=5)):
        return scoring.start(assignment, by=assignment.reviewer)


def score(review: Review, number: int, rank: int, *, comment=SAYS, **typed):
    """Save a level, by its rank, for the question of that number."""
    cohort = review.assignment.submission.enrollment.cohort
    row = agreement.criteria_of([cohort.edition_id])[cohort.edition_id][number - 1]
    level = next(level for level in row.levels.all() if level.rank == rank)
    return scoring.save(review, row, level=level, comment=comment, **typed)


def reviewed(
    submission: Submission | None = None,
    reviewer=None,
    *,
    ranks: dict[int, int] | None = None,
    at=AFTER_ALL,
    cohort=None,
) -> Review:
    """A finished review: every row at its top level, but those that `ranks` names by their number."""
    assignment = _given(submission, reviewer) or assigned(submission, reviewer, cohort=cohort, at=at)
    review = started(assignment, at=at)
    with clock.fixed(at + timedelta(minutes=30)):
        for number, row, _ in scoring.rows_of(review):
            score(review, number, (ranks or {}).get(number, row.levels.all()[0].rank))
        scoring.finish(review, by=assignment.reviewer)
    return Review.objects.get(pk=review.pk)


def _given(submission: Submission | None, reviewer) -> Assignment | None:
    """The reader's assignment in the last round, if there is one already."""
    if submission is None or reviewer is None:
        return None
    own = Assignment.objects.of(reviewer).of_the_last_round().with_submission()
    return own.filter(submission=submission).first()


def revised(reviewer, *, ranks: dict[int, int] | None = None) -> Submission:
    """The reviewer asked for a revision of the second row (or of those in `ranks`), and it has come in."""
    submission = reviewed(submission_in(State.SUBMITTED), reviewer, ranks=ranks or {2: 2}).assignment.submission
    submission = Submission.objects.get(pk=submission.pk)
    with clock.fixed(AFTER_ALL):
        decision = decisions.decide(submission, by=submission.enrollment.cohort.opened_by)
        decisions.release(decision, by=decision.made_by)
        submission = Submission.objects.get(pk=submission.pk)
        guide = submission.enrollment.cohort.edition.documents.get(is_scored=True)
        add_all(submission, only=[guide], answers={"L2-RG-Q2": "We named the stage, and what our team has done."})
        notes.keep(submission, {row.pk: "More of our team." for row in submission.current_round.criteria.all()})
        workflow.submit(submission, by=submission.enrollment.person, at=AFTER_ALL)
    return Submission.objects.get(pk=submission.pk)
