"""A morning of a cohort's admin, by keys alone and without scripts: people, meetings, reminders, readers, letters."""

from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from cohorts.models import Attendance, Enrollment, Event
from microcred import clock
from microcred.models import User
from reviews.models import Assignment
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.journey import Admin
from tests.support.submitting import submission_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROSTER = "E-mail\tLast name\tFirst name\nlena@example.org\tOrtiz\tLena\nomar@example\tHaddad\tOmar\n"


@pytest.fixture
def submissions(cohort):
    """Of Ana, which Ben has read, and of Bo, which nobody reads yet. Both could come to the meeting of last week."""
    earlier = clock.now() - timedelta(days=2)
    Event.objects.filter(cohort=cohort, kind=Event.Kind.MEETING).update(on=clock.today(cohort.zone) - timedelta(days=7))
    ana, bo = (
        submission_in(State.SUBMITTED, cohort=cohort, person=factories.person(first, last), at=earlier)
        for first, last in (("Ana", "Able"), ("Bo", "Baker"))
    )
    reviewing.reviewed(ana, User.objects.get(email="ben@example.org"), at=earlier)
    return ana, bo


@pytest.mark.parametrize("way", ["by keyboard", "without scripts"])
def test_a_morning_of_an_admin(way, cohort, submissions, brings):
    cleo = brings(Admin, "cleo@example.org", way)
    cleo.goes_to("/cohorts/this-term/")
    imports_a_roster(cleo)
    adds_a_meeting(cleo, cohort)
    records_attendance(cleo)
    looks_after_reminders(cleo)
    gives_work_to_a_reader(cleo)
    lets_letters_out(cleo)

    assert set(Enrollment.objects.values_list("person__last_name", flat=True)) == {"Able", "Baker", "Haddad", "Ortiz"}
    assert Attendance.objects.get().status == Attendance.Status.HERE
    assert [one.state for one in Submission.objects.order_by("number")] == [State.AWARDED, State.SUBMITTED]
    assert Assignment.objects.standing().count() == 2


def imports_a_roster(cleo):
    cleo.pastes_roster(ROSTER)
    cleo.is_told_of_row("“omar@example” is not a full e-mail address.")
    cleo.fixes_address(3, "omar@example.org")
    cleo.confirms_with_invitations(2)


def adds_a_meeting(cleo, cohort):
    """With a look at everybody's clocks first."""
    on = clock.today(cohort.zone) + timedelta(days=5)
    cleo.goes_by_menu("Calendar")
    cleo.reads("Calendar")
    cleo.follows("Add a meeting")
    cleo.reads("Add a meeting")
    cleo.writes(cleo.page.get_by_label("Name", exact=True), "Office hours")
    cleo.dates(cleo.page.get_by_label("Date", exact=True), on)
    cleo.times(cleo.page.get_by_label("From", exact=True), time(16))
    cleo.times(cleo.page.get_by_label("To", exact=True), time(17, 30))
    cleo.presses("Preview", exact=True)
    expect(cleo.page.locator("#clocks-panel")).to_contain_text("4:00")
    cleo.presses("Save", exact=True)
    cleo.is_told("is in the calendar.")


def records_attendance(cleo):
    cleo.goes_by_menu("Calendar")
    cleo.follows("Attendance of Community of Practice 1")
    cleo.reads("Attendance")
    cleo.chooses(cleo.page.get_by_role("row", name="Able, Ana").get_by_label("Here", exact=True))
    cleo.presses("Save", exact=True)
    cleo.is_told("Saved for 1 person.")


def looks_after_reminders(cleo):
    """Pause and resume, and read one as somebody who gets it."""
    cleo.goes_by_menu("Reminders")
    cleo.presses("Pause all")
    cleo.is_told("Paused.")
    cleo.presses("Resume")
    cleo.is_told("Sending is on again.")
    cleo.follows("Two weeks", exact=True)
    cleo.reads("Two weeks")
    cleo.presses("Turn off")
    cleo.is_told("“Two weeks” is off.")


def gives_work_to_a_reader(cleo):
    cleo.assigns_by_plan()
    cleo.is_told("1 reading assigned.")


def lets_letters_out(cleo):
    """As the rule proposes, after a look at the letter."""
    cleo.goes_by_menu("Decisions")
    cleo.presses("as proposed")
    cleo.is_told("Decided: 1.")
    cleo.presses("Preview the letter")
    cleo.reads_letter("Your badge is ready")
    cleo.goes_by_menu("Decisions")
    cleo.presses("Release ")
    cleo.reads("Release 1 decision")
    cleo.presses("Release 1 now")
    cleo.is_told("1 person gets a letter: 1 award.")
