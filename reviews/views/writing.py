"""Writing to people: the exact list, the letter, what each of them will read, sending it, and calling it off."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts import keeping_clear
from cohorts.models import Cohort, Enrollment, WrittenLetter
from microcred import clock, letters, times
from microcred.verdict import Refused
from reviews import writing, written
from reviews.people_forms import WritingForm
from reviews.views.overview import run_by
from reviews.views.people import ASKED, asked_for
from reviews.views.person import selected

PER_PAGE = 100
WHEN = ("when", "on", "at")  # what is read with the words before they leave


def write(request: HttpRequest, cohort: str) -> HttpResponse:
    """The letter and the list; once posted, as one of them will read it. Nothing is sent from here."""
    ours = run_by(request, cohort)
    earlier = _letter(ours, request.GET.get("from", ""))
    chosen = _chosen(request, ours, earlier)
    if request.method != "POST" or "start" in request.POST:
        return _page(request, ours, chosen, WritingForm(cohort=ours, initial=_first(request, ours, earlier)))
    form = WritingForm(request.POST, cohort=ours)
    return _page(request, ours, chosen, form, draft=_draft(ours, form, chosen))


def _letter(ours: Cohort, batch: str) -> WrittenLetter | None:
    """One that was written before."""
    letter = ours.written_letters.filter(batch=batch.replace("\0", "")).first() if batch else None
    if letter:
        letter.cohort = ours
    return letter


def _first(request: HttpRequest, ours: Cohort, earlier: WrittenLetter | None) -> dict[str, object]:
    """What the form begins with: a kept letter, or an earlier one, which it replaces as long as that waits."""
    if earlier:
        first = {"subject": earlier.subject, "body": earlier.body}
        return first | (_its_time(earlier) if written.mails_of(earlier).waiting().exists() else {})
    begun = next((one for one in writing.starts(ours) if one.key == request.POST.get("start")), None)
    return {"subject": begun.subject, "body": begun.body} if begun else {}


def _its_time(letter: WrittenLetter) -> dict[str, object]:
    local = letter.due_at.astimezone(ZoneInfo(letter.cohort.zone))
    time = {"when": "later", "on": local.date(), "at": local.time()} if letter.due_at > clock.now() else {}
    return {"instead_of": letter.batch} | time


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
            earlier = _letter(ours, form.cleaned_data["instead_of"])
            letter = writing.send(draft, chosen, by=request.user, instead_of=earlier)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _sent(letter, ours))
            return redirect(*_on(letter, ours, chosen))
    return _page(request, ours, chosen, form, draft=draft)


def _chosen(request: HttpRequest, ours: Cohort, earlier: WrittenLetter | None = None) -> list[Enrollment]:
    """Those with a box ticked; everyone of the list that the address describes; or the readers of an earlier letter."""
    if "who" in request.GET or request.method == "POST":
        found = selected(request, ours)
    elif earlier:
        found = ours.enrollments.filter(ref__in=written.readers_of(earlier))
    elif any(key in request.GET for key in ASKED):
        found, _ = asked_for(request, ours, ours.edition.documents.count())
    else:
        found = ours.enrollments.none()
    return writing.addressed(found, ours)


def _among(request: HttpRequest) -> list[str]:
    """Those who stood in the list when the tick was taken away from all of them."""
    return [ref.replace("\0", "") for ref in request.POST.getlist("among")]


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
        "listed": chosen or writing.addressed(ours.enrollments.filter(ref__in=_among(request)), ours),
        "form": form,
        "words": writing.WORDS,
        "starts": [] if form.is_bound else writing.starts(ours),
        "is_cut": len(chosen) == writing.MOST,
        "most": writing.MOST,
        "is_change": bool(form["instead_of"].value()),
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


def _sent(letter: WrittenLetter, ours: Cohort) -> str:
    who = f"{letter.reached} {'person' if letter.reached == 1 else 'people'}"
    if letter.due_at > letter.written_at:
        return f"Your letter leaves for {who} on {_moment(letter.due_at, ours)}."
    return f"Your letter is on its way to {who}. Answers go to {ours.team_email}."


def _moment(at: datetime, ours: Cohort) -> str:
    return str(times.instant(at, reader=ours.zone, cohort=ours.zone))


def _on(letter: WrittenLetter, ours: Cohort, chosen: list[Enrollment]) -> tuple:
    """To the letter as long as it waits; else to the one person's story, or to the list of people."""
    if letter.due_at > letter.written_at:
        return (written.address_of(ours, letter.batch),)
    if len(chosen) == 1:
        return (f"/cohorts/{ours.slug}/people/{chosen[0].ref}/",)
    return (f"/cohorts/{ours.slug}/people/",)


@require_safe
def written_letters(request: HttpRequest, cohort: str) -> HttpResponse:
    """All letters that were written by hand, the latest first."""
    ours = run_by(request, cohort)
    page = Paginator(ours.written_letters.select_related("written_by"), PER_PAGE).get_page(request.GET.get("page"))
    waiting = written.waiting_in(ours)
    for letter in page:
        letter.url, letter.title = written.address_of(ours, letter.batch), written.title_of(letter)
        letter.waiting = waiting[letter.batch]
    return render(request, "reviews/written_letters.html", {"cohort": ours, "page": page})


@require_safe
def written_letter(request: HttpRequest, cohort: str, batch: str) -> HttpResponse:
    """One letter: as one of its people reads it, and what became of each mail."""
    ours, letter = _found(request, cohort, batch)
    mails = written.mails_of(letter).select_related("person").defer("text", "html")
    closed = keeping_clear.closed_to(request.user, ours).values("person")
    sample = written.mails_of(letter).select_related("person").exclude(person__in=closed).order_by("pk").first()
    page = Paginator(mails.order_by("person__last_name", "person__first_name", "pk"), PER_PAGE)
    context = {
        "cohort": ours,
        "letter": letter,
        "page": page.get_page(request.GET.get("page")),
        "title": written.title_of(letter),
        "waiting": mails.waiting().count(),
        "mail": sample,
        "mail_body": letters.body_of(sample.html) if sample else "",
        "leaves": _moment(letter.due_at, ours) if letter.due_at > clock.now() else "",
    }
    return render(request, "reviews/written_letter.html", context)


def _found(request: HttpRequest, cohort: str, batch: str) -> tuple[Cohort, WrittenLetter]:
    ours = run_by(request, cohort)
    letter = _letter(ours, batch)
    if not letter:
        raise Http404
    return ours, letter


@require_POST
def call_off(request: HttpRequest, cohort: str, batch: str) -> HttpResponse:
    """Keep what has not left from leaving."""
    ours, letter = _found(request, cohort, batch)
    try:
        count = written.call_off(letter, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"Called off. {'One person does' if count == 1 else f'{count} people do'} not get it."
        )
    return redirect(written.address_of(ours, letter.batch))
