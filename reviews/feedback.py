"""What an applicant reads of a released decision, and how far a revision has come. Nothing unreleased shows through."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from badges.models import Award
from reviews import agreement, changes
from reviews.agreement import Row
from reviews.changes import Changes
from reviews.models import Decision
from submissions import notes, reading
from submissions.letters import count_of, in_words
from submissions.models import Answer, RevisionNote, Submission, Version
from submissions.states import State


@dataclass(frozen=True)
class Told:
    """One rubric row with the answer that was read, and what has become of it since."""

    row: Row
    answer: Answer | None
    is_in_again: bool = False
    revised: Answer | None = None
    note: RevisionNote | None = None

    @cached_property
    def changes(self) -> Changes | None:
        """Between the answer that was read and the revised one; None unless there are both."""
        if not (self.answer and self.answer.text and self.revised and self.revised.text):
            return None
        return changes.between(self.answer.text, self.revised.text)

    @property
    def is_changed(self) -> bool:
        return bool(self.revised and self.revised.text) and (self.changes is None or self.changes.any)

    @property
    def became(self) -> str:
        """What the revised file has under this question, in words; "" until there is one."""
        if not self.is_in_again or not self.row.criterion.prompt:
            return ""
        if not (self.revised and self.revised.text):
            return f"We found no answer to question {self.row.number} in your revised file."
        if self.changes is None:
            return f"Answered now, {_words(self.revised.words)}"
        if not self.changes.any:
            return f"Question {self.row.number} was asked for and has not changed."
        added = self.changes.new_words
        return f"Changed, {_words(added, 'new ')}" if added else "Changed"


def _words(count: int, which: str = "") -> str:
    return f"{count} {which}word{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Feedback:
    """A released decision as its applicant reads it."""

    decision: Decision
    rows: tuple[Told, ...]

    @property
    def met(self) -> list[Told]:
        return [told for told in self.rows if told.row.is_met]

    @property
    def open(self) -> list[Told]:
        return [told for told in self.rows if not told.row.is_met]

    @property
    def summary(self) -> str:
        """`Two of nine answers need more`."""
        needs = "needs" if len(self.open) == 1 else "need"
        return f"{in_words(len(self.open)).capitalize()} of {count_of(len(self.rows), 'answer')} {needs} more"

    @property
    def rest(self) -> str:
        """What to do with the answers that meet the rubric."""
        match len(self.met):
            case 0:
                return ""
            case 1:
                return "The other one is done; leave it as it is."
            case many:
                return f"The other {in_words(many)} are done; leave them as they are."

    @property
    def met_level(self) -> str:
        """The level that all met rows have; "" when they differ."""
        labels = {told.row.level.label for told in self.met if told.row.level}
        return labels.pop() if len(labels) == 1 else ""

    @property
    def is_in_again(self) -> bool:
        """Whether a revised file has been read."""
        return any(told.became for told in self.open)

    @property
    def saved_at(self) -> datetime | None:
        """When the applicant last wrote what changed."""
        return max((told.note.saved_at for told in self.open if told.note), default=None)

    @property
    def asks_for_revision(self) -> bool:
        return self.decision.outcome == Decision.Outcome.REVISE


def released(submission: Submission) -> list[Decision]:
    """Newest first; each with its corrections, and its submission as given. Queries: two."""
    out = Decision.objects.released().filter(submission=submission).prefetch_related("corrections")
    found = list(out.order_by("-released_at", "-pk"))
    for decision in found:
        decision.submission = submission
    return found


def is_first_reading(decision: Decision, *, at: datetime) -> bool:
    """Whether its applicant opens it for the first time, which is written down. Queries: one, the first time."""
    return decision.read_at is None and bool(
        Decision.objects.filter(pk=decision.pk, read_at__isnull=True).update(read_at=at)
    )


def of(decision: Decision) -> Feedback:
    """The decision, row by row. The submission comes with cohort and edition."""
    read = reading.answers_of(decision.submission, decision.round_number)
    rows = agreement.as_decided(decision).rows
    return Feedback(decision, tuple(Told(row, read.get(row.criterion.prompt_id or 0)) for row in rows))


def while_revising(decision: Decision) -> Feedback:
    """The same, with what the revised files have and what the applicant wrote of it."""
    submission, before = decision.submission, of(decision)
    number = submission.current_round.number
    files, answers = reading.versions_of(submission, number), reading.answers_of(submission, number)
    written = {note.criterion_id: note for note in notes.of(submission)}

    def now(told: Told) -> Told:
        criterion = told.row.criterion
        is_in_again = _is_read(files.get(criterion.document_id), number)
        revised = answers.get(criterion.prompt_id or 0) if is_in_again else None
        return Told(told.row, told.answer, is_in_again, revised, written.get(criterion.pk))

    return Feedback(decision, tuple(now(told) for told in before.rows))


def _is_read(version: Version | None, number: int) -> bool:
    """Whether a file of that round has its verdict."""
    return version is not None and version.round_number == number and version.verdict != Version.Verdict.CHECKING


def headline(submission: Submission, latest: Feedback | None) -> str:
    """What the feedback page says first."""
    state = submission.state
    if latest is None or state == State.WITHDRAWN:
        return "Feedback"
    if state in (State.SUBMITTED, State.IN_REVIEW, State.DECIDED):
        appealed = submission.current_round.appealed_at
        return "Your work is being read again" if appealed else "Your revised version is being read"
    match latest.decision.outcome:
        case Decision.Outcome.AWARD:
            return "Your work meets the rubric"
        case Decision.Outcome.REVISE:
            return latest.summary
    return "Your work does not yet meet the rubric"


def award_for(submission: Submission) -> Award | None:
    """The badge that this submission earned. Queries: one."""
    enrollment = submission.enrollment
    mine = Award.objects.standing().filter(person=enrollment.person_id, edition=enrollment.cohort.edition_id)
    return mine.first()
