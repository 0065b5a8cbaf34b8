"""Where a person is signed in, and signing out there. django-allauth notes each sign-in with its session."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from microcred import clock
from microcred.models import User

# The first that stands in what a browser says of itself; most name older ones too.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "CriOS": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "an iPhone", "iPad": "an iPad", "Android": "Android", "CrOS": "a Chromebook", "Windows": "Windows",
    "Mac OS X": "a Mac", "Linux": "Linux",
}  # fmt: skip


@dataclass(frozen=True)
class Device:
    """One browser in which somebody is signed in."""

    name: str
    address: str
    since: datetime
    is_this: bool


def devices_of(person: User, *, session_key: str) -> list[Device]:
    """All of them, the newest first; `session_key` tells which is the one in hand. Queries: one."""
    alive = Session.objects.filter(expire_date__gt=clock.now()).values("session_key")
    known = UserSession.objects.filter(user=person, session_key__in=alive).order_by("-created_at", "-pk")
    return [Device(in_words(one.user_agent), one.ip, one.created_at, one.session_key == session_key) for one in known]


@transaction.atomic
def sign_out(person: User, *, but: str = "") -> int:
    """End every sign-in of `person` but the one with the session key `but`. How many is returned."""
    known = UserSession.objects.filter(user=person).exclude(session_key=but)
    keys = list(known.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    known.delete()
    return len(keys)


def forget_ended(at: datetime) -> None:
    """Remove sessions whose time is over, and what was noted of the sign-ins that they belong to."""
    Session.objects.filter(expire_date__lte=at).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def in_words(agent: str) -> str:
    """`Chrome on Windows`."""
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "A browser")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return f"{browser} on {system}" if system else browser
