"""Who should not read somebody's work: told by an applicant, looked at by an admin."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts import keeping_clear
from cohorts.models import Cohort
from microcred.verdict import Refused
from reviews import concerns
from reviews.assigning_forms import ConcernForm, MatchForm
from reviews.decision_forms import ReasonForm
from reviews.digests import counted
from reviews.models import Concern
from reviews.views.assigning import cohort_run_by
from reviews.views.conflicts import judges_of
from submissions.views.mine import home_of

HINT = "Why it keeps nobody of the staff from that work. Colleagues read it; the applicant does not."


# The applicant's -----------------------------------------------------------------------------------------------------
def tell(request: HttpRequest, cohort: str) -> HttpResponse:
    """What they told already, and a form for one more. Nothing here depends on who reads."""
    home = home_of(request, cohort)
    enrollment = home.submission.enrollment
    may, form = concerns.may_tell(enrollment), ConcernForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            concerns.tell(enrollment, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your team has it, and finds out whom you mean.")
            return redirect("reviews:tell_concern", cohort=cohort)
    page = {"home": home, "cohort": home.cohort, "form": form if may or form.is_bound else None, "may": may}
    page["told"] = enrollment.concerns.all()
    return render(request, "reviews/tell_concern.html", page, status=422 if form.errors else 200)


# The team's ----------------------------------------------------------------------------------------------------------
def _concern(request: HttpRequest, cohort: Cohort, pk: int) -> Concern:
    """One of a cohort that the reader runs; not about work that they keep clear of themself."""
    known = Concern.objects.filter(enrollment__cohort=cohort).select_related("enrollment__person", "settled_by")
    closed = keeping_clear.closed_to(request.user, cohort)
    return get_object_or_404(known.exclude(enrollment__in=closed), pk=pk)


@require_safe
def show(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    ours = cohort_run_by(request, cohort)
    told = _concern(request, ours, pk)
    return _show(request, ours, told, match=MatchForm(people=judges_of(ours)), aside=ReasonForm(hint=HINT))


def _show(request: HttpRequest, cohort: Cohort, told: Concern, *, match, aside) -> HttpResponse:
    page = {"cohort": cohort, "told": told, "match": match, "aside": aside}
    page["form"] = match if match.errors else aside
    return render(request, "reviews/concern.html", page, status=422 if match.errors or aside.errors else 200)


@require_POST
def match(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    """It is this person."""
    ours = cohort_run_by(request, cohort)
    told, form = _concern(request, ours, pk), MatchForm(request.POST, people=judges_of(ours))
    if form.is_valid():
        person = form.cleaned_data["person"]
        try:
            returned = concerns.match(told, person, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            back = f" {counted(returned, 'submission')} went back, to another reader." if returned else ""
            messages.success(request, f"Noted: {person} does not judge {told.enrollment.person}.{back}")
            return redirect("reviews:conflicts", ours.slug)
    return _show(request, ours, told, match=form, aside=ReasonForm(hint=HINT))


@require_POST
def set_aside(request: HttpRequest, cohort: str, pk: int) -> HttpResponse:
    """It is nobody, or no reason."""
    ours = cohort_run_by(request, cohort)
    told, form = _concern(request, ours, pk), ReasonForm(request.POST, hint=HINT)
    if form.is_valid():
        try:
            concerns.set_aside(told, why=form.cleaned_data["why"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Set aside. The applicant reads that you have seen to it, and no more.")
            return redirect("reviews:conflicts", ours.slug)
    return _show(request, ours, told, match=MatchForm(people=judges_of(ours)), aside=form)
