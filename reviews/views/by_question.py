"""One question across all submissions that a reviewer has to do. The scoring page saves what is typed."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from reviews import by_question, permissions
from reviews.models import Assignment
from reviews.sheets import sheet_of
from reviews.views.own import READER, assignment_of, only_for_reviewers
from submissions import serving
from submissions.models import DocumentAccess


@require_safe
def index(request):
    """The questions that are still to be scored somewhere, with how far each is."""
    only_for_reviewers(request.user)
    return render(request, "reviews/questions.html", {"groups": by_question.groups(request.user)})


@require_safe
def show(request, question):
    """One submission's answer to the question, on the card of the scoring page; `after` asks for the next unscored."""
    only_for_reviewers(request.user)
    row = by_question.criterion_of(request.user, question, request.GET.get("edition", ""))
    readings = by_question.readings(request.user, row) if row else []
    if not readings:
        return _nothing_left(request)
    after = _number(request.GET.get("after", ""))
    if after is not None:
        return _go_on(request, question, by_question.next_after(readings, after))
    return _show(request, question, by_question.place(readings, _number(request.GET.get("s", ""))))


def _number(typed: str) -> int | None:
    """A submission's number as an address names it."""
    return int(typed) if typed.isdecimal() and len(typed) <= 9 else None


def _nothing_left(request):
    messages.info(request, "That question is not asked for in any submission that you have to do.")
    return redirect("reviews:questions")


def _go_on(request, question: int, following: Assignment | None):
    if following is None:
        messages.success(request, f"Question {question} is scored in every submission you have to do.")
        return redirect("reviews:questions")
    return redirect(address(question, request.GET.get("edition", ""), s=following.submission.number))


def address(question: int, edition: str, **asked: object) -> str:
    """Where the question lies open; the card has the focus."""
    query = urlencode({"edition": edition, **asked})
    return f"{reverse('reviews:by_question', args=[question])}?{query}#q{question}"


def following(question: int, number: int, typed: Mapping[str, str]) -> str:
    """Where the form leads, once submission `number` is saved: to the next, to the one it names, or where it was."""
    edition, to = typed["by-question"], typed.get("to", "")
    return (
        address(question, edition, after=number)
        if to == "next"
        else address(question, edition, s=_number(to) or number)
    )


def _show(request, question: int, place: by_question.Place):
    assignment = assignment_of(request, place.now.submission.number)
    if not (may := permissions.may_score(request.user, assignment)):
        messages.error(request, may.reason)
        return redirect("reviews:queue")
    sheet = sheet_of(assignment)
    if sheet.scored_version:
        serving.log(sheet.scored_version, request.user, READER, DocumentAccess.Form.TEXT)
    now = sheet.question(question)
    if now is None:
        raise Http404
    page = {
        "place": place,
        "sheet": sheet,
        "question": now,
        "assignment": assignment,
        "submission": assignment.submission,
        "edition": assignment.submission.enrollment.cohort.edition,
        "shows_changes": request.user.shows_changes,
    }
    return render(request, "reviews/by_question.html", page)
