"""What an applicant reads of a released decision, and how far a revision has come. Nothing unreleased shows through."""

from dataclasses import dataclass
from functools import cached_property

from badges.models import Award
from microcred import letters
from reviews import agreement, changes
from reviews.agreement import Row
from reviews.changes import Changes
from reviews.models import Decision
from submissions import reading
from submissions.models import Answer, Submission


@dataclass(frozen=True)
class Told:
    """One rubric row with the answer that was read, and what has become of it since."""

    row: Row
    answer: Answer | None
    revised: Answer | None = None

    @cached_property
    def changes(self) -> Changes | None:
        """Between the answer that was read and the revised one; None until there is one."""
        if self.revised is None or self.answer is None:
            return None
        return changes.between(self.answer.text, self.revised.text)


@dataclass(frozen=True)
class Feedback:
    """A released decision as its applicant reads it."""

    decision: Decision
    rows: tuple[Told, ...]

    @property
    def letter(self) -> str:
        """Safe HTML of the letter as it left."""
        return letters.as_html(self.decision.letter)

    @property
    def met(self) -> list[Told]:
        return [told for told in self.rows if told.row.is_met]

    @property
    def open(self) -> list[Told]:
        return [told for told in self.rows if not told.row.is_met]

    @property
    def asks_for_revision(self) -> bool:
        return self.decision.outcome == Decision.Outcome.REVISE


def released(submission: Submission) -> list[Decision]:
    """Newest first; each with its submission as given. Queries: one."""
    found = list(Decision.objects.released().filter(submission=submission).order_by("-released_at", "-pk"))
    for decision in found:
        decision.submission = submission
    return found


def of(decision: Decision, *, since: int | None = None) -> Feedback:
    """`since`: the round whose answers are shown as revised. The submission comes with cohort and edition."""
    standing = agreement.as_decided(decision)
    read = reading.answers_of(decision.submission, decision.round_number)
    revised = reading.answers_of(decision.submission, since) if since else {}

    def told(row: Row) -> Told:
        prompt = row.criterion.prompt_id or 0
        now = revised.get(prompt)
        return Told(row, read.get(prompt), now if now and now.version.round_number == since else None)

    return Feedback(decision, tuple(told(row) for row in standing.rows))


def award_for(submission: Submission) -> Award | None:
    """The badge that this submission earned. Queries: one."""
    enrollment = submission.enrollment
    mine = Award.objects.standing().filter(person=enrollment.person_id, edition=enrollment.cohort.edition_id)
    return mine.first()
