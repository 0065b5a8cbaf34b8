"""Telling people of a meeting: that there is one more, that it moved, that it does not take place.

Those who take part are told, and its host, who gets one mail like everybody and need not take part.
"""

from collections.abc import Iterable, Sequence, Set

from django.db.models import QuerySet

from cohorts import attending, feeds, mailing, meetings
from cohorts.models import Attendance, Cohort, Enrollment, Event
from microcred import clock, outbox, times
from microcred.letters import Markdown, quoted
from microcred.models import Message, User

ADDED, CHANGED, CANCELLED, HOSTING = "meeting-added", "meeting-changed", "meeting-cancelled", "hosting"


def concerned(event: Event) -> QuerySet[Enrollment]:
    """Whom another time concerns: all who take part, also those who said that they cannot come."""
    return Enrollment.objects.taking_part().filter(cohort=event.cohort_id).select_related("person")


def matters(event: Event, before: Event | None = None) -> bool:
    """Whether somebody counts on it: a meeting of an open cohort that is, or was, still to come."""
    still_ahead = max(event.ends_at, before.ends_at if before else event.ends_at) > clock.now()
    return event.is_meeting and event.cohort.opened_at is not None and still_ahead


def is_news(event: Event, before: Event) -> bool:
    """Whether people are told that a meeting is as `event` has it, and no longer as `before` had it."""
    return (before.starts_at, before.ends_at) != (event.starts_at, event.ends_at) and matters(event, before)


def added(events: Sequence[Event]) -> int:
    """Owe one letter for all of `events` to everyone, if the program has such a letter. How many is returned."""
    if not events:
        return 0
    told = _to_hosts(events)
    if not mailing.has_letter(events[0].cohort.edition, ADDED):
        return told
    return told + _owe(_about_added(events, concerned(events[0])))


def changed(event: Event, before: Event, *, asked_again: Set[int]) -> int:
    """The same of another time, or to another host; those in `asked_again` had said that they cannot come."""
    told = _to_hosts([event], before)
    return told + _owe(_about_change(event, before, concerned(event), asked_again)) if is_news(event, before) else told


def cancelled(event: Event) -> int:
    attachment = feeds.single(event, method="CANCEL")
    people = concerned(event)
    mails = [_message(CANCELLED, event, one, meetings.values(_seen(event, one)), attachment) for one in people]
    theirs = feeds.single(event, method="CANCEL", page=feeds.HOME)
    for host in hosts([event]):
        values = meetings.values(meetings.Meeting(event, host.zone or event.cohort.zone, event.cohort.zone))
        mails.append(_to_host(CANCELLED, event, host, values, theirs))
    return _owe(mails)


# Hosts ---------------------------------------------------------------------------------------------------------------
def hosts(events: Sequence[Event], before: Event | None = None) -> list[User]:
    """Who is told as a host of `events`: none who take part, since they are told like everybody. Queries: two at most.

    `before` is how the one event stood: its host is told of another time, and a new one in any case.
    """
    told = [event for event in events if event.host and matters(event, before) and _is_news_to_host(event, before)]
    people = {event.host_id: event.host for event in told if event.host}
    if not people:
        return []
    taking_part = set(concerned(told[0]).filter(person__in=people).values_list("person", flat=True))
    return [host for pk, host in people.items() if pk not in taking_part]


def count_hosts(events: Sequence[Event]) -> int:
    """How many of them saving `events`, one that stands or new ones, would be told to. Queries: three at most."""
    before = Event.objects.select_related("cohort").get(pk=events[0].pk) if events[0].pk else None
    return len(hosts(events, before)) if mailing.has_letter(events[0].cohort.edition, HOSTING) else 0


def _is_news_to_host(event: Event, before: Event | None) -> bool:
    return before is None or before.host_id != event.host_id or is_news(event, before)


def _to_hosts(events: Sequence[Event], before: Event | None = None) -> int:
    """Owe each host one letter for all of `events` that they host, if the program has such a letter."""
    if not mailing.has_letter(events[0].cohort.edition, HOSTING):
        return 0
    return _owe([_about_hosting(host, events, before) for host in hosts(events, before)])


def _about_hosting(host: User, events: Sequence[Event], before: Event | None) -> Message:
    cohort, mine = events[0].cohort, [event for event in events if event.host_id == host.pk]
    zone = host.zone or cohort.zone
    values = _values_of_new([meetings.Meeting(event, zone, cohort.zone) for event in mine])
    if before and before.host_id == host.pk:
        was = meetings.spoken(meetings.Meeting(before, zone, cohort.zone))
        values["meeting_list"] = Markdown(f"{values['meeting_list']} It was on {quoted(was)}.")
    attachment = feeds.together(mine, method="PUBLISH", page=feeds.HOME)
    return _to_host(HOSTING, mine[0], host, values, attachment)


