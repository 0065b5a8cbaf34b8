"""Who may do what with an edition."""

from badges.models import Edition
from microcred import times
from microcred.verdict import ALLOWED, Verdict


def may_change(edition: Edition) -> Verdict:
    """Change what an edition says: until a cohort that uses it has opened."""
    if edition.frozen_at is None:
        return ALLOWED
    day = times.day(edition.frozen_at.date())
    return Verdict(
        f"A cohort uses “{edition}” since {day}, so it stays as it is. What you change goes into the next term."
    )
