"""The people of a cohort, and one person's whole story."""

import csv
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts import extending, invitations
from cohorts.context import leads_somewhere
from cohorts.models import Cohort, Enrollment
from microcred import clock
from microcred.verdict import Refused
from reviews import people, stories
from reviews.decision_forms import ExtensionForm, ReasonForm
from reviews.views.overview import run_by
from submissions import permissions, workflow
from submissions.models import Submission
from submissions.states import MOVES, State

SLOTS = ("rounds", "documents__required", "documents__current")


@require_safe
def index(request: HttpRequest, cohort: str) -> HttpResponse:
    """Everyone, or those that the address asks for; a search that finds one person leads to their story."""
    ours = run_by(request, cohort, known=people.with_dates(Cohort.objects.all()))
    documents = list(ours.edition.documents.all())
    choices, chosen = people.filters(ours, len(documents)), request.GET.get("show", "")
    found, activity = _found(request, ours, choices)
    page = Paginator(people.listed(found, documents), people.PER_PAGE).get_page(request.GET.get("page"))
    words = _typed(request, "q")
    if words and page.paginator.count == 1:
        return redirect("reviews:person", cohort=ours.slug, ref=page.object_list[0].ref)
    kept = {key: value for key, value in request.GET.items() if key in ("show", "q", "done", "not-done") and value}
    context = {
        "cohort": ours,
        "page": page,
        "rows": people.rows(page.object_list, _sheet(ours, documents, clock.now())),
        "query": f"&{urlencode(kept)}" if kept else "",
        "choices": [(key, each) for key, each in choices.items() if each.is_chip or key == chosen],
        "chosen": chosen,
        "choice": choices.get(chosen, choices[""]),
        "activity": activity,
        "words": words,
        "meetings": ours.meetings_held,
        "import_url": _import_url(ours),
    }
    return render(request, "reviews/people.html", context)


def _import_url(ours: Cohort) -> str:
    return f"/cohorts/{ours.slug}/people/import/" if leads_somewhere("/cohorts/{cohort}/people/import/") else ""


def _sheet(ours: Cohort, documents, at) -> people.Sheet:
    return people.Sheet(ours, tuple(documents), ours.due_on, at)


def _typed(request: HttpRequest, key: str) -> str:
    """What the address says under `key`, without the NUL that no database takes."""
    return request.GET.get(key, "").replace("\0", "").strip()


def _found(request: HttpRequest, ours: Cohort, choices) -> tuple[QuerySet[Enrollment], dict | None]:
    """The people that the address asks for, and in words the activity that it names."""
    found = people.with_facts(ours.enrollments.all(), ours)
    if choice := choices.get(request.GET.get("show", "")):
        found = found.filter(choice.who)
    if words := _typed(request, "q"):
        found = people.found(found, words)
    for key in ("done", "not-done"):
        if asked := _typed(request, key):
            activity = get_object_or_404(ours.edition.activities, key=asked)
            has_done = people.has_done(activity)
            return found.filter(people.STAYS, has_done if key == "done" else ~has_done), {"is": activity, "how": key}
    return found, None


@require_safe
def roster(request: HttpRequest, cohort: str) -> HttpResponse:
    """Everyone as a CSV file that a spreadsheet opens, without letting it take a cell for a formula."""
    ours = run_by(request, cohort, known=people.with_dates(Cohort.objects.all()))
    documents = list(ours.edition.documents.all())
    listed = people.listed(people.with_facts(ours.enrollments.all(), ours), documents)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{ours.slug}-roster.csv"'
    response.write("\ufeff")
    sheet = csv.writer(response)
    titles = [document.short_title for document in documents]
    sheet.writerow(["Last name", "First name", "E-mail", "District", "Meetings", *titles, "Status", "Submission"])
    for row in people.rows(listed.iterator(chunk_size=500), _sheet(ours, documents, clock.now())):
        boxes = ["yes" if is_in else "no" for _, is_in in row.boxes]
        cells = [row.last_name, row.first_name, row.email, row.organization, row.meetings, *boxes]
        sheet.writerow([_plain(cell) for cell in [*cells, row.status.words, row.short_number]])
    return response


def _plain(cell) -> str:
    """As text, also where a spreadsheet would look past leading space, or read a full-width sign as a narrow one."""
    text = str(cell)
    is_formula = text.startswith(("\t", "\r")) or text.lstrip().startswith(tuple("=+-@＝＋－＠"))
    return f"'{text}" if is_formula else text


def _selected(request: HttpRequest, ours: Cohort) -> list[Enrollment]:
    """Those that the page before chose: `?who=…`, once for each."""
    refs = request.GET.getlist("who") or request.POST.getlist("who")
    return list(ours.enrollments.filter(ref__in=[ref.replace("\0", "") for ref in refs]).select_related("person"))


@require_safe
def write(request: HttpRequest, cohort: str) -> HttpResponse:
    """The exact list of people to write to, and a link that opens the writer's own mail program."""
    ours = run_by(request, cohort)
    chosen = _selected(request, ours)
    link = people.mailto(ours, [each.person.email for each in chosen]) if chosen else ""
    return render(request, "reviews/write.html", {"cohort": ours, "chosen": chosen, "mailto": link})


