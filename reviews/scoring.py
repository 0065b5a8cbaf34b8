"""What a reviewer does with one submission: score, which starts the review; finish, reopen, hand back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from badges.models import Criterion, Edition, Level
from badges.passing import passes
from cohorts import mailing
from microcred import clock, outbox
from microcred.models import User
from microcred.verdict import Refused
from reviews import conflicts, permissions, seen, settling
from reviews.agreement import criteria_of, passing
from reviews.models import Assignment, Review, Score
from submissions import workflow
from submissions.letters import in_words


class Changed(Exception):
    """Another tab saved this row in the meantime; `score` is what it saved."""

    def __init__(self, score: Any) -> None:
        super().__init__("You changed this in another tab. Your text is below and has not been lost.")
        self.score = score


def start(assignment: Assignment, *, by: User, read: seen.Seen | None = None) -> Review:
    """Begin to score: from here on the versions stay as they were read. Later, the review as it is.

    Raises: Refused, when it is not this person's to score, a file of it cannot be read, or another one was `read`.
    """
    if assignment.begun:
        return assignment.begun
    with transaction.atomic():
        submission = assignment.submission = workflow.locked(assignment.submission)
        if not (may := permissions.may_score(by, assignment)):
            raise Refused(may.reason)
        seen.before_starting(read, assignment)
        workflow.start_review(submission, by=by)
        review, _ = Review.objects.get_or_create(assignment=assignment)
    return review


@dataclass(frozen=True)
class Entry:
    """What stands in the form for one row; `version` is the one that the page was made from."""

    criterion: Criterion
    level: Level | None
    comment: str = ""
    private_note: str = ""
    version: int = 0
    why: str = ""

    @property
    def says_something(self) -> bool:
        return bool(self.level or self.comment.strip() or self.private_note.strip())


def keep(assignment: Assignment, entries: Iterable[Entry], *, by: User, read: seen.Seen | None = None) -> list[Changed]:
    """Save what a page brought, which was made from what was `read`; the first words or level start the review.

    Raises: Refused, when nothing of it may be saved; `seen.NotYet`, when it may be later.
    """
    if read:
        seen.compare(read, assignment)
    entries = list(entries)
    if assignment.begun:
        return save_all(assignment.begun, entries)
    if not any(entry.says_something for entry in entries):
        return []
    with transaction.atomic():
        return save_all(start(assignment, by=by, read=read), entries)


def save(review: Review, criterion: Criterion, **typed) -> Score:
    """Keep what was typed for one row. The same words again change nothing, whatever their version.

    Raises: Changed, when another tab saved something else; Refused, when the review is finished or decided upon.
    """
    if clashes := save_all(review, [Entry(criterion, **typed)]):
        raise clashes[0]
    return review.scores.get(criterion=criterion)


@transaction.atomic
def save_all(review: Review, entries: Iterable[Entry]) -> list[Changed]:
    """Keep every row that nobody changed meanwhile; the others come back. Raises: Refused, as `save`."""
    assignment = _hold(review)
    scores = {score.criterion_id: score for score in review.scores.select_related("level")}
    clashes = []
    for entry in entries:
        score = scores.get(entry.criterion.pk) or Score(review=review, criterion=entry.criterion)
        try:
            _keep(score, entry, by=assignment.reviewer)
        except Changed as clash:
            clashes.append(clash)
    return clashes


def _keep(score: Score, entry: Entry, *, by: User) -> None:
    said = {"comment": tidy(entry.comment), "private_note": tidy(entry.private_note), "why": tidy(entry.why)}
    if take(score, {"level": entry.level, **said}, version=entry.version):
        score._history_user, score._history_date = by, score.saved_at  # type: ignore[attr-defined]
        score.save()


def take(row: Any, said: Mapping[str, object], *, version: int) -> bool:
    """Let a row say what was typed on a page made from its `version`; False, when it says that already.

    Raises: Changed, when another tab saved something else. The caller holds the row, and saves it.
    """
    if all(getattr(row, name) == value for name, value in said.items()):
        return False
    if row.version != version:
        raise Changed(row)
    for name, value in said.items():
        setattr(row, name, value)
    row.version, row.saved_at = row.version + 1, clock.now()
    return True


def _hold(review: Review) -> Assignment:
    """Lock the review, and look once more whether it may be written to."""
    Review.objects.select_for_update().get(pk=review.pk)
    assignment = Assignment.objects.with_submission().select_related("reviewer").get(review=review)
    if reason := why_not(assignment):
        raise Refused(reason)
    return assignment


def why_not(assignment: Assignment) -> str:
    """Why its reader cannot save anything in it; empty, when they can. Queries: up to three."""
    submission = assignment.submission
    if assignment.handed_back_at:
        own = assignment.conflict and assignment.handed_back_by_id == assignment.reviewer_id
        return f"You handed {submission} back." if own else f"{submission} has been given to somebody else."
    if not Assignment.objects.of(assignment.reviewer).filter(pk=assignment.pk).exists():
        if Assignment.objects.while_reviewing().filter(pk=assignment.pk).exists():
            return f"You are in conflict with {submission}. Somebody else reads it."
        return f"You are no longer a reviewer of {submission.enrollment.cohort}."
    return permissions.may_score(assignment.reviewer, assignment).reason


def tidy(text: str) -> str:
    """One kind of line end, so that the same words are the same text."""
    return text.replace("\r\n", "\n").strip()


# Finishing -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Gap:
    """What is missing in one row before the review can be finished."""

    number: int
    sentence: str


def gaps(rows: Iterable[tuple[int, Level, Score | None]]) -> list[Gap]:
    """What is missing in `rows`: the number and the passing level of each, with its score or None."""
    found = []
    for number, enough, score in rows:
        if score is None or score.level is None:
            found.append(Gap(number, f"Choose a level for question {number}."))
        elif score.level.rank < enough.rank and not score.comment.strip():
            found.append(Gap(number, f"Write a comment on question {number}: say what “{enough}” needs."))
    return found


@transaction.atomic
def finish(review: Review, *, by: User) -> None:
    """Say the last word. Raises: Refused, naming what is missing first."""
    conflicts.hold(review.assignment.submission.enrollment.cohort)  # it may be given to another reader
    assignment = _assignment(review)
    if not (may := permissions.may_score(by, assignment)):
        raise Refused(may.reason)
    if missing := gaps((number, passing(row), score) for number, row, score in rows_of(assignment.review)):
        raise Refused(missing[0].sentence)
    Review.objects.filter(pk=review.pk).update(finished_at=clock.now())
    settling.compare(assignment.submission, by=by)


@transaction.atomic
def reopen_review(review: Review, *, by: User) -> None:
    """Change one's mind before the decision goes out; until it is finished again, no decision leaves."""
    if not (may := permissions.may_reopen(by, _assignment(review))):
        raise Refused(may.reason)
    Review.objects.filter(pk=review.pk).update(
        finished_at=None, reopened_at=Coalesce("reopened_at", Value(clock.now(), DateTimeField()))
    )


