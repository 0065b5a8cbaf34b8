"""Agreement in numbers: published examples, and the formulas written out a second time, slowly and literally."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews import statistics
from reviews.statistics import coincidences, measure, ordinal_alpha, weighted_kappa, within

# Published -----------------------------------------------------------------------------------------------------------
_ = None
FOUR_OBSERVERS = (  # Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), data with missing values
    (1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3),
    (_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _),
)
COHEN_1968 = ((88, 14, 18), (10, 40, 10), (2, 6, 12))  # table 1, 200 cases
HIS_COSTS = ((0, 1, 3), (1, 0, 6), (3, 6, 0))
LANDIS_KOCH_1977 = ((38, 5, 0, 1), (33, 11, 3, 0), (10, 14, 5, 6), (3, 7, 3, 10))  # Winnipeg patients
AGRESTI_1990 = ((7, 7, 2, 3), (2, 8, 3, 7), (1, 5, 4, 9), (2, 8, 9, 14))  # wives and husbands


def units_of(observers):
    return [[one for one in column if one] for column in zip(*observers, strict=True)]


def test_alpha_of_krippendorffs_own_example():
    assert ordinal_alpha(coincidences(units_of(FOUR_OBSERVERS), levels=5)) == pytest.approx(0.815, abs=0.0005)


@pytest.mark.parametrize(
    ("table", "cost", "published"),
    [
        (COHEN_1968, lambda i, j: HIS_COSTS[i][j], 0.348),
        (LANDIS_KOCH_1977, lambda i, j: abs(i - j), 0.3797),  # linear: Cicchetti and Allison
        (LANDIS_KOCH_1977, lambda i, j: i != j, 0.208),  # unweighted
        (AGRESTI_1990, lambda i, j: i != j, 0.1293),
        (AGRESTI_1990, lambda i, j: abs(i - j), 0.2374),
        (AGRESTI_1990, statistics.squared, 0.3320),  # Fleiss and Cohen
    ],
)
def test_weighted_kappa_of_published_tables(table, cost, published):
    assert weighted_kappa(table, cost) == pytest.approx(published, abs=0.0006)


def test_a_level_nobody_used_leaves_kappa_as_it_is_and_costs_are_those_of_the_whole_scale():
    used = [[8, 0, 2], [0, 0, 0], [1, 0, 9]]
    closed_up = [[8, 2], [1, 9]]

    assert weighted_kappa(used) == pytest.approx(weighted_kappa(closed_up))
    assert (within(used, 1), within(closed_up, 1)) == (17 / 20, 1)


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(6, 2.447), (9, 2.262), (10, 2.228), (20, 2.086), (30, 2.042), (120, 1.980)]
)
def test_the_quantile_of_student_is_that_of_the_tables(freedom, quantile):
    assert statistics.student(freedom) == pytest.approx(quantile, abs=0.002)


# Once more from the formulas -----------------------------------------------------------------------------------------
units = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=4), min_size=1, max_size=25)


def pairs(found):
    """Every ordered pair of different readings of a unit, with its weight."""
    for ranks in found:
        for i, one in enumerate(ranks):
            for j, other in enumerate(ranks):
                if i != j:
                    yield one, other, 1 / (len(ranks) - 1)


def slow_alpha(found):
    """Observed disagreement within units over that of any two readings, whoever gave them."""
    every = [one for ranks in found if len(ranks) > 1 for one in ranks]

    def apart(one, other):
        low, high = min(one, other), max(one, other)
        between = sum(every.count(rank) for rank in range(low, high + 1))
        return (between - (every.count(low) + every.count(high)) / 2) ** 2

    n = len(every)
    observed = sum(weight * apart(one, other) for one, other, weight in pairs(found)) / n if n else 0
    expected = sum(apart(a, b) for i, a in enumerate(every) for j, b in enumerate(every) if i != j)
    return 1 - observed / (expected / (n * (n - 1))) if expected else None


def slow_kappa(found):
    """Over pairs in both orders: mean squared difference, seen and by chance."""
    seen = list(pairs(found))
    n = sum(weight for _, _, weight in seen)
    observed = sum(weight * (one - other) ** 2 for one, other, weight in seen)
    expected = sum(v * w * (a - b) ** 2 for a, _, v in seen for _, b, w in seen)
    return 1 - observed * n / expected if expected else None


@settings(max_examples=60)
@given(units)
def test_alpha_and_kappa_are_those_of_the_formulas(found):
    table = coincidences(found, levels=5)

    assert ordinal_alpha(table) == (None if slow_alpha(found) is None else pytest.approx(slow_alpha(found)))
    assert weighted_kappa(table) == (None if slow_kappa(found) is None else pytest.approx(slow_kappa(found)))


@settings(max_examples=60)
@given(units)
def test_the_share_of_pairs_is_counted(found):
    seen = list(pairs(found))
    total = sum(weight for _, _, weight in seen)
    close = sum(weight for one, other, weight in seen if abs(one - other) <= 1)

    assert within(coincidences(found, levels=5), 1) == (pytest.approx(close / total) if total else None)


def test_where_all_say_the_same_nothing_tells_agreement_from_chance():
    assert measure(coincidences([[3, 3], [3, 3]], levels=3)) == (1, 1, None, None)
    assert measure(coincidences([[3], [2]], levels=3)) == (None, None, None, None)


# Intervals -----------------------------------------------------------------------------------------------------------
@settings(max_examples=30)
@given(st.lists(st.tuples(units, units), min_size=1, max_size=8))
def test_what_travels_packed_arrives_as_it_was(submissions):
    resampling = statistics.Resampling(submissions, sizes=(5, 5))

    for row, table in enumerate(resampling.tables):
        whole = coincidences([unit for rows in submissions for unit in rows[row]], levels=5)
        assert table == [pytest.approx(line) for line in whole]


def test_the_interval_is_the_same_on_every_visit_and_that_of_the_textbook():
    submissions = [([[3, 3]],)] * 140 + [([[3, 2]],)] * 60

    first, again = (
        statistics.intervals([measure(one) for (one,) in statistics.Resampling(submissions, sizes=[3]).draws()])
        for _ in range(2)
    )

    assert first == again
    reach = 1.96 * (0.7 * 0.3 / 200) ** 0.5  # a share of 70 percent of 200
    assert first.exact == pytest.approx((0.7 - reach, 0.7 + reach), abs=0.01)


def test_an_interval_of_what_is_mostly_undefined_is_not_given():
    assert statistics.percentiles([None] * 6 + [0.5] * 94) is None
    assert statistics.percentiles([None] * 4 + [0.5] * 96) == (0.5, 0.5)
