"""When a meeting falls on another local hour than the one before: said, with the reason."""

from datetime import date, time, timedelta

import pytest

from cohorts import clock_changes, meetings
from cohorts.models import Cohort, Event
from microcred import times

NBSP = "\N{NO-BREAK SPACE}"


def meeting(on, starts=time(16), zone="America/New_York"):
    event = Event(cohort=Cohort(zone=zone), kind="meeting", on=on, starts=starts, ends=time(starts.hour + 1, 30))
    event.work_out_instants()
    return event


OCTOBER, NOVEMBER = meeting(date(2023, 10, 16)), meeting(date(2023, 11, 6))


def sentence(reader, *, now=NOVEMBER, before=OCTOBER, cohort="America/New_York"):
    return clock_changes.sentence(now, before, reader=reader, cohort=cohort).replace(NBSP, " ")


@pytest.mark.parametrize(
    ("reader", "october", "place"),
    [
        ("America/Phoenix", 16, "Arizona"),
        ("Pacific/Honolulu", 16, "Hawaii"),
        ("Pacific/Guam", 17, "Guam"),
        ("Asia/Kathmandu", 17, "Kathmandu"),
    ],
)
def test_each_reader_is_told_what_happens_on_their_clock(reader, october, place):
    assert sentence(reader) == (
        f"One hour later on your clock than on October {october}. "
        f"Eastern Time changes its clocks on November 5; {place} does not."
    )


@pytest.mark.parametrize("reader", ["America/New_York", "America/Chicago", "America/Los_Angeles"])
def test_nothing_is_said_to_those_whose_clocks_change_alike(reader):
    assert sentence(reader) == ""


def test_between_two_changes_both_are_named():
    assert sentence("Europe/London", now=meeting(date(2023, 10, 30))) == (
        "One hour earlier on your clock than on October 16. "
        "London changes its clocks on October 29; Eastern Time does not."
    )


def test_in_spring_it_is_earlier():
    words = sentence("America/Phoenix", now=meeting(date(2024, 3, 11)), before=meeting(date(2024, 2, 26)))

    assert words.startswith("One hour earlier on your clock than on February 26.")


def test_the_first_meeting_has_nothing_to_be_compared_with():
    assert clock_changes.sentence(OCTOBER, None, reader="America/Phoenix", cohort="America/New_York") == ""


def test_an_hour_that_people_chose_is_not_blamed_on_the_clocks():
    assert sentence("America/Chicago", now=meeting(date(2023, 11, 6), time(17))) == ""


def test_an_hour_that_people_chose_counts_where_the_clocks_change_as_well():
    earlier, later = meeting(date(2023, 11, 6), time(15)), meeting(date(2023, 11, 6), time(17))

    assert sentence("America/Phoenix", now=earlier) == ""  # at the same hour as before
    assert sentence("America/Phoenix", now=later) == (
        "Two hours later on your clock than on October 16. It is at another hour in Eastern Time, too. "
        "Eastern Time changes its clocks on November 5; Arizona does not."
    )


def test_half_hours_are_told_in_minutes():
    howe = "Australia/Lord_Howe"

    words = sentence(howe, now=meeting(date(2023, 10, 2)), before=meeting(date(2023, 9, 25)))

    assert words.startswith("30 minutes later on your clock than on September 26.")


def test_meetings_keep_their_local_hour_when_the_clocks_change():
    assert NOVEMBER.starts_at - OCTOBER.starts_at == timedelta(days=21, hours=1)


def test_phoenix_sees_one_one_and_two_in_the_programs_own_term():
    term = [meeting(date(2023, 9, 11)), OCTOBER, NOVEMBER]

    hours = [times.span(one.starts_at, one.ends_at, "America/Phoenix").replace(NBSP, " ") for one in term]

    assert hours == ["1:00–2:30 PM MST", "1:00–2:30 PM MST", "2:00–3:30 PM MST"]


def test_where_the_day_is_another_the_cohorts_is_named():
    seen = meetings.Meeting(NOVEMBER, "Pacific/Guam", "America/New_York")

    assert meetings.spoken(seen).replace(NBSP, " ") == ("Tue, Nov 7, 7:00–8:30 AM ChST (Mon, Nov 6, 4:00–5:30 PM ET)")
