"""Putting right what the roster had wrong: a name, a district, an address."""

from allauth.account.models import EmailAddress
from django.db import transaction

from cohorts import bounces, records
from cohorts.models import Enrollment, StaffMembership
from microcred.models import Message, User
from microcred.verdict import ALLOWED, Refused, Verdict


def may_rename(person: User) -> Verdict:
    """Whether an admin may correct this person's name. Queries: one."""
    if person.is_superuser or person.is_staff or StaffMembership.objects.filter(person=person).exists():
        return Verdict(f"{person} works for the program and keeps their own account.")
    return ALLOWED


def may_readdress(person: User) -> Verdict:
    """Whoever has the address can sign in: it is corrected only while nobody signs in with it, or mail comes back."""
    if person.last_login and not person.mail_bounced_at:
        return Verdict(f"{person} signs in with this address. Only they can change it, in their account.")
    return ALLOWED


@transaction.atomic
def correct(
    enrollment: Enrollment, *, first_name: str, last_name: str, email: str, organization: str, by: User
) -> list[str]:
    """Write down what is right; what was changed is returned, in words, and kept as a note for colleagues.

    Mail that waits for the wrong address goes to the right one. Raises: Refused, as `may_rename`, `may_readdress`.
    """
    person = User.objects.select_for_update().get(pk=enrollment.person_id)
    if not (verdict := may_rename(person)):
        raise Refused(verdict.reason)
    changed = [
        *_set(person, "first_name", first_name, "first name"),
        *_set(person, "last_name", last_name, "last name"),
        *_readdressed(person, email),
        *_set(enrollment, "organization", organization, "district"),
    ]
    if changed:
        person.save(update_fields=["first_name", "last_name", "email"])
        enrollment.save(update_fields=["organization"])
        records.note(enrollment, f"Corrected: {', '.join(changed)}.", by=by)
    if person.email != enrollment.person.email:
        bounces.works_again(person, by=by)
    return changed


def _set(row, field: str, value: str, words: str) -> list[str]:
    before = getattr(row, field)
    if before == value:
        return []
    setattr(row, field, value)
    return [f"{words} from “{before}” to “{value}”"]


def _readdressed(person: User, email: str) -> list[str]:
    before = person.email
    if email.lower() == before.lower():
        return []
    if not (verdict := may_readdress(person)):
        raise Refused(verdict.reason)
    if User.objects.filter(email__iexact=email).exclude(pk=person.pk).exists():
        raise Refused("This address cannot be used. Write to the person, or take another one.")
    EmailAddress.objects.filter(user=person).delete()
    Message.objects.waiting().filter(person=person, address=before).update(address=email)
    return _set(person, "email", email, "e-mail address")
