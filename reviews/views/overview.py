"""The first page of a cohort's admins: what needs them today, and how far people are."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts import deadlines, staff_tasks
from cohorts.models import Cohort
from microcred import clock
from reviews import needs, overview, people

ROWS = 30
EDITIONS = ("edition__badge", "attendance_edition__badge")


def run_by(request: HttpRequest, slug: str, *, known: QuerySet[Cohort] | None = None) -> Cohort:
    """A cohort that the reader is an admin of, with its edition and its dates; others do not exist for them."""
    known = Cohort.objects.prefetch_related("events") if known is None else known
    return get_object_or_404(known.run_by(request.user).select_related(*EDITIONS), slug=slug)


@require_safe
def show(request: HttpRequest, cohort: str) -> HttpResponse:
    ours, at = run_by(request, cohort), clock.now()
    documents = list(ours.edition.documents.all())
    found = overview.counts(ours, len(documents))
    loads, weeks = overview.loads(ours), overview.weeks(ours, at=at)
    rows = overview.heat(ours, weeks, enrolled=found.enrolled)
    facts = needs.Facts(ours, at, found, loads, overview.tasks(ours), list(ours.reminders.filter(is_on=True)))
    context = {
        "cohort": ours,
        "today": clock.today(ours.zone, at=at),
        "where_the_term_stands": overview.where_the_term_stands(ours, at=at),
        "needs": needs.today(facts),
        "counts": found,
        "ready_in_words": people.number(found.ready).capitalize(),
        "unassigned_blocks": range(min(found.unassigned, 40)),
        "steps": overview.funnel(found, ours, len(documents)),
        "loads": loads[: overview.REVIEWERS_SHOWN],
        "reviews_given": sum(load.given for load in loads) + found.unassigned,
        "reviews_finished": sum(load.finished for load in loads),
        "largest_load": min(max([*(load.given for load in loads), found.unassigned, 1]), 40),
        "late": people.rows(
            overview.late_people(ours, documents)[:ROWS],
            people.Sheet(ours, tuple(documents), deadlines.evidence_day(ours), at),
        ),
        "weeks": weeks,
        "months": overview.months(weeks),
        "heat": rows,
        "slowest": overview.slowest(rows),
    }
    return render(request, "reviews/overview.html", context)


@require_safe
def tasks(request: HttpRequest, cohort: str) -> HttpResponse:
    """What only a person can do, oldest first."""
    ours = run_by(request, cohort)
    waiting = ours.tasks.open().select_related("enrollment__person")[: people.PER_PAGE]
    return render(request, "reviews/tasks.html", {"cohort": ours, "tasks": waiting})


@require_POST
def task_done(request: HttpRequest, cohort: str) -> HttpResponse:
    ours = run_by(request, cohort)
    task = get_object_or_404(ours.tasks, key=request.POST.get("key", "").replace("\0", ""))
    staff_tasks.done(task, by=request.user)
    messages.success(request, "Taken off the list.")
    return redirect("reviews:tasks", cohort=ours.slug)
