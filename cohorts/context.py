"""What the header of every page needs: roles, navigation and whom to write to."""

from dataclasses import dataclass
from functools import cache

from django.urls import Resolver404, resolve

from cohorts.models import Cohort
from cohorts.roles import Role, Standing, standing_of

AREAS = {
    "/my/": Role.APPLICANT,
    "/review/": Role.REVIEWER,
    "/settle/": Role.REVIEWER,
    "/cohorts/": Role.ADMIN,
    "/program/": Role.DIRECTOR,
}
LINKS: dict[str, tuple[tuple[str, str], ...]] = {
    Role.APPLICANT: (
        ("Home", "/my/{cohort}/"),
        ("Directions", "/my/{cohort}/directions/"),
        ("Documents", "/my/{cohort}/documents/"),
        ("Calendar", "/my/{cohort}/calendar/"),
        ("Badges", "/my/badges/"),
    ),
    Role.REVIEWER: (
        ("Queue", "/review/"),
        ("By question", "/review/by-question/"),
        ("Saved comments", "/review/comments/"),
        ("Done", "/review/done/"),
        ("Settle", "/settle/"),
    ),
    Role.ADMIN: (
        ("Overview", "/cohorts/{cohort}/"),
        ("People", "/cohorts/{cohort}/people/"),
        ("Calendar", "/cohorts/{cohort}/calendar/"),
        ("Reviews", "/cohorts/{cohort}/reviews/"),
        ("Decisions", "/cohorts/{cohort}/decisions/"),
        ("Reminders", "/cohorts/{cohort}/reminders/"),
    ),
    Role.DIRECTOR: (("Program", "/program/"), ("Plans", "/program/plans/"), ("Reports", "/program/reports/")),
}
MENU = (
    ("Set-up", "/cohorts/{cohort}/setup/"),
    ("Log", "/cohorts/{cohort}/log/"),
    ("Exports", "/cohorts/{cohort}/exports/"),
)


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Choice:
    key: str
    label: str
    current: bool


@dataclass(frozen=True)
class Contact:
    label: str
    email: str


def roles(request) -> dict:
    """Queries: two for a signed-in reader, none for others."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"nav": [], "roles": []}
    own = standing = standing_of(person)
    if seen := getattr(request, "seen_as", None):
        standing = Standing({Role.APPLICANT: [seen.enrollment.cohort]})
    role = _role_of_page(request, standing)
    cohort = _cohort_of_page(request, standing, role)
    return {
        "role": role,
        "roles": [Choice(known.value, known.label, known == role) for known in own.roles],
        "nav": _links(request.path, role, cohort, standing, is_own=not seen),
        "cohort_switch": _switch(request.path, role, cohort, standing),
        "cohort_menu": _menu(request.path, role, cohort),
        "contact": Contact(f"the {cohort} team", cohort.team_email) if cohort else None,
        "find_url": "/cohorts/find/" if role == Role.ADMIN and leads_somewhere("/cohorts/find/") else "",
    }


def _role_of_page(request, standing: Standing) -> str:
    """The area of the page decides; elsewhere the role chosen last."""
    for path, role in AREAS.items():
        if request.path.startswith(path) and role in standing.cohorts:
            return role
    chosen = request.session.get("role")
    return chosen if chosen in standing.cohorts else next(iter(standing.roles), "")


def _cohort_of_page(request, standing: Standing, role: str) -> Cohort | None:
    """The cohort in the address; elsewhere the role's first. The list of cohorts belongs to none."""
    match = request.resolver_match
    slug = match.kwargs.get("cohort") if match else None
    theirs = standing.cohorts.get(role, [])
    if slug:
        return next((cohort for cohort in theirs if cohort.slug == slug), None)
    return theirs[0] if theirs and request.path not in ("/cohorts/", "/cohorts/new/") else None


def _links(path: str, role: str, cohort: Cohort | None, standing: Standing, *, is_own: bool) -> list[Link]:
    """The role's links that lead to a page of this installation; the closest to `path` is the current one.

    Who sees as somebody else gets those of the cohort alone: the others lead to pages of their own.
    """
    if not cohort:
        return [Link("Cohorts", "/cohorts/", path == "/cohorts/")] if role == Role.ADMIN else []
    links = [
        (label, pattern.format(cohort=cohort.slug))
        for label, pattern in LINKS[role]
        if leads_somewhere(pattern) and (is_own or "{cohort}" in pattern) and (label != "Settle" or standing.settles)
    ]
    here = max((url for _, url in links if path.startswith(url)), key=len, default="")
    if any(link.current for link in _menu(path, role, cohort)):
        here = ""
    return [Link(label, url, url == here) for label, url in links]


@cache
def leads_somewhere(pattern: str) -> bool:
    """Whether a floor of this installation answers there: upper floors bring their own pages."""
    try:
        resolve(pattern.format(cohort="any"))
    except Resolver404:
        return False
    return True


def _menu(path: str, role: str, cohort: Cohort | None) -> list[Link]:
    """What of a cohort has no place among an admin's links, and the way to the others."""
    if not cohort or role != Role.ADMIN:
        return []
    links = [(label, url.format(cohort=cohort.slug)) for label, url in MENU if leads_somewhere(url)]
    return [*(Link(label, url, path.startswith(url)) for label, url in links), Link("All cohorts", "/cohorts/")]


def _switch(path: str, role: str, cohort: Cohort | None, standing: Standing) -> Link | None:
    """An admin's way to the other cohorts; an applicant's too, when there is more than one."""
    if not cohort:
        return None
    if role == Role.ADMIN:
        return Link(f"{cohort} · L{cohort.edition.badge.level}", "/cohorts/")
    if role == Role.APPLICANT and len(standing.cohorts[role]) > 1:
        return Link(str(cohort), "/my/")
    return None
