"""How long there is, in words: calendar days of the reader, then hours, then minutes; nothing ticks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from microcred import times

NEAR = timedelta(hours=2)  # from here on minutes are counted, and our clock is told


@dataclass(frozen=True)
class Countdown:
    """`number` and `unit` set large ("31", "days left"); or `words` when there is no number to count."""

    number: str = ""
    unit: str = ""
    words: str = ""
    left: str = ""
    is_near: bool = False
    is_late: bool = False


def count_down(end: datetime, *, at: datetime, zone: str) -> Countdown:
    """What stands in the panel at `at` for a reader in `zone`; `end` is exclusive."""
    if at >= end:
        return Countdown(words=f"Was due {_day_of(end, zone)}", is_late=True)
    last = (end - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    days = (last.date() - at.astimezone(ZoneInfo(zone)).date()).days
    if days > 1:
        return Countdown(number=str(days), unit="days left")
    hour = times.time_of_day(last)
    if days == 1 and end - at > NEAR:
        return Countdown(words=f"Due tomorrow, {hour}")
    day = "tomorrow" if days else "today"
    return Countdown(words=f"Due {day}, {hour}", left=time_left(end - at), is_near=end - at <= NEAR)


def time_left(left: timedelta) -> str:
    """`5 hours left`; in the last two hours `1 hour 35 minutes left`."""
    minutes = int(left.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    parts = [_many(hours, "hour")] if hours else []
    if rest and left <= NEAR:
        parts.append(_many(rest, "minute"))
    return f"{' '.join(parts)} left" if parts else "Less than a minute left"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _day_of(end: datetime, zone: str) -> str:
    return times.day((end - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date())
