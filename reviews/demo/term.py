"""The dates of the demo's term: the program's own Fall 2023, or one that lies around today."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from microcred import clock

ZONE = "America/New_York"
SEASONS = {1: "Spring", 6: "Summer", 9: "Fall"}


@dataclass(frozen=True)
class Term:
    """A term and the instant up to which it is played."""

    name: str
    slug: str
    begins: date
    meetings: tuple[date, ...]
    evidence_due: date
    at: datetime

    @property
    def reviews_due(self) -> date:
        return self.evidence_due + timedelta(days=13)

    @property
    def decisions(self) -> date:
        return self.evidence_due + timedelta(days=15)

    @property
    def revisions_due(self) -> date:
        return self.evidence_due + timedelta(days=43)

    @property
    def invited_on(self) -> date:
        return self.begins - timedelta(days=4)

    def moment(self, days: int, hour: int = 12, minute: int = 0) -> datetime:
        """So many days before or after the last day played, at a local time; never later than the end of the play."""
        day = clock.today(ZONE, at=self.at) + timedelta(days=days)
        return min(clock.local_moment(day, time(hour, minute), ZONE), self.at)


def fall_2023(at: datetime | None = None) -> Term:
    """The dates of the program's own page; played until nine days before evidence is due, or until `at`."""
    meetings = (date(2023, 9, 11), date(2023, 10, 16), date(2023, 11, 6))
    return Term(
        "Fall 2023", "fall-2023-l2", date(2023, 9, 1), meetings, date(2023, 11, 30),
        at or datetime(2023, 11, 21, 15, tzinfo=UTC),
    )  # fmt: skip


def around(at: datetime) -> Term:
    """A term in whose last third `at` lies: a meeting within days, evidence due in nine."""
    today = clock.today(ZONE, at=at)
    name = f"{SEASONS[max(month for month in SEASONS if month <= today.month)]} {today.year}"
    meetings = tuple(_workday(today + timedelta(days=days)) for days in (-70, -35, 2))
    return Term(
        name,
        f"{name.lower().replace(' ', '-')}-l2",
        today - timedelta(days=82),
        meetings,
        today + timedelta(days=9),
        at,
    )


def _workday(day: date) -> date:
    """`day`, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
