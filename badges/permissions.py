"""Who may do what with an edition."""

from collections.abc import Iterable

from badges.models import Edition
from microcred import times
from microcred.verdict import Verdict

SHARED = {"program": "badge__program", "badge": "badge"}  # what all terms share, by its name in the plain form


def may_change(edition: Edition, names: Iterable[str] = ()) -> Verdict:
    """Change what an edition says: until a cohort that uses it has opened; what terms share, until any has.

    Queries: one when one of `names` is shared, else none.
    """
    if edition.frozen_at is None:
        return Verdict(next(filter(None, (_refused_for(edition, name) for name in names if name in SHARED)), ""))
    day = times.day(edition.frozen_at.date())
    return Verdict(
        f"A cohort uses “{edition}” since {day}, so it stays as it is. What you change goes into the next term."
    )


def _refused_for(edition: Edition, name: str) -> str:
    """Why what is shared under that name stays as it is; "" when no edition in use says it."""
    shared = edition.badge.program_id if name == "program" else edition.badge_id
    in_use = Edition.objects.published().filter(**{SHARED[name]: shared}).first()
    return f"“{in_use}” is in use and says the same, so only the operator can change it." if in_use else ""
