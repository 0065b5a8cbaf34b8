"""Checking and submitting, the receipt, leaving and coming back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from microcred.verdict import Refused
from submissions import notes, permissions, workflow
from submissions.forms import SubmitForm
from submissions.models import Receipt, Submission
from submissions.states import HANDED_IN, WAITING, State
from submissions.views.mine import home_of


def submit(request, cohort):
    """Everything once more on one page; the button hands it in."""
    home = home_of(request, cohort)
    submission = home.submission
    if request.method == "POST" and submission.state in HANDED_IN and home.receipt_ref:
        return _already(request, home)
    may_submit = permissions.may_submit(request.user, submission, at=request.arrived_at)
    posted = request.POST if request.method == "POST" else None
    form = SubmitForm(posted, submission=submission, slots=home.slots)
    if request.method == "POST" and may_submit and form.is_valid():
        try:
            receipt = workflow.submit(submission, by=request.user, at=request.arrived_at, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))  # what was typed stays on the page
        else:
            return redirect("submissions:receipt", cohort, receipt.ref)
    context = {
        "home": home,
        "cohort": home.cohort,
        "form": form,
        "may_submit": may_submit,
        "is_late": home.window.is_late_at(home.at),
        "notes": notes.of(submission),
    }
    return render(request, "submissions/submit.html", context, status=422 if request.method == "POST" else 200)


def _already(request, home):
    """The same button in another tab: nothing happens twice."""
    messages.info(request, "You have submitted already. This is your receipt; nothing was sent twice.")
    return redirect("submissions:receipt", home.cohort.slug, home.receipt_ref)


@require_safe
def receipt(request, cohort, ref):
    """Proof of what arrived when, for the applicant and the admins of the cohort."""
    visible = Submission.objects.visible_to(request.user).filter(enrollment__cohort__slug=cohort)
    found = get_object_or_404(
        Receipt.objects.select_related("submission__enrollment__cohort__edition__badge")
        .select_related("submission__enrollment__person")
        .prefetch_related("submission__rounds", "submission__enrollment__cohort__events"),
        submission__in=visible,
        ref=ref,
    )
    submission, window = found.submission, found.submission.window()
    latest = submission.receipts.first()
    may_replace = submission.state == State.SUBMITTED and window.is_open_at(request.arrived_at)
    context = {
        "receipt": found,
        "submission": submission,
        "cohort": submission.enrollment.cohort,
        "days_late": window.days_late_at(found.received_at),
        "decision_on": submission.decision_on(),
        "newer": latest if latest != found else None,
        "waits": submission.state in WAITING and latest == found,
        "replace_until": window.told_end_at(request.arrived_at) if may_replace else None,
    }
    return render(request, "submissions/receipt.html", context)


def withdraw(request, cohort):
    """Leaving, on a page that says what it means."""
    home = home_of(request, cohort)
    permissions.may_withdraw(request.user, home.submission).enforce()
    if request.method == "POST":
        return _do(request, home, workflow.withdraw, "You have left. Everything you added is kept.")
    return render(request, "submissions/withdraw.html", {"home": home, "cohort": home.cohort})


def reinstate(request, cohort):
    """Coming back to where one was."""
    home = home_of(request, cohort)
    permissions.may_reinstate(request.user, home.submission).enforce()
    if request.method == "POST":
        return _do(request, home, workflow.reinstate, "Welcome back. Everything is as you left it.")
    return render(request, "submissions/reinstate.html", {"home": home, "cohort": home.cohort})


def _do(request, home, verb, sentence):
    try:
        verb(home.submission, by=request.user, why=request.POST.get("why", "").replace("\0", ""))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    return redirect("submissions:home", home.cohort.slug)
