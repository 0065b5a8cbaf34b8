"""The list of an admin's cohorts, a new one, its opening, and the next term."""

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from badges import editions
from badges.models import Edition, Program
from badges.shared_forms import NewBadgeForm
from cohorts import invitations, opening
from cohorts import next_term as terms
from cohorts.forms import CohortForm
from cohorts.glances import at_a_glance
from cohorts.models import Cohort, Enrollment, Event, Reminder
from cohorts.permissions import may_create, may_open
from cohorts.term_forms import DaysForm, TermForm
from cohorts.views.schedule import run_by_reader
from microcred import letters
from microcred.models import User
from microcred.verdict import Refused


@require_safe
def cohorts(request):
    """Every cohort that the reader runs, in numbers."""
    mine = list(at_a_glance(Cohort.objects.run_by(request.user)))
    allowed = may_create(request.user)
    if not mine and not allowed:
        raise Http404
    return render(request, "cohorts/cohorts.html", {"cohorts": mine, "may_create": allowed})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """Prepare a cohort from an edition."""
    if not may_create(request.user):
        raise Http404
    edition = Edition.objects.filter(slug=request.GET.get("edition", "")).first()
    form = CohortForm(request.POST or None, initial={"edition": edition, "name": edition.term if edition else ""})
    if request.method == "POST" and form.is_valid():
        kept = {name: form.cleaned_data[name] for name in CohortForm.Meta.fields if name != "edition"}
        cohort = opening.create(form.cleaned_data["edition"], by=request.user, dates=form.dates, **kept)
        messages.success(request, f"{cohort} is being prepared. Add its meetings, then open it.")
        return redirect("cohorts:opening", cohort=cohort.slug)
    return render(request, "cohorts/new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def new_badge(request):
    """Begin a badge that was not there before; its cohort is prepared next."""
    if not may_create(request.user):
        raise Http404
    form = NewBadgeForm(request.POST or None, programs=_programs_of(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            made = form.begin(by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"“{made}” is begun. Prepare its first cohort, then write what it says.")
            return redirect(f"{reverse('cohorts:new')}?edition={made.slug}")
    return render(request, "cohorts/new_badge.html", {"form": form})


def _programs_of(person: User) -> QuerySet[Program]:
    """Those for which somebody can begin a badge: of the cohorts that they run or direct; for the operator, all."""
    if person.is_superuser:
        return Program.objects.all()
    mine = Cohort.objects.run_by(person) | Cohort.objects.directed_by(person)
    return Program.objects.filter(badges__editions__in=mine.values("edition")).distinct()


@require_http_methods(["GET", "HEAD", "POST"])
def open_(request, cohort):
    """What opening would do: the edition, the dates, the people, what is sent. Then open it: people can be invited."""
    found = run_by_reader(request, cohort)
    if request.method == "POST":
        try:
            opening.open_cohort(found, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("cohorts:opening", cohort=found.slug)
        if invitations.not_invited(found).exists():
            messages.success(request, f"{found} is open. Nobody is invited yet.")
            return redirect("cohorts:inviting", cohort=found.slug)
        messages.success(request, f"{found} is open. Add people, then invite them.")
        return redirect("cohorts:schedule", cohort=found.slug)
    return render(request, "cohorts/opening.html", {"cohort": found, **_before_opening(found, request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
def inviting(request, cohort):
    """Whom an invitation would go to and how it reads; then send it to all of them."""
    found = run_by_reader(request, cohort)
    waiting = list(invitations.not_invited(found))
    for each in waiting:
        each.cohort = found
    if request.method == "POST":
        return _invite(request, found, [each for each in waiting if each.ref in request.POST.getlist("who")])
    context = {"cohort": found, "waiting": waiting}
    try:
        sample = invitations.sample(found, by=request.user)
    except Refused as refusal:
        context["missing"] = str(refusal)
    else:
        context |= {"sample": sample, "sample_body": letters.body_of(sample.html)}
    return render(request, "cohorts/inviting.html", context)


def _invite(request, cohort: Cohort, chosen: list[Enrollment]):
    try:
        sent = invitations.invite(chosen, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("cohorts:inviting", cohort=cohort.slug)
    words = "1 invitation is" if sent == 1 else f"{sent} invitations are"
    messages.success(request, f"{words} on the way." if sent else "Everybody had been invited already.")
    return redirect(f"/cohorts/{cohort.slug}/people/")


def _before_opening(cohort: Cohort, person: User) -> dict:
    """Queries: constant."""
    events = list(cohort.events.standing().in_time_order())
    try:
        rules = [*cohort.reminders.all(), *opening.reminders_to_come(cohort)]
        sample, missing = invitations.sample(cohort, by=person), ""
    except Refused as refusal:
        rules, sample, missing = [], None, str(refusal)
    sent = [(rule, _first_day(rule, events)) for rule in rules]
    return {
        "may_open": may_open(cohort),
        "gaps": editions.gaps(editions.describe(cohort.edition)),
        "events": events,
        "people": cohort.enrollments.count(),
        "staff": cohort.staff.count(),
        "reminders": sorted(sent, key=lambda row: (row[1] is None, row[1], row[0].key)),
        "sample": sample,
        "sample_body": letters.body_of(sample.html) if sample else "",
        "missing": missing,
    }


def _first_day(rule: Reminder, events: list[Event]) -> date | None:
    """The day on which a reminder leaves first."""
    return min((one.on + timedelta(days=rule.days) for one in events if one.kind == rule.event_kind), default=None)


@require_http_methods(["GET", "HEAD", "POST"])
def next_term(request, cohort):
    """The next term in one page: its name and first day, then every date, then it is there."""
    found = run_by_reader(request, cohort)
    asked = request.POST if request.method == "POST" else request.GET
    form = TermForm(asked if "begins" in asked else None, cohort=found)
    context = {"cohort": found, "form": form}
    if form.is_bound and form.is_valid():
        try:
            rows = terms.proposed(found, form.cleaned_data["begins"])
        except Refused as refusal:
            form.add_error("begins", str(refusal))
        else:
            days = DaysForm(request.POST if request.method == "POST" else None, rows=rows, cohort=found)
            context["days"] = days
            if request.method == "POST" and days.is_valid() and "look" not in request.POST:
                return _prepare(request, found, form, days)
    return render(request, "cohorts/next_term.html", context)


def _prepare(request, cohort: Cohort, form: TermForm, days: DaysForm):
    term, name = form.cleaned_data["term"], form.cleaned_data["name"]
    try:
        made = terms.prepare(cohort, by=request.user, term=term, name=name, days=days.days)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return render(request, "cohorts/next_term.html", {"cohort": cohort, "form": form, "days": days})
    messages.success(request, f"{made} is being prepared with {made.edition}. Nobody was told anything.")
    return redirect("cohorts:opening", cohort=made.slug)
