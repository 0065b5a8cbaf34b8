"""Writing a correction to a letter that went out: read it as it leaves, then send exactly that."""

from hashlib import sha256

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from microcred import letters
from microcred.verdict import Refused
from reviews import corrections
from reviews.decision_forms import CorrectionForm
from reviews.models import Decision
from reviews.views.decisions import submission_of
from reviews.views.overview import run_by


def write(request: HttpRequest, cohort: str, number: int, pk: int) -> HttpResponse:
    """The released letter with its corrections so far, and the form of another one."""
    ours = run_by(request, cohort)
    submission = submission_of(request, ours, number)
    decision = get_object_or_404(Decision.objects.released(), submission=submission, pk=pk)
    decision.submission = submission
    subject, letter = corrections.start(decision)
    form = CorrectionForm(request.POST or None, initial={"subject": subject, "letter": letter})
    mail = None
    if request.method == "POST" and form.is_valid():
        try:
            mail = corrections.compose(decision, **form.cleaned_data)
            if request.POST.get("read") == _print(form):
                corrections.send(decision, by=request.user, **form.cleaned_data)
                messages.success(request, f"Sent to {submission.enrollment.person}. It stands beside the first letter.")
                return redirect("reviews:decision", cohort=ours.slug, number=number)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "cohort": ours, "decision": decision, "form": form, "mail": mail if form.is_valid() else None,
        "mail_body": letters.body_of(mail.html) if mail else "", "read": _print(form) if mail else "",
        "before": decision.corrections.select_related("sent_by"),
    }  # fmt: skip
    return render(request, "reviews/correction.html", context, status=422 if form.errors else 200)


def _print(form: CorrectionForm) -> str:
    """Tells whether the words are those that were read."""
    typed = form.cleaned_data
    return sha256(f"{typed['subject']}\n{typed['letter']}".encode()).hexdigest()[:16]
