"""One person of a cohort: their whole story, and what an admin does for them."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts import correcting, extending, invitations, keeping_clear, records, seeing_as
from cohorts import permissions as cohort_permissions
from cohorts.models import Cohort, Enrollment
from microcred import clock
from microcred.verdict import Refused
from reviews import awarding, stories
from reviews.decision_forms import ReasonForm
from reviews.people_forms import CorrectionForm, ExtensionForm, MoveForm, NoteForm, ReinstatementForm
from reviews.views.overview import run_by
from submissions import moving, permissions, workflow
from submissions.models import Submission
from submissions.states import MOVES, State

SLOTS = ("rounds", "documents__required", "documents__current")
PER_PAGE = 60


def selected(request: HttpRequest, ours: Cohort):
    """Those that the page before chose: `?who=…`, once for each."""
    refs = request.GET.getlist("who") or request.POST.getlist("who")
    return ours.enrollments.filter(ref__in=[ref.replace("\0", "") for ref in refs])


def extensions(request: HttpRequest, cohort: str) -> HttpResponse:
    """More time for one person or for several."""
    ours = run_by(request, cohort)
    closed = keeping_clear.closed_to(request.user, ours)
    known = selected(request, ours).filter(withdrawn_at=None).exclude(pk__in=closed)
    known = known.select_related("person", "submission", "extended_by")
    chosen = list(known.prefetch_related("submission__rounds"))
    form = ExtensionForm(request.POST or None, cohort=ours, chosen=chosen)
    if request.method == "POST" and chosen and form.is_valid():
        for each in chosen:
            each.cohort = ours
        given = form.cleaned_data
        count = extending.extend(chosen, until=given["until"], because=given["because"], by=request.user)
        who = str(chosen[0].person) if count == 1 else f"{count} people"
        messages.success(request, f"{who} can submit until {given['until']:%B} {given['until'].day}, 11:59 PM.")
        return redirect("reviews:people", cohort=ours.slug) if count > 1 else _to_story(chosen[0])
    context = {"cohort": ours, "chosen": chosen, "form": form}
    context["not_shown"] = selected(request, ours).filter(pk__in=closed).count()
    return render(request, "reviews/extensions.html", context)


def _to_story(enrollment: Enrollment) -> HttpResponse:
    return redirect("reviews:person", cohort=enrollment.cohort.slug, ref=enrollment.ref)


def _enrollment(request: HttpRequest, slug: str, ref: str) -> Enrollment:
    ours = run_by(request, slug)
    known = Enrollment.objects.select_related(
        "person", "invited_by", "extended_by", "withdrawn_by", "moved_to__cohort"
    ).prefetch_related("moved_from__cohort")
    enrollment = get_object_or_404(known, cohort=ours, ref=ref)
    enrollment.cohort = ours
    return enrollment


def _open_to_reader(request: HttpRequest, slug: str, ref: str) -> Enrollment:
    """One whose work the reader need not keep clear of; what is done about it is not there for the others."""
    enrollment = _enrollment(request, slug, ref)
    if keeping_clear.is_closed(enrollment, request.user):
        raise Http404
    return enrollment


@require_safe
def person(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    return _story(request, _enrollment(request, cohort, ref), NoteForm())


def _story(request: HttpRequest, enrollment: Enrollment, form: NoteForm) -> HttpResponse:
    """What happened, page by page, and what can be done. That it was read is written down for the person.

    Who keeps clear of their work sees what is of the term: when they joined, their extension, their meetings.
    """
    is_closed = keeping_clear.is_closed(enrollment, request.user)
    known = Submission.objects.prefetch_related(*SLOTS).filter(enrollment=enrollment)
    submission = None if is_closed else known.first()
    if submission:
        submission.enrollment = enrollment
    records.was_read(enrollment, by=request.user)
    told, ahead = stories.lately(stories.of(enrollment, submission, is_closed=is_closed), clock.now())
    chosen = request.GET.get("kind", "")
    entries = [entry for entry in told if chosen in ("", entry.kind)]
    pages = Paginator(entries, PER_PAGE)
    page = pages.get_page(request.GET.get("page") or pages.num_pages)
    context = {
        "cohort": enrollment.cohort,
        "enrollment": enrollment,
        "submission": submission,
        "page": page,
        "story": page.object_list,
        "kinds": stories.kinds_of(told),
        "chosen": chosen,
        "query": f"&{urlencode({'kind': chosen})}" if chosen else "",
        "ahead": ahead,
        "form": form,
        "assignments": submission.assignments.standing().select_related("reviewer", "review") if submission else [],
        "awards": [] if is_closed else awarding.latest(enrollment),
        "is_closed": is_closed,
        **(_acts_of_the_term(enrollment) if is_closed else _acts(request, enrollment, submission)),
    }
    return render(request, "reviews/person.html", context)


def _acts_of_the_term(enrollment: Enrollment) -> dict:
    """What can be done for this person whatever becomes of their work."""
    is_here = not enrollment.withdrawn_at
    return {
        "may_invite": is_here and not enrollment.joined_at and bool(enrollment.cohort.opened_at),
        "may_correct": correcting.may_rename(enrollment.person),
    }


def _acts(request: HttpRequest, enrollment: Enrollment, submission: Submission | None) -> dict:
    """What can be done for this person now."""
    here = not enrollment.withdrawn_at
    state = State(submission.state) if submission else None
    return _acts_of_the_term(enrollment) | {
        "may_extend": here and state in (None, State.DRAFT, State.RETURNED, State.REVISION_REQUESTED),
        "may_return": state in MOVES["return_incomplete"].sources,
        "may_appeal": state in MOVES["appeal"].sources,
        "may_withdraw": here and (submission is None or bool(permissions.may_withdraw(request.user, submission))),
        "may_reinstate": submission is not None and bool(permissions.may_reinstate(request.user, submission)),
        "may_move": here and state in (None, State.DRAFT) and moving.open_to(enrollment, by=request.user).exists(),
        "may_see_as": cohort_permissions.may_see_as(enrollment),
    }


@require_POST
def note(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """Keep a note for colleagues."""
    enrollment = _open_to_reader(request, cohort, ref)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _story(request, enrollment, form)
    records.note(enrollment, form.cleaned_data["text"], by=request.user)
    messages.success(request, "Your note is kept. Colleagues read it in this story.")
    return _to_story(enrollment)


@require_POST
def strike(request: HttpRequest, cohort: str, ref: str, pk: int) -> HttpResponse:
    """Cross a note out."""
    enrollment = _open_to_reader(request, cohort, ref)
    records.strike(get_object_or_404(enrollment.staff_notes, pk=pk), by=request.user)
    messages.success(request, "The note is struck out. It stays readable.")
    return _to_story(enrollment)


@require_POST
def see_as(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """Look at their pages as they see them."""
    enrollment = _open_to_reader(request, cohort, ref)
    seeing_as.begin(request, enrollment)
    return redirect("submissions:home", cohort=enrollment.cohort.slug)


@require_POST
def stop_seeing_as(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    enrollment = _enrollment(request, cohort, ref)
    seeing_as.leave(request)
    return _to_story(enrollment)


@require_POST
def invitation(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    enrollment = _enrollment(request, cohort, ref)
    try:
        sent = invitations.invite([enrollment], by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = "The invitation is on its way." if sent else "They have joined already. Nothing was sent."
        messages.success(request, words)
    return _to_story(enrollment)


def correction(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """Put a name, a district or an address right."""
    enrollment = _enrollment(request, cohort, ref)
    who = enrollment.person
    correcting.may_rename(who).enforce()
    now = {"first_name": who.first_name, "last_name": who.last_name, "email": who.email}
    now |= {"organization": enrollment.organization}
    form = CorrectionForm(request.POST or None, now=now)
    may_readdress = correcting.may_readdress(who)
    if not may_readdress:
        form.fields["email"].disabled, form.fields["email"].help_text = True, may_readdress.reason
    return _tried(
        request, enrollment, form, title=f"Correct what we have of {who}", button="Save",
        act=lambda: correcting.correct(enrollment, by=request.user, **form.cleaned_data),
        done=lambda changed: "Corrected. Mail goes there from now on." if changed else "Nothing was different.",
    )  # fmt: skip


def move(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """On to another cohort of the same badge."""
    enrollment = _open_to_reader(request, cohort, ref)
    moving.may_move(enrollment).enforce()
    form = MoveForm(request.POST or None, cohorts=moving.open_to(enrollment, by=request.user))
    return _tried(
        request, enrollment, form, title=f"Move {enrollment.person} to another cohort", button="Move them",
        intro="Their marks and the documents they added go along and are checked there once more. They get a letter "
        "with the new due date. This place stays in the records, as withdrawn.",
        act=lambda: moving.move(enrollment, form.cleaned_data["to"], by=request.user),
        done=lambda new: f"{new.person} is in {new.cohort} now, and has been told.", to=lambda new: new,
    )  # fmt: skip


def withdrawal(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    enrollment = _open_to_reader(request, cohort, ref)
    return _with_reason(
        request, enrollment, act=workflow.withdraw, title=f"Withdraw {enrollment.person}", button="Withdraw",
        hint="Their reminders stop and nobody reviews their work. Everything stays, and they can come back.",
        done=f"{enrollment.person} has left the cohort. Their documents stay.",
    )  # fmt: skip


def reinstatement(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """Take a withdrawal back: where they were before."""
    enrollment = _open_to_reader(request, cohort, ref)
    submission = get_object_or_404(Submission, enrollment=enrollment)
    form = ReinstatementForm(request.POST if request.method == "POST" else None)
    return _tried(
        request, enrollment, form, title=f"Take {enrollment.person} back", button="Take the withdrawal back",
        intro="They are where they were before, with everything they had added. They get an e-mail, and reminders "
        "start again.",
        act=lambda: workflow.reinstate(submission, by=request.user, **form.cleaned_data),
        done=lambda _: f"{enrollment.person} is back, where they were before.",
    )  # fmt: skip


def sending_back(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    enrollment = _open_to_reader(request, cohort, ref)
    return _with_reason(
        request, enrollment, act=workflow.return_incomplete, title=f"Send {enrollment.person}'s submission back",
        button="Send it back", done="Sent back. It does not count as an attempt; they have been told what is missing.",
        hint="Say what is missing. They read these words in an e-mail. It does not count as an attempt.",
    )  # fmt: skip


def appeal(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    enrollment = _open_to_reader(request, cohort, ref)
    return _with_reason(
        request, enrollment, act=workflow.appeal, title=f"Take up {enrollment.person}'s appeal",
        button="Have it read again", done="It is being reviewed again. Assign other readers.",
        hint="Other readers read it; what the first ones wrote does not count. Why is it read again?",
    )  # fmt: skip


def _with_reason(request: HttpRequest, enrollment: Enrollment, *, act, title, hint, button, done) -> HttpResponse:
    """A page that asks why, then makes the move `act`."""
    form = ReasonForm(request.POST or None, hint=hint)
    return _tried(
        request, enrollment, form, title=title, button=button, done=lambda _: done,
        act=lambda: act(workflow.begin(enrollment), by=request.user, why=form.cleaned_data["why"]),
    )  # fmt: skip


def _tried(
    request: HttpRequest,
    enrollment: Enrollment,
    form,
    *,
    title: str,
    button: str,
    act: Callable,
    done: Callable[..., str],
    intro: str = "",
    to: Callable = lambda _: None,
) -> HttpResponse:
    """A page with one form, then `act`; a refusal stands on the same page with what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            came_of_it = act()
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done(came_of_it))
            return _to_story(to(came_of_it) or enrollment)
    context = {"enrollment": enrollment, "form": form, "title": title, "button": button, "intro": intro}
    return render(request, "reviews/reason.html", context | {"cohort": enrollment.cohort})
