"""A reviewer's samples: score one without seeing the agreed levels, then see them beside one's own."""

from django.contrib import messages
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from cohorts.models import Cohort, StaffMembership
from microcred.verdict import Refused
from reviews.calibration import attempts, readiness
from reviews.calibration.forms import typed_in
from reviews.calibration.models import Attempt, Sample
from reviews.calibration.samples import Changed, Row
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
    if not (may := attempts.may_attempt(request.user, sample, cohort)):
        messages.warning(request, may.reason)
        return redirect("reviews:calibration")
    attempt = attempts.open_attempt(request.user, sample, cohort)
    if request.method == "POST":
        return _keep(request, cohort, sample)
    return _show(
        request, cohort, sample, attempts.rows_with(attempt, sample), version=attempt.version if attempt else 0
    )


def _show(request, cohort: Cohort, sample: Sample, rows: list[Row], *, version: int, missing=(), status=200):
    page = {"cohort": cohort, "sample": sample, "rows": rows, "version": version, "missing": missing}
    return render(request, "reviews/sample.html", page, status=status)


def _keep(request, cohort: Cohort, sample: Sample):
    attempt = attempts.open_attempt(request.user, sample, cohort)
    rows = attempts.rows_with(attempt, sample)
    if (typed := typed_in(request.POST, rows)) is None:
        return HttpResponseBadRequest("This page does not match the rubric. Go back and load it again.")
    entries, version = typed
    try:
        attempt = attempts.keep(request.user, sample, cohort, entries, version=version)
    except Changed:
        messages.error(request, "You changed this in another tab. What you chose here is below; save it to keep it.")
        return _show(request, cohort, sample, rows, version=attempt.version if attempt else 0, status=409)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("reviews:calibration")
    if request.POST.get("then") == "finish":
        return _finish(request, attempt, rows)
    messages.success(request, "Saved. Go on whenever you like.")
    return redirect("reviews:sample", cohort.slug, sample.number)


def _finish(request, attempt: Attempt, rows: list[Row]):
    cohort, sample = attempt.cohort, attempt.sample
    if missing := attempts.gaps(rows):
        return _show(request, cohort, sample, rows, version=attempt.version, missing=missing, status=422)
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