def extensions(request: HttpRequest, cohort: str) -> HttpResponse:
    """More time for one person or for several."""
    ours = run_by(request, cohort)
    chosen = [each for each in _selected(request, ours) if not each.withdrawn_at]
    form = ExtensionForm(request.POST or None, cohort=ours)
    if request.method == "POST" and chosen and form.is_valid():
        for each in chosen:
            each.cohort = ours
        given = form.cleaned_data
        count = extending.extend(chosen, until=given["until"], because=given["because"], by=request.user)
        who = str(chosen[0].person) if count == 1 else f"{count} people"
        messages.success(request, f"{who} can submit until {given['until']:%B} {given['until'].day}, 11:59 PM.")
        return redirect("reviews:people", cohort=ours.slug) if count > 1 else _to_story(chosen[0])
    return render(request, "reviews/extensions.html", {"cohort": ours, "chosen": chosen, "form": form})


def _to_story(enrollment: Enrollment) -> HttpResponse:
    return redirect("reviews:person", cohort=enrollment.cohort.slug, ref=enrollment.ref)


def _enrollment(request: HttpRequest, slug: str, ref: str) -> Enrollment:
    ours = run_by(request, slug)
    known = Enrollment.objects.select_related("person", "invited_by", "extended_by", "withdrawn_by")
    enrollment = get_object_or_404(known, cohort=ours, ref=ref)
    enrollment.cohort = ours
    return enrollment


@require_safe
def person(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    enrollment, at = _enrollment(request, cohort, ref), clock.now()
    submission = Submission.objects.prefetch_related(*SLOTS).filter(enrollment=enrollment).first()
    if submission:
        submission.enrollment = enrollment
    told, ahead = stories.lately(stories.of(enrollment, submission), at)
    context = {
        "cohort": enrollment.cohort,
        "enrollment": enrollment,
        "submission": submission,
        "story": told,
        "ahead": ahead,
        "mailto": people.mailto(enrollment.cohort, [enrollment.person.email]),
        "assignments": submission.assignments.standing().select_related("reviewer", "review") if submission else [],
        **_acts(request, enrollment, submission),
    }
    return render(request, "reviews/person.html", context)


def _acts(request: HttpRequest, enrollment: Enrollment, submission: Submission | None) -> dict[str, bool]:
    """What can be done for this person now."""
    here = not enrollment.withdrawn_at
    state = State(submission.state) if submission else None
    return {
        "may_invite": here and not enrollment.joined_at and bool(enrollment.cohort.opened_at),
        "may_extend": here and state in (None, State.DRAFT, State.RETURNED, State.REVISION_REQUESTED),
        "may_return": state in MOVES["return_incomplete"].sources,
        "may_appeal": state in MOVES["appeal"].sources,
        "may_withdraw": here and (submission is None or bool(permissions.may_withdraw(request.user, submission))),
        "may_reinstate": submission is not None and bool(permissions.may_reinstate(request.user, submission)),
    }


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


def withdrawal(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    enrollment = _enrollment(request, cohort, ref)
    return _with_reason(
        request, enrollment, act=workflow.withdraw, title=f"Withdraw {enrollment.person}", button="Withdraw",
        hint="Their reminders stop and nobody reviews their work. Everything stays, and they can come back.",
        done=f"{enrollment.person} has left the cohort. Their documents stay.",
    )  # fmt: skip


@require_POST
def reinstatement(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    enrollment = _enrollment(request, cohort, ref)
    try:
        workflow.reinstate(get_object_or_404(Submission, enrollment=enrollment), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{enrollment.person} is back, where they were before.")
    return _to_story(enrollment)


def sending_back(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    enrollment = _enrollment(request, cohort, ref)
    return _with_reason(
        request, enrollment, act=workflow.return_incomplete, title=f"Send {enrollment.person}'s submission back",
        button="Send it back", done="Sent back. It does not count as an attempt; they have been told what is missing.",
        hint="Say what is missing. They read these words in an e-mail. It does not count as an attempt.",
    )  # fmt: skip


def appeal(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    enrollment = _enrollment(request, cohort, ref)
    return _with_reason(
        request, enrollment, act=workflow.appeal, title=f"Take up {enrollment.person}'s appeal",
        button="Have it read again", done="It is being reviewed again. Assign other readers.",
        hint="Other readers read it; what the first ones wrote does not count. Why is it read again?",
    )  # fmt: skip


def _with_reason(request: HttpRequest, enrollment: Enrollment, *, act, title, hint, button, done) -> HttpResponse:
    """A page that asks why, then makes the move `act`; a refusal stands on the same page with what was typed."""
    form = ReasonForm(request.POST or None, hint=hint)
    if request.method == "POST" and form.is_valid():
        try:
            act(workflow.begin(enrollment), by=request.user, why=form.cleaned_data["why"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return _to_story(enrollment)
    context = {"cohort": enrollment.cohort, "enrollment": enrollment, "form": form, "title": title, "button": button}
    return render(request, "reviews/reason.html", context)
