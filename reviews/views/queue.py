"""A reviewer's queue, and what they finished."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.shortcuts import render
from django.views.decorators.http import require_safe

from microcred import clock, times
from reviews.digests import counted
from reviews.models import Assignment, AssignmentQuerySet
from reviews.views.own import only_for_reviewers

PAGE = 50
FOLDED = 20  # finished ones shown below the queue; all of them are on their own page
ENOUGH_FOR_A_PACE = 3


@require_safe
def queue(request):
    """What is still to do, started ones first; `show` asks for some of it. Queries: four, however long it is."""
    reviewing = only_for_reviewers(request.user)
    to_do = Assignment.objects.to_do().of(request.user).in_queue_order()
    rows = list(to_do.for_list().with_finish_by().with_common_ground())
    load = Assignment.objects.in_load().of(request.user).filter(submission__enrollment__cohort__closed_at=None)
    now, zone = clock.now(), request.user.zone or settings.DEFAULT_ZONE
    show = request.GET.get("show", "")
    page = {
        "rows": [(row, _since(row, zone, now=now)) for row in rows if SHOWN.get(show, ALL).fits(row)],
        "left": len(rows),
        "first": rows[0] if rows else None,
        "show": show if show in SHOWN else "",
        "choices": [(key, one.label, sum(map(one.fits, rows))) for key, one in SHOWN.items()],
        "cohorts": len({row.cohort for row in rows}),
        "finished": list(_finished(load).order_by("-review__finished_at")[:FOLDED]),
        "pace": _pace(request.user, load, left=len(rows), now=now),
        "today": clock.today(zone, at=now),
        "asking": [one.cohort for one in reviewing if one.needs_sample],
    }
    return render(request, "reviews/queue.html", page)


@dataclass(frozen=True)
class Shown:
    """Some of the rows of a queue."""

    label: str
    fits: Callable[[Assignment], bool]


ALL = Shown("All", lambda row: True)
SHOWN = {
    "": ALL,
    "started": Shown("Started", lambda row: row.begun is not None),
    "new": Shown("Not started", lambda row: row.begun is None),
    "revised": Shown("Revised", lambda row: row.round_number > 1),
}


def _finished(given: AssignmentQuerySet) -> AssignmentQuerySet:
    return given.filter(review__finished_at__isnull=False).for_list().with_outcome()


def _since(row: Assignment, zone: str, *, now: datetime) -> str:
    """`started today`, `waiting 6 days`, in calendar days of the reader."""
    today = clock.today(zone, at=now)
    if row.begun:
        return f"started {times.days_between(today, clock.today(zone, at=row.begun.started_at))}"
    days = (today - clock.today(zone, at=row.waiting_since)).days if row.waiting_since else 0
    return f"waiting {counted(days, 'day')}" if days else "came today"


def _pace(person, load: AssignmentQuerySet, *, left: int, now: datetime) -> dict:
    """How much of the load is finished, and the day on which the rest will be at this pace. Queries: one."""
    done = load.aggregate(
        finished=Count("pk", filter=Q(review__finished_at__isnull=False)), since=Min("review__started_at")
    )
    finished, since = done["finished"], done["since"]
    pace = {"finished": finished, "of": finished + left, "done_on": None}
    if left and finished >= ENOUGH_FOR_A_PACE:
        ready_at = now + (now - since) / finished * left
        pace["done_on"] = ready_at.astimezone(ZoneInfo(person.zone or settings.DEFAULT_ZONE)).date()
    return pace


@require_safe
def done(request):
    """Every review that the reader has finished, newest first."""
    only_for_reviewers(request.user)
    finished = _finished(Assignment.objects.of(request.user)).order_by("-review__finished_at", "-pk")
    page = Paginator(finished, PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/done.html", {"page": page})
