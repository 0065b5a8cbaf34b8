"""Seeing an applicant's pages as they see them: by an admin of the cohort, to read only, for half an hour, and told.

Nobody's sign-in changes. While it lasts, the pages below `/my/` of that one cohort are asked for the applicant, inside
a transaction that is undone: whatever a page would write by being opened, it does not write.
"""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone

from cohorts import keeping_clear, permissions
from cohorts.models import Cohort, Enrollment, RecordReading
from microcred import clock
from microcred.models import User

KEY = "seeing_as"
LASTS = timedelta(minutes=30)


def shown_to_staff(view):
    """Mark a page of an applicant's as one that an admin may see as them. It holds nothing that is private to them."""
    view.is_shown_to_staff = True
    return view


def reader_of(request) -> User:
    """Whose pages are asked for: those of the person signed in, or of the applicant an admin sees them as."""
    seen = getattr(request, "seen_as", None)
    return seen.enrollment.person if seen else request.user


def begin(request, enrollment: Enrollment) -> None:
    """From now on, for half an hour. The person reads of it in the list of who opened their files."""
    permissions.may_see_as(enrollment).enforce()
    seen = RecordReading.Form.SEEN
    reading = RecordReading.objects.create(enrollment=enrollment, person=request.user, form=seen)
    request.session[KEY] = reading.pk


def leave(request) -> None:
    """Back to one's own pages."""
    RecordReading.objects.filter(pk=request.session.pop(KEY, None), person=request.user, ended_at=None).update(
        ended_at=clock.now()
    )


@dataclass(frozen=True)
class Ahead:
    """That a page is shown as it will be, once an admin has done what they look at now; `back` leads there."""

    enrollment: Enrollment
    back: str


def as_it_will_be(request, enrollment: Enrollment, answer, *, back: str):
    """The page that `answer` does something for and then gives in the person's stead. All of it is undone."""
    request.seen_as = Ahead(enrollment, back)
    return _looked_at(request, enrollment, answer)


class SeeingAs:
    """The last of the middleware: it answers for the view while an admin sees as somebody."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.path.startswith("/my/") or not kwargs.get("cohort") or KEY not in request.session:
            return None
        reading = _begun(request)
        if reading is None or reading.enrollment.cohort.slug != kwargs["cohort"]:
            return None
        if not _still_stands(request, reading):
            return _over(request, reading)
        request.seen_as = reading
        _only_looking(request, view)
        return _looked_at(request, reading.enrollment, lambda: view(request, *args, **kwargs))


def _begun(request) -> RecordReading | None:
    known = RecordReading.objects.select_related("enrollment__person", "enrollment__cohort__edition__badge")
    return known.filter(pk=request.session[KEY], person=request.user).first()


def _still_stands(request, reading: RecordReading) -> bool:
    """Not left, not too long ago, and still allowed. Queries: four or five."""
    enrollment = reading.enrollment
    is_fresh = reading.ended_at is None and clock.now() < reading.at + LASTS
    is_ours = Cohort.objects.run_by(request.user).filter(pk=enrollment.cohort_id).exists()
    is_closed = keeping_clear.is_closed(enrollment, request.user)
    return is_fresh and is_ours and not is_closed and bool(permissions.may_see_as(enrollment))


def _over(request, reading: RecordReading):
    """Say that it has ended, where an admin goes on."""
    leave(request)
    messages.info(request, f"You no longer see as {reading.enrollment.person}: it ends after half an hour.")
    return redirect(f"/cohorts/{reading.enrollment.cohort.slug}/people/{reading.enrollment.ref}/")


def _only_looking(request, view) -> None:
    """Raises: PermissionDenied, for whatever would change something, and for pages that are the person's alone."""
    name = request.seen_as.enrollment.person.get_short_name()
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied(f"You see this as {name} does, to read only. Nothing was changed.")
    if not getattr(view, "is_shown_to_staff", False):
        raise PermissionDenied(f"This page is {name}’s alone. Go back, or stop seeing as {name}.")


def _looked_at(request, enrollment: Enrollment, answer):
    """The page in the person's time zone; nothing that opening it would write stays written."""
    zone = enrollment.person.zone or enrollment.cohort.zone
    with timezone.override(ZoneInfo(zone)), transaction.atomic():
        response = answer()
        transaction.set_rollback(True)
    return response
