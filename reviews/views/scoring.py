"""The scoring page and its autosave."""

from django.contrib import messages
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from microcred.verdict import Refused
from reviews import permissions, scoring
from reviews.forms import ScoreForm
from reviews.models import Assignment, SavedComment
from reviews.sheets import Question, Sheet, sheet_of
from reviews.views import by_question
from reviews.views.own import READER, assignment_of
from submissions import serving
from submissions.models import DocumentAccess


def sheet(request, number):
    """One submission: GET shows it, and starts its review; POST keeps every row and goes where `then` says."""
    assignment = assignment_of(request, number)
    if request.method == "POST" and assignment.begun:
        return _keep(request, assignment)
    if assignment.begun and not permissions.may_score(request.user, assignment):
        return redirect("reviews:finish", number)
    try:
        scoring.start(assignment, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("reviews:queue")
    return _show(request, sheet_of(assignment))


def _show(request, shown: Sheet, *, now: Question | None = None, status=200):
    if shown.scored_version:
        serving.log(shown.scored_version, request.user, READER, DocumentAccess.Form.TEXT)
    now = now or shown.now(_number(request.GET.get("q", "")))
    page = {
        "sheet": shown,
        "now": now,
        "assignment": shown.assignment,
        "submission": shown.assignment.submission,
        "shows_changes": request.GET.get("changes") != "off",
    }
    return render(request, "reviews/scoring.html", page, status=status)


def _number(typed: str) -> int | None:
    """A row's number as an address or a button names it."""
    return int(typed) if typed.isdecimal() and len(typed) <= 9 else None


def _keep(request, assignment: Assignment):
    shown = sheet_of(assignment)
    forms = [ScoreForm(question, request.POST) for question in shown.open_questions if _is_sent(question, request.POST)]
    if not all(form.is_valid() for form in forms):
        return HttpResponseBadRequest("This page does not match the rubric. Go back and load it again.")
    for form in forms:
        form.question.typed = form.entry()
    try:
        clashes = scoring.save_all(
            assignment.begun, [question.typed for question in shown.open_questions if question.typed]
        )
    except Refused as refusal:
        messages.error(request, f"{refusal} What you typed is below and has not been kept.")
        return _show(request, shown, status=409)
    if clashes:
        return _show(request, shown, now=_with_clashes(shown, clashes), status=409)
    return _go_on(request, shown)


def _is_sent(question: Question, data) -> bool:
    """Whether the form speaks of this row, and does not leave it as the other tab saved it."""
    return f"q{question.number}-version" in data and data.get("use-saved") != str(question.number)


def _with_clashes(shown: Sheet, clashes) -> Question:
    """Each clash beside its row; the first of them is returned, to lie open."""
    by_row = {clash.score.criterion_id: clash for clash in clashes}
    for question in shown.open_questions:
        question.clash = by_row.get(question.criterion.pk)
    return next(question for question in shown.open_questions if question.clash)


def _go_on(request, shown: Sheet):
    number, at = shown.assignment.submission.number, _number(request.POST.get("now", "")) or 0
    keep, then = _number(request.POST.get("keep-comment", "")), request.POST.get("then")
    if keep and (question := shown.question(keep)):
        _keep_comment(request, shown, question)
    elif then == "close":
        messages.success(request, f"Saved. {shown.scored} of {len(shown.open_questions)} questions scored.")
        return redirect("reviews:queue")
    if "by-question" in request.POST:
        return redirect(by_question.following(at, number, request.POST))
    if then == "next" and not keep:
        following = shown.next_after(at)
        return redirect(_place(number, following.number) if following else reverse("reviews:finish", args=[number]))
    return redirect(_place(number, keep or at or shown.now().number))


def _place(number: int, question: int) -> str:
    return f"{reverse('reviews:scoring', args=[number])}?q={question}#q{question}"


def _keep_comment(request, shown: Sheet, question: Question) -> None:
    text = question.comment.strip()
    if not text:
        messages.error(request, "Write the comment first, then save it for later.")
        return
    cohort = shown.assignment.submission.enrollment.cohort
    title = text if len(text) <= 40 else f"{text[:40].rsplit(' ', 1)[0]} …"
    SavedComment.objects.get_or_create(
        cohort=cohort, person=request.user, criterion=question.criterion, text=text, defaults={"title": title}
    )
    messages.success(request, f"“{title}” is among your saved comments.")


@require_POST
def save_question(request, number, question):
    """The autosave of one row. Answers 409 with both texts when another tab saved something else."""
    assignment = assignment_of(request, number)
    shown = sheet_of(assignment)
    row = shown.question(question)
    if row is None or assignment.begun is None:
        raise Http404
    form = ScoreForm(row, request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("This page does not match the rubric. Load it again.")
    row.typed = form.entry()
    page = {"sheet": shown, "question": row, "submission": assignment.submission}
    try:
        row.score = scoring.save(
            assignment.begun,
            row.criterion,
            level=row.typed.level,
            comment=row.typed.comment,
            private_note=row.typed.private_note,
            version=row.typed.version,
        )
    except scoring.Changed as clash:
        row.clash = clash
        return render(request, "reviews/_clash.html", {**page, "swap": True}, status=409)
    except Refused as refusal:
        return render(request, "reviews/_clash.html", {**page, "swap": True, "refusal": refusal}, status=409)
    row.typed = None
    return render(request, "reviews/_saved.html", page)
