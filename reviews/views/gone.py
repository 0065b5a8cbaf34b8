"""What a reader is told whose work was taken away while they were at it; what they typed comes back, to be copied."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from reviews import scoring
from reviews.models import Assignment

LABELS = {
    "level": "Level",
    "comment": "Comment to the applicant",
    "note": "Private note",
    "why": "Why the level changes",
}
_ROW = re.compile(r"q(\d{1,4})-(level|comment|note|why)")
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Typed:
    """What stood in one field, under its label."""

    label: str
    text: str
    is_level: bool = False


def explained(**fields: str) -> Callable[[View], View]:
    """For a page about one submission: who had it a moment ago and sends something there hears why it is gone.

    `fields`: the labels of what may be typed there, by name. To whom it was never given nothing is there, as before.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, number: int, **which: int) -> HttpResponse:
            try:
                return view(request, number, **which)
            except Http404:
                if request.method != "POST":
                    raise
                return told(request, number, in_fields(request.POST, fields))

        return answer

    return decorate


def told(request: HttpRequest, number: int, typed: list[Typed]) -> HttpResponse:
    """A page that says why. Raises: Http404, where it never was theirs."""
    if Assignment.objects.filter(reviewer=request.user, submission__number=number).exists():
        return give_back(request, why(request, number), typed)
    return _without_trace(request, number, typed)


def why(request: HttpRequest, number: int) -> str:
    """Why it is not theirs any more. Raises: Http404, where it never was."""
    theirs = Assignment.objects.with_submission().select_related("reviewer").filter(reviewer=request.user)
    once = theirs.filter(submission__number=number).order_by("round_number").last()
    if once is None or not (reason := scoring.why_not(once)):
        raise Http404
    return reason


def _without_trace(request: HttpRequest, number: int, typed: list[Typed]) -> HttpResponse:
    """It was taken away before it was begun, if ever it was theirs: only a reviewer's own words come back."""
    if not (typed and request.user.staff_memberships.reviewing().exists()):
        raise Http404
    return give_back(request, f"There is no submission {number:04} in your queue.", typed, status=404)


def give_back(request: HttpRequest, reason: str, typed: list[Typed], *, status: int = 409) -> HttpResponse:
    """A page with the reason and with what was typed: nothing else, for it may be nobody's to see."""
    return render(request, "reviews/not_saved.html", {"reason": reason, "typed": typed}, status=status)


def in_rows(data: Mapping[str, str], labels: Mapping[str, str] = LABELS) -> list[Typed]:
    """What was typed into the rows of a scoring form, by the label of each kind of field."""
    return [
        Typed(f"Question {int(found[1])}: {labels[found[2]]}", text, is_level=found[2] == "level")
        for name, text in _said(data)
        if (found := _ROW.fullmatch(name)) and found[2] in labels
    ]


def in_fields(data: Mapping[str, str], fields: Mapping[str, str]) -> list[Typed]:
    """What was typed into those of a form, by the label of each."""
    return [Typed(fields[name], text) for name, text in _said(data) if name in fields]


def _said(data: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((name, text.strip()) for name, text in data.items() if text.strip())
