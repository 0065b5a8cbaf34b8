"""Open Badges 3.0: an award as a credential that anybody can check without asking us.

The issuer is a did:key, the program's public key written as a name: nothing has to be fetched to verify a signature.
Whether a badge was withdrawn stands in a signed status list, one bit an award.
"""

import secrets
from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.conf import settings
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.keys import KeyFactory, KeyType
from openbadgeslib.ob3 import (
    Achievement,
    Alignment,
    IdentityObject,
    Issuer,
    OB3LdpSigner,
    OB3LdpVerifier,
    OpenBadgeCredential,
    add_data_integrity_proof,
    build_status_list_credential,
    did_key_from_pem,
    status_entry,
)

from badges.models import Program
from microcred.verdict import Refused

LIST_SIZE = 131_072  # awards on one status list, the least the standard allows
LIST_LASTS = timedelta(days=1)  # an older copy of a list counts no more


def signing_key(program):
    """The program's private key, made on first use. Queries: one, with a lock; call it inside a transaction.

    Raises: Refused, when what is kept is no key.
    """
    kept = Program.objects.select_for_update().get(pk=program.pk)
    if not kept.signing_key:
        kept.signing_key = KeyFactory(KeyType.ED25519).generate_keypair()[0].decode()
        kept.save(update_fields=["signing_key"])
    try:
        issuer_id(kept.signing_key)
    except ValueError as problem:
        raise Refused(
            f"{kept}'s signing key cannot be read, so no badge can be issued. Tell the operator."
        ) from problem
    program.signing_key = kept.signing_key
    return kept.signing_key


def issuer_id(pem):
    """The did:key of a private key."""
    public = load_pem_private_key(pem.encode(), password=None).public_key()
    return did_key_from_pem(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def credential_of(award, pem):
    """`award`, already saved, as a signed credential."""
    unsigned = OpenBadgeCredential(
        id=address(award.get_absolute_url()),
        issuer=_issuer(award.edition.badge.program, pem),
        recipient_id=None,  # an address in the open would be a gift to senders of spam
        achievement=_achievement(award.edition),
        issuance_date=award.issued_at,
        identifiers=[
            IdentityObject(identity_hash=award.name, identity_type="name", hashed=False),
            IdentityObject.create(award.person.email, salt=secrets.token_hex(8)),
        ],
        credential_status=[_status_entry(award)],
    )
    signed = OB3LdpSigner(pem).sign(unsigned, created=award.issued_at)
    signed["proof"] = [signed["proof"]]  # the published schema wants a list
    return signed


def is_genuine(credential):
    """Whether the signature is that of the issuer the credential names, over every word of it."""
    issuer = credential.get("issuer", {}).get("id", "")
    methods = {proof.get("verificationMethod", "").partition("#")[0] for proof in credential.get("proof", [])}
    if methods != {issuer}:
        return False
    try:
        OB3LdpVerifier.for_issuer_did(issuer).verify(credential)
    except LibOpenBadgesException:
        return False
    return True


def status_list(program, number, *, revoked, at):
    """The signed list of withdrawn awards with keys from `number` × its size on; good for a day."""
    url = _list_address(program, number)
    unsigned = build_status_list_credential(
        issuer_id(program.signing_key),
        url,
        "revocation",
        {pk % LIST_SIZE for pk in revoked},
        size_bits=LIST_SIZE,
        issued=at,
        valid_until=at + LIST_LASTS,
    )
    method = OB3LdpSigner(program.signing_key).verification_method
    return add_data_integrity_proof(unsigned, program.signing_key, method, created=at)


def address(path):
    return f"{settings.SITE_URL}{path}"


def _issuer(program, pem):
    return Issuer(id=issuer_id(pem), name=program.name, url=program.url, email=program.email)


def _achievement(edition):
    page = address(f"/badges/{edition.slug}/")
    return Achievement(
        id=page,
        name=edition.badge.name,
        description=edition.badge.description,
        criteria_narrative=edition.badge.earned_by,
        achievement_type="MicroCredential",
        image_url=f"{page}badge.svg",
        alignments=[
            Alignment(
                target_name=competency.name,
                target_url=f"{page}#{competency.key}",
                target_framework=str(edition.framework),
                target_code=competency.key,
            )
            for competency in edition.competencies.all()
        ],
    )


def _status_entry(award):
    program = award.edition.badge.program
    return status_entry(_list_address(program, award.pk // LIST_SIZE), "revocation", award.pk % LIST_SIZE)


def _list_address(program, number):
    return address(f"/awards/status/{program.slug}/{number}/")
