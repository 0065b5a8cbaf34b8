"""The end of a review: finished, opened again, or handed back."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from microcred.verdict import Refused
from reviews import comparing, permissions, scoring
from reviews.forms import ConflictForm
from reviews.models import Assignment, Decision
from reviews.sheets import Question, sheet_of
from reviews.views import gone
from reviews.views.own import assignment_of

WHY_ANOTHER = {"note": "Why somebody else should read it"}


@gone.explained()
def finish(request, number):
    """Everything said at a glance, and the outcome it leads to; POST finishes the review."""
    assignment = assignment_of(request, number)
    if assignment.begun is None:
        return redirect("reviews:scoring", number)
    if request.method == "POST":
        return _finish(request, assignment)
    return _show_finish(request, assignment)


@require_safe
def said(request, number, round_number):
    """What the reader said of one version, to look at again. Of the present one, with the way to reopen it."""
    assignment = assignment_of(request, number, round_number=round_number)
    if not assignment.is_finished:
        raise Http404
    return _show_finish(request, assignment)


def _show_finish(request, assignment: Assignment, status=200):
    shown = sheet_of(assignment)
    cohort = assignment.submission.enrollment.cohort
    rows = [(question.criterion, _is_met(question)) for question in shown.questions]
    missing = scoring.gaps((one.number, one.passing, one.score) for one in shown.open_questions)
    page = {
        "sheet": shown,
        "assignment": assignment,
        "submission": assignment.submission,
        "missing": missing,
        "outcome": scoring.outcome(cohort.edition, rows, is_last_attempt=assignment.round_number >= cohort.attempts),
        "others": _others(assignment).count(),
        "decision": _decision(assignment),
        "result": comparing.result_for(assignment) if assignment.is_finished else None,
        "may_score": permissions.may_score(request.user, assignment),
        "may_reopen": permissions.may_reopen(request.user, assignment),
        "asked": status != 200,
    }
    return render(request, "reviews/finish.html", page, status=status)


def _others(assignment: Assignment):
    """Those who read the same version, too."""
    readers = Assignment.objects.standing().filter(role=Assignment.Role.READER).exclude(pk=assignment.pk)
    return readers.filter(submission=assignment.submission_id, round_number=assignment.round_number)


def _decision(assignment: Assignment) -> Decision | None:
    """What was decided upon it, once that has gone out."""
    made = assignment.submission.decisions.released().filter(
        round_number=assignment.round_number, made_at__gte=assignment.assigned_at
    )
    return made.order_by("released_at").first()


def _is_met(question: Question) -> bool:
    """Rows that this round does not ask for were met before."""
    return not question.is_open or (question.level is not None and question.level.rank >= question.passing.rank)


def _finish(request, assignment: Assignment):
    try:
        scoring.finish(assignment.begun, by=request.user)
    except Refused as refusal:
        return _not_finished(request, assignment, refusal)
    following = Assignment.objects.to_do().of(request.user).in_queue_order().select_related("submission").first()
    last = "" if following else " That was the last one in your queue."
    messages.success(request, f"Your review of {assignment.submission} is finished. Thank you.{last}")
    if request.POST.get("then") == "next" and following:
        return redirect("reviews:scoring", following.submission.number)
    return redirect("reviews:queue")


def _not_finished(request, assignment: Assignment, refusal: Refused):
    """The summary with what is missing; where nothing is, the reason why it cannot be finished any more."""
    if permissions.may_score(request.user, assignment):
        return _show_finish(request, assignment, status=422)
    messages.error(request, str(refusal))
    return redirect("reviews:queue")


@require_POST
@gone.explained()
def reopen(request, number):
    """Change one's mind before the decision goes out."""
    assignment = assignment_of(request, number)
    permissions.may_reopen(request.user, assignment).enforce()
    try:
        scoring.reopen_review(assignment.begun, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("reviews:finish", number)
    messages.success(request, "Your review is open again. Finish it when you are ready; no decision leaves before.")
    return redirect("reviews:scoring", number)


@gone.explained(**WHY_ANOTHER)
def conflict(request, number):
    """Say why somebody else should read this; it leaves the queue at once."""
    assignment = assignment_of(request, number, roles=Assignment.Role)
    may = permissions.may_hand_back(request.user, assignment)
    if not may and (typed := gone.in_fields(request.POST, WHY_ANOTHER)):
        return gone.give_back(request, may.reason, typed)
    may.enforce()
    form = ConflictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _hand_back(request, assignment, **form.cleaned_data)
    page = {"form": form, "assignment": assignment, "submission": assignment.submission}
    return render(request, "reviews/conflict.html", page, status=422 if form.errors else 200)


def _hand_back(request, assignment: Assignment, *, kind: str, note: str):
    try:
        scoring.hand_back(assignment, kind=kind, note=note, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        short = assignment.submission.short_number
        messages.success(request, f"Thank you. {short} goes to someone else; you need do nothing more.")
    return redirect("reviews:queue")
