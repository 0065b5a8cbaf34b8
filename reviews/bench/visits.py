"""What a load client asks for: requests to each page, with the cookies of people who are signed in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import groupby
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils.crypto import get_random_string

from badges.models import Criterion
from cohorts.models import CalendarFeed, Cohort, StaffMembership
from microcred.models import User
from reviews.bench.cohort import reader_key
from reviews.bench.shares import QUEUES
from reviews.models import Assignment

EACH = 10  # people per page, where there are so many
SIGNING_IN = 5  # the last applicants; the others have their sessions already
CSRF_SIGNS = 32
STORE = import_module(settings.SESSION_ENGINE).SessionStore


@dataclass(frozen=True)
class Visit:
    """One request; `body` as a form sends it."""

    method: str
    path: str
    cookie: str = ""
    body: str = ""


@dataclass
class Guests:
    """Sessions of people of one cohort, one for each person; opened when first asked for."""

    cohort: Cohort
    cookies: dict[int, str] = field(default_factory=dict)

    def get(self, person: User, path: str) -> Visit:
        return Visit("GET", path, self._cookie(person))

    def post(self, person: User, path: str, **body: object) -> Visit:
        cookie = self._cookie(person)
        return Visit("POST", path, cookie, _form(cookie, body))

    def _cookie(self, person: User) -> str:
        if person.pk not in self.cookies:
            self.cookies[person.pk] = f"{settings.SESSION_COOKIE_NAME}={_session(person)}; {_csrf_cookie()}"
        return self.cookies[person.pk]


def _session(person: User) -> str:
    """The key of a new session in which `person` is signed in."""
    session = STORE()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return session.session_key


def _csrf_cookie() -> str:
    return f"{settings.CSRF_COOKIE_NAME}={get_random_string(CSRF_SIGNS)}"


def _form(cookie: str, body: dict) -> str:
    """The form with the token that its cookie asks for."""
    return urlencode({**body, "csrfmiddlewaretoken": cookie.rpartition("=")[2]})


def visits(cohort: Cohort) -> dict[str, list[Visit]]:
    """Requests by the name of their page. Opens sessions, and gives those who sign in a password."""
    guests, slug = Guests(cohort), {"cohort": cohort.slug}
    applicants = [one.person for one in cohort.enrollments.select_related("person").order_by("pk")]
    admins = _staff(cohort, StaffMembership.Role.ADMIN)
    begun = _begun(cohort)
    pages = {
        "submitter_page": [guests.get(one, reverse("submissions:home", kwargs=slug)) for one in applicants[:EACH]],
        **{f"review_queue_{length}": _queue(cohort, number) for number, length in enumerate(QUEUES)},
        "review_form": [guests.get(one.reviewer, _scoring(one)) for one in begun],
        "review_post": [_autosave(guests, one) for one in begun],
        "login_get": [Visit("GET", reverse("account_login"))],
        "login_post": _signing_in(applicants[-SIGNING_IN:]),
        "schedule_ical": [
            Visit("GET", reverse("cohorts:feed", args=[feed.secret]))
            for feed in CalendarFeed.objects.filter(person__in=applicants[:EACH]).order_by("pk")
        ],
    }
    for page, name in (("overview", "overview"), ("admin_list", "people")):
        pages[page] = [guests.get(one, reverse(f"reviews:{name}", kwargs=slug)) for one in admins]
    pages["schedule"] = [guests.get(one, reverse("cohorts:schedule", kwargs=slug)) for one in admins]
    return pages


def _staff(cohort: Cohort, role: str) -> list[User]:
    return [one.person for one in cohort.staff.filter(role=role).select_related("person").order_by("pk")]


def _queue(cohort: Cohort, number: int) -> list[Visit]:
    """The one reviewer with this queue, signed in on several devices."""
    reviewer = User.objects.get(email=f"{reader_key(number)}@{cohort.slug}.example.org")
    return [Guests(cohort).get(reviewer, reverse("reviews:queue")) for _ in range(EACH)]


def _begun(cohort: Cohort) -> list[Assignment]:
    """A review in progress of each reviewer."""
    to_do = Assignment.objects.to_do().filter(submission__enrollment__cohort=cohort, review__isnull=False)
    by_reviewer = to_do.select_related("reviewer", "submission").order_by("reviewer", "pk")
    return _first_of_each(by_reviewer)[:EACH]


def _first_of_each(assignments: Iterable[Assignment]) -> list[Assignment]:
    return [next(group) for _, group in groupby(assignments, key=lambda one: one.reviewer_id)]


def _scoring(assignment: Assignment) -> str:
    return reverse("reviews:scoring", args=[assignment.submission.number])


def _autosave(guests: Guests, assignment: Assignment) -> Visit:
    """A level and a comment for the last question, which has neither yet; sent again, the words are the same."""
    scored = Criterion.objects.filter(document__edition=guests.cohort.edition_id, document__is_scored=True)
    rows = list(scored.order_by("document__position", "position"))
    number, passing = len(rows), rows[-1].levels.get(is_passing=True)
    path = reverse("reviews:save_question", args=[assignment.submission.number, number])
    body = {"level": passing.rank, "comment": "Shows what the team did, and how they know.", "note": "", "version": 0}
    return guests.post(assignment.reviewer, path, **{f"q{number}-{name}": value for name, value in body.items()})


def _signing_in(people: Sequence[User]) -> list[Visit]:
    """People who type a password: one that nobody else knows, new with every call."""
    password = get_random_string(20)
    User.objects.filter(pk__in=[one.pk for one in people]).update(password=make_password(password))
    found = []
    for one in people:
        cookie = _csrf_cookie()
        body = {"login": one.email, "password": password}
        found.append(Visit("POST", reverse("account_login"), cookie, _form(cookie, body)))
    return found
