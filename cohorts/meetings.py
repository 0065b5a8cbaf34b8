"""The meetings of a cohort as one person sees them: when, on which clock, whether they come, and the way in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from cohorts import attending, clock_changes
from cohorts.models import Attendance, Event
from microcred import times
from microcred.letters import Markdown, quoted

HERE = Attendance.Status.HERE
OPENS_BEFORE = timedelta(minutes=15)


@dataclass(frozen=True)
class Meeting:
    """One meeting for a reader in `zone`; `note` says when the clocks moved it, `status` whether they were there."""

    event: Event
    zone: str
    cohort_zone: str
    note: str = ""
    status: str = ""

    @property
    def on(self) -> date:
        """Its day on the reader's calendar."""
        return self._local(self.event.starts_at).date()

    @property
    def moved_from(self) -> str:
        """`Mon, Nov 6, 2:00 PM`, where it was before it moved; or nothing."""
        was = self.event.moved_from
        return f"{times.day(self._local(was).date(), at=was)}, {times.time_of_day(self._local(was))}" if was else ""

    @property
    def hours(self) -> str:
        return times.span(self.event.starts_at, self.event.ends_at, self.zone)

    @property
    def cohort_hours(self) -> str:
        """The same in the cohort's zone, with its day where that is another; nothing when both clocks agree."""
        first, last = self.event.starts_at, self.event.ends_at
        theirs, ours = (first.astimezone(ZoneInfo(zone)) for zone in (self.zone, self.cohort_zone))
        if theirs.utcoffset() == ours.utcoffset():
            return ""
        hours = times.span(first, last, self.cohort_zone)
        return hours if theirs.date() == ours.date() else f"{times.day(ours.date(), at=first)}, {hours}"

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone))

    def is_open_at(self, instant: datetime) -> bool:
        """Whether the way in is open: from 15 minutes before until the end."""
        return self.event.starts_at - OPENS_BEFORE <= instant < self.event.ends_at and not self.event.cancelled_at

    def is_past_at(self, instant: datetime) -> bool:
        return self.event.ends_at <= instant


def seen_by(events: Iterable[Event], *, zone: str, cohort_zone: str, status: dict | None = None) -> list[Meeting]:
    """The meetings among `events`, in order of time, for a reader in `zone`. Queries: none."""
    meetings = sorted((event for event in events if event.is_meeting), key=lambda event: event.starts_at)
    notes = dict(_notes(meetings, zone=zone, cohort_zone=cohort_zone))
    return [
        Meeting(event, zone, cohort_zone, notes.get(event.uid, ""), (status or {}).get(event.pk, ""))
        for event in meetings
    ]


def _notes(meetings: list[Event], *, zone: str, cohort_zone: str) -> Iterator[tuple[UUID, str]]:
    standing = [event for event in meetings if not event.cancelled_at]
    for before, event in pairwise(standing):
        yield event.uid, clock_changes.sentence(event, before, reader=zone, cohort=cohort_zone)


def values(meeting: Meeting) -> dict[str, object]:
    """What a letter about the meeting may say."""
    return {
        "meeting": meeting.event.title,
        "meeting_short": short(meeting),
        "meeting_time": spoken(meeting),
        "meeting_notes": notes(meeting),
    }


def spoken(meeting: Meeting) -> str:
    """`Mon, Nov 6, 2:00–3:30 PM MST (4:00–5:30 PM ET)`."""
    words = f"{_day(meeting)}, {meeting.hours}"
    return f"{words} ({meeting.cohort_hours})" if meeting.cohort_hours else words


def short(meeting: Meeting) -> str:
    """`Mon, Nov 6, 2:00 PM`."""
    return f"{_day(meeting)}, {times.time_of_day(meeting.event.starts_at.astimezone(ZoneInfo(meeting.zone)))}"


def _day(meeting: Meeting) -> str:
    """Its day on the reader's calendar; the year goes without saying."""
    return times.day(meeting.on, at=meeting.event.starts_at)


def notes(meeting: Meeting) -> Markdown:
    """What else to know: the change of the clocks, what to bring, how long it lasts."""
    minutes = int((meeting.event.ends_at - meeting.event.starts_at).total_seconds()) // 60
    sentences = [meeting.note, f"Bring: {meeting.event.bring.rstrip('.')}." if meeting.event.bring else ""]
    sentences.append(f"It lasts {minutes} minutes.")
    return Markdown(" ".join(quoted(sentence) for sentence in sentences if sentence))


def statuses(enrollment) -> dict[int, str]:
    """Whether the person was, or said they cannot be, at each meeting; `short` where it was too short to count.

    Queries: one, and reads the attendance badge of the cohort; select it.
    """
    wanted = attending.minutes_wanted(enrollment.cohort)
    rows = Attendance.objects.filter(enrollment=enrollment)
    return {row.event_id: "short" if row.status == HERE and not row.earns(wanted) else row.status for row in rows}
