"""The verbs that change the state of a submission. Nothing else writes one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from badges.models import Competency, Criterion, RequiredDocument
from cohorts import invitations
from cohorts.models import Enrollment
from microcred import clock, outbox
from microcred.models import User
from microcred.verdict import Refused
from submissions import letters
from submissions.models import Document, Receipt, Round, Submission, Version
from submissions.slots import Slot, slots_of
from submissions.states import MOVES, PUBLIC_LABELS, State

CHECK_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # none that looks like a digit
RETURNED_FOR = timedelta(days=7)
TRIES_FOR_A_NUMBER = 20


def begin(enrollment: Enrollment) -> Submission:
    """The submission of `enrollment`; made now, with its slots and first round, when there is none yet."""
    for _ in range(TRIES_FOR_A_NUMBER):
        if found := Submission.objects.filter(enrollment=enrollment).first():
            return found
        try:
            with transaction.atomic():
                return _create(enrollment)
        except IntegrityError:  # another request began this one, or took the number
            continue
    raise Refused("Too many people began at once. Load the page again.")


def _create(enrollment: Enrollment) -> Submission:
    edition = enrollment.cohort.edition
    number = (Submission.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    submission = Submission.objects.create(
        enrollment=enrollment, number=number, reference=reference(edition.badge.level, number)
    )
    Round.objects.create(submission=submission, number=1)
    Document.objects.bulk_create(
        Document(submission=submission, required=required) for required in edition.documents.all()
    )
    return submission


def reference(level: int, number: int) -> str:
    """`L2-0417-K`: the last letter tells a slip of the pen."""
    return f"L{level}-{number:04}-{CHECK_LETTERS[(number * 7 + level) % len(CHECK_LETTERS)]}"


@contextmanager
def _move(
    submission: Submission,
    name: str,
    *,
    by: User | None,
    at: datetime | None = None,
    target: State | None = None,
    why: str = "",
) -> Iterator[Submission]:
    """Carry out one move around the block: the only code that writes `Submission.state`.

    Locks the row, so of two people pressing at once exactly one succeeds. The block checks and writes what belongs to
    the move; a refusal in it undoes everything. The event is written with the state or neither.
    Raises: Refused, a sentence for the person, when the state has moved on since they looked.
    """
    move = MOVES[name]
    with transaction.atomic():
        current = locked(submission)
        source = State(current.state)
        if source not in move.sources:
            raise Refused(f"This submission is now “{PUBLIC_LABELS[source]}”. Nothing was changed.")
        goal = target or move.targets[0]
        if goal not in move.targets:
            raise Refused(f"“{move.label}” cannot lead to “{goal.label}”. Nothing was changed.")
        number = current.current_round.number
        yield current
        current.state = submission.state = goal
        current.save()
        current.events.create(
            move=name, source=source, target=goal, round_number=number, actor=by, at=at or clock.now(), why=why.strip()
        )


def locked(submission: Submission) -> Submission:
    """The row as it is now, held until the transaction ends; enrollment and cohort come with it."""
    Submission.objects.select_for_update().only("pk").get(pk=submission.pk)
    return (
        Submission.objects.select_related("enrollment__cohort__edition__badge", "enrollment__person")
        .prefetch_related("enrollment__cohort__events", "rounds")
        .get(pk=submission.pk)
    )


def submit(submission: Submission, *, by: User, at: datetime, competency: Competency | None = None) -> Receipt:
    """Hand in everything, once: `at` is when the request began to arrive."""
    with _move(submission, "submit", by=by, at=at) as current:
        window, now = current.window(), current.current_round
        if not window.is_open_at(at):
            raise Refused(letters.closed_sentence(current))
        if open_ends := [slot.to_do for slot in slots_of(current) if slot.blocks]:
            raise Refused(f"{'. '.join(open_ends)}. Nothing was submitted.")
        now.submitted_at, now.is_late = at, window.is_late_at(at)
        now.save(update_fields=["submitted_at", "is_late"])
        current.competency = competency or current.competency
        return _receipt(current, at=at)


def replace(submission: Submission, *, by: User | None, at: datetime, why: str = "") -> Receipt:
    """Another version counts in a submission that was handed in already: a new receipt."""
    with _move(submission, "replace", by=by, at=at, why=why) as current:
        now = current.current_round
        now.is_late = _is_late(current)
        now.save(update_fields=["is_late"])
        return _receipt(current, at=at)


def acknowledge(submission: Submission, *, by: User | None, at: datetime) -> Receipt | None:
    """The receipt for what counts now, unless the last one names it already or a file still waits for its verdict.

    A file that came in time and was checked only after the review had started is no move any more, and has a receipt.
    """
    current = locked(submission)
    now = {slot.required.title: version for slot, version in _counting(current)}
    last = current.receipts.first()
    if any(one.verdict == Version.Verdict.CHECKING for one in now.values()):
        return None
    if last and all(last.versions.get(title) == one.number for title, one in now.items()):
        return None
    if current.state == State.SUBMITTED:
        return replace(submission, by=by, at=at)
    return _receipt(current, at=at)


def _counting(submission: Submission) -> list[tuple[Slot, Version]]:
    """Slots with the file that reviewers get: one that cannot be used was not handed in. Queries: as `slots_of`."""
    added = [(slot, slot.version) for slot in slots_of(submission) if slot.version]
    return [(slot, version) for slot, version in added if version.verdict != Version.Verdict.BLOCKED]


def _is_late(submission: Submission) -> bool:
    """Whether the submission, or a version that counts in it, came when it was late."""
    submitted_at = submission.current_round.submitted_at
    assert submitted_at
    arrived = [version.arrived_at for _, version in _counting(submission)]
    return submission.window().is_late_at(max([submitted_at, *arrived]))


def _receipt(submission: Submission, *, at: datetime) -> Receipt:
    """Proof of what counts now, on a page and by e-mail; our copies carry our names from here on."""
    counting = _counting(submission)
    for slot, _ in counting:
        slot.take_our_name(at=at)
    count = submission.receipts.count()
    receipt = submission.receipts.create(
        ref=f"{submission.reference}-{count + 1}" if count else submission.reference,
        round_number=submission.current_round.number,
        received_at=at,
        is_late=submission.current_round.is_late,
        files=[_proof(slot, version) for slot, version in counting],
    )
    outbox.owe([letters.receipt(submission, receipt)])
    return receipt


def _proof(slot: Slot, version: Version) -> dict:
    return {
        "title": slot.required.title,
        "short_title": slot.required.short_title,
        "name": version.filed_as,
        "received_name": version.received_name,
        "version": version.number,
        "size_bytes": version.size_bytes,
        "sha256": version.sha256,
        "arrived_at": version.arrived_at.isoformat(),
    }


def start_review(submission: Submission, *, by: User | None = None) -> None:
    """Freeze the versions of the round; nothing happens when its review has started already."""
    if Submission.objects.filter(pk=submission.pk, state=State.IN_REVIEW).exists():
        submission.refresh_from_db(fields=["state"])
        return
    at = clock.now()
    try:
        with _move(submission, "start_review", by=by, at=at) as current:
            current.rounds.filter(number=current.current_round.number).update(frozen_at=at)
    except Refused:
        if not Submission.objects.filter(pk=submission.pk, state=State.IN_REVIEW).exists():
            raise
        submission.refresh_from_db(fields=["state"])  # somebody else opened it in the same moment


def return_incomplete(submission: Submission, *, by: User, why: str, due_on: date | None = None) -> None:
    """Give it back to be completed; the attempt does not count. It stays open for a week at least."""
    _reason(why)
    at = clock.now()
    with _move(submission, "return_incomplete", by=by, at=at, why=why) as current:
        now = current.current_round
        now.due_on = due_on or _open_for_a_week(current, at)
        now.submitted_at, now.is_late, now.frozen_at = None, False, None
        now.save(update_fields=["due_on", "submitted_at", "is_late", "frozen_at"])
        outbox.owe([letters.returned(current, why=why, at=at)])


def _open_for_a_week(submission: Submission, at: datetime) -> date | None:
    due_on, zone = submission.current_round.due_on, submission.enrollment.cohort.zone
    in_a_week = clock.today(zone, at=at) + RETURNED_FOR
    return due_on if submission.window().due_on >= in_a_week else in_a_week


def decide(submission: Submission, *, by: User) -> None:
    with _move(submission, "decide", by=by):
        pass


def reopen(submission: Submission, *, by: User, why: str) -> None:
    """Take a decision back before its release."""
    _reason(why)
    with _move(submission, "reopen", by=by, why=why):
        pass


def release(
    submission: Submission,
    target: State,
    *,
    by: User | None = None,
    at: datetime,
    due_on: date | None = None,
    documents: Iterable[RequiredDocument] = (),
    criteria: Iterable[Criterion] = (),
) -> None:
    """Let the decision out. A revision opens the next round: its day, the documents and the rows it asks for.

    The caller issues the award and owes the letter inside the same transaction.
    """
    if target == State.REVISION_REQUESTED and not due_on:
        raise Refused("A revision needs the day by which it is due.")
    with _move(submission, "release", by=by, at=at, target=target) as current:
        if target == State.REVISION_REQUESTED:
            opened = Round.objects.create(
                submission=current, number=current.current_round.number + 1, opened_at=at, due_on=due_on
            )
            opened.documents.set(documents)
            opened.criteria.set(criteria)


def appeal(submission: Submission, *, by: User, why: str) -> None:
    """Have it read again, by others."""
    _reason(why)
    at = clock.now()
    with _move(submission, "appeal", by=by, at=at, why=why) as current:
        current.rounds.filter(number=current.current_round.number).update(appealed_at=at)
        outbox.owe(letters.moved(current, "appeal", at=at))


def withdraw(submission: Submission, *, by: User, why: str = "", is_told: bool = True) -> None:
    """Leave the cohort. Everything stays; `reinstate` leads back to the state before. Who tells it better says so."""
    at = clock.now()
    with _move(submission, "withdraw", by=by, at=at, why=why) as current:
        current.state_before = current.state
        Enrollment.objects.filter(pk=current.enrollment_id).update(withdrawn_at=at, withdrawn_by=by)
        invitations.call_off(current.enrollment, why="They had left the cohort.")
        outbox.owe(letters.moved(current, "withdrawn", at=at) if is_told else [])


def reinstate(submission: Submission, *, by: User, why: str = "") -> None:
    before = Submission.objects.values_list("state_before", flat=True).get(pk=submission.pk)
    at = clock.now()
    with transaction.atomic():
        with _move(submission, "reinstate", by=by, at=at, why=why, target=State(before) if before else None) as current:
            if current.enrollment.moved_to_id:
                raise Refused("They went on to another cohort. Nothing was changed.")
            current.state_before = ""
            Enrollment.objects.filter(pk=current.enrollment_id).update(withdrawn_at=None, withdrawn_by=None)
            outbox.owe(letters.moved(current, "reinstated", at=at))
        if current.state == State.SUBMITTED:
            _acknowledge_newest(current)


def _acknowledge_newest(submission: Submission) -> None:
    """The receipt for a file whose verdict came while the submission was withdrawn."""
    added = [slot.version for slot in slots_of(submission) if slot.version]
    newest = max(added, key=lambda one: one.arrived_at)
    acknowledge(submission, by=newest.added_by, at=newest.arrived_at)


def _reason(why: str) -> None:
    if not why.strip():
        raise Refused("Write why: the person and your colleagues read it.")
