"""The workflow as a product: every state times every move."""

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import transaction

from microcred.models import Message
from microcred.verdict import Refused
from submissions import uploads, workflow
from submissions.models import Submission
from submissions.states import MOVES, State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, add_all, examine_now, submission_in, upload_of

pytestmark = pytest.mark.django_db


def make(move, submission):
    """Make `move` as the people do who may."""
    applicant, admin = submission.enrollment.person, submission.enrollment.cohort.opened_by
    match move:
        case "submit":
            return workflow.submit(submission, by=applicant, at=BEFORE_DUE)
        case "replace":
            return workflow.replace(submission, by=applicant, at=BEFORE_DUE)
        case "release":
            return workflow.release(submission, State.AWARDED, by=admin, at=BEFORE_DUE)
        case "return_incomplete" | "reopen" | "appeal":
            return getattr(workflow, move)(submission, by=admin, why="Page 3 is missing.")
        case "start_review":
            return workflow.start_review(submission)
        case _:
            return getattr(workflow, move)(submission, by=admin)


def ready(submission):
    """A draft or revision whose documents are all in, so that only the state decides."""
    if submission.state in (State.DRAFT, State.REVISION_REQUESTED):
        asked = None if submission.state == State.DRAFT else list(submission.current_round.documents.all())
        add_all(submission, at=BEFORE_DUE, only=asked)
    return submission


@contextmanager
def for_once(submission):
    """What happens in the block is undone after it, so that one submission serves for every move."""
    with transaction.atomic():
        yield Submission.objects.get(pk=submission.pk)
        transaction.set_rollback(True)


@pytest.mark.parametrize("state", State)
def test_every_move_from_every_state_is_allowed_or_refused_as_the_table_says(state, clock):
    clock(BEFORE_DUE)
    before = ready(submission_in(state))
    events = before.events.count()
    outcomes = {}

    for move in MOVES:
        with for_once(before) as submission:
            outcomes[move] = attempt(move, submission, events)

    assert outcomes == {move: allowed(state, move) for move in MOVES}


def attempt(move, submission, events):
    """ "made" with its one event, "nothing" without one, or "refused" with nothing changed."""
    state = submission.state
    try:
        make(move, submission)
    except Refused as refusal:
        unchanged = Submission.objects.get(pk=submission.pk).state == state and submission.events.count() == events
        return "refused" if unchanged and str(refusal).startswith("This submission is now “") else str(refusal)
    if submission.events.count() == events:
        return "nothing"
    event, now = submission.events.order_by("pk").last(), Submission.objects.get(pk=submission.pk).state
    assert (event.move, event.source, event.target, submission.state) == (move, state, now, now)
    assert now in MOVES[move].targets
    return "made"


def allowed(state, move):
    """What the table says; a second reviewer who opens a submission changes nothing more."""
    if (state, move) == (State.IN_REVIEW, "start_review"):
        return "nothing"
    return "made" if state in MOVES[move].sources else "refused"


def test_a_refusal_never_tells_an_applicant_that_a_decision_is_made(clock):
    clock(BEFORE_DUE)
    decided = submission_in(State.DECIDED)

    with pytest.raises(Refused, match="This submission is now “Being reviewed”. Nothing was changed."):
        workflow.withdraw(decided, by=decided.enrollment.person)


def test_beginning_twice_gives_the_same_submission():
    enrollment = factories.enrollment()

    first, second = workflow.begin(enrollment), workflow.begin(enrollment)

    assert first == second
    assert [document.required.key for document in first.documents.all()] == ["reflection-guide", "growth-plan"]
    assert first.current_round.number == 1


def test_references_are_for_people():
    assert workflow.reference(2, 417) == "L2-0417-A"
    assert len({workflow.reference(2, number)[-1] for number in range(1, 24)}) == 23


def test_an_open_end_keeps_a_submission_from_being_handed_in(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.DRAFT)

    with pytest.raises(Refused) as refused:
        workflow.submit(submission, by=submission.enrollment.person, at=BEFORE_DUE)

    assert str(refused.value) == "Add your Reflection Guide. Add your Growth Plan. Nothing was submitted."


def test_a_receipt_is_kept_and_owed_in_the_same_moment(clock):
    clock(BEFORE_DUE)
    submission = ready(submission_in(State.DRAFT))

    receipt = workflow.submit(submission, by=submission.enrollment.person, at=BEFORE_DUE)

    assert receipt.ref == submission.reference
    assert [file["title"] for file in receipt.files] == ["Level 2 Practice Reflection Guide", "Level 2 Growth Plan"]
    assert Message.objects.get(kind="receipt").key == f"receipt:{receipt.ref}"


SECOND = timedelta(seconds=1)
DUE = datetime(2023, 12, 1, tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("at", "is_late"),
    [
        (DUE - SECOND, False),
        (DUE, False),  # the grace that nobody is told of
        (DUE + timedelta(minutes=15) - SECOND, False),
        (DUE + timedelta(minutes=15), True),
        (DUE + timedelta(days=7) - SECOND, True),
    ],
)
def test_what_arrives_in_time_counts_as_on_time_to_the_second(at, is_late, clock):
    submission = ready(submission_in(State.DRAFT))
    clock(at)

    receipt = workflow.submit(submission, by=submission.enrollment.person, at=at)

    assert receipt.is_late == is_late
    assert submission.rounds.get().is_late == is_late


