"""How far readers agree, in numbers. Pure: ranks in, numbers out.

All of it is worked out from one kind of table, the coincidences of Krippendorff: each pair of readings of one unit is
counted in both orders, so that it does not matter who read first, and each unit weighs as much as it has readings.
"""

import random
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import permutations
from math import isfinite, lcm, sqrt
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple

Table = Sequence[Sequence[float]]

RESAMPLES = 1000
SEED = 1970  # the same data gives the same interval on every visit
CONFIDENCE = 0.95
MOST_UNDEFINED = 0.05  # of the resamples; beyond that an interval would say too much


class Interval(NamedTuple):
    """Where the value would lie in 95 of 100 cohorts like this one."""

    low: float
    high: float


class Measures(NamedTuple):
    """What one table says. None where it says nothing: no pairs, or all readings on one level."""

    exact: float | None
    adjacent: float | None
    kappa: float | None
    alpha: float | None


class Intervals(NamedTuple):
    """The same four, each with its interval or None."""

    exact: Interval | None
    adjacent: Interval | None
    kappa: Interval | None
    alpha: Interval | None


def coincidences(units: Iterable[Collection[int]], *, levels: int, times: int = 1) -> list[list[float]]:
    """The table of `units`, each the ranks (from 1) that one row of one submission got; a single one has no pair.

    Unit: readings, `times` over; whole numbers when `times` is divided by every number of readers but one.
    Source: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
    """
    table = [[0.0] * levels for _ in range(levels)]
    for ranks in units:
        for one, other in permutations(ranks, 2):
            table[one - 1][other - 1] += times / (len(ranks) - 1)
    return table


def measure(table: Table) -> Measures:
    return Measures(within(table, 0), within(table, 1), weighted_kappa(table), ordinal_alpha(table))


def kappa_alone(table: Table) -> Measures:
    return Measures(None, None, weighted_kappa(table), None)


def within(table: Table, apart: int) -> float | None:
    """The share of pairs that lie at most so many levels apart."""
    total = sum(map(sum, table))
    close = sum(count for i, row in enumerate(table) for j, count in enumerate(row) if abs(i - j) <= apart)
    return close / total if total else None


def squared(one: int, other: int) -> float:
    return (one - other) ** 2


def weighted_kappa(table: Table, cost: Callable[[int, int], float] = squared) -> float | None:
    """Agreement beyond chance; a difference costs its square. The table has every level of the scale, used or not.

    Source: Cohen, Weighted kappa, Psychological Bulletin 70 (1968).
    """
    rows, columns = [sum(row) for row in table], [sum(column) for column in zip(*table, strict=True)]
    places = [(i, j) for i in range(len(rows)) for j in range(len(rows))]
    observed = sum(cost(i, j) * table[i][j] for i, j in places) * sum(rows)
    expected = sum(cost(i, j) * rows[i] * columns[j] for i, j in places)
    return 1 - observed / expected if expected else None


def ordinal_alpha(table: Table) -> float | None:
    """Krippendorff's alpha for ordered levels, of a table of coincidences.

    Source: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), ordinal metric.
    """
    sizes = [sum(row) for row in table]
    places = [(i, j) for i in range(len(sizes)) for j in range(i + 1, len(sizes))]
    apart = {(i, j): (sum(sizes[i : j + 1]) - (sizes[i] + sizes[j]) / 2) ** 2 for i, j in places}
    observed = sum(table[i][j] * apart[i, j] for i, j in places)
    expected = sum(sizes[i] * sizes[j] * apart[i, j] for i, j in places)
    return 1 - (sum(sizes) - 1) * observed / expected if expected else None


def added(tables: Iterable[Table]) -> list[list[float]]:
    """Tables of one scale as one."""
    return [[sum(cells) for cells in zip(*rows, strict=True)] for rows in zip(*tables, strict=True)]


# Intervals -----------------------------------------------------------------------------------------------------------
class Resampling:
    """Submissions drawn anew with replacement, as often as it takes to see how far chance alone would move a value.

    A submission is drawn whole, since its rows have the same readers. Its tables travel as one long number, four bytes
    a cell, so that a resample of thousands is one sum.
    """

    def __init__(self, submissions: Sequence[Sequence[Sequence[Collection[int]]]], *, sizes: Sequence[int]) -> None:
        """`submissions`: for each, the units of every row; `sizes`: how many levels each row has."""
        readers = {len(ranks) for rows in submissions for units in rows for ranks in units}
        self.sizes, self.times = sizes, lcm(*(count - 1 for count in readers if count > 1))
        self.form = struct.Struct(f"<{sum(size * size for size in sizes)}I")
        self.packed = [self._pack(rows) for rows in submissions]

    @property
    def tables(self) -> list[list[list[float]]]:
        """Of each row, over all submissions."""
        return self._unpack(sum(self.packed))

    def draws(self) -> Iterator[list[list[list[float]]]]:
        """The same of each resample."""
        luck = random.Random(SEED)  # noqa: S311  (chance for statistics, not for secrets)
        for _ in range(RESAMPLES):
            yield self._unpack(sum(luck.choices(self.packed, k=len(self.packed))))

    def _pack(self, rows: Sequence[Sequence[Collection[int]]]) -> int:
        tables = (
            coincidences(units, levels=size, times=self.times) for units, size in zip(rows, self.sizes, strict=True)
        )
        cells = (round(count) for table in tables for line in table for count in line)
        return int.from_bytes(self.form.pack(*cells), "little")

    def _unpack(self, total: int) -> list[list[list[float]]]:
        cells = iter(self.form.unpack(total.to_bytes(self.form.size, "little")))
        return [[[next(cells) / self.times for _ in range(size)] for _ in range(size)] for size in self.sizes]


def intervals(drawn: Sequence[Measures]) -> Intervals:
    """Of each measure, from its values in all resamples."""
    return Intervals(*(percentiles(values) for values in zip(*drawn, strict=True)))


def percentiles(values: Sequence[float | None]) -> Interval | None:
    """The middle 95 % of `values`; None when too many of them say nothing."""
    known = sorted(value for value in values if value is not None and isfinite(value))
    if len(known) < (1 - MOST_UNDEFINED) * len(values):
        return None
    edge = round((1 - CONFIDENCE) / 2 * (len(known) - 1))
    return Interval(known[edge], known[-1 - edge])


def mean_interval(values: Sequence[float]) -> tuple[float, Interval]:
    """The mean of at least three independent `values`, and Student's interval around it."""
    mean = fmean(values)
    reach = student(len(values) - 1) * stdev(values) / sqrt(len(values))
    return mean, Interval(mean - reach, mean + reach)


def student(freedom: int) -> float:
    """The two-sided 95 % quantile of Student's t; within 0.01 of the table from six degrees of freedom on.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
