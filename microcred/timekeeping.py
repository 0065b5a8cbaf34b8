"""The database's clock decides. A process hears it with every connection; one whose own is far off does not start."""

from datetime import timedelta

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from microcred import clock

log = structlog.get_logger(__name__)

WORTH_A_WARNING = timedelta(seconds=2)
TOO_MUCH = timedelta(seconds=5)


def hear(*, connection, **signal) -> None:
    """Set the clock of the house by the database that was just connected to. On SQLite both clocks are one."""
    if connection.vendor == "postgresql":
        with connection.connection.cursor() as cursor:  # the driver's: no request pays for a statement it did not make
            cursor.execute("SELECT clock_timestamp()")
            clock.follow(cursor.fetchone()[0])


def difference() -> timedelta:
    """How far this machine's clock and the database's are apart. Queries: one, none on SQLite."""
    if connection.vendor != "postgresql":
        return timedelta(0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [instant] = cursor.fetchone()
    return abs(clock.own() - instant)


def agree_or_refuse() -> None:
    """Whether a process may start here. While the database is away it may: it hears the clock later.

    Raises: ImproperlyConfigured, when the clocks are more than `TOO_MUCH` apart.
    """
    try:
        apart = difference()
    except OperationalError:
        return
    finally:
        connection.close()
    if apart > TOO_MUCH:
        raise ImproperlyConfigured(
            f"The clock of this machine is {apart.total_seconds():.0f} seconds from the database's. "
            "Set both by the same time server, then start again."
        )


def watch() -> None:
    """Say in the log when the two clocks drift apart."""
    apart = difference()
    if apart > WORTH_A_WARNING:
        say = log.error if apart > TOO_MUCH else log.warning
        say("clocks_differ", seconds=round(apart.total_seconds(), 1))
