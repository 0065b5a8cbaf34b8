"""How far the readers of a cohort agree: what they said of the same work without seeing each other.

Readings that settle a difference do not count, nor what was changed after a review was opened again. Readings before
and after an appeal are not set against each other: those who read later know that somebody said no.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean
from typing import NamedTuple

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When

from badges.models import Criterion
from cohorts.models import Cohort
from microcred.models import User
from reviews import statistics
from reviews.agreement import criteria_of
from reviews.models import Assignment, Score
from reviews.statistics import Interval, Intervals, Measures, Table

FEW = 10  # submissions; below that a coefficient says more about chance than about readers
ALIKE = 0.9  # of all readings on one level: then coefficients say little, however well readers agree
FAR = 0.1  # of a level: smaller differences matter to nobody


class Meaning(NamedTuple):
    """What a coefficient from `least` on means. The thresholds are Krippendorff's (Content Analysis, 2004)."""

    least: float
    word: str
    sentence: str


MEANINGS = (
    Meaning(0.8, "Strong", "Readers agree well. A result does not depend on who reads."),
    Meaning(2 / 3, "Fair", "Readers agree fairly well. Talk about the rows where they differ before you rely on one."),
    Meaning(0.0, "Weak", "Readers differ too much to rely on one reading. Have more work read twice, and calibrate."),
    Meaning(-1.0, "None", "Readers agree no better than chance. Read a sample together before anybody goes on."),
)


@dataclass(frozen=True)
class Mark:
    """A value and its interval on the axis of a chart, in percent of its length."""

    value: str
    low: str
    high: str

    @classmethod
    def on(cls, axis: tuple[float, float], value: float, span: Interval) -> "Mark":
        least, most = axis

        def place(number: float) -> str:
            return f"{100 * (min(max(number, least), most) - least) / (most - least):.1f}"

        return cls(place(value), place(span.low), place(span.high))


@dataclass(frozen=True)
class Line:
    """What the readings of one rubric row, or of all rows with so many levels, say together."""

    title: str
    table: Table
    said: Measures
    span: Intervals | None

    @property
    def readings(self) -> int:
        """How many levels were given beside another reader's."""
        return round(sum(map(sum, self.table)))

    @property
    def exact(self) -> str:
        return _percent(self.said.exact)

    @property
    def adjacent(self) -> str:
        return _percent(self.said.adjacent)

    @property
    def is_all_alike(self) -> bool:
        """Nearly every reading is on one level."""
        return max(map(sum, self.table)) >= ALIKE * self.readings

    @property
    def exact_span(self) -> str:
        return _between(self.span and self.span.exact, "{:.0%}")

    @property
    def adjacent_span(self) -> str:
        return _between(self.span and self.span.adjacent, "{:.0%}")

    @property
    def kappa(self) -> str:
        return "" if self.said.kappa is None else f"{self.said.kappa:.2f}"

    @property
    def kappa_span(self) -> str:
        return _between(self.span and self.span.kappa, "{:.2f}")

    @property
    def alpha(self) -> str:
        return "" if self.said.alpha is None else f"{self.said.alpha:.2f}"

    @property
    def alpha_span(self) -> str:
        return _between(self.span and self.span.alpha, "{:.2f}")

    @property
    def word(self) -> str:
        """Kappa in a word."""
        if self.said.kappa is None or self.is_all_alike:
            return "Says little: nearly all on one level"
        return meaning_of(self.said.kappa).word

    @property
    def mark(self) -> Mark | None:
        if self.said.kappa is None or self.span is None or self.span.kappa is None:
            return None
        return Mark.on((0, 1), self.said.kappa, self.span.kappa)

    @property
    def alpha_means(self) -> str:
        """The plain sentence about the rows together."""
        if self.said.alpha is None:
            return "Every reading is on the same level, so there is nothing to tell agreement from chance by."
        if self.is_all_alike:
            return "Nearly every reading is on one level, so alpha says little. Look at the exact agreement."
        return meaning_of(self.said.alpha).sentence


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _between(span: Interval | None, form: str) -> str:
    """`0.48 to 0.74`."""
    return f"{form.format(span.low)} to {form.format(span.high)}" if span else ""


def meaning_of(coefficient: float) -> Meaning:
    return next((one for one in MEANINGS if coefficient >= one.least), MEANINGS[-1])


@dataclass(frozen=True)
class Severity:
    """One reader beside the others on the work they share. Unit: levels; below zero is stricter."""

    reader: User
    submissions: int
    difference: float
    span: Interval | None

    @property
    def amount(self) -> str:
        """`0.42 levels lower`."""
        if abs(self.difference) < 0.005:
            return "0 levels apart"
        return f"{abs(self.difference):.2f} levels {'lower' if self.difference < 0 else 'higher'}"

    @property
    def amount_span(self) -> str:
        return _between(self.span, "{:+.2f}").replace("-", "−")

    @property
    def words(self) -> str:
        if self.span is None:
            return "Too few to say"
        if self.span.low <= 0 <= self.span.high or abs(self.difference) < FAR:
            return "Like the others"
        return "Stricter than the others" if self.difference < 0 else "Milder than the others"

    @property
    def mark(self) -> Mark | None:
        return Mark.on((-1, 1), self.difference, self.span) if self.span else None


@dataclass(frozen=True)
class Reliability:
    """Everything the page says: rows, rows of one scale together, and readers."""

    submissions: int
    rows: tuple[Line, ...]
    scales: tuple[Line, ...]
    readers: tuple[Severity, ...]

    @property
    def is_enough(self) -> bool:
        return self.submissions >= FEW


