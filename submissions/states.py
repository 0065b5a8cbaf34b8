"""States of a submission, and the only table of moves between them. Data, nothing else."""

from dataclasses import dataclass

from django.db.models import TextChoices


class State(TextChoices):
    DRAFT = "draft", "Not submitted"
    SUBMITTED = "submitted", "Submitted"
    RETURNED = "returned", "Sent back, incomplete"
    IN_REVIEW = "in_review", "Being reviewed"
    DECIDED = "decided", "Decided, not released"
    REVISION_REQUESTED = "revision_requested", "Revision asked for"
    AWARDED = "awarded", "Badge awarded"
    NOT_AWARDED = "not_awarded", "Not awarded this term"
    WITHDRAWN = "withdrawn", "Withdrawn"


class By(TextChoices):
    APPLICANT = "applicant", "the applicant"
    ADMIN = "admin", "a cohort admin"
    SYSTEM = "system", "the system"


@dataclass(frozen=True)
class Move:
    """From any of `sources` to one of `targets`, by those in `who`; an empty target means the state before."""

    label: str
    sources: frozenset[State]
    targets: tuple[State, ...]
    who: frozenset[By]
    also: str = ""


def _move(label: str, sources: set[State], *targets: State, who: set[By], also: str = "") -> Move:
    return Move(label, frozenset(sources), targets, frozenset(who), also)


S = State

MOVES = {
    "submit": _move(
        "Submit", {S.DRAFT, S.RETURNED, S.REVISION_REQUESTED}, S.SUBMITTED, who={By.APPLICANT},
        also="every slot free of blocks; window open; the round counts up only after a released revision request",
    ),
    "replace": _move(
        "Replace a document", {S.SUBMITTED}, S.SUBMITTED, who={By.APPLICANT},
        also="until the window closes; new version, new receipt",
    ),
    "return_incomplete": _move(
        "Send back as incomplete", {S.SUBMITTED, S.IN_REVIEW}, S.RETURNED, who={By.ADMIN},
        also="does not use up an attempt",
    ),
    "start_review": _move(
        "Start the review", {S.SUBMITTED}, S.IN_REVIEW, who={By.SYSTEM},
        also="when the first reviewer opens it or the window closes; freezes the versions of the round",
    ),
    "decide": _move(
        "Decide", {S.IN_REVIEW}, S.DECIDED, who={By.ADMIN},
        also="needs the required finished reviews, none in dispute",
    ),
    "reopen": _move("Reopen the decision", {S.DECIDED}, S.IN_REVIEW, who={By.ADMIN}, also="before release"),
    "release": _move(
        "Release the decision", {S.DECIDED}, S.AWARDED, S.REVISION_REQUESTED, S.NOT_AWARDED,
        who={By.ADMIN, By.SYSTEM}, also="the letter leaves; an award is issued in the same transaction",
    ),
    "appeal": _move(
        "Take up an appeal", {S.NOT_AWARDED}, S.IN_REVIEW, who={By.ADMIN}, also="with a reason; other readers",
    ),
    "withdraw": _move(
        "Withdraw", {S.DRAFT, S.RETURNED, S.SUBMITTED, S.REVISION_REQUESTED}, S.WITHDRAWN,
        who={By.APPLICANT, By.ADMIN},
    ),
    "reinstate": _move(
        "Take the withdrawal back", {S.WITHDRAWN}, S.DRAFT, S.RETURNED, S.SUBMITTED, S.REVISION_REQUESTED,
        who={By.APPLICANT, By.ADMIN}, also="to the state before",
    ),
}  # fmt: skip

# Internal steps share one public word, so that "decided" never leaks before its release.
PUBLIC_LABELS = {state: state.label for state in S} | {S.DECIDED: S.IN_REVIEW.label}

WAITING = frozenset({S.SUBMITTED, S.IN_REVIEW, S.DECIDED})  # for a decision
HANDED_IN = WAITING | {S.AWARDED, S.NOT_AWARDED}
OPEN_TO_FILES = frozenset({S.DRAFT, S.RETURNED, S.SUBMITTED, S.REVISION_REQUESTED})
GOING_ON = WAITING | OPEN_TO_FILES
