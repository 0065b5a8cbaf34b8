"""From one term to the next: an edition is cloned, and frozen once a cohort relies on it."""

from collections.abc import Callable

from django.db import transaction

from badges.models import Edition
from microcred.verdict import Refused

from .describing import describe
from .storing import store

_followers: list[Callable[[Edition], object]] = []


def follow_with(carry: Callable[[Edition], object]) -> None:
    """Call `carry(edition)` for each clone, in its transaction: what a floor above keeps of an edition goes along."""
    _followers.append(carry)


@transaction.atomic
def clone(edition, *, slug, term):
    """A copy of `edition` for another term, open to change, that succeeds it. Raises: Refused."""
    successor = Edition.objects.filter(succeeds=edition).first()
    if successor:
        raise Refused(f"“{edition}” was already cloned: “{successor}” follows it. Clone that one.")
    if Edition.objects.filter(slug=slug).exists():
        raise Refused(f"There is an edition with the slug “{slug}” already. Choose another.")
    made = store(describe(edition) | {"slug": slug, "term": term})
    made.succeeds = edition
    made.save(update_fields=["succeeds"])
    for carry in _followers:
        carry(made)
    return made


def freeze(edition, *, at):
    """Let nobody edit `edition` any more: a cohort that uses it has opened at `at`. Twice is once."""
    Edition.objects.open_to_change().filter(pk=edition.pk).update(frozen_at=at)
    edition.refresh_from_db(fields=["frozen_at"])
    return edition
