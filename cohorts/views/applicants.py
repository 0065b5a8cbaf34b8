"""What an applicant ticks off and attends: activities, calendar."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from cohorts import activities, attending, feeds, guidance, meetings, months
from cohorts.models import Enrollment, Event
from cohorts.permissions import may_attend
from cohorts.seeing_as import reader_of, shown_to_staff
from microcred import clock
from microcred.verdict import Refused


def enrollment_of(request, cohort: str) -> Enrollment:
    """The reader's own place in the cohort, or 404."""
    theirs = Enrollment.objects.joined().filter(person=reader_of(request))
    theirs = theirs.select_related("cohort__edition__badge", "cohort__attendance_edition", "person")
    return get_object_or_404(theirs, cohort__slug=cohort)


def back(request, otherwise: str):
    """To where the form says it came from, if that is a page of ours; else to a route or an address of ours."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return redirect(target)
    return redirect(otherwise, cohort=request.resolver_match.kwargs["cohort"])


@require_POST
def activity(request, cohort, key):
    """Mark an activity done, or with `done=no` not done after all."""
    enrollment = enrollment_of(request, cohort)
    may_attend(request.user, enrollment).enforce()
    one = get_object_or_404(enrollment.cohort.edition.activities.filter(document=None), key=key)
    mark = activities.undone if request.POST.get("done") == "no" else activities.done
    mark(enrollment, one)
    return back(request, f"/my/{cohort}/directions/")


@shown_to_staff
@require_safe
def calendar(request, cohort):
    """Meetings and dates as a list and as months, in the reader's zone and the cohort's."""
    enrollment = enrollment_of(request, cohort)
    place, at = enrollment.cohort, clock.now()
    zone = enrollment.person.zone or place.zone
    events = list(place.events.in_time_order())
    seen = meetings.seen_by(events, zone=zone, cohort_zone=place.zone, status=meetings.statuses(enrollment))
    context = {
        "enrollment": enrollment,
        "cohort": place,
        "ahead": [meeting for meeting in seen if not meeting.is_past_at(at)],
        "past": [meeting for meeting in seen if meeting.is_past_at(at)],
        "left": sum(not meeting.event.cancelled_at and not meeting.is_past_at(at) for meeting in seen),
        "total": sum(not meeting.event.cancelled_at for meeting in seen),
        "open_now": {meeting.event.pk for meeting in seen if meeting.is_open_at(at)},
        "dates": guidance.dates(enrollment, events),
        "months": months.around(_days(enrollment, events, zone), today=clock.today(zone, at=at)),
        "may_attend": may_attend(enrollment.person, enrollment),
    }
    if enrollment.person == request.user:  # the address is a secret: whoever has it reads the calendar
        context |= feeds.addresses(request.user)
    return render(request, "cohorts/calendar.html", context)


def _days(enrollment: Enrollment, events: list[Event], zone: str) -> list[months.Marked]:
    """Meetings on the reader's day; a date without a time is the same everywhere."""
    return [
        *(months.Marked.of_event(row.event, on=row.on) for row in guidance.dates(enrollment, events)),
        *(
            months.Marked.of_event(event, on=clock.today(zone, at=event.starts_at))
            for event in events
            if event.is_meeting
        ),
    ]


@require_safe
def meeting_file(request, cohort, number):
    """One meeting for a calendar program."""
    enrollment = enrollment_of(request, cohort)
    may_attend(request.user, enrollment).enforce()
    event = get_object_or_404(enrollment.cohort.events.meetings().select_related("cohort"), number=number)
    answer = HttpResponse(feeds.single(event), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="meeting-{event.number}.ics"'
    return answer


@require_POST
def cannot_come(request, cohort, number):
    return _say(request, cohort, number, attending.cannot_come, "Noted: you cannot come. Your team can see it.")


@require_POST
def can_come(request, cohort, number):
    return _say(request, cohort, number, attending.can_come, "Noted: you come after all.")


def _say(request, cohort: str, number: int, verb, said: str):
    enrollment = enrollment_of(request, cohort)
    may_attend(request.user, enrollment).enforce()
    event = get_object_or_404(enrollment.cohort.events.meetings().standing(), number=number)
    try:
        verb(enrollment, event)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return back(request, "cohorts:my_calendar")


@require_POST
def new_feed(request, cohort):
    """Make the old address of the feed useless and hand out a new one."""
    enrollment_of(request, cohort)
    feeds.reset(feeds.feed_of(request.user))
    messages.success(request, "Your calendar has a new address. Subscribe again with it; the old one no longer works.")
    return redirect("cohorts:my_calendar", cohort=cohort)
