"""Whom reminders of evidence and of revisions concern, and what they tell them."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects

from cohorts import deadlines, mailing
from cohorts.audiences import Audience, Reason, Values
from cohorts.models import Cohort, Enrollment, Event, Reminder
from cohorts.occasions import SECOND, Occasion
from microcred import clock
from submissions import letters
from submissions.models import Document, Round, Submission
from submissions.slots import slots_of
from submissions.states import State

WORDS = frozenset(
    {
        "due", "due_day", "due_time", "late_until", "late_day", "what_is_left", "left_short", "next_step", "link",
    }
)  # fmt: skip


def _enrolled(occasion: Occasion) -> QuerySet:
    return Enrollment.objects.filter(cohort=occasion.cohort.pk)


def _handed_in(occasion: Occasion, at: datetime) -> list[Reason]:
    """Who has handed in and did not get it back; and everybody, once nothing is taken any more."""
    done = Submission.objects.filter(enrollment=OuterRef("pk")).exclude(state__in=(State.DRAFT, State.RETURNED))
    reasons: list[Reason] = [("submitted", Exists(done))]
    if not _window(occasion).is_open_at(at):
        reasons.append(("closed", Q(pk__isnull=False)))
    return reasons


def _window(occasion: Occasion) -> deadlines.Window:
    prefetch_related_objects([occasion.cohort], "events")
    return deadlines.window(Enrollment(cohort=occasion.cohort, extended_until=occasion.extended_to))


def _revisions(cohorts: Iterable[Cohort]) -> list[Occasion]:
    """The days on which open revisions are due, by cohort. Queries: one."""
    by_key = {cohort.pk: cohort for cohort in cohorts}
    asked = _asked().filter(submission__enrollment__cohort__in=by_key).order_by("due_on")
    found = []
    for cohort, due_on in asked.values_list("submission__enrollment__cohort", "due_on").distinct():
        assert due_on
        due_at = clock.end_of_day(due_on, by_key[cohort].zone)
        key = f"revision:{due_on}"
        found.append(Occasion(by_key[cohort], Event.Kind.REVISIONS_DUE, key, due_at - SECOND, due_at))
    return found


def _asked() -> QuerySet[Round]:
    return Round.objects.filter(submitted_at=None, due_on__isnull=False)


def _revising(occasion: Occasion) -> QuerySet:
    """Those whose revision is due on the day of the occasion."""
    rounds = Round.objects.filter(submission__enrollment=OuterRef("pk"), due_on=occasion.key.partition(":")[2])
    return _enrolled(occasion).filter(Exists(rounds))


def _revised(occasion: Occasion, at: datetime) -> list[Reason]:
    open_round = _asked().filter(submission__enrollment=OuterRef("pk"), due_on=occasion.key.partition(":")[2])
    return [("submitted", ~Q(submission__state=State.REVISION_REQUESTED) | ~Exists(open_round))]


def _values(rule: Reminder, occasion: Occasion, members: list, at: datetime) -> dict[int, Values]:
    """What each of `members` is told: what is missing, by when, where. Queries: six for all of them."""
    cohort = occasion.cohort
    prefetch_related_objects([cohort], "events", "edition__documents")
    prefetch_related_objects(
        members,
        Prefetch("submission", Submission.objects.all()),
        "submission__rounds__documents",
        Prefetch("submission__documents", Document.objects.select_related("required", "current")),
    )
    found: dict[int, Values] = {}
    for member in members:
        member.cohort = cohort
        submission = getattr(member, "submission", None)
        window = deadlines.window(member, due_on=submission.current_round.due_on if submission else None)
        zone = member.person.zone or cohort.zone
        found[member.pk] = {**deadlines.values(window, zone=zone), **_what_is_left(member, submission)}
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


NOT_SUBMITTED = Audience(
    key=Reminder.Audience.NOT_SUBMITTED,
    kinds=(Event.Kind.EVIDENCE_DUE, Event.Kind.LEARNING_BEGINS),
    everyone=_enrolled,
    reasons=_handed_in,
    values=_values,
    words=WORDS,
)
REVISING = Audience(
    key=Reminder.Audience.REVISING,
    kinds=(Event.Kind.REVISIONS_DUE,),
    everyone=_revising,
    reasons=_revised,
    values=_values,
    words=WORDS,
    occasions=_revisions,
)