def test_nothing_is_taken_once_the_late_days_are_over(clock):
    submission = ready(submission_in(State.DRAFT))
    closes = DUE + timedelta(days=7)
    clock(closes)

    with pytest.raises(Refused, match="Your documents are still here."):
        workflow.submit(submission, by=submission.enrollment.person, at=closes)


def test_an_extension_moves_the_day(clock):
    submission = ready(submission_in(State.DRAFT, extended_until=date(2023, 12, 20), extended_by=factories.person(),
                                     extended_at=BEFORE_DUE))  # fmt: skip
    at = datetime(2023, 12, 20, 23, 59, 59, tzinfo=ZoneInfo("America/New_York"))
    clock(at)

    receipt = workflow.submit(submission, by=submission.enrollment.person, at=at)

    assert not receipt.is_late


def test_a_late_submission_says_by_how_many_days(clock):
    submission = ready(submission_in(State.DRAFT))
    at = DUE + timedelta(hours=12)
    clock(at)

    workflow.submit(submission, by=submission.enrollment.person, at=at)

    assert Submission.objects.get(pk=submission.pk).public_state() == "Submitted, 1 day late"
    assert Message.objects.filter(kind="receipt-late").count() == 1


def test_what_is_replaced_in_the_late_days_is_late(clock):
    submission = submission_in(State.SUBMITTED)
    at = DUE + timedelta(days=1)
    clock(at)

    add(submission.documents.first(), text="Better words", at=at)

    assert submission.rounds.get().is_late
    assert submission.receipts.first().is_late


def test_a_late_file_that_cannot_be_used_leaves_it_on_time(clock):
    submission = submission_in(State.SUBMITTED)
    at = DUE + timedelta(days=1)
    clock(at)

    add(submission.documents.first(), content=b"no Word file", at=at)

    assert not submission.rounds.get().is_late
    assert not submission.receipts.first().is_late


def test_starting_the_review_freezes_the_round(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.SUBMITTED)

    workflow.start_review(submission)

    assert submission.rounds.get().frozen_at == BEFORE_DUE
    with pytest.raises(Refused, match="Its documents stay as they are"):
        add(submission.documents.first(), at=BEFORE_DUE)


def test_returned_work_can_be_completed_and_handed_in_again_in_the_same_round(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.RETURNED)

    workflow.submit(submission, by=submission.enrollment.person, at=BEFORE_DUE)

    assert submission.rounds.count() == 1
    assert submission.receipts.count() == 2
    assert Message.objects.filter(kind="returned-incomplete").count() == 1


def test_work_returned_after_the_window_stays_open_for_a_week(clock):
    after = datetime(2023, 12, 9, 12, tzinfo=ZoneInfo("America/New_York"))
    submission = submission_in(State.IN_REVIEW)
    clock(after)

    workflow.return_incomplete(submission, by=submission.enrollment.cohort.opened_by, why="A page is missing.")

    assert Submission.objects.get(pk=submission.pk).window().due_on == date(2023, 12, 16)


def test_a_revision_opens_the_next_round_with_what_it_asks_for():
    submission = submission_in(State.REVISION_REQUESTED)

    asked = submission.current_round

    assert (asked.number, asked.due_on) == (2, date(2024, 1, 12))
    assert [one.key for one in asked.documents.all()] == ["reflection-guide"]
    assert [row.key for row in asked.open_criteria()] == ["q1"]
    assert [row.key for row in submission.rounds.get(number=1).open_criteria()] == ["q1", "q2"]


def test_a_revision_without_a_day_is_refused(clock):
    decided = submission_in(State.DECIDED)

    with pytest.raises(Refused, match="needs the day"):
        workflow.release(decided, State.REVISION_REQUESTED, at=BEFORE_DUE)


def test_a_revised_document_is_asked_for_before_the_next_submit(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.REVISION_REQUESTED)

    with pytest.raises(Refused) as refused:
        workflow.submit(submission, by=submission.enrollment.person, at=BEFORE_DUE)

    assert str(refused.value) == "Add your revised Reflection Guide. Nothing was submitted."


def test_a_late_revision_is_told_until_when_it_can_still_be_replaced(clock):
    submission = submission_in(State.REVISION_REQUESTED)
    submission.enrollment.cohort.edition.letters.filter(key="revised-received").update(body="{{ replace_until }}")
    late = datetime(2024, 1, 15, 12, tzinfo=ZoneInfo("America/New_York"))
    clock(late)
    add(submission.documents.get(required__key="reflection-guide"))

    workflow.submit(submission, by=submission.enrollment.person, at=late)

    assert "Fri, Jan 19, 11:59" in Message.objects.get(kind="revised-received").text.replace("\xa0", " ")


