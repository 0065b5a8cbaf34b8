"""What is decided of a round: proposed by the edition's rule, made by an admin, released with its letter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from badges.models import RequiredDocument
from cohorts import records
from cohorts.models import Cohort, Deed, Event
from microcred import clock, outbox, times
from microcred.models import User
from microcred.verdict import Refused
from reviews import agreement, assigning, awarding, decision_letters, permissions
from reviews.agreement import Row, Standing
from reviews.models import Decision
from submissions import workflow
from submissions.models import Submission
from submissions.states import State

log = structlog.get_logger(__name__)

Outcome = Decision.Outcome
TARGETS = {
    Outcome.AWARD: State.AWARDED,
    Outcome.REVISE: State.REVISION_REQUESTED,
    Outcome.NOT_AWARDED: State.NOT_AWARDED,
}


@dataclass(frozen=True)
class Proposal:
    """What the rule of the edition leads to, and what an admin may choose instead."""

    standing: Standing
    choices: tuple[Outcome, ...]
    due_on: date

    @property
    def outcome(self) -> Outcome:
        return self.choices[0]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Those still to be met."""
        return self.standing.open_rows

    @property
    def documents(self) -> list[RequiredDocument]:
        """Those that the open rows are about, each once."""
        return list({row.criterion.document_id: row.criterion.document for row in self.rows}.values())


def propose(submission: Submission, *, standing: Standing | None = None) -> Proposal:
    """What the finished reviews lead to. Queries: those of `agreement.of`, unless `standing` is given; the events."""
    standing = standing or agreement.of(submission)
    cohort = submission.enrollment.cohort
    return Proposal(standing, _choices(standing, cohort), revision_day(cohort))


def _choices(standing: Standing, cohort: Cohort) -> tuple[Outcome, ...]:
    if standing.meets_rule:
        return (Outcome.AWARD,)
    if standing.round.number < cohort.attempts:
        return Outcome.REVISE, Outcome.NOT_AWARDED
    return (Outcome.NOT_AWARDED,)


def revision_day(cohort: Cohort) -> date:
    """The day in the calendar while it is ahead; else so many days after the decisions are due, or after today when
    that is later. Reads the cohort's events.
    """
    today, days = clock.today(cohort.zone), {event.kind: event.on for event in cohort.events.all()}
    planned = days.get(Event.Kind.REVISIONS_DUE, today)
    if planned > today:
        return planned
    return max(today, days.get(Event.Kind.DECISIONS, today)) + timedelta(days=cohort.revision_days)


def decide(submission: Submission, *, by: User, outcome: str | None = None, due_on: date | None = None) -> Decision:
    """Close the round with `outcome`, or with what the rule proposes. Nobody is told before the release.

    Raises: Refused, when reviews are missing or differ, or the reviews do not carry that outcome.
    """
    with transaction.atomic():
        current = workflow.locked(submission)
        _require(permissions.may_decide(by, current))
        proposal = propose(current)
        _require(proposal.standing.may_be_decided)
        chosen = _chosen(proposal, outcome)
        if chosen == Outcome.NOT_AWARDED:
            _require(proposal.standing.may_be_refused)
        day = _revision_day(current, due_on or proposal.due_on) if chosen == Outcome.REVISE else None
        workflow.decide(submission, by=by)
        subject, body = decision_letters.source(current.enrollment.cohort.edition, chosen)
        decision = Decision.objects.create(
            submission=current, round_number=proposal.standing.round.number, outcome=chosen, due_on=day,
            subject=subject, letter=body, made_by=by,
        )  # fmt: skip
        if chosen != Outcome.AWARD:
            decision.criteria.set([row.criterion for row in proposal.rows])
        if chosen == Outcome.REVISE:
            decision.documents.set(proposal.documents)
        decision_letters.compose(decision, proposal.standing)
    return decision


def _chosen(proposal: Proposal, outcome: str | None) -> Outcome:
    chosen = Outcome(outcome) if outcome else proposal.outcome
    if chosen in proposal.choices:
        return chosen
    if chosen == Outcome.AWARD:
        raise Refused("The badge cannot be awarded: the rubric is not met as its rule asks.")
    if proposal.standing.meets_rule:
        raise Refused("The rubric is met as its rule asks. The badge is awarded.")
    raise Refused("This was the last attempt that the cohort allows. Another revision cannot be asked for.")


def _revision_day(submission: Submission, day: date | None) -> date:
    if day is None or day <= clock.today(submission.enrollment.cohort.zone):
        raise Refused("A revision needs time: choose a day after today.")
    return day


def _require(verdict) -> None:
    if not verdict:
        raise Refused(verdict.reason)


