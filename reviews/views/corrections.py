"""Writing a correction to a letter that went out: read it as it leaves, then send exactly that."""

from hashlib import sha256

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from cohorts.models import Cohort
from microcred import letters
from microcred.verdict import Refused
from reviews import corrections
from reviews.decision_forms import CorrectionForm
from reviews.models import Decision
from reviews.views.decisions import submission_of
from reviews.views.letters import in_a_frame
from reviews.views.overview import run_by

READ = "correction"  # where a session keeps the words that were read last, and of which decision


def write(request: HttpRequest, cohort: str, number: int, pk: int) -> HttpResponse:
    """The released letter with its corrections so far, and the form of another one."""
    ours = run_by(request, cohort)
    decision = _released(request, ours, number, pk)
    subject, letter = corrections.start(decision)
    form = CorrectionForm(request.POST or None, initial={"subject": subject, "letter": letter})
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            preview = _preview(decision, form.cleaned_data)
            if request.POST.get("read") == _print(form):
                return _send(request, decision, form.cleaned_data)
            request.session[READ] = [decision.pk, form.cleaned_data]
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "cohort": ours, "decision": decision, "form": form, "as_read": preview if form.is_valid() else None,
        "read": _print(form) if preview else "", "before": decision.corrections.select_related("sent_by"),
    }  # fmt: skip
    return render(request, "reviews/correction.html", context, status=422 if form.errors else 200)


def _released(request: HttpRequest, ours: Cohort, number: int, pk: int) -> Decision:
    submission = submission_of(request, ours, number)
    decision = get_object_or_404(Decision.objects.released(), submission=submission, pk=pk)
    decision.submission = submission
    return decision


def _preview(decision: Decision, typed: dict[str, str]) -> dict:
    """Raises: Refused, when a placeholder has no value."""
    said = corrections.filled(decision, **typed)
    which = (decision.submission.enrollment.cohort.slug, decision.submission.number, decision.pk)
    return {
        "decision": decision, "subject": said.subject, "page": letters.as_html(said.body),
        "mail": corrections.message(decision, **typed), "frame": reverse("reviews:correction_mail", args=which),
    }  # fmt: skip


def _send(request: HttpRequest, decision: Decision, typed: dict[str, str]) -> HttpResponse:
    corrections.send(decision, by=request.user, **typed)
    request.session.pop(READ, None)
    enrollment = decision.submission.enrollment
    messages.success(request, f"Sent to {enrollment.person}. It stands beside the first letter.")
    return redirect("reviews:decision", cohort=enrollment.cohort.slug, number=decision.submission.number)


def _print(form: CorrectionForm) -> str:
    """Tells whether the words are those that were read."""
    typed = form.cleaned_data
    return sha256(f"{typed['subject']}\n{typed['letter']}".encode()).hexdigest()[:16]


@require_safe
@xframe_options_sameorigin
def mail(request: HttpRequest, cohort: str, number: int, pk: int) -> HttpResponse:
    """The HTML of the e-mail with the words read last, for a frame of ours."""
    decision = _released(request, run_by(request, cohort), number, pk)
    which, typed = request.session.get(READ, (None, {}))
    if which != decision.pk:
        raise Http404
    try:
        return in_a_frame(corrections.message(decision, **typed))
    except Refused as refusal:
        raise Http404 from refusal
