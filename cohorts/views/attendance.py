"""Who was at a meeting: by hand, or from a list of participants; saved at once, and taken back with one press."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from cohorts import attending, recognizing
from cohorts.attendance_forms import ListForm, Reading, Sheet, whole_number
from cohorts.models import Event
from cohorts.views.schedule import in_people, run_by_reader
from microcred import clock, times
from microcred.verdict import Refused


def _event(request, cohort: str, place: int) -> Event:
    """A meeting that takes place, with what its badge asks for."""
    found = run_by_reader(request, cohort)
    meetings = found.events.meetings().select_related("cohort__edition__badge", "cohort__attendance_edition")
    event = get_object_or_404(meetings, number=place)
    attending.may_record(event).enforce()
    return event


@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request, cohort, number):
    """One row for each person, one save."""
    event = _event(request, cohort, number)
    sheet = Sheet(event, request.POST)
    if "all" in request.POST:
        sheet.mark_others_here()
    elif request.method == "POST" and not sheet.problems:
        try:
            changed = attending.save(event, sheet.marks, by=request.user, seen=_seen(request))
        except attending.Changed as refusal:
            return _page(request, event, sheet, refusal=str(refusal), status=409)
        messages.success(request, f"Saved for {in_people(changed)}." if changed else "Nothing was changed.")
        return redirect("cohorts:attendance", cohort=event.cohort.slug, number=event.number)
    return _page(request, event, sheet)


def _page(request, event: Event, sheet: Sheet, *, refusal: str = "", status: int = 200):
    """The sheet, and what was saved last. After a refusal the row that others saved stands beside one's own."""
    last = attending.last_change(event)
    context = {
        "cohort": event.cohort,
        "event": event,
        "sheet": sheet,
        "is_ahead": event.starts_at > clock.now(),
        "refusal": refusal,
        "statuses": attending.STATUS.choices,
        "wanted": sheet.wanted,
        "last": last,
        "saved": _saved(last, event) if last else "",
        "seen": last.pk if last and (refusal or request.method != "POST") else _seen(request),
    }
    return render(request, "cohorts/attendance.html", context, status=status)


def _seen(request) -> int:
    return whole_number(request.POST.get("seen", "")) or 0


def _saved(change, event: Event) -> str:
    """`Saved from a list by Priya Raman, Mon, Oct 16, 5:40 PM ET, for 42 people`."""
    when = times.instant(change.made_at, reader=event.cohort.zone, cohort=event.cohort.zone)
    source = "from a list " if change.is_from_list else ""
    return f"Saved {source}by {change.made_by}, {when}, for {in_people(len(change.after))}"


@require_POST
def undo(request, cohort, number):
    """Take back the last save."""
    event = _event(request, cohort, number)
    change = attending.last_change(event)
    try:
        if change is None or change.pk != _seen(request):
            raise Refused("This was undone before, or saved over since. Nothing was changed.")
        restored = attending.undo(change, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Undone for {in_people(restored)}.")
    return redirect("cohorts:attendance", cohort=event.cohort.slug, number=event.number)


@require_http_methods(["GET", "HEAD", "POST"])
def list_(request, cohort, number):
    """A list of participants: read, asked about, looked at, then saved."""
    event = _event(request, cohort, number)
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "cohorts/attendance_list.html", {"cohort": event.cohort, "event": event, "form": form})
    reading = Reading(event, form.participants, request.POST)
    if request.POST.get("step") != "save" or not reading.minutes:
        return _preview(request, event, form, reading)
    try:
        with transaction.atomic():
            changed = attending.save(event, reading.marks, by=request.user, seen=_seen(request), is_from_list=True)
            recognizing.remember(event.cohort, reading.answers, by=request.user)
    except attending.Changed as refusal:
        return _preview(request, event, form, reading, refusal=str(refusal), status=409)
    messages.success(request, f"Saved for {in_people(changed)}." if changed else "The list says what was recorded.")
    return redirect("cohorts:attendance", cohort=event.cohort.slug, number=event.number)


def _preview(request, event: Event, form: ListForm, reading: Reading, *, refusal: str = "", status: int = 200):
    last = attending.last_change(event)
    outcomes = reading.outcomes
    context = {
        "cohort": event.cohort,
        "event": event,
        "is_ahead": event.starts_at > clock.now(),
        "text": form.cleaned_data["text"],
        "reading": reading,
        "outcomes": outcomes,
        "here": sum(one.mark.status == attending.STATUS.HERE for one in outcomes),
        "changes": sum(one.is_change for one in outcomes),
        "wanted": attending.minutes_wanted(event.cohort),
        "refusal": refusal,
        "seen": last.pk if last else 0,
    }
    return render(request, "cohorts/attendance_list.html", context, status=status)
