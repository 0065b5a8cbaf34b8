"""Another pair of eyes: asked for by a reader of the submission or by an admin, or by the cohort's rules."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cohorts.models import Cohort
from microcred.verdict import Refused
from reviews import another_reader, permissions
from reviews.decision_forms import ReasonForm, SecondReadRulesForm
from reviews.views import gone
from reviews.views.decisions import submission_of
from reviews.views.overview import run_by
from reviews.views.own import assignment_of
from submissions.models import Submission

HINT = "Your cohort team reads it. The applicant does not, and the other reader does not either."


@gone.explained(why="Why another reader is needed")
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """A reader is in doubt and says why; somebody else reads it too, without knowing what they said."""
    submission = assignment_of(request, number).submission
    back = reverse("reviews:finish", args=[number])
    return _ask(request, submission, back=back, back_to=str(submission))


def ask_for_cohort(request: HttpRequest, cohort: str, number: int) -> HttpResponse:
    ours = run_by(request, cohort)
    submission = submission_of(request, ours, number)
    back = reverse("reviews:decision", args=[ours.slug, number])
    return _ask(request, submission, back=back, back_to=str(submission))


def rules(request: HttpRequest, cohort: str) -> HttpResponse:
    """When one reader is not enough in this cohort. What was asked for stays asked for."""
    ours = run_by(request, cohort)
    form = SecondReadRulesForm(request.POST or None, instance=Cohort.objects.get(pk=ours.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved. It counts from now on; readers who have a submission already keep it.")
        return redirect("reviews:assigning", cohort=ours.slug)
    page = {"cohort": ours, "form": form}
    return render(request, "reviews/second_read_rules.html", page, status=422 if form.errors else 200)


def _ask(request: HttpRequest, submission: Submission, *, back: str, back_to: str) -> HttpResponse:
    permissions.may_ask_for_second_read(request.user, submission).enforce()
    form = ReasonForm(request.POST or None, hint=HINT)
    if request.method == "POST" and form.is_valid():
        try:
            another_reader.ask(submission, why=form.cleaned_data["why"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Another reader is asked. No decision on {submission} leaves before.")
            return redirect(back)
    page = {"form": form, "submission": submission, "back": back, "back_to": back_to}
    return render(request, "reviews/second_read.html", page, status=422 if form.errors else 200)
