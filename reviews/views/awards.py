"""Withdrawing a badge that somebody holds, and issuing it again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from badges import awards
from badges.models import Award
from cohorts import keeping_clear, mailing
from cohorts.models import Enrollment
from microcred.verdict import Refused
from reviews import awarding
from reviews.decision_forms import ReasonForm
from reviews.views.overview import run_by

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def _given(request: HttpRequest, cohort: str, ref: str, award: str) -> tuple[Enrollment, Award]:
    """A badge that somebody was given in a cohort of the reader's; not there for who keeps clear of their work."""
    ours = run_by(request, cohort)
    enrollment = get_object_or_404(ours.enrollments.select_related("person"), ref=ref)
    enrollment.cohort = ours
    if keeping_clear.is_closed(enrollment, request.user):
        raise Http404
    return enrollment, get_object_or_404(awarding.of_person(enrollment).select_related("person"), ref=award)


@GET_OR_POST
def withdrawal(request: HttpRequest, cohort: str, ref: str, award: str) -> HttpResponse:
    """Say once more in names what it means, ask why, and withdraw it."""
    enrollment, given = _given(request, cohort, ref, award)
    form = ReasonForm(request.POST or None, hint="The holder reads these words in a letter; they stay in the log.")
    if request.method == "POST" and form.is_valid():
        try:
            gone = awarding.withdraw(given, cohort=enrollment.cohort, by=request.user, because=form.cleaned_data["why"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Withdrawn: the {awarding.named(gone)} of {enrollment.person}.")
            return redirect("reviews:person", cohort=enrollment.cohort.slug, ref=enrollment.ref)
    context = {
        "cohort": enrollment.cohort, "enrollment": enrollment, "award": given, "form": form,
        "wholes": awards.wholes_of(given),
        "has_letter": mailing.has_letter(enrollment.cohort.edition, awarding.WITHDRAWN),
    }  # fmt: skip
    return render(request, "reviews/award_withdrawal.html", context)


@GET_OR_POST
def again(request: HttpRequest, cohort: str, ref: str, award: str) -> HttpResponse:
    """A new award in place of a withdrawn one."""
    enrollment, given = _given(request, cohort, ref, award)
    if request.method != "POST":
        context = {"cohort": enrollment.cohort, "enrollment": enrollment, "award": given}
        return render(request, "reviews/award_again.html", context)
    try:
        made = awarding.issue_again(given, cohort=enrollment.cohort, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{enrollment.person} holds the {made.edition.badge} badge again, and has been told.")
    return redirect("reviews:person", cohort=enrollment.cohort.slug, ref=enrollment.ref)
