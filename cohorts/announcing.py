"""Telling people of a meeting: that there is one more, that it moved, that it does not take place.

Those who take part are told, and its host, who gets one mail like everybody and need not take part; so is who hosted it
until somebody else does.
"""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import partial

from django.db.models import QuerySet

from cohorts import attending, feeds, mailing, meetings
from cohorts.models import Attendance, Cohort, Enrollment, Event
from microcred import clock, outbox, times
from microcred.letters import Markdown, quoted
from microcred.models import Message, User

ADDED, CHANGED, CANCELLED = "meeting-added", "meeting-changed", "meeting-cancelled"
HOSTING, HOSTING_OVER = "hosting", "hosting-over"


@dataclass(frozen=True)
class Reader:
    """Somebody who is told, and how to write what they get; `role` says why, of those who do not take part."""

    key: str
    person: User
    mail: Callable[[], Message]
    role: str = ""


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
    return _owe(one.mail() for one in _of_new(events))


def changed(event: Event, before: Event, *, asked_again: Set[int]) -> int:
    """The same of another time, or of another host; those in `asked_again` had said that they cannot come."""
    return _owe(one.mail() for one in _of_change(event, before, asked_again))


def readers(events: Sequence[Event]) -> list[Reader]:
    """Whom saving `events`, one that stands or new ones, would tell, who takes part first. Queries: ten at most."""
    first = events[0]
    if not first.pk:
        return _of_new([event for event in events if matters(event)])
    before = Event.objects.select_related("cohort", "host").get(pk=first.pk)
    return _of_change(first, before, _cannot_come(first) if before.on != first.on else set())


def cancelled(event: Event) -> int:
    attachment = feeds.single(event, method="CANCEL")
    people = concerned(event)
    told = [_message(CANCELLED, event, one, meetings.values(_seen(event, one)), attachment) for one in people]
    return _owe([*told, *(_no_longer_hosting(CANCELLED, one, event) for one in hosts([event]))])


def _owe(messages: Iterable[Message]) -> int:
    rows = list(messages)
    outbox.owe(rows)
    return len(rows)


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


def _is_news_to_host(event: Event, before: Event | None) -> bool:
    return before is None or before.host_id != event.host_id or is_news(event, before)


def _as_hosts(events: Sequence[Event], before: Event | None = None) -> list[Reader]:
    """Each host with one letter for all of `events` that they host, if the program has such a letter."""
    if not mailing.has_letter(events[0].cohort.edition, HOSTING):
        return []
    return [
        Reader("host", host, partial(_about_hosting, host, events, before), "host") for host in hosts(events, before)
    ]


def _as_former_host(event: Event, before: Event) -> list[Reader]:
    """Who was to host it until now, if the program has a letter for that; who takes part keeps it in their calendar."""
    host = before.host
    if host is None or host.pk == event.host_id or not matters(before):
        return []
    if not mailing.has_letter(event.cohort.edition, HOSTING_OVER) or concerned(event).filter(person=host).exists():
        return []
    return [
        Reader("former-host", host, partial(_no_longer_hosting, HOSTING_OVER, host, event, before), "host until now")
    ]


def _about_hosting(host: User, events: Sequence[Event], before: Event | None) -> Message:
    mine = [event for event in events if event.host_id == host.pk]
    values = _values_of_new([_seen_by_host(event, host) for event in mine])
    if before and before.host_id == host.pk:
        was = meetings.spoken(_seen_by_host(before, host))
        values["meeting_list"] = Markdown(f"{values['meeting_list']} It was on {quoted(was)}.")
    attachment = feeds.together(mine, method="PUBLISH", page=feeds.HOME)
    return _to_host(HOSTING, mine[0], host, values, attachment)


def _no_longer_hosting(letter: str, host: User, event: Event, before: Event | None = None) -> Message:
    """It names the time at which they were to host it, and takes it out of their calendar."""
    values = meetings.values(_seen_by_host(before or event, host))
    values["hosted_by"] = event.host.full_name if event.host else "nobody yet"
    return _to_host(letter, event, host, values, feeds.single(event, method="CANCEL", page=feeds.HOME))


def _seen_by_host(event: Event, host: User) -> meetings.Meeting:
    return meetings.Meeting(event, host.zone or event.cohort.zone, event.cohort.zone)


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
def _of_new(events: Sequence[Event]) -> list[Reader]:
    """Everyone who is told of new meetings, as those who take part or as host."""
    if not events:
        return []
    told = []
    if mailing.has_letter(events[0].cohort.edition, ADDED):
        attachment = feeds.together(events, method="PUBLISH")
        write = partial(_about_added, events, others=_others(events), attachment=attachment)
        told = [Reader(one.ref, one.person, partial(write, one)) for one in concerned(events[0])]
    return told + _as_hosts(events)


def _of_change(event: Event, before: Event, asked_again: Set[int]) -> list[Reader]:
    """Everyone who is told that a meeting is no longer as `before` had it: who takes part, its host, and the former."""
    told = []
    if is_news(event, before):
        attachment = feeds.single(event, method="PUBLISH")
        write = partial(_about_change, event, before, others=_others([event]), attachment=attachment)
        mails = ((one, partial(write, one, is_asked_again=one.pk in asked_again)) for one in concerned(event))
        told = [Reader(one.ref, one.person, mail) for one, mail in mails]
    return [*told, *_as_hosts([event], before), *_as_former_host(event, before)]


def _others(events: Sequence[Event]) -> list[Event]:
    """The meetings beside which people see `events`. Queries: one."""
    known = [event.pk for event in events if event.pk]
    return list(events[0].cohort.events.meetings().standing().exclude(pk__in=known))


def _about_added(events: Sequence[Event], enrollment: Enrollment, *, others: list[Event], attachment: str) -> Message:
    new = _seen_among(others, events, enrollment)
    return _message(ADDED, new[0].event, enrollment, _values_of_new(new), attachment)


def _values_of_new(new: list[meetings.Meeting]) -> dict[str, object]:
    named = new[0].event.title if len(new) == 1 else f"{len(new)} meetings, the first"
    lines = [f"- **{quoted(one.event.title)}: {quoted(meetings.spoken(one))}.** {meetings.notes(one)}" for one in new]
    return {"meetings_short": f"{named}, {meetings.short(new[0])}", "meeting_list": Markdown("\n".join(lines))}


def _about_change(
    event: Event, before: Event, enrollment: Enrollment, *, others: list[Event], attachment: str, is_asked_again: bool
) -> Message:
    was, [now] = _seen(before, enrollment), _seen_among(others, [event], enrollment)
    values = {**meetings.values(now), "meeting_before": meetings.spoken(was)}
    if is_asked_again:
        sentence = f"You had said that you cannot come on {times.day(was.on, at=before.starts_at)}."
        again = "If the new day does not suit either, say so again."
        values["meeting_notes"] = Markdown(f"{values['meeting_notes']} {quoted(f'{sentence} {again}')}")
    return _message(CHANGED, event, enrollment, values, attachment)


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


def _seen_among(others: Iterable[Event], events: Sequence[Event], enrollment: Enrollment) -> list[meetings.Meeting]:
    """The same of several, with what the clocks do between them and `others`."""
    cohort = events[0].cohort
    seen = meetings.seen_by([*others, *events], zone=enrollment.person.zone or cohort.zone, cohort_zone=cohort.zone)
    return [one for one in seen if one.event in events]
