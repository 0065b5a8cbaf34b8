"""The list of an admin's cohorts, a new one, and its opening."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts import opening
from cohorts.forms import CohortForm
from cohorts.glances import at_a_glance
from cohorts.models import Cohort
from cohorts.permissions import may_create
from microcred.verdict import Refused


@require_safe
def cohorts(request):
    """Every cohort that the reader runs, in numbers."""
    mine = list(at_a_glance(Cohort.objects.run_by(request.user)))
    allowed = may_create(request.user)
    if not mine and not allowed:
        raise Http404
    return render(request, "cohorts/cohorts.html", {"cohorts": mine, "may_create": allowed})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """Prepare a cohort from an edition."""
    if not may_create(request.user):
        raise Http404
    form = CohortForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kept = {name: form.cleaned_data[name] for name in CohortForm.Meta.fields if name != "edition"}
        cohort = opening.create(form.cleaned_data["edition"], by=request.user, dates=form.dates, **kept)
        messages.success(request, f"{cohort} is being prepared. Add its meetings, then open it.")
        return redirect("cohorts:schedule", cohort=cohort.slug)
    return render(request, "cohorts/new.html", {"form": form})


@require_POST
def open_(request, cohort):
    """Open it: from now on people can be invited."""
    found = get_object_or_404(Cohort.objects.run_by(request.user), slug=cohort)
    try:
        opening.open_cohort(found, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{found} is open. Add people, then invite them.")
    return redirect("cohorts:schedule", cohort=found.slug)
