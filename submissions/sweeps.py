"""What is due by itself: rows in the database say so, a tick of the clock only asks."""

from datetime import datetime, timedelta

import structlog

from cohorts.models import Event
from microcred.verdict import Refused
from submissions import workflow
from submissions.models import Submission, Version
from submissions.states import State

BATCH = 500
SLOWEST_UPLOAD = timedelta(minutes=30)  # what began to arrive in time still counts when it is all there
log = structlog.get_logger(__name__)


def start_due_reviews(*, at: datetime) -> int:
    """Start the review of every submission in which nothing more can be replaced. How many were started.

    A file that arrived in time and has no verdict yet is waited for, and so is one that may still be on its way.
    """
    over = at - SLOWEST_UPLOAD
    waiting = (
        Submission.objects.filter(
            state=State.SUBMITTED,
            enrollment__cohort__events__kind=Event.Kind.EVIDENCE_DUE,
            enrollment__cohort__events__ends_at__lte=over,
        )
        .exclude(documents__current__verdict=Version.Verdict.CHECKING)
        .select_related("enrollment__cohort")
        .prefetch_related("rounds", "enrollment__cohort__events")
        .order_by("pk")
    )
    due = [one for one in waiting.iterator(chunk_size=BATCH) if not one.window().is_open_at(over)]
    return sum(_started(submission) for submission in due)


def _started(submission: Submission) -> bool:
    """One that has moved on meanwhile must not keep the others waiting."""
    try:
        workflow.start_review(submission)
    except Refused as refusal:
        log.info("review_not_started", submission=submission.pk, reason=str(refusal))
        return False
    return True