def _to_host(letter: str, event: Event, host: User, values: dict[str, object], attachment: str) -> Message:
    """To a page that the host may open. Queries: one."""
    may_run = Cohort.objects.run_by(host).filter(pk=event.cohort_id).exists()
    link = mailing.address(f"/cohorts/{event.cohort.slug}/calendar/" if may_run else "/")
    return mailing.message(
        event.cohort, host, letter, key=f"{letter}:{event.pk}:{event.sequence}:host:{host.pk}",
        values=values | {"link": link}, attachment=attachment, attachment_name=feeds.MEETING_FILE,
        thread=f"meeting:{event.uid}:host",
    )  # fmt: skip


# Those who take part -------------------------------------------------------------------------------------------------


def _owe(messages: list[Message]) -> int:
    outbox.owe(messages)
    return len(messages)


def readers(events: Sequence[Event]) -> list[Enrollment]:
    """Whom saving `events`, one that stands or new ones, would be told to. Queries: two at most."""
    first = events[0]
    if first.pk:
        is_told = is_news(first, Event.objects.get(pk=first.pk))
    else:
        is_told = any(map(matters, events)) and mailing.has_letter(first.cohort.edition, ADDED)
    return list(concerned(first)) if is_told else []


def sample(events: Sequence[Event], enrollment: Enrollment) -> Message:
    """The mail that saving `events` would owe one of their readers. Queries: two at most, and the letters."""
    first = events[0]
    if not first.pk:
        return _about_added(events, [enrollment])[0]
    before = Event.objects.select_related("cohort").get(pk=first.pk)
    asked_again = _cannot_come(first) if before.on != first.on else set()
    return _about_change(first, before, [enrollment], asked_again)[0]


def _about_added(events: Sequence[Event], people: Iterable[Enrollment]) -> list[Message]:
    """What each reads of new meetings. Queries: one, and that of `people`."""
    cohort, attachment = events[0].cohort, feeds.together(events, method="PUBLISH")
    others = list(cohort.events.meetings().standing().exclude(pk__in=[event.pk for event in events if event.pk]))
    messages = []
    for enrollment in people:
        zone = enrollment.person.zone or cohort.zone
        seen = meetings.seen_by([*others, *events], zone=zone, cohort_zone=cohort.zone)
        new = [one for one in seen if one.event in events]
        messages.append(_message(ADDED, new[0].event, enrollment, _values_of_new(new), attachment))
    return messages


def _values_of_new(new: list[meetings.Meeting]) -> dict[str, object]:
    named = new[0].event.title if len(new) == 1 else f"{len(new)} meetings, the first"
    lines = [f"- **{quoted(one.event.title)}: {quoted(meetings.spoken(one))}.** {meetings.notes(one)}" for one in new]
    return {"meetings_short": f"{named}, {meetings.short(new[0])}", "meeting_list": Markdown("\n".join(lines))}


def _about_change(event: Event, before: Event, people: Iterable[Enrollment], asked_again: Set[int]) -> list[Message]:
    attachment = feeds.single(event, method="PUBLISH")
    messages = []
    for enrollment in people:
        was = _seen(before, enrollment)
        values = {**meetings.values(_seen(event, enrollment)), "meeting_before": meetings.spoken(was)}
        if enrollment.pk in asked_again:
            sentence = f"You had said that you cannot come on {times.day(was.on, at=before.starts_at)}."
            again = "If the new day does not suit either, say so again."
            values["meeting_notes"] = Markdown(f"{values['meeting_notes']} {quoted(f'{sentence} {again}')}")
        messages.append(_message(CHANGED, event, enrollment, values, attachment))
    return messages


def _cannot_come(event: Event) -> set[int]:
    """Who said so, by enrollment. Queries: one."""
    said = Attendance.objects.filter(event=event, status=attending.STATUS.EXCUSED)
    return set(said.values_list("enrollment", flat=True))


def _message(letter: str, event: Event, enrollment: Enrollment, values: dict, attachment: str) -> Message:
    cohort = event.cohort
    return mailing.message(
        cohort,
        enrollment.person,
        letter,
        key=f"{letter}:{event.pk}:{event.sequence}:{enrollment.pk}",
        values=values | {"link": mailing.address(f"/my/{cohort.slug}/calendar/")},
        attachment=attachment,
        attachment_name=feeds.MEETING_FILE,
        thread=mailing.about_meeting(event, enrollment),
    )


def _seen(event: Event, enrollment: Enrollment) -> meetings.Meeting:
    return meetings.Meeting(event, enrollment.person.zone or event.cohort.zone, event.cohort.zone)