def _assignment(review: Review) -> Assignment:
    """As it is now, its submission locked first, as the workflow does, then the review itself."""
    workflow.locked(review.assignment.submission)
    Review.objects.select_for_update().get(pk=review.pk)
    found = Assignment.objects.standing().with_submission().filter(review=review).first()
    if found is None:
        raise Refused(f"{review.assignment.submission} is not in your queue any more.")
    return found


@transaction.atomic
def hand_back(assignment: Assignment, *, kind: str, note: str, by: User) -> None:
    """Say that somebody else should read this. Scores stay with who gave them and are not used; staff get a task."""
    submission = workflow.locked(assignment.submission)
    current = Assignment.objects.standing().select_for_update().filter(pk=assignment.pk, reviewer=by).first()
    if current is None:
        raise Refused("This submission is not in your queue any more. You need do nothing.")
    current.submission = submission
    if not (may := permissions.may_hand_back(by, current)):
        raise Refused(may.reason)
    current.handed_back_at, current.handed_back_by = clock.now(), by
    current.conflict, current.conflict_note = kind, note.strip()
    current.save(update_fields=["handed_back_at", "handed_back_by", "conflict", "conflict_note"])
    cohort = submission.enrollment.cohort
    if current.settles:
        settling.compare(submission, by=by)
    else:
        conflicts.ask_for_another(current, f"{by} handed {submission} back: {current.get_conflict_display()}.")
    values = {"submission": str(submission), "link": mailing.address(reverse("reviews:queue"))}
    outbox.owe([mailing.message(cohort, by, "conflict-thanks", key=f"conflict-thanks/{current.pk}", values=values)])


def rows_of(review: Review) -> list[tuple[int, Criterion, Score | None]]:
    """The rows that this review has to score, with what it says of each."""
    submission = review.assignment.submission
    edition = submission.enrollment.cohort.edition_id
    open_rows = {row.pk for row in submission.rounds.get(number=review.assignment.round_number).open_criteria()}
    scores = {score.criterion_id: score for score in review.scores.select_related("level")}
    return [
        (number, row, scores.get(row.pk))
        for number, row in enumerate(criteria_of([edition])[edition], start=1)
        if row.pk in open_rows
    ]


def outcome(edition: Edition, rows: Sequence[tuple[Criterion, bool]], *, is_last_attempt: bool) -> str:
    """What one review leads to, in words: `Seven meet, two do not: this asks for a revision.`

    `rows`: every row of the rubric, and whether it is at its passing level.
    """
    met, of = sum(is_met for _, is_met in rows), len(rows)
    meeting, missing = in_words(met, none="none").capitalize(), in_words(of - met, none="none")
    if passes(edition, rows):
        return f"{meeting} of {in_words(of)} meet the rubric: this leads to the badge."
    leads = "this was the last attempt, so the badge is not awarded" if is_last_attempt else "this asks for a revision"
    meet = f"{meeting} {'meets' if met == 1 else 'meet'}"
    return f"{meet}, {missing} {'does' if of - met == 1 else 'do'} not: {leads}."
