"""One mail a day at most tells a reviewer of new work, and only while they are awake."""

from datetime import timedelta

import pytest

from cohorts.models import StaffTask
from microcred import clock
from microcred.models import Message
from reviews import assigning, digests, scoring
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db
MORNING = AFTER_ALL.replace(hour=10)  # ten o'clock in New York
LETTER = "- New: {{ new_work }}\n\n{{ submissions }} by {{ due_day }}: [Queue]({{ link }})"


@pytest.fixture
def cohort():
    made = factories.cohort()
    made.edition.letters.filter(key="reviewer-assigned").update(subject="{{ submissions }} to review", body=LETTER)
    return made


@pytest.fixture
def ben(cohort):
    return factories.staff(cohort, factories.person("Ben", "Reader")).person


def give(cohort, ben, *, at=MORNING, count=1):
    """So many submissions more, given to Ben."""
    given = [submission_in(State.SUBMITTED, cohort=cohort) for _ in range(count)]
    with clock.fixed(at):
        return [assigning.assign(one, ben, by=cohort.opened_by) for one in given]


def told(at):
    """What is said at that time; a second sweep, and a second beat, say nothing more."""
    counts = [digests.tell_of_new_work(at) for _ in range(2)]
    assert counts[1] == 0
    return counts[0]


def mails():
    return [mail.subject for mail in Message.objects.filter(kind="reviewer-assigned").order_by("pk")]


def test_a_sitting_of_an_admin_is_told_in_one_mail(cohort, ben):
    give(cohort, ben, count=2)
    give(cohort, ben, at=MORNING + timedelta(minutes=50))

    assert told(MORNING + timedelta(minutes=59)) == 0
    assert told(MORNING + timedelta(minutes=60)) == 1
    assert mails() == ["3 submissions to review"]


def test_what_comes_later_waits_for_the_next_day_of_the_reader(cohort, ben):
    give(cohort, ben)
    told(MORNING + timedelta(hours=1))
    give(cohort, ben, at=MORNING + timedelta(hours=2))

    assert told(MORNING + timedelta(hours=4)) == 0
    assert told(MORNING + timedelta(days=1)) == 1
    assert told(MORNING + timedelta(days=2)) == 0
    assert mails() == ["1 submission to review", "2 submissions to review"]


@pytest.mark.parametrize(("zone", "tells"), [("America/New_York", 1), ("Pacific/Honolulu", 0), ("Pacific/Guam", 0)])
def test_nobody_is_woken(cohort, ben, zone, tells):
    ben.zone = zone
    ben.save()
    give(cohort, ben)

    assert told(MORNING + timedelta(hours=2)) == tells


def test_one_mail_speaks_of_all_cohorts(cohort, ben):
    other = factories.cohort(of=cohort.edition)
    other.name = "Spring 2024"
    other.save()
    factories.staff(other, ben)
    (first,), (second,) = give(cohort, ben), give(other, ben)

    told(MORNING + timedelta(hours=1))

    text = Message.objects.get(kind="reviewer-assigned").text
    assert f"Level 2 Practice, Fall 2023: {first.submission.short_number}" in text
    assert f"Level 2 Practice, Spring 2024: {second.submission.short_number}" in text
    assert "2 submissions by Wed, Dec" in text


def test_a_revised_version_is_told_once_it_is_in(cohort, ben):
    submission = reviewing.revised(ben)
    edition = submission.enrollment.cohort.edition
    edition.letters.filter(key="reviewer-assigned").update(subject="By {{ due_day }}", body="{{ new_work }}")

    told(MORNING + timedelta(days=30))  # the day of the reviews is over

    assert mails() == ["By the next decisions"]
    assert f"{submission.short_number} (revised)" in Message.objects.get(kind="reviewer-assigned").text
    assert submission.assignments.filter(told_at=None).count() == 0


def test_who_has_begun_or_given_back_is_told_nothing(cohort, ben):
    begun, returned, taken = give(cohort, ben, count=3)
    reviewing.started(begun, at=MORNING)
    with clock.fixed(MORNING):
        scoring.hand_back(returned, kind="knows", note="", by=ben)
        assigning.take_away(taken, by=cohort.opened_by)

    assert told(MORNING + timedelta(hours=2)) == 0


def test_who_goes_on_with_a_draft_of_somebody_else_is_told_of_it(cohort, ben):
    begun = reviewing.started(give(cohort, ben)[0], at=MORNING).assignment
    bea = factories.staff(cohort, factories.person("Bea", "Reader")).person
    with clock.fixed(MORNING):
        assigning.reassign(begun, bea, by=cohort.opened_by, with_draft=True)

    assert told(MORNING + timedelta(hours=2)) == 1
    assert Message.objects.get(kind="reviewer-assigned").person == bea


@pytest.mark.parametrize(
    "stop",
    [
        lambda cohort, ben: setattr(ben, "is_active", False),
        lambda cohort, ben: setattr(ben, "mail_bounced_at", MORNING),
        lambda cohort, ben: (setattr(cohort, "sending_paused_at", MORNING), setattr(cohort, "sending_paused_by", ben)),
    ],
)
def test_nothing_is_owed_where_nothing_may_leave(cohort, ben, stop):
    give(cohort, ben)
    stop(cohort, ben)
    ben.save()
    cohort.save()

    assert told(MORNING + timedelta(hours=2)) == 0


def test_a_letter_that_is_missing_is_a_task_and_the_mail_leaves_once_it_is_there(cohort, ben):
    give(cohort, ben)
    letter = cohort.edition.letters.get(key="reviewer-assigned")
    letter.delete()

    before = told(MORNING + timedelta(hours=1))
    letter.pk = None
    letter.save()

    assert before == 0
    assert StaffTask.objects.get(cohort=cohort).kind == StaffTask.Kind.LETTER
    assert told(MORNING + timedelta(hours=2)) == 1
