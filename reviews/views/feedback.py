"""What an applicant reads after a release, and the page on which they revise."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cohorts.seeing_as import shown_to_staff
from microcred.verdict import Refused
from reviews import feedback
from reviews.feedback import Feedback
from submissions import notes
from submissions.home import Home
from submissions.letters import count_of
from submissions.states import State
from submissions.views.mine import home_of


@shown_to_staff
@require_safe
def show(request: HttpRequest, cohort: str) -> HttpResponse:
    """The letters that were released, the newest first with its comments by question."""
    home = home_of(request, cohort)
    submission = home.submission
    told = [feedback.of(decision) for decision in feedback.released(submission)]
    latest = told[0] if told else None
    context = _about(home, latest, request) | {
        "headline": feedback.headline(submission, latest),
        "earlier": told[1:],
        "award": feedback.award_for(submission) if submission.state == State.AWARDED else None,
        "may_revise": bool(latest) and submission.state == State.REVISION_REQUESTED,
    }
    return render(request, "reviews/feedback.html", context)


def _about(home: Home, latest: Feedback | None, request: HttpRequest) -> dict:
    """What both pages say; the letter lies open the first time."""
    return {
        "home": home,
        "cohort": home.cohort,
        "submission": home.submission,
        "round": home.submission.current_round,
        "feedback": latest,
        "letter_is_new": bool(latest) and feedback.is_first_reading(latest.decision, at=request.arrived_at),
        "attempts": count_of(home.cohort.attempts, "attempt"),
        "due_at": home.window.due_at,
    }


def revise(request: HttpRequest, cohort: str) -> HttpResponse:
    """The answers to revise beside what was said of them, and the way to hand them in again."""
    home = home_of(request, cohort)
    submission = home.submission
    released = feedback.released(submission)
    if request.method == "POST":
        return _keep_notes(request, home, released)
    if submission.state != State.REVISION_REQUESTED or not released:
        return redirect("reviews:feedback", cohort=cohort)
    context = _about(home, feedback.while_revising(released[0]), request) | {
        "slots": [slot for slot in home.slots if slot.is_revision],
        "others": [slot for slot in home.slots if not slot.is_revision],
    }
    return render(request, "reviews/revise.html", context)


def _keep_notes(request: HttpRequest, home: Home, released: list) -> HttpResponse:
    """What was typed is kept, by itself while somebody types; the button goes on to look everything over."""
    try:
        notes.keep(home.submission, _notes(request.POST, feedback.of(released[0])) if released else {})
    except Refused as refusal:
        if request.htmx:
            return HttpResponse(str(refusal), status=409)
        messages.error(request, str(refusal))
        return redirect("reviews:feedback", cohort=home.cohort.slug)
    return HttpResponse(status=204) if request.htmx else redirect("submissions:submit", home.cohort.slug)


def _notes(typed: QueryDict, read: Feedback) -> dict[int, str]:
    """By the key of the row; fields carry the number that people see."""
    named = {f"note-{told.row.number}": told.row.criterion.pk for told in read.open}
    return {named[name]: typed[name] for name in typed if name in named}
