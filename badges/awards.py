"""Awards: issued once, withdrawn openly, shown to whom the holder likes."""

import secrets

from django.db import IntegrityError, transaction

from badges.credentials import credential_of, is_genuine, signing_key
from badges.editions import describe, freeze
from badges.models import Award, Edition
from microcred.verdict import Refused, Verdict

REF_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another
REF_LENGTH = 12


def issue(edition, *, person, name, by, grounds, at):
    """The award of `edition` to `person`, issued now unless it stands already.

    `by` may be None: the system issued it. A badge made up of others is issued with the last of its parts.
    """
    with transaction.atomic():
        award = _standing(edition, person) or _issue(edition, person=person, name=name, by=by, grounds=grounds, at=at)
        for composite in _completed_by(award):
            parts = {"parts": sorted(_held_parts(composite, person).values_list("ref", flat=True))}
            issue(composite, person=person, name=name, by=by, grounds=parts, at=at)
    return award


def revoke(award, *, by, because, at):
    """Withdraw `award` and every badge that was made up of it: their pages say so, and the status list.

    All that were withdrawn are returned, `award` first. Raises: Refused, when it is withdrawn already.
    """
    if not because.strip():
        raise Refused("Say why the award is withdrawn. The reason stays with the record.")
    with transaction.atomic():
        gone = [award, *wholes_of(award)]
        for each in gone:
            standing = Award.objects.standing().filter(pk=each.pk)
            if not standing.update(revoked_at=at, revoked_by=by, revoked_because=because.strip()):
                raise Refused("This award was withdrawn before. Nothing was changed.")
            each.refresh_from_db(fields=["revoked_at", "revoked_by", "revoked_because"])
    return gone


def wholes_of(award):
    """Awards of the same person for badges made up of this one, which stand on it alone. Queries: a few for each."""
    same = Award.objects.standing().filter(person=award.person_id, edition__badge=award.edition.badge_id)
    if same.exclude(pk=award.pk).exists():
        return []
    wholes = Award.objects.standing().filter(person=award.person_id, edition__badge__parts=award.edition.badge_id)
    found = list(wholes.select_related("edition__badge__program"))
    return list({each.pk: each for whole in found for each in (whole, *wholes_of(whole))}.values())


def share(award, *, visibility):
    """Let the holder choose who sees the page."""
    award.visibility = visibility
    award.save(update_fields=["visibility"])


def parts_held(wholes, held):
    """Each badge of `wholes` that is made up of others, with its parts and whether each is in `held`, a set of keys.

    Queries: two.
    """
    return [
        (whole, [(part, part.pk in held) for part in whole.parts.all()]) for whole in wholes.prefetch_related("parts")
    ]


def verify(award):
    """Whether the record holds: signed by its issuer, unchanged, and not withdrawn."""
    if award.revoked_at:
        return Verdict("This award was withdrawn.")
    if not is_genuine(award.credential):
        return Verdict("The signature does not match the record. Write to the issuer.")
    return Verdict()


def _standing(edition, person):
    return Award.objects.standing().filter(edition=edition, person=person).first()


def _issue(edition, *, person, name, by, grounds, at):
    freeze(edition, at=at)  # what somebody holds a badge for is not rewritten
    key = signing_key(edition.badge.program)
    award = Award(
        ref=_new_ref(), edition=edition, person=person, name=name, issued_by=by, grounds=grounds, issued_at=at
    )
    award.as_it_was = _kept(edition)
    try:
        with transaction.atomic():
            award.save()
    except IntegrityError:  # somebody else issued it in the same instant
        standing = _standing(edition, person)
        if standing is None:
            raise
        return standing
    award.credential = credential_of(award, key)
    award.save(update_fields=["credential"])
    return award


def _kept(edition):
    """What an award keeps of its edition: all but the letters and when they were sent."""
    return {key: value for key, value in describe(edition).items() if key not in ("letters", "reminders")}


def _new_ref():
    return "".join(secrets.choice(REF_SIGNS) for _ in range(REF_LENGTH))


def _completed_by(award):
    """Editions of the same term whose badge is made up of others, all of which the person now holds."""
    candidates = Edition.objects.filter(badge__parts=award.edition.badge, term=award.edition.term)
    for composite in candidates.select_related("badge__program", "framework"):
        held = _held_parts(composite, award.person).values_list("edition__badge_id", flat=True)
        if set(held) == set(composite.badge.parts.values_list("pk", flat=True)):
            yield composite


def _held_parts(composite, person):
    return Award.objects.standing().filter(person=person, edition__badge__in=composite.badge.parts.all())
