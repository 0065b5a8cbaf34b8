"""Decisions and their letters: made, read, and released together or at a time."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts.models import Cohort
from microcred.models import User
from microcred.verdict import Refused
from reviews import agreement, awarding, conflicts, decision_letters, decisions, rounds
from reviews.decision_forms import DecisionForm, ReasonForm, ScheduleForm
from reviews.models import Decision
from reviews.views.overview import run_by
from submissions import serving
from submissions.models import DocumentAccess, Submission, Version
from submissions.states import State

SHOWN = 50


def _known(ours: Cohort, person: User) -> QuerySet[Submission]:
    """What `person` may decide on: all but their own, and those they are in conflict with."""
    others = Submission.objects.filter(enrollment__cohort=ours).exclude(conflicts.firm(person, ours))
    return others.select_related("enrollment__person").order_by("number")


def submission_of(request: HttpRequest, ours: Cohort, number: int) -> Submission:
    """One that the admin may decide on; it is not there for who wrote it, or is in conflict with it."""
    submission = get_object_or_404(_known(ours, request.user), number=number)
    submission.enrollment.cohort = ours
    return submission


def decision_of(request: HttpRequest, ours: Cohort, number: int) -> Decision:
    """The decision in hand of one submission."""
    submission = submission_of(request, ours, number)
    decision = get_object_or_404(Decision.objects.in_hand(), submission=submission)
    decision.submission = submission
    return decision


@require_safe
def index(request: HttpRequest, cohort: str) -> HttpResponse:
    """Letters to release, submissions to decide, and what went out."""
    ours = run_by(request, cohort)
    show = request.GET.get("show", "")
    closed = conflicts.firm(request.user, ours)
    waiting, reviewed = _waiting(ours, closed), _reviewed(ours, closed)
    second_reads = rounds.half_read(ours).exclude(closed).count()
    not_shown = Submission.objects.filter(closed, enrollment__cohort=ours).exclude(state=State.DRAFT).count()
    to_decide = [row for row in reviewed if row.standing.may_be_decided]
    context = {
        "cohort": ours,
        "show": show,
        "waiting": [(decision, standing, _look(decision, standing)) for decision, standing in waiting],
        "to_decide": to_decide,
        "to_settle": [row for row in reviewed if not row.standing.may_be_decided],
        "in_review": rounds.in_review(ours).exclude(closed).count() - len(reviewed) - second_reads,
        "second_reads": second_reads,
        "released": _released(ours, closed) if show == "released" else [],
        "not_shown": not_shown,
        "attended": awarding.earned_by_attending(ours).count(),
        "at_most": SHOWN,
    }
    return render(request, "reviews/decisions.html", context)


def _reviewed(ours: Cohort, closed: Q) -> list[decisions.Proposal]:
    others = rounds.reviewed(ours).exclude(closed)
    found = list(others.select_related("enrollment__person").order_by("number")[:SHOWN])
    for submission in found:
        submission.enrollment.cohort = ours
    standings = agreement.among(found)
    return [decisions.propose(each, standing=standings[each.pk]) for each in found]


def _waiting(ours: Cohort, closed: Q) -> list[tuple[Decision, agreement.Standing]]:
    """Decisions in hand, each beside the reviews it stands on."""
    others = decisions.waiting_release(ours).exclude(submission__in=Submission.objects.filter(closed))
    found = list(others.select_related("submission__enrollment__person").order_by("submission__number")[:SHOWN])
    for decision in found:
        decision.submission.enrollment.cohort = ours
    standings = agreement.among(decision.submission for decision in found)
    return [(decision, standings[decision.submission_id]) for decision in found]


def _look(decision: Decision, standing: agreement.Standing) -> str:
    """Why a letter cannot leave as it is; "" when it can."""
    if not (may := standing.may_be_decided):
        return may.reason
    try:
        decision_letters.compose(decision, standing)
    except Refused as refusal:
        return str(refusal)
    return ""


def _released(ours: Cohort, closed: Q) -> QuerySet[Decision]:
    others = Submission.objects.filter(enrollment__cohort=ours).exclude(closed)
    out = Decision.objects.released().filter(submission__in=others)
    return out.select_related("submission__enrollment__person", "released_by").order_by("-released_at", "-pk")[:SHOWN]


@require_safe
def show(request: HttpRequest, cohort: str, number: int) -> HttpResponse:
    """One submission: what the reviews say, the decision in hand with its letter, and those that went out."""
    ours = run_by(request, cohort)
    submission = submission_of(request, ours, number)
    write_down(request, submission)
    standing = agreement.of(submission)
    decision = Decision.objects.in_hand().filter(submission=submission).select_related("made_by").first()
    context = {"cohort": ours, "submission": submission, "standing": standing, "decision": decision}
    if submission.state == State.IN_REVIEW and standing.may_be_decided:
        proposal = decisions.propose(submission, standing=standing)
        context |= {"proposal": proposal, "form": DecisionForm(proposal=proposal)}
    out = Decision.objects.released().filter(submission=submission)
    context["released"] = out.prefetch_related("corrections__sent_by")
    return render(request, "reviews/decision.html", context)


def write_down(request: HttpRequest, submission: Submission) -> None:
    """One row for one reading of what reviewers said, beside the file that they scored. Queries: two."""
    scored = Version.objects.filter(document__submission=submission, document__required__is_scored=True)
    version = scored.that_count(submission.current_round.number).first()
    if version:
        serving.log(version, request.user, "admin", DocumentAccess.Form.SCORES)


@require_POST
def make(request: HttpRequest, cohort: str, number: int) -> HttpResponse:
    ours = run_by(request, cohort)
    submission = submission_of(request, ours, number)
    standing = agreement.of(submission)
    proposal = decisions.propose(submission, standing=standing)
    form = DecisionForm(request.POST, proposal=proposal)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            decisions.decide(submission, by=request.user, outcome=typed["outcome"], due_on=typed.get("due_on"))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Decided. Read the letter; it leaves when you release it.")
            return redirect("reviews:letter", cohort=ours.slug, number=number)
    context = {"cohort": ours, "submission": submission, "standing": standing, "proposal": proposal, "form": form}
    return render(request, "reviews/decision.html", context, status=422)


@require_POST
def make_several(request: HttpRequest, cohort: str) -> HttpResponse:
    """Decide those that were chosen as the rule proposes."""
    ours, made, refused = run_by(request, cohort), 0, []
    for submission in _known(ours, request.user).filter(number__in=_numbers(request)):
        try:
            decisions.decide(submission, by=request.user)
        except Refused as refusal:
            refused.append(f"{submission}: {refusal}")
        else:
            made += 1
    if made:
        messages.success(request, f"Decided: {made}. Read the letters; they leave when you release them.")
    for sentence in refused or ([] if made else ["Nothing was chosen. Tick the submissions to decide."]):
        messages.warning(request, sentence)
    return redirect("reviews:decisions", cohort=ours.slug)


def _numbers(request: HttpRequest) -> list[int]:
    """Submission numbers that the page before chose: `?n=…`, once for each."""
    given = request.POST.getlist("n") or request.GET.getlist("n")
    return [int(number) for number in given if number.isdecimal() and len(number) < 10]


def chosen_of(request: HttpRequest, ours: Cohort) -> list[tuple[Decision, agreement.Standing]]:
    """Those in hand that the page before chose, as far as the reader may decide on them."""
    numbers = set(_numbers(request))
    return [pair for pair in _waiting(ours, conflicts.firm(request.user, ours)) if pair[0].submission.number in numbers]


def release(request: HttpRequest, cohort: str) -> HttpResponse:
    """Asks once, in numbers; then every letter leaves by itself, all or nothing for each person."""
    ours = run_by(request, cohort)
    chosen = chosen_of(request, ours)
    if request.method == "POST":
        run = decisions.release_each([decision for decision, _ in chosen], by=request.user)
        if run.released:
            messages.success(request, f"Released: {summary(run.released)}.")
        for decision, reason in run.refused:
            messages.error(
                request, f"{decision.submission}, {decision.submission.enrollment.person}: not released. {reason}"
            )
        return redirect("reviews:decisions", cohort=ours.slug)
    context = {"cohort": ours, "chosen": chosen, "summary": summary([decision for decision, _ in chosen])}
    return render(request, "reviews/release.html", context)


WORDS = {
    Decision.Outcome.AWARD: ("award", "awards"),
    Decision.Outcome.REVISE: ("revision", "revisions"),
    Decision.Outcome.NOT_AWARDED: ("not awarded", "not awarded"),
}


def summary(several: list[Decision]) -> str:
    """`2 people get a letter: 1 award, 1 revision`."""
    counts = {outcome: sum(each.outcome == outcome for each in several) for outcome in WORDS}
    parts = [f"{count} {WORDS[outcome][count != 1]}" for outcome, count in counts.items() if count]
    who = "1 person gets a letter" if len(several) == 1 else f"{len(several)} people get a letter"
    return f"{who}: {', '.join(parts)}"


def schedule(request: HttpRequest, cohort: str) -> HttpResponse:
    """Release those that were chosen at a time of the cohort's clock; or take that back."""
    ours = run_by(request, cohort)
    chosen = [decision for decision, _ in chosen_of(request, ours)]
    form = ScheduleForm(request.POST if "on" in request.POST else None, cohort=ours)
    if request.method == "POST" and "cancel" in request.POST:
        decisions.schedule(chosen, at=None, by=request.user)
        messages.success(request, "Nothing leaves by itself now. Release it when you are ready.")
        return redirect("reviews:decisions", cohort=ours.slug)
    if request.method == "POST" and chosen and form.is_valid():
        decisions.schedule(chosen, at=form.moment, by=request.user)
        messages.success(request, f"Scheduled: {summary(chosen)}. Until then each letter can still be changed.")
        return redirect("reviews:decisions", cohort=ours.slug)
    context = {"cohort": ours, "chosen": chosen, "form": form, "summary": summary(chosen)}
    return render(request, "reviews/schedule.html", context)