def test_a_revised_version_is_named_so_and_received(clock):
    clock(BEFORE_DUE)
    submission = ready(submission_in(State.REVISION_REQUESTED))

    workflow.submit(submission, by=submission.enrollment.person, at=BEFORE_DUE)

    submission = Submission.objects.get(pk=submission.pk)
    guide = submission.documents.first().current
    assert guide.canonical_name == "Ward, A | Level 2 Practice Reflection Guide REVISED.docx"
    assert submission.public_state() == "Revised version received"
    assert Message.objects.filter(kind="revised-received").count() == 1


def test_a_withdrawal_can_be_taken_back(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.SUBMITTED)
    applicant = submission.enrollment.person

    workflow.withdraw(submission, by=applicant, why="A new job.")
    submission.enrollment.refresh_from_db()
    left = submission.enrollment.withdrawn_at
    workflow.reinstate(submission, by=applicant)

    submission.enrollment.refresh_from_db()
    assert (left, submission.enrollment.withdrawn_at) == (BEFORE_DUE, None)
    assert Submission.objects.get(pk=submission.pk).state == State.SUBMITTED
    assert [event.why for event in submission.events.filter(move="withdraw")] == ["A new job."]


def test_a_move_that_needs_a_reason_is_refused_without(clock):
    submission = submission_in(State.NOT_AWARDED)

    with pytest.raises(Refused, match="Write why"):
        workflow.appeal(submission, by=submission.enrollment.cohort.opened_by, why="  ")


def test_replacing_in_a_submission_gives_a_new_receipt(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.SUBMITTED)
    plan = submission.documents.get(required__key="growth-plan")

    version = add(plan, at=BEFORE_DUE, text="Other words about what we will work on in spring")

    newest = submission.receipts.first()
    assert newest.ref == f"{submission.reference}-2"
    assert newest.files[1]["sha256"] == version.sha256
    assert submission.events.last().move == "replace"


def test_a_replacement_that_cannot_be_used_leaves_the_earlier_version_in_place(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.SUBMITTED)
    plan = submission.documents.get(required__key="growth-plan")
    good = plan.current

    add(plan, content=b"%PDF-1.7 not Word", name="plan.pdf", at=BEFORE_DUE)

    plan.refresh_from_db()
    assert plan.current == good
    assert submission.receipts.first().files[1]["sha256"] == good.sha256
    assert Message.objects.filter(kind="file-needs-fixing").count() == 1


def test_a_closed_slot_takes_no_file_and_keeps_no_bytes(clock, settings):
    clock(BEFORE_DUE)
    submission = submission_in(State.IN_REVIEW)

    def kept():
        return uploads.Version.objects.count(), sorted(Path(settings.MEDIA_ROOT).rglob("*.bin"))

    before = kept()

    with pytest.raises(Refused):
        uploads.receive(
            submission.documents.first(), upload_of(b"x"), by=submission.enrollment.person, arrived_at=BEFORE_DUE
        )

    assert kept() == before


def test_a_receipt_leaves_after_the_check_and_there_is_one(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.SUBMITTED)
    guide, plan = submission.documents.all()

    waiting = add(guide, at=BEFORE_DUE, text="Better words about the same guide", check=False)
    replaced = add(plan, at=BEFORE_DUE, text="Better words about the same plan")
    before = submission.receipts.count()
    examine_now(waiting)

    assert (before, submission.receipts.count()) == (1, 2)
    assert [file["version"] for file in submission.receipts.first().files] == [waiting.number, replaced.number]


def test_a_replacement_that_cannot_be_used_brings_a_letter_and_no_receipt(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.SUBMITTED)

    add(submission.documents.first(), content=b"%PDF-1.7 not Word", name="guide.pdf", at=BEFORE_DUE)

    assert submission.receipts.count() == 1
    assert list(Message.objects.exclude(kind="receipt").values_list("kind", flat=True)) == ["file-needs-fixing"]


def test_what_was_checked_after_the_review_had_started_has_its_receipt_all_the_same(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.SUBMITTED)
    version = add(submission.documents.first(), at=BEFORE_DUE, text="Better words", check=False)
    workflow.start_review(submission)

    examine_now(version)

    assert submission.receipts.first().files[0]["sha256"] == version.sha256


# Appeals -------------------------------------------------------------------------------------------------------------
def test_an_appeal_stands_in_its_round(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.NOT_AWARDED)

    workflow.appeal(submission, by=submission.enrollment.cohort.opened_by, why="A page was not read.")

    submission = Submission.objects.get()
    assert submission.current_round.appealed_at == BEFORE_DUE
    assert submission.public_state() == "Being reviewed again, by other readers"


def test_rounds_that_were_appealed_before_learn_it_from_the_events(clock):
    clock(BEFORE_DUE)
    submission = submission_in(State.NOT_AWARDED)
    workflow.appeal(submission, by=submission.enrollment.cohort.opened_by, why="A page was not read.")
    submission.rounds.update(appealed_at=None)
    other = submission_in(State.IN_REVIEW)

    import_module("submissions.migrations.0007_appealed_rounds").from_events(apps, None)

    assert submission.rounds.get().appealed_at == BEFORE_DUE
    assert other.rounds.get().appealed_at is None