# What was said, by submission, then by round and row, then by reader: the place of the level on its scale, from 1.
Unit = dict[int, int]
Shared = dict[int, dict[int, list[Unit]]]


def of(cohort: Cohort) -> Reliability:
    """Queries: four, however many readings."""
    criteria = criteria_of([cohort.edition_id]).get(cohort.edition_id, [])
    shared = _shared(cohort, criteria)
    return Reliability(len(shared), *_lines(criteria, shared), _severities(shared))


def _shared(cohort: Cohort, criteria: Iterable[Criterion]) -> Shared:
    """What at least two readers said, by submission and criterion."""
    places = {row.pk: _places(row) for row in criteria}
    units: dict[int, dict[tuple, Unit]] = defaultdict(lambda: defaultdict(dict))
    for submission, number, is_before, reader, criterion, rank in _said(cohort):
        if rank in places.get(criterion, ()):
            units[submission][criterion, number, is_before][reader] = places[criterion][rank]
    shared: Shared = defaultdict(lambda: defaultdict(list))
    for submission, found in units.items():
        for (criterion, _, _), unit in found.items():
            if len(unit) > 1:
                shared[submission][criterion].append(unit)
    return shared


def _places(row: Criterion) -> dict[int, int]:
    """The ranks of a row's levels, whether used or not, counted from 1."""
    return {rank: place for place, rank in enumerate(sorted(level.rank for level in row.levels.all()), start=1)}


def _said(cohort: Cohort):
    """Submission, round, whether before an appeal, reader, criterion, rank: of every first reading once finished."""
    before = Assignment.objects.before_an_appeal().filter(pk=OuterRef("pk"))
    readings = Assignment.objects.standing().filter(
        Q(review__finished_at__isnull=False) | Q(review__reopened_at__isnull=False),
        role=Assignment.Role.READER,
        submission__enrollment__cohort=cohort,
        review__scores__isnull=False,
    )
    return (
        readings.annotate(is_before=Exists(before), rank=_rank())
        .order_by("submission", "round_number", "assigned_at", "pk", "review__scores__criterion")
        .values_list("submission", "round_number", "is_before", "reviewer", "review__scores__criterion", "rank")
    )


def _rank() -> Case:
    """Of the level first finished with: who opens a review again may have seen what the others said."""
    earlier = Score.history.filter(id=OuterRef("review__scores"), saved_at__lte=OuterRef("review__reopened_at"))
    first = Subquery(earlier.order_by("-version", "-history_id").values("level__rank")[:1])
    return Case(When(review__reopened_at=None, then=F("review__scores__level__rank")), default=first)


def _lines(criteria: Sequence[Criterion], shared: Shared) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """One for each row, and one for each scale, in which all rows with so many levels speak together."""
    if not shared:
        return (), ()
    sizes = [len(row.levels.all()) for row in criteria]
    units = [[[unit.values() for unit in rows.get(row.pk, ())] for row in criteria] for rows in shared.values()]
    scales = {size: [place for place, one in enumerate(sizes) if one == size] for size in sorted(set(sizes))}
    resampling = statistics.Resampling(units, sizes=sizes)
    tables = _with_scales(resampling.tables, scales)
    spans = _spans(resampling, scales) if len(shared) >= FEW else [None] * len(tables)
    titles = [*(row.title for row in criteria), *(f"Rows with {size} levels" for size in scales)]
    lines = tuple(
        Line(title, table, statistics.measure(table), span)
        for title, table, span in zip(titles, tables, spans, strict=True)
    )
    return lines[: len(criteria)], lines[len(criteria) :]


def _with_scales(tables: Sequence[Table], scales: dict[int, list[int]]) -> list[Table]:
    """The tables of the rows, then for each scale the sum of its rows."""
    return [*tables, *(statistics.added(tables[place] for place in places) for places in scales.values())]


def _spans(resampling: statistics.Resampling, scales: dict[int, list[int]]) -> list[Intervals | None]:
    """Of a row that of kappa, which is all that the page says of it; of a scale all four."""
    rows = len(resampling.sizes)
    drawn = [
        [statistics.kappa_alone(table) for table in tables[:rows]]
        + [statistics.measure(table) for table in tables[rows:]]
        for tables in (_with_scales(one, scales) for one in resampling.draws())
    ]
    return [statistics.intervals(measures) for measures in zip(*drawn, strict=True)]


def _severities(shared: Shared) -> tuple[Severity, ...]:
    """Each reader who shares work with others, by name. A submission counts once, by the mean over its rows."""
    apart: dict[int, list[float]] = defaultdict(list)
    for rows in shared.values():
        for reader, differences in _differences(rows).items():
            apart[reader].append(fmean(differences))
    readers = User.objects.filter(pk__in=apart).order_by("last_name", "first_name", "pk")
    return tuple(_severity(reader, apart[reader.pk]) for reader in readers)


def _differences(rows: dict[int, list[Unit]]) -> dict[int, list[float]]:
    """For each reader of one submission: own level minus the mean of the others', row by row."""
    found: dict[int, list[float]] = defaultdict(list)
    for unit in chain.from_iterable(rows.values()):
        for reader, place in unit.items():
            found[reader].append(place - fmean(theirs for other, theirs in unit.items() if other != reader))
    return found


def _severity(reader: User, differences: list[float]) -> Severity:
    if len(differences) < FEW:
        return Severity(reader, len(differences), fmean(differences), None)
    mean, span = statistics.mean_interval(differences)
    return Severity(reader, len(differences), mean, span)