def reopen(request: HttpRequest, cohort: str, number: int) -> HttpResponse:
    ours = run_by(request, cohort)
    decision = decision_of(request, ours, number)
    form = ReasonForm(request.POST or None, hint="The submission is being reviewed again. Its letter is not sent.")
    if request.method == "POST" and form.is_valid():
        try:
            decisions.reopen(decision, by=request.user, why=form.cleaned_data["why"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{decision.submission} is being reviewed again.")
            return redirect("reviews:decision", cohort=ours.slug, number=number)
    context = {
        "cohort": ours, "enrollment": decision.submission.enrollment, "form": form,
        "title": f"Take back the decision on {decision.submission}", "button": "Take it back",
    }  # fmt: skip
    return render(request, "reviews/reason.html", context)


def attendance(request: HttpRequest, cohort: str) -> HttpResponse:
    """The badge for attending: asks once, in numbers and names."""
    ours = run_by(request, cohort)
    earned = awarding.earned_by_attending(ours)
    if request.method == "POST":
        try:
            issued = awarding.issue_attendance_awards(ours, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            who = "1 person has" if len(issued) == 1 else f"{len(issued)} people have"
            messages.success(request, f"{who} the {ours.attendance_edition.badge} badge now, and a letter about it.")
        return redirect("reviews:decisions", cohort=ours.slug)
    return render(request, "reviews/attendance_awards.html", {"cohort": ours, "earned": earned})
