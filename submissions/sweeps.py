"""What is due by itself: rows in the database say so, a tick of the clock only asks."""

from datetime import datetime

from cohorts.models import Event
from submissions import workflow
from submissions.models import Submission, Version
from submissions.states import State

BATCH = 500


def start_due_reviews(*, at: datetime) -> int:
    """Start the review of every submission in which nothing more can be replaced. How many were started.

    A file that arrived in time and has no verdict yet is waited for.
    """
    waiting = (
        Submission.objects.filter(
            state=State.SUBMITTED,
            enrollment__cohort__events__kind=Event.Kind.EVIDENCE_DUE,
            enrollment__cohort__events__ends_at__lte=at,
        )
        .exclude(documents__current__verdict=Version.Verdict.CHECKING)
        .select_related("enrollment__cohort")
        .prefetch_related("rounds", "enrollment__cohort__events")
        .order_by("pk")
    )
    due = [one for one in waiting.iterator(chunk_size=BATCH) if not one.window().is_open_at(at)]
    for submission in due:
        workflow.start_review(submission)
    return len(due)
