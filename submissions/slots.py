"""The documents of a submission as they stand now: what is in, what is still to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from microcred import clock
from submissions.models import Document, Finding, Submission, Version

EMPTY = Document.EMPTY
LOOKS = {
    EMPTY: "empty",
    Version.Verdict.CHECKING: "",
    Version.Verdict.READY: "",
    Version.Verdict.ADVICE: "warn",
    Version.Verdict.BLOCKED: "bad",
    Version.Verdict.UNREAD: "todo",
}
PATIENCE = timedelta(minutes=2)  # for a verdict: who waits longer may submit without it
BLOCKING = frozenset({EMPTY, Version.Verdict.CHECKING, Version.Verdict.BLOCKED})


@dataclass(frozen=True)
class Slot:
    """One required document: its state, whether this round asks for it again, whether a file can be added now."""

    document: Document
    state: str
    is_revision: bool
    is_open: bool = False

    @property
    def required(self):
        return self.document.required

    @property
    def version(self) -> Version | None:
        return self.document.current

    @property
    def said(self) -> list[Finding]:
        """What the check says, without what a person has settled since."""
        return self.version.open_findings() if self.version and self.is_added else []

    @cached_property
    def set_aside(self) -> Version | None:
        """The file that was added last and could not be used, where an earlier one still counts.

        Queries: none where there is none (`models.slots_and_rounds` says so), else two.
        """
        key = getattr(self.document, "refused_since", None)
        return Version.objects.prefetch_related("findings", "answers").get(pk=key) if key else None

    @property
    def refused(self) -> Version | None:
        """The file that waits to be mended: beside the one that counts, or in its place."""
        return self.set_aside or (self.version if self.state == Version.Verdict.BLOCKED else None)

    @property
    def may_be_kept(self) -> bool:
        """Whether a remark is there that the applicant may keep."""
        return any(one.fix == "keep" for one in self.said)

    @property
    def may_be_read(self) -> bool:
        """Whether we read anything in it, and no remark leads there already."""
        version = self.version
        if version is None or (self.state == Version.Verdict.BLOCKED and not (version.words or version.outside)):
            return False
        return not any(one.fix == "see_answers" and one.level != "ok" for one in self.said)

    @property
    def label(self) -> str:
        """The word for its state."""
        remarks = [one for one in self.said if one.level == Version.Verdict.ADVICE]
        if self.state == Version.Verdict.ADVICE and all(one.is_about_name for one in remarks):
            return "Check the name"
        return "Not added yet" if self.state == EMPTY else Version.Verdict(self.state).label

    @property
    def look(self) -> str:
        """The class of its card."""
        return LOOKS[self.state]

    @property
    def is_well_named(self) -> bool:
        """Whether its name says already what ours would."""
        is_renamed = self.version is not None and self.version.renamed_at is not None
        return is_renamed or any(one.code == "ok.name" for one in self.said)

    def take_our_name(self, *, at: datetime) -> None:
        """File our copy under our name, as the page before the button says."""
        version = self.version
        if version and version.canonical_name and not self.is_well_named:
            version.renamed_at = at
            version.judge_again()

    @property
    def offers_fix(self) -> bool:
        """Whether a remark brings its own box, with a way to another file in it."""
        return any(one.fix == "rename" or one.level == Version.Verdict.BLOCKED for one in self.said)

    @property
    def is_checking(self) -> bool:
        return self.state == Version.Verdict.CHECKING

    @property
    def is_overdue(self) -> bool:
        """Whether its verdict takes longer than anybody has to wait."""
        return self.is_checking and self.version is not None and clock.now() - self.version.arrived_at > PATIENCE

    @property
    def counts_as(self) -> str:
        """Its state when it comes to submitting: what we cannot check in time keeps nobody from it."""
        return Version.Verdict.UNREAD if self.is_overdue else self.state

    @property
    def blocks(self) -> bool:
        return self.counts_as in BLOCKING

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


def slots_of(submission: Submission, *, takes_files: bool = False) -> list[Slot]:
    """Every slot in its order.

    Queries: the documents with what is required and the current version, and the round with what it asks for,
    unless they are prefetched (`models.slots_and_rounds`).
    """
    now, asked = submission.current_round, submission.asked_for()
    documents = sorted(submission.documents.all(), key=lambda one: one.required.position)
    return [
        Slot(
            one,
            one.state_in(now, asked),
            one.required_id in asked,
            is_open=takes_files,
        )
        for one in documents
    ]
