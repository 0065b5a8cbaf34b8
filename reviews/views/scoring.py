"""The scoring page and its autosave."""

import re

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from microcred.verdict import Refused
from reviews import permissions, scoring, seen
from reviews.forms import ScoreForm, speaks_of
from reviews.models import SavedComment, Score
from reviews.sheets import Question, Sheet, sheet_of
from reviews.views import by_question, gone
from reviews.views.own import READER, assignment_of
from submissions import serving
from submissions.models import DocumentAccess

MISMATCH = "This page does not match the rubric."


def sheet(request, number):
    """One submission: GET shows it and changes nothing; POST keeps every row and goes where `then` says."""
    if request.method == "POST":
        return _keep(request, number)
    assignment = assignment_of(request, number)
    if not (may := permissions.may_score(request.user, assignment)):
        if assignment.begun:
            return redirect("reviews:finish", number)
        messages.error(request, may.reason)
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
        "shows_changes": request.user.shows_changes,
    }
    return render(request, "reviews/scoring.html", page, status=status)


def _number(typed: str) -> int | None:
    """A row's number as an address or a button names it."""
    return int(typed) if typed.isdecimal() and len(typed) <= 9 else None


def _keep(request, number: int):
    if "changes" in request.POST:
        _remember_changes(request)
        if request.htmx:
            return HttpResponse(status=204)
    try:
        assignment = assignment_of(request, number)
    except Http404:
        return gone.told(request, number, gone.in_rows(request.POST))
    shown = sheet_of(assignment)
    sent = [question for question in shown.open_questions if speaks_of(question.number, request.POST)]
    forms = [ScoreForm(question, request.POST) for question in sent]
    if not all(form.is_valid() for form in forms):
        return gone.give_back(request, f"{MISMATCH} Load it again.", gone.in_rows(request.POST), status=400)
    for form in forms:
        form.question.typed = form.entry()
    typed = [form.question.typed for form in forms]
    try:
        clashes = scoring.keep(assignment, typed, by=request.user, read=_was_read(request.POST))
    except seen.NotYet as refusal:
        messages.error(request, f"{refusal} What you typed is below and is not saved yet.")
        return _show(request, shown, status=409)
    except Refused as refusal:
        return gone.give_back(request, str(refusal), gone.in_rows(request.POST))
    if clashes:
        return _show(request, shown, now=_with_clashes(shown, clashes), status=409)
    return _go_on(request, shown)


def _was_read(data) -> seen.Seen | None:
    """What the reader had before them; every row of a page says the same."""
    return next((seen.read(data[name]) for name in data if re.fullmatch(r"q\d{1,4}-seen", name)), None)


def _remember_changes(request) -> None:
    request.user.shows_changes = request.POST["changes"] == "on"
    request.user.save(update_fields=["shows_changes"])


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
    try:
        assignment = assignment_of(request, number)
    except Http404:
        return _refuse(request, question, gone.why(request, number))
    shown = sheet_of(assignment)
    row = shown.question(question)
    if row is None:
        return _refuse(request, question, f"{MISMATCH} Question {question} is not scored in this round.")
    form = ScoreForm(row, request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(f"{MISMATCH} Load it again.")
    row.typed = form.entry()
    try:
        clashes = scoring.keep(assignment, [row.typed], by=request.user, read=_was_read(request.POST))
    except Refused as refusal:
        return _refuse(request, question, str(refusal), is_not_yet=isinstance(refusal, seen.NotYet))
    page = {"sheet": shown, "question": row, "submission": assignment.submission}
    if clashes:
        row.clash = clashes[0]
        return render(request, "reviews/_clash.html", {**page, "swap": True}, status=409)
    row.score, row.typed = (
        Score.objects.filter(review__assignment=assignment, criterion=row.criterion).select_related("level").first(),
        None,
    )
    return render(request, "reviews/_saved.html", page)


def _refuse(request, question: int, reason: str, *, is_not_yet=False):
    """Beside the row that was typed in, where the text stays."""
    page = {"question": {"number": question}, "refusal": reason, "is_not_yet": is_not_yet, "swap": True}
    return render(request, "reviews/_clash.html", page, status=409)
