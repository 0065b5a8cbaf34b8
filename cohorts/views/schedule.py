"""An admin's calendar: dates and meetings as forms, and who was there."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cohorts import clock_changes, months, scheduling
from cohorts.forms import DatesForm, MeetingForm
from cohorts.models import Attendance, Cohort, Enrollment, Event
from cohorts.permissions import may_open
from microcred import clock, times, zones
from microcred.verdict import Refused

STATUS = Attendance.Status


def run_by_reader(request, cohort: str) -> Cohort:
    return get_object_or_404(Cohort.objects.run_by(request.user).select_related("edition__badge"), slug=cohort)


def meeting_of(cohort: Cohort, number: int) -> Event:
    return get_object_or_404(cohort.events.meetings().select_related("cohort__edition__badge"), number=number)


@require_safe
def schedule(request, cohort):
    """Everything dated in the cohort."""
    found = run_by_reader(request, cohort)
    counted = Count("attendances", filter=Q(attendances__status=STATUS.HERE))
    events = list(found.events.in_time_order().select_related("host").annotate(here=counted))
    context = {
        "cohort": found,
        "meetings": [event for event in events if event.is_meeting],
        "dates": [event for event in events if not event.is_meeting],
        "months": months.around(map(months.Marked.of_event, events), today=clock.today(found.zone)),
        "may_open": may_open(found),
        "at": clock.now(),
    }
    return render(request, "cohorts/schedule.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dates(request, cohort):
    """The days of the term."""
    found = run_by_reader(request, cohort)
    form = DatesForm(request.POST or None, cohort=found)
    if request.method == "POST" and form.is_valid():
        for event in form.events():
            scheduling.change(event) if event.pk else event.save()
        messages.success(request, "Saved. Pages and calendars show the new dates.")
        return redirect("cohorts:schedule", cohort=found.slug)
    return render(request, "cohorts/dates.html", {"cohort": found, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def new_meeting(request, cohort):
    found = run_by_reader(request, cohort)
    number = scheduling.next_number(found)
    event = Event(cohort=found, kind=Event.Kind.MEETING, number=number, title=f"{Event.Kind.MEETING.label} {number}")
    return _edit(request, event)


@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request, cohort, number):
    """One meeting: its form, or that it was cancelled."""
    event = meeting_of(run_by_reader(request, cohort), number)
    if event.cancelled_at:
        return render(request, "cohorts/cancel.html", {"cohort": event.cohort, "event": event})
    return _edit(request, event)


def _edit(request, event: Event):
    """The form of one meeting; with `look` it shows how people would see it, and saves nothing."""
    form = MeetingForm(request.POST or None, instance=event)
    is_good = request.method == "POST" and form.is_valid()
    if is_good and "look" not in request.POST and (answer := _keep(request, event)):
        return answer
    context = {
        "cohort": event.cohort,
        "form": form,
        "event": event,
        "views": _views(event) if is_good or (event.pk and not form.is_bound) else [],
        "told": scheduling.concerned(event).count() if event.pk else 0,
        "may_cancel": bool(event.pk) and scheduling.may_cancel(event, at=clock.now()),
    }
    return render(request, "cohorts/meeting.html", context)


def _keep(request, event: Event):
    if not event.pk:
        scheduling.add(event)
        messages.success(request, f"{event} is in the calendar.")
        return redirect("cohorts:schedule", cohort=event.cohort.slug)
    try:
        told = scheduling.change(event)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return None
    note = f" {told} {'person is' if told == 1 else 'people are'} told by e-mail." if told else ""
    messages.success(request, f"Saved.{note}")
    return redirect("cohorts:schedule", cohort=event.cohort.slug)


def _views(event: Event) -> list[dict]:
    """The meeting on the clocks of the cohort's people, by zone, and where it is another hour than last time."""
    cohort = event.cohort
    counted = dict(
        Enrollment.objects.taking_part()
        .filter(cohort=cohort)
        .exclude(person__zone="")
        .order_by()
        .values_list("person__zone")
        .annotate(Count("pk"))
    )
    counted.setdefault(cohort.zone, 0)
    earlier = cohort.events.meetings().standing().filter(starts_at__lt=event.starts_at).exclude(pk=event.pk)
    before = earlier.order_by("-starts_at", "-pk").first()
    return [
        _view(event, before, zone, counted[zone])
        for zone in sorted(counted, key=lambda zone: (zone != cohort.zone, zone))
    ]


def _view(event: Event, before: Event | None, zone: str, people: int) -> dict:
    last = times.time_of_day(before.starts_at.astimezone(ZoneInfo(zone))) if before else ""
    now = times.time_of_day(event.starts_at.astimezone(ZoneInfo(zone)))
    note = clock_changes.sentence(event, before, reader=zone, cohort=event.cohort.zone)
    place = zones.place(zone)
    return {"place": place, "time": now, "last": last if note else "", "people": people, "note": note}


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, cohort, number):
    """Ask once more, with the consequence in numbers; then cancel and tell people."""
    event = meeting_of(run_by_reader(request, cohort), number)
    scheduling.may_cancel(event, at=clock.now()).enforce()
    if request.method == "POST":
        told = scheduling.cancel(event, by=request.user)
        messages.success(
            request, f"{event} is cancelled. {told} {'person is' if told == 1 else 'people are'} told by e-mail."
        )
        return redirect("cohorts:schedule", cohort=event.cohort.slug)
    told = scheduling.concerned(event).count() if event.cohort.opened_at else 0
    return render(request, "cohorts/cancel.html", {"cohort": event.cohort, "event": event, "told": told})
