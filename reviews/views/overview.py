"""The first page of a cohort's admins: what needs them today, and how far people are."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from badges.models import RequiredDocument
from cohorts import deadlines, keeping_clear, staff_tasks
from cohorts.models import Cohort, StaffTask
from microcred import clock
from reviews import conflicts, needs, overview, people, stuck
from submissions.letters import in_words

ROWS = 30
EDITIONS = ("edition__badge", "attendance_edition__badge")


def run_by(request: HttpRequest, slug: str, *, known: QuerySet[Cohort] | None = None) -> Cohort:
    """A cohort that the reader is an admin of, with its edition and its dates; others do not exist for them."""
    known = Cohort.objects.prefetch_related("events") if known is None else known
    return get_object_or_404(known.run_by(request.user).select_related(*EDITIONS), slug=slug)


@require_safe
def show(request: HttpRequest, cohort: str) -> HttpResponse:
    ours, facts, documents = _looked_at(request, cohort)
    found, loads, at = facts.counts, facts.loads, facts.at
    weeks = stuck.weeks(ours, at=at)
    rows, rubric = stuck.heat(ours, weeks, enrolled=found.enrolled), stuck.hardest(ours)
    pressing = needs.today(facts)
    context = {
        "cohort": ours,
        "today": facts.day,
        "where_the_term_stands": overview.where_the_term_stands(ours, at=at),
        "needs": pressing[: needs.SHOWN],
        "more_needs": len(pressing[needs.SHOWN :]),
        "counts": found,
        "ready_in_words": in_words(found.ready).capitalize(),
        "unassigned_blocks": range(min(found.no_reviewer, overview.MOST_BLOCKS)),
        "steps": overview.funnel(found, ours, len(documents)),
        "loads": loads[: overview.REVIEWERS_SHOWN],
        "more_loads": len(loads[overview.REVIEWERS_SHOWN :]),
        "largest_load": min(max([*(load.given for load in loads), found.no_reviewer, 1]), overview.MOST_BLOCKS),
        "late": people.rows(
            overview.late_people(ours, documents)[:ROWS],
            people.Sheet(ours, tuple(documents), deadlines.evidence_day(ours), at),
        ),
        "weeks": weeks,
        "months": stuck.months(weeks),
        "heat": rows,
        "slowest": stuck.slowest(rows),
        "rubric": rubric,
        "levels": stuck.labels(rubric),
    }
    return render(request, "reviews/overview.html", context)


def _looked_at(request: HttpRequest, cohort: str) -> tuple[Cohort, needs.Facts, list[RequiredDocument]]:
    """The cohort, all that the rules of what it needs today look at, and its documents."""
    at = clock.now()
    known = conflicts.with_reader(overview.with_surroundings(Cohort.objects.all(), at=at), request.user)
    ours = run_by(request, cohort, known=known)
    documents = list(ours.edition.documents.all())
    going = overview.going_today(ours, ours.reminders.filter(is_on=True), at=at)
    found = overview.counts(ours, len(documents), going)
    tasks = overview.tasks(ours, closed=conflicts.closed_in(ours, request.user))
    return ours, needs.Facts(ours, at, found, overview.loads(ours), tasks, going), documents


@require_safe
def tasks(request: HttpRequest, cohort: str) -> HttpResponse:
    """All that needs somebody today, and what only a person can do, oldest first; of one kind, if so asked."""
    ours, facts, _ = _looked_at(request, cohort)
    kind = request.GET.get("kind", "")
    is_closed = Q(enrollment__in=conflicts.closed_in(ours, request.user))
    waiting, not_shown = ours.tasks.open().exclude(is_closed), ours.tasks.open().filter(is_closed).count()
    if kind in StaffTask.Kind.values:
        waiting = waiting.filter(kind=kind)
    page = Paginator(waiting.select_related("enrollment__person"), people.PER_PAGE).get_page(request.GET.get("page"))
    kinds = [(each.kind, StaffTask.Kind(each.kind).label, each.count) for each in facts.tasks]
    context = {
        "cohort": ours, "needs": needs.today(facts), "page": page, "kind": kind, "kinds": kinds,
        "all": sum(count for *_, count in kinds), "query": f"&kind={kind}" if kind in StaffTask.Kind.values else "",
        "not_shown": not_shown,
    }  # fmt: skip
    return render(request, "reviews/tasks.html", context)


@require_POST
def task_done(request: HttpRequest, cohort: str) -> HttpResponse:
    ours = run_by(request, cohort)
    closed = keeping_clear.closed_to(request.user, ours)
    shown = ours.tasks.exclude(enrollment__in=closed)
    task = get_object_or_404(shown, key=request.POST.get("key", "").replace("\0", ""))
    staff_tasks.done(task, by=request.user)
    messages.success(request, "Taken off the list.")
    return redirect("reviews:tasks", cohort=ours.slug)
