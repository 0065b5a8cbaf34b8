"""Whether a set of rubric rows earns the badge, by the rule of its edition."""

from collections import Counter
from collections.abc import Iterable

from badges.models import Criterion, Edition

RULE = Edition.PassRule


def passes(edition: Edition, rows: Iterable[tuple[Criterion, bool]]) -> bool:
    """Whether the rubric is met, given each of its rows and whether it is at its passing level.

    A rule that asks for more rows than there are (in all, or in a group) asks for all of them.
    """
    group = (lambda row: row.group) if edition.pass_rule == RULE.GROUP else (lambda row: "")
    of, met = Counter[str](), Counter[str]()
    for row, is_met in rows:
        of[group(row)] += 1
        met[group(row)] += is_met
    if edition.pass_rule == RULE.EVERY:
        return met == of
    return all(met[name] >= min(edition.pass_count, count) for name, count in of.items())
