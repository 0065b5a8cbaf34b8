"""What is due by itself: rows in the database say so, a tick of the clock only asks."""

from datetime import datetime, timedelta

import structlog
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from cohorts import deadlines, mailing, reminders
from cohorts.models import Enrollment, Event, Reminder
from microcred import clock
from microcred.verdict import Refused
from submissions import letters, workflow
from submissions.models import Document, Round, Submission, Version
from submissions.slots import slots_of
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


def remind_of_evidence(*, at: datetime) -> int:
    """Owe the reminders to those who have not submitted, and to those whose revision is due. How many."""

    def values_for(rule: Reminder, occasion: reminders.Occasion, members: list) -> dict[int, dict]:
        return _values(occasion, members, at=at)

    audience, revisions = Reminder.Audience, _revisions()
    owed = reminders.owe_due(audience.NOT_SUBMITTED, _not_submitted, now=at, values_for=values_for)
    return owed + reminders.owe_due(audience.REVISING, _revising, now=at, values_for=values_for, occasions=revisions)


def _not_submitted(occasion: reminders.Occasion) -> QuerySet:
    """Those who take part and have handed in nothing, or got it back."""
    handed_in = Submission.objects.filter(enrollment=OuterRef("pk")).exclude(state__in=(State.DRAFT, State.RETURNED))
    return Enrollment.objects.taking_part().filter(cohort=occasion.cohort.pk).exclude(Exists(handed_in))


def _revisions() -> list[reminders.Occasion]:
    """The days on which open revisions are due, by cohort. Queries: one."""
    asked = Round.objects.filter(
        submitted_at=None, due_on__isnull=False, submission__state=State.REVISION_REQUESTED
    ).select_related("submission__enrollment__cohort__edition__badge")
    found = {}
    for one in asked.order_by("due_on", "pk"):
        cohort = one.submission.enrollment.cohort
        assert one.due_on
        due_at = clock.end_of_day(one.due_on, cohort.zone)
        found[cohort.pk, one.due_on] = reminders.Occasion(
            cohort, Event.Kind.REVISIONS_DUE, f"revision:{one.due_on}", due_at - reminders.SECOND, due_at
        )
    return list(found.values())


def _revising(occasion: reminders.Occasion) -> QuerySet:
    """Those whose open revision is due on the day of the occasion."""
    due = Round.objects.filter(
        submission__enrollment=OuterRef("pk"), due_on=occasion.key.partition(":")[2], submitted_at=None
    )
    asked = Enrollment.objects.taking_part().filter(
        cohort=occasion.cohort.pk, submission__state=State.REVISION_REQUESTED
    )
    return asked.filter(Exists(due))


def _values(occasion: reminders.Occasion, members: list, *, at: datetime) -> dict[int, dict]:
    """What each of `members` is told: what is missing, by when, where. Queries: six for all of them."""
    cohort = occasion.cohort
    prefetch_related_objects([cohort], "events", "edition__documents")
    prefetch_related_objects(
        members,
        Prefetch("submission", Submission.objects.all()),
        "submission__rounds__documents",
        Prefetch("submission__documents", Document.objects.select_related("required", "current")),
    )
    found = {}
    for member in members:
        member.cohort = cohort
        submission = getattr(member, "submission", None)
        window = deadlines.window(member, due_on=submission.current_round.due_on if submission else None)
        if window.is_open_at(at):
            found[member.pk] = {
                **reminders.due_values(window, zone=member.person.zone or cohort.zone),
                **_what_is_left(member, submission),
            }
    return found


def _what_is_left(enrollment: Enrollment, submission: Submission | None) -> dict[str, object]:
    """The documents that are missing; or that only the button was not pressed."""
    if submission is None:
        missing = list(enrollment.cohort.edition.documents.all())
        return letters.what_is_left(enrollment, missing, of=len(missing))
    slots = slots_of(submission)
    left = letters.what_is_left(enrollment, [slot.required for slot in slots if slot.blocks], of=len(slots))
    if submission.state == State.REVISION_REQUESTED:
        left["link"] = mailing.address(f"/my/{enrollment.cohort.slug}/revise/")
    return left
