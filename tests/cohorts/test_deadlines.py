"""Until when something is open, at one second on either side of every edge."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cohorts.deadlines import window
from cohorts.models import Cohort, Enrollment, Event

SECOND = timedelta(seconds=1)


def kept(zone="America/New_York", *, due=date(2023, 11, 30), **fields):
    """The window of an enrollment that is in no database."""
    until = fields.pop("extended_until", None)
    round_due = fields.pop("due_on", None)
    cohort = Cohort(zone=zone, **fields)
    evidence = Event(kind=Event.Kind.EVIDENCE_DUE, on=due)
    return window(Enrollment(cohort=cohort, extended_until=until), due_on=round_due, events=[evidence])


def local(text, zone="America/New_York"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("instant", "state", "days_late"),
    [
        ("2023-11-30 23:59:59", "open", 0),
        ("2023-12-01 00:00:00", "grace", 0),
        ("2023-12-01 00:14:59", "grace", 0),
        ("2023-12-01 00:15:00", "late", 1),
        ("2023-12-01 23:59:59", "late", 1),
        ("2023-12-02 00:00:00", "late", 2),
        ("2023-12-07 23:59:59", "late", 7),
        ("2023-12-08 00:00:00", "closed", 8),
    ],
)
def test_a_second_on_either_side_of_every_edge(instant, state, days_late):
    of = kept()

    assert (of.at(local(instant)), of.days_late_at(local(instant))) == (state, days_late)


@pytest.mark.parametrize(
    ("zone", "due_at"),
    [
        ("America/New_York", "2023-12-01T05:00:00+00:00"),
        ("Pacific/Guam", "2023-11-30T14:00:00+00:00"),
        ("Pacific/Honolulu", "2023-12-01T10:00:00+00:00"),
        ("America/Phoenix", "2023-12-01T07:00:00+00:00"),
        ("Asia/Kathmandu", "2023-11-30T18:15:00+00:00"),
        ("Etc/GMT+12", "2023-12-01T12:00:00+00:00"),
        ("Pacific/Kiritimati", "2023-11-30T10:00:00+00:00"),
    ],
)
def test_a_day_ends_where_the_cohort_is(zone, due_at):
    assert kept(zone).due_at.isoformat() == due_at


@pytest.mark.parametrize(
    ("due", "hours"),
    [(date(2023, 11, 5), 25), (date(2024, 3, 10), 23), (date(2024, 2, 29), 24), (date(2023, 12, 31), 24)],
)
def test_a_day_has_the_hours_it_has(due, hours):
    assert kept(due=due).due_at - kept(due=due - timedelta(days=1)).due_at == timedelta(hours=hours)


def test_late_days_end_at_midnight_though_the_clocks_changed_between():
    assert kept(due=date(2023, 11, 1)).closes_at == local("2023-11-09 00:00:00")


def test_without_late_days_it_closes_with_the_grace():
    of = kept(late_days=0)

    assert of.is_open_at(local("2023-12-01 00:14:59")) and not of.is_open_at(local("2023-12-01 00:15:00"))


def test_without_grace_the_next_instant_is_late():
    of = kept(grace_minutes=0)

    assert (of.at(of.due_at - SECOND), of.at(of.due_at)) == ("open", "late")


def test_an_extension_moves_everything():
    of = kept(extended_until=date(2023, 12, 4))

    assert (of.due_on, of.closes_at) == (date(2023, 12, 4), local("2023-12-12 00:00:00"))


def test_an_extension_never_shortens():
    assert kept(extended_until=date(2023, 11, 1)).due_on == date(2023, 11, 30)


def test_a_round_has_its_own_day():
    assert kept(due_on=date(2024, 1, 12)).due_at == local("2024-01-13 00:00:00")


def test_a_round_may_be_extended_too():
    assert kept(due_on=date(2024, 1, 12), extended_until=date(2024, 1, 20)).due_on == date(2024, 1, 20)


@pytest.mark.django_db
def test_it_asks_for_nothing_that_was_prefetched(django_assert_num_queries):
    from tests.support import factories

    factories.enrollment()
    enrollment = Enrollment.objects.select_related("cohort").prefetch_related("cohort__events").get()

    with django_assert_num_queries(0):
        assert window(enrollment).due_on == date(2023, 11, 30)
