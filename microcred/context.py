"""What every page knows."""

from django.conf import settings

from microcred import accounts, clock


def site(request):
    """The site's name, the reader's theme and whether this is the demo. Queries: none."""
    person = getattr(request, "user", None)
    return {
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
        "theme": person.theme if person and person.is_authenticated else "",
        "now": clock.now(),
        **({"demo_people": accounts.demo_people, "demo_password": accounts.DEMO_PASSWORD} if settings.DEMO else {}),
    }
