"""How django-allauth behaves here: people come by invitation, and its mail goes through the outbox."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.template.loader import render_to_string

from microcred import clock, letters, outbox, times
from microcred.models import User
from microcred.zones import spoken

DEMO_PASSWORD = "microcred-demo"  # stands on the sign-in page of the demo
DEMO_ROLES = {
    "applicant@example.org": "Applicant",
    "reviewer@example.org": "Reviewer",
    "second@example.org": "Second reader",
    "admin@example.org": "Cohort admin",
    "director@example.org": "Program director",
}


def demo_people() -> list[dict[str, str]]:
    """The people of the demo with their roles, for its sign-in page. Queries: one."""
    names = {person.email: str(person) for person in User.objects.filter(email__in=DEMO_ROLES)}
    return [
        {"email": email, "name": names[email], "role": role} for email, role in DEMO_ROLES.items() if email in names
    ]


def vouch_for(person: User) -> None:
    """Let django-allauth know a person's address as confirmed: the roster that invited it has vouched for it.

    Otherwise it takes the address for a new one that still waits, and removes it when the person asks for another.
    """
    email = person.email.lower()
    EmailAddress.objects.filter(user=person, verified=True).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(user=person, email=email, defaults={"verified": True, "primary": True})


class Adapter(DefaultAccountAdapter):
    """Sign-in by invitation, its letters through the outbox, and its refusals in our words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed. Write to the team of your cohort to open it again.",
        "email_password_mismatch": "This address and this password do not go together. Try again, or ask for a code.",
        "email_taken": "Somebody signs in with this address already.",
        "enter_current_password": "Type the password that you have now.",
        "incorrect_code": "That is not the code we sent last. Type it as it stands in the e-mail, or send it again.",
        "incorrect_password": "That is not your password. Type it again, or choose a new one by e-mail.",
        "invalid_password_reset": "This link was used already, or it is too old. Ask for a new one.",
        "rate_limited": "That was a lot in a short time. Wait five minutes, then try again.",
        "same_as_current": "That is what you have now. Type the new one.",
        "too_many_login_attempts": "That did not work several times. Wait five minutes, or ask for a code by e-mail.",
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def send_notification_mail(self, template_prefix, user, context=None, email=None) -> None:
        """Say who is meant: the address that a person has just given up leads to nobody any more."""
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Owe the letter `template_prefix` to the person who asked; strangers are sent nothing."""
        person = context.get("user") or User.objects.filter(email__iexact=email).first()
        if person is None:
            return
        useless_at = clock.now() + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        words = _as_markdown(context) | _until(useless_at, person) | {"email": letters.quoted(email)}
        kind = template_prefix.rsplit("/", 1)[-1].replace("_", "-")
        message = outbox.message(
            letters.compose(
                render_to_string(f"{template_prefix}_subject.txt", words),
                render_to_string(f"{template_prefix}_message.txt", words),
                {},
                footer=f"You get this because of [your account]({settings.SITE_URL}/account/).",
            ),
            person,
            key=f"account:{kind}:{uuid4().hex}",
            kind=kind,
            useless_at=useless_at if "code" in context else None,
        )
        message.address = email
        outbox.owe([message])


def _as_markdown(context: dict) -> dict:
    """What django-allauth tells its letters: addresses of ours as they are, anything else sign by sign."""
    words = {key: letters.quoted(value) for key, value in context.items() if isinstance(value, str)}
    links = {key: value for key, value in context.items() if key.endswith("_url")}
    return context | words | links | {"site_name": letters.quoted(settings.SITE_NAME)}


def _until(moment: datetime, person: User) -> dict[str, str]:
    zone = person.zone or settings.DEFAULT_ZONE
    return {"until": f"{times.time_of_day(moment.astimezone(ZoneInfo(zone)))} {spoken(zone, moment)}"}


class SecondStep(DefaultMFAAdapter):
    """Passkeys, apps and recovery codes, named after this site and in its words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That code is not right, or its time is over. Type the one that is shown now.",
        "cannot_generate_recovery_codes": "Recovery codes are for people with a passkey or an app. Add one first.",
    }

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def generate_authenticator_name(self, user, type) -> str:
        """What the field holds before the person names the passkey."""
        count = user.authenticator_set.filter(type=type).count()
        return f"Passkey {count + 1}"
