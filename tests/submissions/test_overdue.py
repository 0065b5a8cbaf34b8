"""A check that takes too long keeps nobody from submitting; its verdict comes later, and so does what follows."""

from datetime import timedelta

import pytest

from cohorts.models import StaffTask
from microcred.models import Message
from microcred.verdict import Refused
from submissions import workflow
from submissions.slots import PATIENCE, slots_of
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, examine_now

pytestmark = pytest.mark.django_db
OVERDUE = BEFORE_DUE + PATIENCE + timedelta(seconds=1)
NO_WORD_FILE = {"content": b"%PDF-1.7 no Word file", "name": "plan.pdf"}


@pytest.fixture
def waiting(slots):
    """`waiting()`: Ada's plan, whose check nobody has begun, beside a guide that is ready."""
    add(slots["reflection-guide"], at=BEFORE_DUE)
    return lambda **file: add(slots["growth-plan"], at=BEFORE_DUE, check=False, **file)


@pytest.fixture
def submitted(waiting, clock):
    """`submitted()`: all of it is handed in before the plan has its verdict; gives the plan's version."""

    def now(**file):
        version = waiting(**file)
        clock(OVERDUE)
        workflow.submit(version.document.submission, by=version.added_by, at=OVERDUE)
        return version

    return now


def test_for_two_minutes_a_check_is_waited_for(waiting, clock):
    version = waiting()
    clock(BEFORE_DUE + PATIENCE)

    with pytest.raises(Refused, match="we are still checking your Growth Plan"):
        workflow.submit(version.document.submission, by=version.added_by, at=BEFORE_DUE + PATIENCE)


def test_afterwards_it_keeps_nobody_from_submitting_and_every_page_says_so(client, address, waiting, clock):
    waiting()
    clock(OVERDUE)
    sentence = "We have not finished checking this file. You can submit without waiting; we will e-mail you"

    home, slot, last = (
        client.get(address(place)).content.decode() for place in ("", "documents/growth-plan/", "submit/")
    )
    receipt = client.post(address("submit/"), follow=True).content.decode()

    assert "All two documents are ready." in home
    assert sentence in slot
    assert sentence in last
    assert "On time" in receipt
    assert "You need not wait; we will e-mail you" in client.get(address("documents/growth-plan/")).content.decode()


def test_a_verdict_that_comes_later_changes_no_receipt(submitted):
    version = submitted()

    examine_now(version)

    assert version.verdict == "ready"
    assert version.document.submission.receipts.count() == 1
    assert not StaffTask.objects.exists()


def test_a_file_that_proves_unusable_is_told_to_the_applicant_and_to_the_team(submitted, client):
    version = submitted(**NO_WORD_FILE)

    examine_now(version)

    task = StaffTask.objects.get()
    assert task.sentence.startswith(
        "Look after the Growth Plan of Ada Ward: it was submitted before our check was done"
    )
    assert Message.objects.filter(kind="file-needs-fixing").count() == 1
    client.force_login(factories.staff(task.cohort, role="admin").person)
    page = client.get(task.url).content.decode()
    assert "Ada Ward has been told by mail, and no other file stands in this place." in page
    assert "send the submission back as incomplete" in page
    assert "I have looked" not in page


def test_the_file_that_mends_it_brings_a_receipt_and_ends_the_task(submitted):
    version = submitted(**NO_WORD_FILE)
    examine_now(version)

    mended = add(version.document, at=OVERDUE)

    assert version.document.submission.receipts.first().versions["Level 2 Growth Plan"] == mended.number
    assert not StaffTask.objects.exists()


def test_an_earlier_file_stands_in_for_one_that_proves_unusable(slots, submitted):
    earlier = add(slots["growth-plan"], at=BEFORE_DUE, text="What we wrote first about our plan for the spring")

    examine_now(submitted(**NO_WORD_FILE))

    submission = earlier.document.submission
    assert submission.receipts.first().versions["Level 2 Growth Plan"] == earlier.number
    assert [slot.state for slot in slots_of(submission)] == ["ready", "ready"]
    assert StaffTask.objects.count() == 1


def test_a_file_that_cannot_be_used_stands_on_no_later_receipt(slots, submitted):
    unusable, guide = examine_now(submitted(**NO_WORD_FILE)), slots["reflection-guide"]
    assert guide.submission.receipts.count() == 1  # nothing else counts than before

    better = add(guide, at=OVERDUE, text="Better words about the same work")

    latest = guide.submission.receipts.first()
    assert latest.versions[guide.required.title] == better.number
    assert unusable.document.required.title not in latest.versions


@pytest.mark.parametrize("checked", ["while it was withdrawn", "after it was taken up again"])
def test_a_file_checked_around_a_withdrawal_has_its_receipt(checked, slots, before_due):
    submission, person = slots["growth-plan"].submission, slots["growth-plan"].submission.enrollment.person
    for slot in slots.values():
        add(slot, at=BEFORE_DUE)
    workflow.submit(submission, by=person, at=BEFORE_DUE)
    better = add(slots["growth-plan"], at=BEFORE_DUE, text="Better words about the same plan", check=False)
    workflow.withdraw(submission, by=person)

    if checked == "while it was withdrawn":
        examine_now(better)
    workflow.reinstate(submission, by=person)
    examine_now(better)

    receipts = submission.receipts.all()
    assert submission.state == State.SUBMITTED
    assert [one.versions["Level 2 Growth Plan"] for one in receipts] == [better.number, 1]
    assert receipts[0].received_at == better.arrived_at


def test_a_withdrawal_by_itself_brings_no_receipt(slots, before_due):
    submission, person = slots["growth-plan"].submission, slots["growth-plan"].submission.enrollment.person
    for slot in slots.values():
        add(slot, at=BEFORE_DUE)
    workflow.submit(submission, by=person, at=BEFORE_DUE)

    workflow.withdraw(submission, by=person)
    workflow.reinstate(submission, by=person)

    assert submission.receipts.count() == 1
