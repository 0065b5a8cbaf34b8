"""Whether a set of rubric rows earns the badge, by the rule of its edition."""

from collections import Counter
from collections.abc import Iterable

from badges.models import Criterion, Edition

RULE = Edition.PassRule


def shortfall(edition: Edition, rows: Iterable[tuple[Criterion, bool]]) -> int:
    """How many rows more would have to be met, given each row of the rubric and whether it is at its passing level.

    A rule that asks for more rows than there are (in all, or in a group) asks for all of them.
    """
    of, met = Counter[str](), Counter[str]()
    for row, is_met in rows:
        group = row.group if edition.pass_rule == RULE.GROUP else ""
        of[group] += 1
        met[group] += is_met
    if edition.pass_rule == RULE.EVERY:
        return (of - met).total()
    return sum(max(min(edition.pass_count, count) - met[group], 0) for group, count in of.items())


def passes(edition: Edition, rows: Iterable[tuple[Criterion, bool]]) -> bool:
    """Whether such rows earn the badge."""
    return not shortfall(edition, rows)
