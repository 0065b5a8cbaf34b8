"""Which reminders a person gets; a mail carries an address at which they say so without signing in."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from microcred.models import User

_signer = Signer(salt="microcred.notices")


def address(person_pk: int) -> str:
    """Where the mails of one person lead; it stays the same, for mails are kept."""
    return f"{settings.SITE_URL}{reverse('notices', args=[_signer.sign_object(person_pk)])}"


def person_of(token: str) -> User | None:
    """Whom an address was made for; None when it was not made here. Queries: one."""
    try:
        return User.objects.filter(pk=_signer.unsign_object(token), is_active=True).first()
    except BadSignature:
        return None


def choose(person: User, *, meetings: bool) -> None:
    """Reminders of meetings come from now on, or come no more."""
    person.wants_meeting_reminders = meetings
    person.save(update_fields=["wants_meeting_reminders"])
