"""Changing one part of an edition on a page: told of when two people do it at once, refused once it is in use."""

from django.db import transaction

from badges.models import Edition, EditionChange
from badges.permissions import may_change
from microcred import clock
from microcred.verdict import Refused

from .describing import describe
from .places import entry, moved, print_of, put, without
from .storing import store


class Clash(Refused):
    """Somebody else changed the same part meanwhile."""


def seen(form, place, fields):
    """What a page that shows these fields of the entry at `place` was made from; "" when there is no such entry."""
    try:
        found = entry(form, place)
    except LookupError:
        return ""
    return print_of({name: found[name] for name in fields})


@transaction.atomic
def change(edition, place, part, *, by, was, sentence):
    """Put the fields of `part` at `place`; `was` is what `seen` said when the page was made.

    Raises: Clash, when those fields are others by now; Refused, when the edition is in use.
    """
    form = _held(edition, part)
    if seen(form, place, part) != was:
        raise Clash(_clash(edition, place))
    _keep(edition, put(form, place, part), place, by=by, sentence=sentence)


@transaction.atomic
def move(edition, place, steps, *, by, sentence):
    """Move the entry at `place` so many steps down its list. Raises: Refused."""
    form = _held(edition)
    _keep(edition, moved(form, _there(form, place), steps), place, by=by, sentence=sentence)


@transaction.atomic
def remove(edition, place, *, by, sentence):
    """Take the entry at `place` out. Raises: Refused, also when people already used it."""
    form = _held(edition)
    _keep(edition, without(form, _there(form, place)), place, by=by, sentence=sentence)


@transaction.atomic
def replace(edition, form, *, by, sentence):
    """Make the whole edition what `form` says, as it was read from files. Raises: Refused."""
    _held(edition)
    _keep(edition, form | {"slug": edition.slug}, (), by=by, sentence=sentence)


def _held(edition, names=()):
    """The plain form of the edition as it stands now; nobody else changes or freezes it before the transaction ends."""
    held = Edition.objects.select_for_update().get(pk=edition.pk)
    if not (verdict := may_change(held, names)):
        raise Refused(verdict.reason)
    return describe(held)


def _there(form, place):
    try:
        entry(form, place)
    except LookupError:
        raise Refused("That part was removed meanwhile. Nothing was changed.") from None
    return place


def _keep(edition, form, place, *, by, sentence):
    store(form)
    EditionChange.objects.create(edition=edition, place="/".join(place), sentence=sentence[:240], by=by, at=clock.now())


def _clash(edition, place):
    last = edition.changes.filter(place="/".join(place)).select_related("by").first()
    return f"{last.by} changed this at the same time." if last else "This was changed at the same time."
