"""How django-allauth behaves here: people come by invitation, and its mail goes through the outbox."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.template.loader import render_to_string

from microcred import clock, letters, outbox, times
from microcred.models import User

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


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Owe the letter `template_prefix` to the person who asked; strangers are sent nothing."""
        person = context.get("user") or User.objects.filter(email__iexact=email).first()
        if person is None:
            return
        useless_at = clock.now() + timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        local = useless_at.astimezone(ZoneInfo(person.zone or settings.DEFAULT_ZONE))
        words = {**context, "email": email, "until": times.time_of_day(local), "site_name": settings.SITE_NAME}
        kind = template_prefix.rsplit("/", 1)[-1].replace("_", "-")
        message = outbox.message(
            letters.compose(
                render_to_string(f"{template_prefix}_subject.txt", words),
                render_to_string(f"{template_prefix}_message.txt", words),
                {},
                footer=f"You get this because of your account at {settings.SITE_URL}.",
            ),
            person,
            key=f"account:{kind}:{uuid4().hex}",
            kind=kind,
            useless_at=useless_at if "code" in context else None,
        )
        message.address = email
        outbox.owe([message])
