"""A reviewer's samples: score one without seeing the agreed levels, then see them beside one's own."""

from django.contrib import messages
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts.models import Cohort, StaffMembership
from microcred.verdict import Refused
from reviews.calibration import attempts, readiness
from reviews.calibration.forms import ScoredRowForm
from reviews.calibration.models import Attempt, Sample
from reviews.calibration.samples import Entry, Row
from reviews.forms import speaks_of
from reviews.scoring import Changed
from reviews.views.own import only_for_reviewers


@require_safe
def index(request):
    """Every cohort that asks for a sample, with its samples and what came of them."""
    only_for_reviewers(request.user)
    cohorts = readiness.cohorts_that_ask(request.user)
    mine = list(Attempt.objects.filter(reviewer=request.user, cohort__in=cohorts).select_related("sample"))
    samples = list(Sample.objects.offered().filter(edition__in={cohort.edition_id for cohort in cohorts}))
    page = {
        "cohorts": [
            {
                "cohort": cohort,
                "passed": next((one for one in mine if one.cohort_id == cohort.pk and one.is_passed), None),
                "attempts": [one for one in mine if one.cohort_id == cohort.pk and one.finished_at],
                "samples": [one for one in samples if one.edition_id == cohort.edition_id],
                "open": {one.sample_id for one in mine if one.cohort_id == cohort.pk and not one.finished_at},
            }
            for cohort in cohorts
        ]
    }
    return render(request, "reviews/calibration.html", page)


def _cohort_and_sample(request, cohort: str, number: int) -> tuple[Cohort, Sample]:
    """Of a cohort that the reader reviews in; a draft is not there."""
    mine = request.user.staff_memberships.filter(role=StaffMembership.Role.REVIEWER)
    found = get_object_or_404(
        Cohort.objects.select_related("edition__badge"), slug=cohort, pk__in=mine.values("cohort")
    )
    published = Sample.objects.filter(published_at__isnull=False)
    return found, get_object_or_404(published, edition=found.edition_id, number=number)


def score(request, cohort, number):
    """One sample on the card of a review; POST keeps every row, and finishes when asked to."""
    cohort, sample = _cohort_and_sample(request, cohort, number)
    if request.method == "POST":
        return _keep(request, cohort, sample)
    if not (may := attempts.may_attempt(request.user, sample, cohort)):
        messages.warning(request, may.reason)
        return redirect("reviews:calibration")
    return _show(request, cohort, sample, _rows(request, cohort, sample))


def _rows(request, cohort: Cohort, sample: Sample) -> list[Row]:
    return attempts.rows_with(attempts.open_attempt(request.user, sample, cohort), sample)


def _show(request, cohort: Cohort, sample: Sample, rows: list[Row], *, missing=(), status=200):
    page = {"cohort": cohort, "sample": sample, "rows": rows, "missing": missing}
    return render(request, "reviews/sample.html", page, status=status)


def _keep(request, cohort: Cohort, sample: Sample):
    sent = [row for row in _rows(request, cohort, sample) if speaks_of(row.number, request.POST)]
    forms = [ScoredRowForm(row, request.POST) for row in sent]
    if not all(form.is_valid() for form in forms):
        return HttpResponseBadRequest("This page does not match the rubric. Go back and load it again.")
    entries = [form.entry() for form in forms]
    try:
        attempt, clashes = attempts.keep(request.user, sample, cohort, entries)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _show(request, cohort, sample, _as_typed(_rows(request, cohort, sample), entries), status=409)
    rows = _rows(request, cohort, sample)
    if clashes:
        apart = [entry for entry in entries if entry.criterion.pk in clashes]
        return _show(request, cohort, sample, _as_typed(rows, apart, clashes), status=409)
    if request.POST.get("then") == "finish":
        return _finish(request, attempt, rows)
    messages.success(request, "Saved. Go on whenever you like.")
    return redirect("reviews:sample", cohort.slug, sample.number)


def _as_typed(rows: list[Row], entries: list[Entry], clashes: dict[int, Changed] | None = None) -> list[Row]:
    """The rows of `entries` as they were typed here, each with what another tab saved of it."""
    typed = {entry.criterion.pk: entry for entry in entries}
    for row in rows:
        if entry := typed.get(row.criterion.pk):
            row.say(entry)
            row.clash = (clashes or {}).get(row.criterion.pk)
    return rows


@require_POST
def save_row(request, cohort, number, question):
    """The autosave of one row. Answers 409 with both texts when another tab saved something else."""
    cohort, sample = _cohort_and_sample(request, cohort, number)
    row = next((row for row in _rows(request, cohort, sample) if row.number == question), None)
    if row is None:
        raise Http404
    form = ScoredRowForm(row, request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("This page does not match the rubric. Load it again.")
    page = {"question": row, "swap": True}
    try:
        attempt, clashes = attempts.keep(request.user, sample, cohort, [form.entry()])
    except Refused as refusal:
        return render(request, "reviews/_clash.html", page | {"refusal": refusal}, status=409)
    if clashes:
        row.clash = clashes[row.criterion.pk]
        return render(request, "reviews/_clash.html", page, status=409)
    row.version = attempt.scores.get(criterion=row.criterion).version
    return render(request, "reviews/_row_saved.html", page)


def _finish(request, attempt: Attempt, rows: list[Row]):
    cohort, sample = attempt.cohort, attempt.sample
    if missing := attempts.gaps(rows):
        return _show(request, cohort, sample, rows, missing=missing, status=422)
    try:
        attempt = attempts.finish(attempt)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("reviews:sample", cohort.slug, sample.number)
    return redirect("reviews:sample_result", cohort.slug, sample.number, attempt.number)


@require_safe
def result(request, cohort, number, attempt):
    """The agreed levels and reasons beside one's own."""
    cohort, sample = _cohort_and_sample(request, cohort, number)
    mine = sample.attempts.finished().filter(reviewer=request.user, cohort=cohort, number=attempt)
    found = mine.select_related("sample", "cohort").first()
    if found is None:
        raise Http404
    page = {"cohort": cohort, "sample": sample, "attempt": found, "compared": attempts.comparison(found)}
    return render(request, "reviews/sample_result.html", page)
