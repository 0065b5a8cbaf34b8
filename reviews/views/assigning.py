"""Who reads what in a cohort: the table, the suggested plan, one change by hand, how much each reviewer takes."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from cohorts.models import Cohort, Event
from microcred.models import User
from microcred.verdict import Refused
from reviews import assigning, conflicts, planning, staffing
from reviews.assigning_forms import CapacityForm, ReaderForm, Wish
from reviews.digests import counted
from reviews.models import Assignment, Score
from submissions.models import Submission

PAGE = 25
PLANNED_HERE = 100  # with more submissions than these waiting, the plan has its own page only
SENTENCES = 10  # of what a plan cannot do


def cohort_run_by(request, slug: str) -> Cohort:
    run = Cohort.objects.run_by(request.user).select_related("edition__badge")
    return get_object_or_404(run, slug=slug)


# The table -----------------------------------------------------------------------------------------------------------
@require_safe
def table(request, cohort):
    """Every submission before the readers with its readers, and what each reviewer has."""
    return _show_table(request, cohort_run_by(request, cohort))


def _show_table(request, cohort: Cohort, *, capacity: CapacityForm | None = None, status=200):
    readers, known = staffing.readers_of(cohort), conflicts.known(cohort)
    closed = conflicts.firm(request.user, cohort)
    lying, shows_wanting = staffing.to_read(cohort), request.GET.get("show") == "wanting"
    all_of_them, wanting = staffing.counts(lying)
    is_small = readers and 0 < wanting <= PLANNED_HERE
    plan = planning.suggest(cohort, closed=closed, staff=readers, known=known) if is_small else None
    paginator = Paginator(staffing.wanting(lying) if shows_wanting else lying, PAGE)
    paginator.count = wanting if shows_wanting else all_of_them
    page = paginator.get_page(request.GET.get("page"))
    rows = _rows(page, readers, known, plan, closed=closed, undo=_undo(request))
    context = {
        "cohort": cohort,
        "readers": [
            (reader, field, *known.declared_by(reader.person.pk))
            for reader, field in (capacity or CapacityForm(readers=readers)).rows
        ],
        "most": max((len(reader.blocks) for reader in readers), default=1) or 1,
        "page": page,
        "rows": rows,
        "has_second": any(len(row["places"]) > 1 for row in rows),
        "due": cohort.events.standing().filter(kind=Event.Kind.REVIEWS_DUE).order_by("ends_at").first(),
        "lying": all_of_them,
        "wanting": wanting,
        "plan": plan,
        "shows_wanting": shows_wanting,
        "query": "&show=wanting" if shows_wanting else "",
        "form": capacity,
    }
    return render(request, "reviews/assigning.html", context, status=status)


def _rows(page, readers, known, plan: planning.Plan | None, *, closed: Q, undo: dict | None) -> list[dict]:
    """Each submission with its places; those that the admin is in conflict with stay closed to them."""
    shown = list(staffing.with_readings(page.object_list))
    hidden = Submission.objects.filter(closed, pk__in=[one.pk for one in shown]).order_by()
    unseen = set(hidden.values_list("pk", flat=True))
    suggested = plan.by_submission if plan else {}
    return [
        {
            "submission": one,
            "is_closed": one.pk in unseen,
            "places": [] if one.pk in unseen else staffing.places_of(one, readers, known, suggested.get(one.pk, ())),
            "undo": undo if undo and undo["number"] == one.number else None,
        }
        for one in shown
    ]


def _undo(request) -> dict | None:
    """What was changed last, from the address, to be changed back: `?changed=417&was=3&reader=7`."""
    asked = {key: request.GET.get(key, "") for key in ("changed", "was", "reader")}
    if all(not value or (value.isdecimal() and len(value) <= 9) for value in asked.values()) and asked["changed"]:
        return {"number": int(asked["changed"]), "was": asked["reader"], "reader": asked["was"]}
    return None


@require_POST
def capacity(request, cohort):
    """How many submissions each reviewer takes."""
    cohort = cohort_run_by(request, cohort)
    form = CapacityForm(request.POST, readers=staffing.readers_of(cohort))
    if not form.is_valid():
        return _show_table(request, cohort, capacity=form, status=422)
    form.save()
    messages.success(request, "Saved. The suggested plan keeps to it; what was given stays given.")
    return redirect("reviews:assigning", cohort.slug)


# One submission ------------------------------------------------------------------------------------------------------
def _submission(request, cohort: Cohort, number: int) -> Submission:
    """One that the admin may give to somebody; it is not there when they are in conflict with it."""
    others = Submission.objects.exclude(conflicts.firm(request.user, cohort))
    return get_object_or_404(
        others.select_related("enrollment__cohort__edition__badge"), enrollment__cohort=cohort, number=number
    )


def change(request, cohort, number):
    """Another reader, the first one, or none. GET says what a change leads to; POST does it, once that was read."""
    cohort = cohort_run_by(request, cohort)
    submission = _submission(request, cohort, number)
    try:
        wish = ReaderForm(request.POST or request.GET).wish()
        present = _present(submission, wish)
        if request.method != "POST":
            return _show_change(request, cohort, submission, wish, present)
        if not wish.is_sure and _needs_a_look(submission, wish, present):
            return redirect(f"{request.path}?{urlencode(_names(wish))}")
        said = _change(submission, wish, present, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{_table(cohort, request)}#s{number}")
    messages.success(request, said)
    return redirect(f"{_table(cohort, request)}&{urlencode({'changed': number, **_names(wish)})}#s{number}")


def _table(cohort: Cohort, request) -> str:
    page = request.GET.get("page", "")
    return f"{reverse('reviews:assigning', args=[cohort.slug])}?page={page if page.isdecimal() else 1}"


def _names(wish: Wish) -> dict[str, object]:
    return {"was": wish.was or "", "reader": wish.reader.pk if wish.reader else ""}


def _present(submission: Submission, wish: Wish) -> Assignment | None:
    """The reading that is to change. Raises: Refused, when it is not there any more."""
    standing = Assignment.objects.standing().of_the_last_round().readings().select_related("review", "reviewer")
    present = standing.filter(submission=submission, reviewer=wish.was).first()
    if wish.was and present is None:
        raise Refused(f"{submission} was given to somebody else since you looked. Nothing was changed.")
    return present


def _conflict(submission: Submission, wish: Wish) -> conflicts.Conflict | None:
    return conflicts.between(wish.reader, submission) if wish.reader else None


def _needs_a_look(submission: Submission, wish: Wish, present: Assignment | None) -> bool:
    """A change that ends what somebody began, or gives it to somebody of the same district."""
    stays = present is not None and wish.reader is not None and present.reviewer_id == wish.reader.pk
    return not stays and bool((present and present.begun) or _conflict(submission, wish))


def _show_change(request, cohort: Cohort, submission: Submission, wish: Wish, present: Assignment | None):
    draft = present.begun if present else None
    return render(
        request,
        "reviews/change_reader.html",
        {
            "cohort": cohort,
            "submission": submission,
            "present": present,
            "draft": draft,
            "scored": Score.objects.filter(review=draft, level__isnull=False).count() if draft else 0,
            "reader": wish.reader,
            "conflict": _conflict(submission, wish),
            "earlier": submission.assignments.exclude(handed_back_at=None).select_related("reviewer", "handed_back_by"),
        },
    )


def _change(submission: Submission, wish: Wish, present: Assignment | None, *, by: User) -> str:
    """Do what was wished for, and say it. Raises: Refused, when it cannot be."""
    if wish.reader is None:
        if present is None:
            return f"{submission} has no reader in that place yet."
        assigning.take_away(present, by=by)
        return f"{submission} has no reader in that place now."
    if present and present.reviewer_id == wish.reader.pk:
        return f"{submission} stays with {wish.reader}."
    if present:
        given = assigning.reassign(present, wish.reader, by=by, with_draft=wish.with_draft)
    else:
        given = assigning.assign(submission, wish.reader, by=by)
    return f"{given.reviewer} reads {submission}. {'They know it' if given.told_at else 'The mail of the day says so'}."


# The plan ------------------------------------------------------------------------------------------------------------
def plan(request, cohort):
    """The suggested plan as it would be; POST applies exactly what was shown."""
    cohort = cohort_run_by(request, cohort)
    if request.method == "POST":
        return _apply(request, cohort, request.POST.get("plan", ""))
    return _show_plan(request, cohort)


def _show_plan(request, cohort: Cohort, *, status=200):
    closed = conflicts.firm(request.user, cohort)
    suggested = planning.suggest(cohort, closed=closed)
    page = {
        "not_shown": staffing.wanting(staffing.to_read(cohort)).filter(closed).count(),
        "cohort": cohort,
        "plan": suggested,
        "not_done": suggested.not_done[:SENTENCES],
        "more_not_done": max(len(suggested.not_done) - SENTENCES, 0),
    }
    return render(request, "reviews/plan.html", page, status=status)


def _apply(request, cohort: Cohort, token: str):
    try:
        applied = planning.apply(cohort, token, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return _show_plan(request, cohort, status=409)
    messages.success(request, f"{counted(len(applied.pairs), 'reading')} assigned. Each reviewer gets one mail.")
    return redirect("reviews:assigning", cohort.slug)
