"""Calendar days of the reader, then hours, then minutes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from submissions.countdown import Countdown, count_down

DUE = datetime(2023, 12, 1, tzinfo=ZoneInfo("America/New_York"))
PHOENIX = "America/Phoenix"
TIME = "9:59\N{NO-BREAK SPACE}PM"


def shown(*at):
    return count_down(DUE, at=datetime(*at, tzinfo=ZoneInfo(PHOENIX)), zone=PHOENIX)


def test_days_are_those_of_the_readers_calendar():
    assert shown(2023, 10, 30, 10) == Countdown(number="31", unit="days left")
    assert shown(2023, 10, 30, 23, 59) == Countdown(number="31", unit="days left")
    assert shown(2023, 11, 28, 23) == Countdown(number="2", unit="days left")


@pytest.mark.parametrize(
    ("at", "words", "left", "is_near"),
    [
        ((2023, 11, 29, 8), f"Due tomorrow, {TIME}", "", False),
        ((2023, 11, 30, 8), f"Due today, {TIME}", "14 hours left", False),
        ((2023, 11, 30, 19, 30), f"Due today, {TIME}", "2 hours left", False),
        ((2023, 11, 30, 20, 25), f"Due today, {TIME}", "1 hour 35 minutes left", True),
        ((2023, 11, 30, 21, 59), f"Due today, {TIME}", "1 minute left", True),
        ((2023, 11, 30, 21, 59, 30), f"Due today, {TIME}", "Less than a minute left", True),
    ],
)
def test_the_last_day_is_told_in_hours_and_its_end_in_minutes(at, words, left, is_near):
    assert shown(*at) == Countdown(words=words, left=left, is_near=is_near)


def test_it_is_late_from_the_first_instant_after():
    second = timedelta(seconds=1)

    assert not count_down(DUE, at=DUE - second, zone=PHOENIX).is_late
    assert count_down(DUE, at=DUE, zone=PHOENIX) == Countdown(
        words="Was due Thu, Nov\N{NO-BREAK SPACE}30, 2023", is_late=True
    )


def test_a_reader_east_of_the_cohort_has_another_day():
    guam = count_down(DUE, at=datetime(2023, 11, 29, 12, tzinfo=ZoneInfo("Pacific/Guam")), zone="Pacific/Guam")

    assert guam == Countdown(number="2", unit="days left")
