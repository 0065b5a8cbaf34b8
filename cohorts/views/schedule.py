"""An admin's calendar: dates and meetings as forms, and who was there."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cohorts import announcing, months, on_clocks, scheduling, series
from cohorts.forms import ChangeForm, DatesForm, NewMeetingForm
from cohorts.models import Attendance, Cohort, Event
from cohorts.permissions import may_open
from microcred import clock, letters
from microcred.verdict import Refused

STATUS = Attendance.Status
GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def run_by_reader(request, cohort: str) -> Cohort:
    run = Cohort.objects.run_by(request.user).select_related("edition__badge", "attendance_edition__badge")
    return get_object_or_404(run, slug=cohort)


def meeting_of(cohort: Cohort, number: int) -> Event:
    meetings = cohort.events.meetings()
    related = ("cohort__edition__badge", "cohort__attendance_edition__badge", "host")
    return get_object_or_404(meetings.select_related(*related), number=number)


@require_safe
def schedule(request, cohort):
    """Everything dated in the cohort."""
    found = run_by_reader(request, cohort)
    here = Q(attendances__status=STATUS.HERE, attendances__enrollment__withdrawn_at=None)
    counted = Count("attendances", filter=here)
    events = list(found.events.in_time_order().select_related("host").annotate(here=counted))
    context = {
        "cohort": found,
        "meetings": [event for event in events if event.is_meeting],
        "cancelled": sum(event.cancelled_at is not None for event in events),
        "dates": [event for event in events if not event.is_meeting],
        "months": months.around(map(months.Marked.of_event, events), today=clock.today(found.zone)),
        "may_open": may_open(found),
        "at": clock.now(),
    }
    return render(request, "cohorts/schedule.html", context)


@GET_OR_POST
def dates(request, cohort):
    """The days of the term."""
    found = run_by_reader(request, cohort)
    form = DatesForm(request.POST or None, cohort=found)
    if request.method == "POST" and form.is_valid():
        try:
            scheduling.change_dates(found, form.events(), seen=form.cleaned_data["seen"])
        except scheduling.Changed as clash:
            _take_notice(form, scheduling.version_of_dates(found))
            return render(request, "cohorts/dates.html", _dates(found, form, str(clash)), status=409)
        messages.success(request, "Saved. Pages and calendars show the new dates.")
        return redirect("cohorts:schedule", cohort=found.slug)
    return render(request, "cohorts/dates.html", _dates(found, form))


def _dates(cohort: Cohort, form: DatesForm, clash: str = "") -> dict:
    theirs = cohort.events.exclude(kind=Event.Kind.MEETING).in_time_order() if clash else ()
    return {"cohort": cohort, "form": form, "clash": clash, "theirs": theirs}


def _take_notice(form, version) -> None:
    """The next save of the form is by somebody who has seen this version."""
    form.data = form.data.copy()
    form.data["seen"] = version


@GET_OR_POST
def new_meeting(request, cohort):
    """One meeting, or a series: each day of it is shown to adjust before any of them stands."""
    found = run_by_reader(request, cohort)
    number = scheduling.next_number(found)
    event = Event(cohort=found, kind=Event.Kind.MEETING, number=number, title=f"{Event.Kind.MEETING.label} {number}")
    form = NewMeetingForm(request.POST or None, instance=event)
    if request.method != "POST" or not form.is_valid():
        return _form(request, form)
    count, every = form.cleaned_data["count"], form.cleaned_data["every"]
    rhythm = f"{event.on} {count} {every}"
    is_known = request.POST.get("rhythm") == rhythm
    rows = series.planned(event, count=count, every=every, posted=request.POST if is_known else {})
    problems = [row for row in rows if row.problem]
    if "look" not in request.POST and not problems and (count == 1 or is_known):
        return _add(request, [row.event for row in rows])
    shown = {"series": rows if count > 1 else [], "series_problems": problems, "rhythm": rhythm}
    return _form(request, form, looked_at=[] if problems else [row.event for row in rows], **shown)


def _add(request, events: list[Event]):
    told = scheduling.add(events)
    what = f"{events[0]} is" if len(events) == 1 else f"{len(events)} meetings are"
    messages.success(request, f"{what} in the calendar.{_told(told)}")
    return redirect("cohorts:schedule", cohort=events[0].cohort.slug)


@GET_OR_POST
def meeting(request, cohort, number):
    """One meeting: its form, or that it was cancelled."""
    event = meeting_of(run_by_reader(request, cohort), number)
    if event.cancelled_at and request.method == "POST":
        messages.error(request, f"{event} was cancelled meanwhile. Nothing was changed.")
        return redirect(request.path)
    if event.cancelled_at:
        return render(request, "cohorts/cancel.html", {"cohort": event.cohort, "event": event})
    form = ChangeForm(request.POST or None, instance=event)
    if request.method != "POST" or not form.is_valid() or "look" in request.POST:
        return _form(request, form, looked_at=[event])
    try:
        told = scheduling.change(event, seen=form.cleaned_data["seen"])
    except scheduling.Changed as clash:
        theirs = meeting_of(event.cohort, number)
        _take_notice(form, theirs.sequence)
        return _form(request, form, looked_at=[event], clash=str(clash), theirs=theirs, status=409)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("cohorts:meeting", cohort=event.cohort.slug, number=number)
    messages.success(request, f"Saved.{_told(told)}")
    return redirect("cohorts:schedule", cohort=event.cohort.slug)


def in_people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _told(people: int) -> str:
    return f" {people} {'person is' if people == 1 else 'people are'} told by e-mail." if people else ""


def _form(request, form, *, looked_at=(), status: int = 200, **more):
    """The form of a meeting; once it can be read, how people would see it, and what they would get."""
    event = form.instance
    is_sound = form.is_valid() if form.is_bound else bool(event.pk)
    context = {
        "cohort": event.cohort,
        "form": form,
        "event": event,
        "outlook": on_clocks.outlook(event) if is_sound else None,
        "at": clock.now(),
        "may_cancel": bool(event.pk) and scheduling.may_cancel(event, at=clock.now()),
        "may_remove": bool(event.pk) and scheduling.may_remove(event),
        **more,
    }
    if is_sound and form.is_bound and looked_at:
        context |= _mail(list(looked_at), as_=request.POST.get("as", ""))
    return render(request, "cohorts/meeting.html", context, status=status)


def _mail(events: list[Event], *, as_: str) -> dict:
    """To whom a mail leaves on saving, and the mail as one of them gets it."""
    readers = announcing.readers(events)
    reader = next((one for one in readers if one.key == as_), readers[0] if readers else None)
    if reader is None:
        return {}
    mail = reader.mail()
    return {
        "readers": readers,
        "consequence": _consequence(events[0], readers),
        "reader": reader,
        "mail": mail,
        "body": letters.body_of(mail.html),
    }


def _consequence(event: Event, readers: list[announcing.Reader]) -> str:
    count = len(readers)
    people = in_people(count)
    if not event.pk:
        return f"{people} {'gets' if count == 1 else 'get'} it"
    if any(not one.role for one in readers):
        return f"This changes the time for {people}"
    return f"{people} {'is' if count == 1 else 'are'} told"


@GET_OR_POST
def cancel(request, cohort, number):
    """Ask once more, with the consequence in numbers; then cancel and tell people, or remove what nobody saw."""
    event = meeting_of(run_by_reader(request, cohort), number)
    may_remove = scheduling.may_remove(event)
    if not may_remove:
        scheduling.may_cancel(event, at=clock.now()).enforce()
    if request.method == "POST":
        if may_remove:
            scheduling.remove(event)
            messages.success(request, f"{event} is removed.")
        else:
            told = scheduling.cancel(event, by=request.user)
            messages.success(request, f"{event} is cancelled.{_told(told)}")
        return redirect("cohorts:schedule", cohort=event.cohort.slug)
    told = announcing.concerned(event).count() + len(announcing.hosts([event]))
    context = {"told": told, "may_remove": may_remove}
    return render(request, "cohorts/cancel.html", {"cohort": event.cohort, "event": event, **context})
