"""What an applicant reads after a release, and the page on which they revise."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from reviews import feedback
from submissions.models import Round
from submissions.states import State
from submissions.views.mine import home_of


@require_safe
def show(request: HttpRequest, cohort: str) -> HttpResponse:
    """The letters that were released, the newest first with its comments by question."""
    home = home_of(request, cohort)
    released = feedback.released(home.submission)
    context = {
        "home": home,
        "cohort": home.cohort,
        "submission": home.submission,
        "feedback": feedback.of(released[0]) if released else None,
        "earlier": [feedback.of(decision) for decision in released[1:]],
        "award": feedback.award_for(home.submission) if home.submission.state == State.AWARDED else None,
        "may_revise": home.submission.state == State.REVISION_REQUESTED,
        "due_at": home.window.due_at,
    }
    return render(request, "reviews/feedback.html", context)


def revise(request: HttpRequest, cohort: str) -> HttpResponse:
    """The answers to revise beside what was said of them, and the way to hand them in again."""
    home = home_of(request, cohort)
    submission, now = home.submission, home.submission.current_round
    released = feedback.released(submission)
    if submission.state != State.REVISION_REQUESTED or not released:
        return redirect("reviews:feedback", cohort=cohort)
    if request.method == "POST":
        words = request.POST.get("what_changed", "").replace("\0", "").strip()
        Round.objects.filter(pk=now.pk).update(what_changed=words)
        return redirect("submissions:submit", cohort)
    context = {
        "home": home,
        "cohort": home.cohort,
        "submission": submission,
        "round": now,
        "feedback": feedback.of(released[0], since=now.number),
        "slots": [slot for slot in home.slots if slot.is_revision],
        "others": [slot for slot in home.slots if not slot.is_revision],
        "due_at": home.window.due_at,
    }
    return render(request, "reviews/revise.html", context)
