"""Which rubric rows earn the badge: all, so many, or so many of each group."""

import pytest

from badges.models import Criterion, Edition
from badges.passing import passes, shortfall


def rows(**groups):
    """Rows of groups, as in `first="110"`: two met, one not."""
    return [(Criterion(group=name), sign == "1") for name, signs in groups.items() for sign in signs]


@pytest.mark.parametrize(
    ("rule", "count", "given", "missing"),
    [
        ("every", 0, rows(a="111"), 0),
        ("every", 0, rows(a="101", b="0"), 2),
        ("every", 0, [], 0),
        ("count", 3, rows(a="1100", b="10"), 0),
        ("count", 3, rows(a="1100", b="00"), 1),
        ("count", 9, rows(a="11", b="1"), 0),
        ("group", 2, rows(a="110", b="011"), 0),
        ("group", 2, rows(a="111", b="100"), 1),
        ("group", 2, rows(a="000", b="1"), 2),
    ],
)
def test_so_many_rows_are_missing(rule, count, given, missing):
    edition = Edition(pass_rule=rule, pass_count=count)

    assert shortfall(edition, given) == missing
    assert passes(edition, given) == (missing == 0)
