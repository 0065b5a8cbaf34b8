"""The documents of a submission as they stand now: what is in, what is still to do."""

from dataclasses import dataclass

from submissions.models import Document, Submission, Version

EMPTY = Document.EMPTY
BLOCKING = frozenset({EMPTY, Version.Verdict.CHECKING, Version.Verdict.BLOCKED})


@dataclass(frozen=True)
class Slot:
    """One required document: its state, and whether this round asks for it again."""

    document: Document
    state: str
    is_revision: bool

    @property
    def required(self):
        return self.document.required

    @property
    def version(self) -> Version | None:
        return self.document.current

    @property
    def blocks(self) -> bool:
        return self.state in BLOCKING

    @property
    def is_added(self) -> bool:
        return self.state != EMPTY

    @property
    def to_do(self) -> str:
        """What has to happen before this document can be submitted."""
        title = self.required.short_title
        match self.state:
            case Document.EMPTY:
                return f"Add your revised {title}" if self.is_revision else f"Add your {title}"
            case Version.Verdict.BLOCKED:
                return f"Fix your {title}"
            case Version.Verdict.CHECKING:
                return f"Wait a moment: we are still checking your {title}"
        return ""


def slots_of(submission: Submission) -> list[Slot]:
    """Every slot in its order.

    Queries: the documents with what is required and the current version, and the round with what it asks for,
    unless they are prefetched (`Submission.objects.with_slots()`).
    """
    now, asked = submission.current_round, submission.asked_for()
    documents = sorted(submission.documents.all(), key=lambda document: document.required.position)
    return [Slot(document, document.state_in(now, asked), document.required_id in asked) for document in documents]
