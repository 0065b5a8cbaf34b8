"""Which levels were changed after they had been given: when, by whom, from what to what, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, pairwise

from badges.models import Criterion, Level
from microcred.models import User
from reviews.models import Review, Score


@dataclass(frozen=True)
class Rescored:
    """One changed level. The reason is typed after the level is chosen, so it is what stands there before the next."""

    review_id: int
    criterion: Criterion
    at: datetime
    by: User | None
    was: Level
    now: Level
    why: str


def of(reviews: Iterable[Review]) -> list[Rescored]:
    """Every change in `reviews`, row by row, oldest first; a first level is no change. Queries: one."""
    kept = (
        Score.history.filter(review__in=reviews, level__isnull=False)
        .select_related("level", "history_user", "criterion")
        .only(
            "id", "review_id", "history_date", "why", "level__rank", "level__label", "criterion__title",
            "history_user__first_name", "history_user__last_name",
        )
        .order_by("id", "history_date", "history_id")
    )  # fmt: skip
    return [change for _, rows in groupby(kept, key=lambda row: row.id) for change in _changes(rows)]


def _changes(rows: Iterable) -> Iterator[Rescored]:
    """Of one score."""
    last: Rescored | None = None
    for was, now in pairwise(rows):
        if was.level_id != now.level_id:
            if last:
                yield last
            last = Rescored(
                now.review_id, now.criterion, now.history_date, now.history_user, was.level, now.level, now.why
            )
        elif last:
            last = replace(last, why=now.why)
    if last:
        yield last
