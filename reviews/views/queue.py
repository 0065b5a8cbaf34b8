"""A reviewer's queue, what they finished, and their saved comments."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Min, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from microcred import clock, times
from reviews import assigning
from reviews.forms import SavedCommentForm, cohorts_reviewed_by
from reviews.models import Assignment, SavedComment
from reviews.views.own import only_for_reviewers

PAGE = 50
FOLDED = 20  # finished ones shown below the queue; all of them are on their own page
ENOUGH_FOR_A_PACE = 3


@require_safe
def queue(request):
    """What is still to do, started ones first. Queries: four, however long it is."""
    only_for_reviewers(request.user)
    to_do = Assignment.objects.to_do().of(request.user).in_queue_order()
    rows = list(to_do.for_list().with_finish_by().with_common_ground())
    finished = _finished(request.user)
    now, zone = clock.now(), request.user.zone or settings.DEFAULT_ZONE
    page = {
        "rows": [(row, _since(row, zone, now=now)) for row in rows],
        "first": rows[0] if rows else None,
        "finished": list(finished.order_by("-review__finished_at")[:FOLDED]),
        "pace": _pace(request.user, left=len(rows), now=now),
        "today": clock.today(zone, at=now),
    }
    return render(request, "reviews/queue.html", page)


def _finished(person):
    return Assignment.objects.of(person).filter(review__finished_at__isnull=False).for_list()


def _since(row: Assignment, zone: str, *, now: datetime) -> str:
    """`started today`, `waiting 6 days`, in calendar days of the reader."""
    today = clock.today(zone, at=now)
    if row.begun:
        return f"started {times.days_between(today, clock.today(zone, at=row.begun.started_at))}"
    days = (today - clock.today(zone, at=row.waiting_since)).days if row.waiting_since else 0
    return f"waiting {assigning.counted(days, 'day')}" if days else "came today"


def _pace(person, *, left: int, now: datetime) -> dict:
    """How many are finished in the rounds before the readers, and the day on which the rest will be at this pace."""
    own = Assignment.objects.in_load().of(person).filter(submission__enrollment__cohort__closed_at=None)
    done = own.aggregate(
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
    finished = _finished(request.user).order_by("-review__finished_at", "-pk")
    page = Paginator(finished, PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/done.html", {"page": page})


def comments(request):
    """The reader's own saved comments and the shared ones; POST adds one."""
    only_for_reviewers(request.user)
    cohorts = cohorts_reviewed_by(request.user)
    form = SavedCommentForm(request.POST or None, cohorts=cohorts, instance=SavedComment(person=request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, f"Saved. “{form.instance.title}” now stands beside every row.")
        return redirect("reviews:comments")
    kept = SavedComment.objects.filter(Q(person=request.user) | Q(person=None), cohort__in=cohorts)
    page = {"form": form, "comments": kept.select_related("criterion", "cohort"), "reviews_somewhere": bool(cohorts)}
    return render(request, "reviews/comments.html", page, status=422 if form.errors else 200)


@require_POST
def delete_comment(request, pk):
    get_object_or_404(SavedComment, pk=pk, person=request.user).delete()
    messages.success(request, "Deleted. Comments you already wrote with it stay as they are.")
    return redirect("reviews:comments")
