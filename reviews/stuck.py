"""Where people are stuck: who had finished each activity by each week, and which level each rubric row was given.

Beside each table stands who is behind one of its numbers, so that a number and its list say the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value

from badges.models import Activity, Level
from cohorts import deadlines
from cohorts.models import ActivityMark, Cohort, Event
from microcred import clock
from reviews.models import Assignment, Review, Score
from submissions.models import Version

WEEKS_SHOWN = 13
TAKEN = (Version.Verdict.READY, Version.Verdict.ADVICE, Version.Verdict.UNREAD)


# Activity by week ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Week:
    """One column: `until` is its Sunday, `ends_at` the first instant after it."""

    monday: date
    ends_at: datetime

    @property
    def until(self) -> date:
        return self.monday + timedelta(days=6)


@dataclass(frozen=True)
class HeatRow:
    """One activity: how many of the `enrolled` had finished it by the end of each week."""

    activity: Activity
    weeks: tuple[Week, ...]
    counts: tuple[int, ...]
    enrolled: int
    lags: bool = False

    @property
    def last(self) -> int:
        return self.counts[-1]

    @property
    def missing(self) -> int:
        return self.enrolled - self.last

    @property
    def by_week(self) -> list[tuple[Week, int]]:
        return list(zip(self.weeks, self.counts, strict=True))


def weeks(cohort: Cohort, *, at: datetime) -> list[Week]:
    """Weeks of learning up to `at` or the day evidence is due, the last thirteen. Reads the cohort's events."""
    begins = [event.on for event in cohort.events.all() if event.kind == Event.Kind.LEARNING_BEGINS]
    last = min(clock.today(cohort.zone, at=at), deadlines.evidence_day(cohort))
    first = min([*begins, last])
    monday, found = first - timedelta(days=first.weekday()), []
    while monday <= last:
        found.append(Week(monday, clock.end_of_day(monday + timedelta(days=6), cohort.zone)))
        monday += timedelta(days=7)
    return found[-WEEKS_SHOWN:]


def months(shown: list[Week]) -> list[tuple[str, int]]:
    """Names of the months over the weeks, each with how many weeks it spans."""
    return [(name, len(list(group))) for name, group in groupby(f"{week.monday:%B}" for week in shown)]


def heat(cohort: Cohort, shown: list[Week], *, enrolled: int) -> list[HeatRow]:
    """Required activities by week, in their order; those that people pass over are marked. Queries: two."""
    activities = cohort.edition.activities.filter(is_required=True).order_by("position")
    marks = ActivityMark.objects.filter(enrollment__cohort=cohort, enrollment__withdrawn_at__isnull=True)
    taken = first_taken().filter(
        document__submission__enrollment__cohort=cohort, document__submission__enrollment__withdrawn_at__isnull=True
    )
    marked = _by_week(marks, "mark", "activity", "done_at", shown)
    counts = marked.union(_by_week(taken, "document", "document__required", "arrived_at", shown), all=True)
    found = {(how, key): tuple(by_week) for how, key, *by_week in counts}
    none = (0,) * len(shown)
    keys = {each: ("document", each.document_id) if each.document_id else ("mark", each.pk) for each in activities}
    rows = [HeatRow(each, tuple(shown), found.get(key, none), enrolled) for each, key in keys.items()]
    return _with_laggards(rows)


def first_taken() -> QuerySet[Version]:
    """Of each slot the file that was the first to be taken."""
    taken = Version.objects.filter(verdict__in=TAKEN).order_by()
    return taken.filter(~Exists(taken.filter(document=OuterRef("document"), number__lt=OuterRef("number"))))


def _by_week(rows: QuerySet, how: str, key: str, moment: str, shown: list[Week]) -> QuerySet:
    """Tuples of `how`, the key, and how many of its `rows` lie before the end of each week."""
    weekly = {
        f"week_{number}": Count("pk", filter=Q(**{f"{moment}__lt": week.ends_at})) for number, week in enumerate(shown)
    }
    grouped = rows.order_by().annotate(how=Value(how), which=F(key)).values("how", "which")
    return grouped.annotate(**weekly).values_list("how", "which", *weekly)


def has_done(activity: Activity, *, before: datetime | None = None) -> Exists:
    """A mark, or for an activity that is a document, a file of it that was taken."""
    by = {} if before is None else {"arrived_at__lt" if activity.document_id else "done_at__lt": before}
    if activity.document_id:
        theirs = {"document__submission__enrollment": OuterRef("pk"), "document__required": activity.document_id}
        return Exists(Version.objects.filter(verdict__in=TAKEN, **theirs, **by))
    return Exists(ActivityMark.objects.filter(enrollment=OuterRef("pk"), activity=activity, **by))