def rewrite(decision: Decision, *, subject: str, letter: str, by: User) -> None:
    """Keep another text of the letter. Raises: Refused, when it cannot be filled in or was released already."""
    with transaction.atomic():
        current = _in_hand(decision)
        current.subject, current.letter = subject, letter
        decision_letters.compose(current, agreement.of(current.submission))
        current.save(update_fields=["subject", "letter"])
        written_to = current.submission.enrollment
        records.tell(written_to.cohort, Deed.Kind.STEPS, "Decision letter changed", by=by, enrollment=written_to)


def reopen(decision: Decision, *, by: User, why: str) -> None:
    """Take a decision back before its release; the submission is being reviewed again."""
    with transaction.atomic():
        current = _in_hand(decision)
        _require(permissions.may_decide(by, current.submission))
        workflow.reopen(current.submission, by=by, why=why)
        current.reopened_at, current.reopened_by = clock.now(), by
        current.save(update_fields=["reopened_at", "reopened_by"])


@transaction.atomic
def schedule(decisions: Iterable[Decision], *, at: datetime | None, by: User) -> int:
    """Let `decisions` out at the instant `at`, or not by themselves. How many that are is returned."""
    if at and at <= clock.now():
        raise Refused("That time has passed. Choose a later one, or release now.")
    in_hand = Decision.objects.in_hand().filter(pk__in=[each.pk for each in decisions])
    for each in in_hand.select_related("submission__enrollment__cohort"):
        written_to = each.submission.enrollment
        zone = written_to.cohort.zone
        when = f"scheduled for {times.instant(at, reader=zone, cohort=zone)}" if at else "taken off the schedule"
        records.tell(written_to.cohort, Deed.Kind.STEPS, f"Decision letter {when}", by=by, enrollment=written_to)
    return in_hand.update(release_at=at)


def release(decision: Decision, *, by: User | None = None) -> Decision:
    """Let one decision out: state, award, letter and next round in one transaction, all or nothing.

    `by` is nobody when the schedule does it.
    Raises: Refused, when it went out already or a review was reopened since.
    """
    at = clock.now()
    with transaction.atomic():
        current = _in_hand(decision)
        submission = current.submission
        if by:
            _require(permissions.may_decide(by, submission))
        standing = agreement.of(submission)
        _require(standing.may_be_decided)
        _chosen(propose(submission, standing=standing), current.outcome)
        revises = current.outcome == Outcome.REVISE
        workflow.release(
            submission, TARGETS[Outcome(current.outcome)], by=by, at=at,
            due_on=_revision_day(submission, current.due_on) if revises else None,
            documents=current.documents.all() if revises else (), criteria=current.criteria.all() if revises else (),
        )  # fmt: skip
        award = (
            awarding.award(current, standing, by=by or current.made_by, at=at)
            if current.outcome == Outcome.AWARD
            else None
        )
        outbox.owe([decision_letters.message(current, standing)])
        current.subject, current.letter = decision_letters.filled(current, standing)
        current.released_at, current.released_by = at, by
        current.save(update_fields=["subject", "letter", "released_at", "released_by"])
        if award:
            awarding.tell_of_composites(award, cohort=submission.enrollment.cohort)
        if revises:
            assigning.keep_readers(submission, from_round=current.round_number)
    return current


def _in_hand(decision: Decision) -> Decision:
    """The decision as it is now, with its submission locked first, as every verb of the workflow does."""
    submission = workflow.locked(decision.submission)
    current = Decision.objects.in_hand().select_related("made_by").filter(pk=decision.pk).first()
    if current is None:
        raise Refused("This decision has been released or taken back since you looked. Nothing was changed.")
    current.submission = submission
    return current


@dataclass(frozen=True)
class Run:
    """What became of a release of several."""

    released: list[Decision]
    refused: list[tuple[Decision, str]]


def release_each(decisions: Iterable[Decision], *, by: User | None = None) -> Run:
    """Release one after the other, each all or nothing: one that cannot go holds up nobody else."""
    run = Run([], [])
    for decision in decisions:
        try:
            run.released.append(release(decision, by=by))
        except Refused as refusal:
            run.refused.append((decision, str(refusal)))
        except Exception:  # what goes wrong with one letter must not keep the others waiting
            log.exception("decision_not_released", decision=decision.pk)
            run.refused.append((decision, "Something went wrong on our side; it is written down. Try it once more."))
    return run


def release_due(now: datetime) -> int:
    """Release what was scheduled for an instant up to `now`. What cannot go stays, and the decisions page says why."""
    out = 0
    for decision in Decision.objects.due(now).select_related("submission").order_by("release_at", "pk"):
        try:
            release(decision)
            out += 1
        except Refused as refusal:
            log.warning("decision_not_released", decision=decision.pk, reason=str(refusal))
        except Exception:  # one letter that cannot leave must not keep the others waiting
            log.exception("decision_not_released", decision=decision.pk)
    return out


def waiting_release(cohort: Cohort) -> QuerySet[Decision]:
    return Decision.objects.in_hand().filter(Q(submission__state=State.DECIDED), submission__enrollment__cohort=cohort)
