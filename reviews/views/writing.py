"""Writing to people: the exact list, the letter, what each of them will read, and sending it."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from cohorts.models import Cohort, Enrollment
from microcred import letters, times
from microcred.verdict import Refused
from reviews import people, writing
from reviews.people_forms import WritingForm
from reviews.views.overview import run_by
from reviews.views.people import ASKED, asked_for
from reviews.views.person import selected

WHEN = ("when", "on", "at")  # what is read with the words before they leave


def write(request: HttpRequest, cohort: str) -> HttpResponse:
    """The letter and the list; once posted, as one of them will read it. Nothing is sent from here."""
    ours = run_by(request, cohort)
    chosen = _chosen(request, ours)
    if request.method != "POST":
        begun = next((one for one in writing.starts(ours) if one.key == request.GET.get("start")), None)
        first = {"subject": begun.subject, "body": begun.body} if begun else {}
        return _page(request, ours, chosen, WritingForm(cohort=ours, initial=first))
    form = WritingForm(request.POST, cohort=ours)
    return _page(request, ours, chosen, form, draft=_draft(ours, form, chosen))


@require_POST
def send(request: HttpRequest, cohort: str) -> HttpResponse:
    """Exactly what was read before, to exactly those people; what was changed since is read once more."""
    ours = run_by(request, cohort)
    chosen = _chosen(request, ours)
    form = WritingForm(request.POST, cohort=ours)
    draft = _draft(ours, form, chosen)
    if draft and request.POST.get("read") != draft.print_of(chosen, _when(form)):
        form.add_error(None, "You changed something since you read it. Read it once more, then send it.")
    elif draft:
        try:
            letter = writing.send(draft, chosen, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _sent(letter, ours))
            return redirect(*_back(ours, chosen))
    return _page(request, ours, chosen, form, draft=draft)


def _chosen(request: HttpRequest, ours: Cohort) -> list[Enrollment]:
    """Those with a box ticked; or everyone of the list that the address describes, whom mail reaches."""
    if "who" in request.GET or request.method == "POST":
        found = selected(request, ours)
    elif any(key in request.GET for key in ASKED):
        found, _ = asked_for(request, ours, people.filters(ours, ours.edition.documents.count()))
    else:
        found = ours.enrollments.none()
    return writing.addressed(found, ours)


def _draft(ours: Cohort, form: WritingForm, chosen: list[Enrollment]) -> writing.Draft | None:
    """The letter, once it can be filled in for everyone; else the form says for whom it cannot."""
    form.full_clean()
    if not chosen:
        form.add_error(None, "Nobody is ticked. Tick at least one person.")
    if not form.is_valid():
        return None
    typed = {key: form.cleaned_data[key] for key in ("batch", "subject", "body", "due_at", "saved_as")}
    draft = writing.Draft(ours, **typed)
    told = [*writing.unreachable(chosen), *writing.empty_for(draft, chosen)]
    for sentence in told:
        form.add_error(None, f"{sentence} Take them off the list, or change the letter.")
    return None if told else draft


def _when(form: WritingForm) -> str:
    return " ".join(str(form.cleaned_data.get(key) or "") for key in WHEN)


def _page(request, ours: Cohort, chosen: list[Enrollment], form: WritingForm, *, draft=None) -> HttpResponse:
    context = {
        "cohort": ours,
        "chosen": chosen,
        "form": form,
        "words": writing.WORDS,
        "starts": [] if form.is_bound else writing.starts(ours),
        "is_cut": len(chosen) == writing.MOST,
        "most": writing.MOST,
    }
    if draft:
        reader = next((one for one in chosen if one.ref == request.POST.get("as")), chosen[0])
        mail = draft.for_(reader)
        context |= {
            "reader": reader,
            "mail": mail,
            "mail_body": letters.body_of(mail.html),
            "print": draft.print_of(chosen, _when(form)),
            "leaves": _moment(draft.due_at, ours) if form.cleaned_data["when"] == "later" else "",
        }
    return render(request, "reviews/write.html", context)


def _sent(letter, ours: Cohort) -> str:
    who = f"{letter.reached} {'person' if letter.reached == 1 else 'people'}"
    if letter.due_at > letter.written_at:
        return f"Your letter leaves for {who} on {_moment(letter.due_at, ours)}."
    return f"Your letter is on its way to {who}. Answers go to {ours.team_email}."


def _moment(at: datetime, ours: Cohort) -> str:
    return str(times.instant(at, reader=ours.zone, cohort=ours.zone))


def _back(ours: Cohort, chosen: list[Enrollment]) -> tuple:
    """To the one person's story, or to the list of people."""
    if len(chosen) == 1:
        return (f"/cohorts/{ours.slug}/people/{chosen[0].ref}/",)
    return (f"/cohorts/{ours.slug}/people/",)
