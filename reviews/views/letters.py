"""A letter before it leaves: its words, and both that its reader will have of it, the e-mail and the page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from cohorts import seeing_as
from microcred import letters
from microcred.models import Message
from microcred.verdict import Refused
from reviews import agreement, decision_letters, decisions
from reviews.decision_forms import LetterForm
from reviews.models import Decision
from reviews.views import feedback
from reviews.views.decisions import chosen_of, decision_of, write_down
from reviews.views.overview import run_by

AS_IN_A_MAILBOX = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


def letter(request: HttpRequest, cohort: str, number: int) -> HttpResponse:
    """Write the letter, and read it exactly as it leaves: on the page and as e-mail."""
    ours = run_by(request, cohort)
    decision = decision_of(request, ours, number)
    write_down(request, decision.submission)
    standing = agreement.of(decision.submission)
    form = LetterForm(request.POST or None, instance=decision)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            decisions.rewrite(decision, subject=typed["subject"], letter=typed["letter"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved. This is how it reads now.")
            return redirect("reviews:letter", cohort=ours.slug, number=number)
    kept = decision_of(request, ours, number)
    context = {
        "cohort": ours,
        "decision": decision,
        "standing": standing,
        "form": form,
        "preview": _preview(kept, standing),
    }
    return render(request, "reviews/letter.html", context)


def _preview(decision: Decision, standing: agreement.Standing) -> dict:
    subject, body = decision_letters.filled(decision, standing)
    mail = decision_letters.message(decision, standing)
    which = (decision.submission.enrollment.cohort.slug, decision.submission.number)
    return {
        "decision": decision, "subject": subject, "page": letters.as_html(body), "mail": mail,
        "frame": reverse("reviews:letter_mail", args=which), "whole_page": reverse("reviews:letter_page", args=which),
    }  # fmt: skip


@require_safe
def preview(request: HttpRequest, cohort: str) -> HttpResponse:
    """The letters that were chosen, one under the other."""
    ours = run_by(request, cohort)
    previews = [_preview(decision, standing) for decision, standing in chosen_of(request, ours)]
    return render(request, "reviews/letters.html", {"cohort": ours, "previews": previews})


@require_safe
@xframe_options_sameorigin
def mail(request: HttpRequest, cohort: str, number: int) -> HttpResponse:
    """The HTML of the e-mail, to the byte, for a frame of ours: it can fetch nothing and run nothing there."""
    ours = run_by(request, cohort)
    decision = decision_of(request, ours, number)
    try:
        owed = decision_letters.message(decision, agreement.of(decision.submission))
    except Refused as refusal:
        raise Http404 from refusal
    return in_a_frame(owed)


def in_a_frame(mail: Message) -> HttpResponse:
    return HttpResponse(mail.html, headers={"Content-Security-Policy": AS_IN_A_MAILBOX})


@require_safe
def page(request: HttpRequest, cohort: str, number: int) -> HttpResponse:
    """The page as its applicant will find it. It is released, shown and taken back, all before anybody knows of it."""
    ours = run_by(request, cohort)
    decision = decision_of(request, ours, number)
    write_down(request, decision.submission)
    back = reverse("reviews:letter", args=[ours.slug, number])
    try:
        return seeing_as.as_it_will_be(
            request, decision.submission.enrollment, lambda: _once_released(request, decision), back=back
        )
    except Refused as refusal:
        messages.error(request, f"It could not be released as it is. {refusal}")
        return redirect(back)


def _once_released(request: HttpRequest, decision: Decision) -> HttpResponse:
    decisions.release(decision, by=request.user)
    return feedback.show(request, decision.submission.enrollment.cohort.slug)
