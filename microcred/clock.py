"""The one clock of the house, and the rules that turn dates into instants.

Every decision reads the clock once and passes the instant on. It goes by the clock that all processes share, the
database's, once they have heard it (`timekeeping`). Tests and the demo set it with `fixed`.
"""

import time as machine
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

ON_THE_WAY = timedelta(milliseconds=100)  # as much as an instant may age until it is heard

_held: list[datetime] = []
_shared: list[tuple[datetime, float]] = []  # an instant of the shared clock, and what the steady one said then


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _held[-1] if _held else _running()


def _running() -> datetime:
    if not _shared:
        return own()
    instant, steady = _shared[-1]
    return instant + timedelta(seconds=_steady() - steady)


def own() -> datetime:
    """What this machine's clock says, whatever the others do."""
    return datetime.now(UTC)


def _steady() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the machine sleeps, where there is such a one."""
    return machine.clock_gettime(getattr(machine, "CLOCK_BOOTTIME", machine.CLOCK_MONOTONIC))


def follow(instant: datetime) -> None:
    """Go on from `instant`, which the shared clock has just said, even if somebody sets this machine's."""
    if not _shared or abs(instant - _running()) > ON_THE_WAY:
        _shared[:] = [(instant, _steady())]


@contextmanager
def fixed(instant: datetime) -> Iterator[None]:
    """Hold the clock of this process at `instant` (aware) while the block runs."""
    if instant.tzinfo is None:
        raise ValueError("The clock takes aware instants only.")
    _held.append(instant.astimezone(UTC))
    try:
        yield
    finally:
        _held.pop()


def today(zone: str, *, at: datetime | None = None) -> date:
    """The calendar day that people in `zone` read on the wall."""
    return (at or now()).astimezone(ZoneInfo(zone)).date()


def end_of_day(day: date, zone: str) -> datetime:
    """The first instant after `day` in `zone`: what arrives before it is in time.

    A date without a time means 23:59:59 of that day. Keeping the exclusive end, the next local midnight, also
    counts the last second's fractions as in time. Pages print it as 11:59 PM of `day`.
    """
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone)).astimezone(UTC)


def local_moment(day: date, at: time, zone: str) -> datetime:
    """The instant at which clocks in `zone` show `at` on `day`.

    Raises: ValidationError, when the clocks change in that hour, so that the time exists twice or not at all.
    """
    place = ZoneInfo(zone)
    first, second = (datetime.combine(day, at, place).replace(fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise ValidationError(
            f"The clocks change in that hour on {day:%B} {day.day}. Choose a time outside it.", code="clock_change"
        )
    return first.astimezone(UTC)
