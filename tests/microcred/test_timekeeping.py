"""Whatever the clock of one machine says, all processes go by the database's."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.signals import worker_init
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from microcred import celery, clock, tasks, timekeeping

HOUR = timedelta(hours=1)


@pytest.fixture
def own_clock(monkeypatch):
    """`own_clock(HOUR)`: this machine's clock goes wrong by that much."""
    monkeypatch.setattr(clock, "_shared", [])
    right = clock.own
    return lambda wrong: monkeypatch.setattr(clock, "own", lambda: right() + wrong)


def is_now(instant):
    return abs(instant - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_was_heard_goes_on_by_itself(own_clock, monkeypatch):
    steady = clock._steady()
    clock.follow(datetime(2023, 11, 5, 5, 59, tzinfo=UTC))
    monkeypatch.setattr(clock, "_steady", lambda: steady + 600)

    assert clock.now() - datetime(2023, 11, 5, 6, 9, tzinfo=UTC) < timedelta(seconds=5)


def test_the_time_it_takes_to_hear_it_is_no_difference(own_clock):
    first = datetime(2023, 11, 5, 6, tzinfo=UTC)
    clock.follow(first)
    kept = list(clock._shared)

    clock.follow(clock.now() - clock.ON_THE_WAY / 2)
    assert clock._shared == kept

    clock.follow(first + HOUR)
    assert clock._shared != kept


@pytest.mark.postgres
@pytest.mark.parametrize("wrong", [HOUR, -HOUR])
def test_every_connection_sets_the_clock(own_clock, transactional_db, wrong):
    own_clock(wrong)
    assert not is_now(clock.now())

    connection.close()
    connection.ensure_connection()

    assert is_now(clock.now())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wrong", [timedelta(seconds=6), -timedelta(seconds=6)])
def test_a_process_whose_clock_is_far_off_does_not_start(own_clock, wrong):
    timekeeping.agree_or_refuse()
    own_clock(wrong)

    with pytest.raises(ImproperlyConfigured, match=r"^The clock of this machine is [56] seconds from the database's"):
        timekeeping.agree_or_refuse()
    with pytest.raises(SystemExit):
        worker_init.send(sender=celery.app)


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "said"), [(1, []), (3, ["warning"]), (6, ["error"])])
def test_clocks_that_drift_apart_are_told_of(own_clock, caplog, seconds, said):
    own_clock(timedelta(seconds=seconds))

    tasks.send_owed()

    assert [one.levelname.lower() for one in caplog.records if "clocks_differ" in one.getMessage()] == said


@pytest.mark.sqlite
@pytest.mark.django_db
def test_on_sqlite_there_is_one_clock_only(own_clock):
    own_clock(HOUR)

    timekeeping.agree_or_refuse()

    assert timekeeping.difference() == timedelta(0)