def _with_laggards(rows: list[HeatRow]) -> list[HeatRow]:
    """An activity lags when a tenth of the people have finished one that comes later, and not this one."""
    marked: list[HeatRow] = []
    later = 0
    for row in reversed(rows):
        behind = later - row.last
        marked.append(replace(row, lags=behind >= max(2, row.enrolled / 10)))
        later = max(later, row.last)
    return marked[::-1]


def slowest(rows: Iterable[HeatRow]) -> HeatRow | None:
    """The lagging activity that the fewest have finished; the first of equals."""
    return min((row for row in rows if row.lags), key=lambda row: row.last, default=None)


# Rubric row by level -------------------------------------------------------------------------------------------------
class Given(NamedTuple):
    """One level of a rubric row, and how many people were given it."""

    of: int
    document: str
    row: str
    title: str
    page: int
    place: int
    rank: int
    label: str
    given: int


GIVEN = Given._fields


@dataclass(frozen=True)
class RubricRow:
    """One rubric row: its levels, the lowest first, in a table of so many columns."""

    levels: tuple[Given, ...]
    columns: int

    @property
    def gaps(self) -> range:
        """Columns that other rows fill and this one does not."""
        return range(self.columns - len(self.levels))

    @property
    def title(self) -> str:
        return self.levels[0].title

    @property
    def key(self) -> str:
        """In an address."""
        return f"{self.levels[0].document}/{self.levels[0].row}"

    @property
    def hardness(self) -> tuple[int, ...]:
        return tuple(-level.given for level in self.levels)


def hardest(cohort: Cohort) -> list[RubricRow]:
    """The rubric rows of first versions, those first in which most people were given the lowest level.

    Empty before a review is finished. Queries: one.
    """
    scored = Level.objects.filter(criterion__document__edition=cohort.edition_id, criterion__document__is_scored=True)
    levels = scored.order_by().annotate(
        of=F("pk"), document=F("criterion__document__key"), row=F("criterion__key"), title=F("criterion__title"),
        page=F("criterion__document__position"), place=F("criterion__position"), given=Value(0),
    )  # fmt: skip
    each = _scores(cohort).exclude(level=None).order_by()
    given = each.annotate(
        of=F("level"), document=Value(""), row=Value(""), title=Value(""), page=Value(0), place=Value(0),
        rank=Value(0), label=Value(""),
    ).values(*GIVEN[:-1]).annotate(given=Count("review__assignment__submission", distinct=True))  # fmt: skip
    rows = _rows(levels.values_list(*GIVEN).union(given.values_list(*GIVEN), all=True))
    return (
        sorted(rows, key=lambda row: row.hardness) if any(level.given for row in rows for level in row.levels) else []
    )


def _rows(found: Iterable[tuple]) -> list[RubricRow]:
    """Every level that there is, with the count of those that somebody was given; by row, the lowest level first."""
    known, given = [], {}
    for level in map(Given._make, found):
        if level.row:
            known.append(level)
        else:
            given[level.of] = level.given
    known.sort(key=lambda level: (level.page, level.place, level.rank))
    groups = [tuple(group) for _, group in groupby(known, key=lambda level: (level.page, level.place))]
    widest = max(map(len, groups), default=0)
    return [RubricRow(tuple(each._replace(given=given.get(each.of, 0)) for each in group), widest) for group in groups]


def _scores(cohort: Cohort) -> QuerySet[Score]:
    """What readers gave in finished reviews of first versions, of people who stay."""
    read = Assignment.objects.standing().readings().filter(
        round_number=1, submission__enrollment__cohort=cohort, submission__enrollment__withdrawn_at__isnull=True
    )  # fmt: skip
    return Score.objects.filter(review__in=Review.objects.finished().filter(assignment__in=read).values("pk"))


def was_given(cohort: Cohort, level: Level) -> Exists:
    """A reader gave their first version that level."""
    return Exists(_scores(cohort).filter(level=level, review__assignment__submission__enrollment=OuterRef("pk")))


def labels(rows: list[RubricRow]) -> list[str]:
    """What stands above the columns: the words of the levels; numbers where the rows do not share theirs."""
    if not rows:
        return []
    longest = max(rows, key=lambda row: len(row.levels)).levels
    alike = all(level.label == other.label for row in rows for level, other in zip(row.levels, longest, strict=False))
    return [level.label if alike else f"Level {number}" for number, level in enumerate(longest, start=1)]
