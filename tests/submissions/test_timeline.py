"""The dated things of a cohort, and the place of today."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cohorts.models import Attendance
from submissions.timeline import Dated, of_events, stations
from tests.support import factories


def dated(title, day):
    return Dated(title, day, datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1))


TERM = [
    dated("Learning begins", date(2023, 9, 1)),
    dated("Meeting", date(2023, 10, 16)),
    dated("Evidence due", date(2023, 11, 30)),
]


def places(today):
    at = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    return [(one.is_past, one.is_next, one.now) for one in stations(TERM, at=at, today=today)]


def test_today_lies_between_the_last_past_and_the_next():
    assert places(date(2023, 10, 30)) == [(True, False, None), (True, False, 30), (False, True, None)]


def test_before_the_first_nothing_is_past():
    assert places(date(2023, 8, 1)) == [(False, True, None), (False, False, None), (False, False, None)]


def test_after_the_last_nothing_comes():
    assert places(date(2024, 1, 1)) == [(True, False, None)] * 3


def test_the_place_moves_in_steps_of_five():
    moved = {places(date(2023, 10, 17) + timedelta(days=day))[1][2] for day in range(44)}

    assert moved <= set(range(0, 101, 5))


def test_the_next_one_says_in_how_many_days():
    shown = stations(TERM, at=datetime(2023, 11, 29, 12, tzinfo=UTC), today=date(2023, 11, 29))

    assert [one.note for one in shown] == ["", "", "Tomorrow"]


@pytest.mark.django_db
def test_events_say_what_the_person_did_and_reviewers_dates_stay_away():
    events = list(factories.cohort().events.all())
    for event in events:
        event.status = Attendance.Status.HERE if event.is_meeting and event.number == 1 else ""

    shown = {one.title: one.note for one in of_events(events, 3, zone="America/New_York")}

    assert shown == {
        "Learning begins": "",
        "Community of Practice 1": "You attended",
        "Community of Practice 2": "",
        "Community of Practice 3": "",
        "Evidence due": "All three documents",
        "Decision": "Sent by e-mail",
    }


@pytest.mark.django_db
def test_meetings_and_the_evidence_fall_on_the_day_of_the_reader():
    events = factories.cohort().events.all()

    days = {one.title: one.on for one in of_events(events, 3, zone="Pacific/Guam")}

    assert days["Community of Practice 3"] == date(2023, 11, 7)  # 7:00 AM there
    assert days["Evidence due"] == date(2023, 12, 1)
    assert days["Learning begins"] == date(2023, 9, 1)
