from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from cohorts.models import Cohort, Event
from microcred.models import Message
from reviews.calibration import readiness
from reviews.calibration.models import Attempt
from reviews.demo.term import around, fall_2023
from submissions.models import Submission, Version
from submissions.states import State

NOON = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.mark.sqlite  # as the demo does; its way through the workflow is on PostgreSQL elsewhere
@pytest.mark.django_db
def test_the_demo_is_a_term_in_full_swing_with_real_files_and_no_loose_ends(capsys):
    """Eleven of its people: Dana, and those who have come the furthest. One play, because it takes seconds."""
    call_command("demo_cohort", applicants=11, at=NOON)

    cohort = Cohort.objects.get()
    assert states(cohort) == {
        "Okafor": State.DRAFT,
        "Baptiste": State.AWARDED,
        "Ferrante": State.AWARDED,
        "Castro": State.REVISION_REQUESTED,
        "O'Neil": State.SUBMITTED,
        "van der Berg": State.DECIDED,
        "García Márquez": State.DECIDED,
        "Nguyễn": State.IN_REVIEW,
        "Müller": State.IN_REVIEW,
        "Nguyen": State.IN_REVIEW,
        "Lund": State.IN_REVIEW,
    }
    assert timedelta(0) < cohort.events.meetings().get(number=3).starts_at - NOON < timedelta(days=5)
    assert cohort.events.get(kind=Event.Kind.EVIDENCE_DUE).on == date(2026, 12, 1)
    assert Version.objects.awaiting_check(NOON).count() == Message.objects.due(NOON).count() == 0
    guide = Version.objects.filter(document__required__key="reflection-guide").earliest("pk")
    with guide.file.open() as file:
        assert (file.read(4), guide.answers.count()) == (b"PK\x03\x04", 9)
    assert (readiness.not_ready(cohort), Attempt.objects.finished().count()) == (set(), 7)
    with pytest.raises(CommandError, match="is there already. Nothing was changed."):
        call_command("demo_cohort", applicants=1, at=NOON)


def states(cohort):
    people = Submission.objects.filter(enrollment__cohort=cohort).select_related("enrollment__person")
    return {one.enrollment.person.last_name: one.state for one in people}


def test_the_programs_own_term_has_its_own_dates():
    term = fall_2023()

    assert (term.begins, term.evidence_due) == (date(2023, 9, 1), date(2023, 11, 30))
    assert term.meetings == (date(2023, 9, 11), date(2023, 10, 16), date(2023, 11, 6))


@pytest.mark.parametrize("day", range(7))
def test_meetings_of_a_term_around_today_fall_on_working_days(day):
    term = around(NOON + timedelta(days=day))

    assert {meeting.weekday() for meeting in term.meetings} <= {0, 1, 2, 3, 4}
