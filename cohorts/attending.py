"""Who was at which meeting, and who said beforehand that they cannot come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from cohorts.models import Attendance, AttendanceChange, Cohort, Enrollment, Event
from microcred import clock
from microcred.models import User
from microcred.verdict import ALLOWED, Refused, Verdict

STATUS = Attendance.Status


class Changed(Refused):
    """Somebody else saved the attendance of the meeting meanwhile."""


class Mark(NamedTuple):
    """What is recorded of one person at one meeting; an empty status records nothing, and forgets what was."""

    status: str = ""
    minutes: int | None = None
    note: str = ""
    is_from_list: bool = False

    @classmethod
    def of(cls, row: Attendance) -> "Mark":
        return cls(row.status, row.minutes, row.note, row.is_from_list)


@dataclass
class Progress:
    """`attended` of the `of` meetings that count; `by_event` what is known of each."""

    attended: int = 0
    of: int = 0
    by_event: dict[int, str] = field(default_factory=dict)


def progress(enrollments: Iterable[Enrollment]) -> dict[int, Progress]:
    """By enrollment, how many counting meetings each attended. Queries: two, however many there are.

    A meeting counts as attended from the minutes that the attendance badge asks for; unknown minutes count.
    """
    rows = list(enrollments)
    meetings = Event.objects.meetings().standing().filter(cohort__in={row.cohort_id for row in rows})
    known = {
        event.pk: event
        for event in meetings.filter(counts_for_attendance=True).select_related("cohort__attendance_edition")
    }
    found = {row.pk: Progress(of=sum(event.cohort_id == row.cohort_id for event in known.values())) for row in rows}
    for attendance in Attendance.objects.filter(enrollment__in=rows):
        of = found[attendance.enrollment_id]
        of.by_event[attendance.event_id] = attendance.status
        event = known.get(attendance.event_id)
        of.attended += event is not None and attendance.earns(minutes_wanted(event.cohort))
    return found


def minutes_wanted(cohort: Cohort) -> int:
    """How long somebody has to be at a meeting for it to count. Queries: reads the attendance badge; select it."""
    return cohort.attendance_edition.meeting_minutes_required if cohort.attendance_edition else 0


def cannot_come(enrollment: Enrollment, event: Event) -> None:
    """Note the applicant's own word that they will miss a meeting. Raises: Refused, once it has begun."""
    _only_before(event)
    Attendance.objects.update_or_create(
        enrollment=enrollment,
        event=event,
        defaults={"status": STATUS.EXCUSED, "recorded_at": clock.now(), "recorded_by": enrollment.person},
    )


def can_come(enrollment: Enrollment, event: Event) -> None:
    """Take that word back."""
    _only_before(event)
    Attendance.objects.filter(enrollment=enrollment, event=event, status=STATUS.EXCUSED).delete()


def _only_before(event: Event) -> None:
    if event.starts_at <= clock.now():
        raise Refused(f"{event} has begun. Write to your team if something kept you.")


def ask_again(event: Event) -> set[int]:
    """Forget who said that they cannot come: it was about another day. Their enrollments are returned."""
    said = Attendance.objects.filter(event=event, status=STATUS.EXCUSED)
    enrollments = set(said.values_list("enrollment", flat=True))
    said.delete()
    return enrollments


def expected(event: Event):
    """Those who take part and have not said that they cannot come to `event`."""
    excused = Attendance.objects.filter(event=event, status=STATUS.EXCUSED)
    return Enrollment.objects.taking_part().filter(cohort=event.cohort_id).exclude(pk__in=excused.values("enrollment"))


def was_recorded(event: Event) -> bool:
    """Whether somebody noted more than who cannot come. Queries: one."""
    return event.attendances.exclude(status=STATUS.EXCUSED).exists()


def may_record(event: Event) -> Verdict:
    """Whether there is an attendance to record: not of a meeting that does not take place."""
    return Verdict(f"{event} is cancelled. Nobody was there.") if event.cancelled_at else ALLOWED


@transaction.atomic
def record(event: Event, rows: Mapping[int, Mark], *, by: User, at: datetime | None = None) -> None:
    """Keep who was there, by enrollment. Queries: two."""
    at = at or clock.now()
    Attendance.objects.filter(event=event, enrollment__in=[pk for pk, mark in rows.items() if not mark.status]).delete()
    kept = [
        Attendance(event=event, enrollment_id=pk, recorded_at=at, recorded_by=by, **mark._asdict())
        for pk, mark in rows.items()
        if mark.status
    ]
    _write(kept)


def _write(rows: list[Attendance]) -> None:
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["event", "enrollment"],
        update_fields=[*Mark._fields, "recorded_at", "recorded_by"],
    )


# Saving a page of it, and taking that back ---------------------------------------------------------------------------
def last_change(event: Event) -> AttendanceChange | None:
    """The latest save that stands. Queries: one."""
    return event.attendance_changes.filter(undone_at=None).select_related("made_by").first()


@transaction.atomic
def save(event: Event, rows: Mapping[int, Mark], *, by: User, seen: int, is_from_list: bool = False) -> int:
    """Record those of `rows` that differ from what is kept, so that it can be undone. How many is returned.

    `seen` is the key of the save that the sender saw last, or 0. Raises: Changed, when there is a later one.
    """
    current = _locked(event)
    latest = last_change(current)
    if (latest.pk if latest else 0) != seen:
        raise Changed("Someone else saved the attendance of this meeting while you were at it.")
    known = {row.enrollment_id: row for row in current.attendances.all()}
    changed = {pk: mark for pk, mark in rows.items() if mark != (Mark.of(known[pk]) if pk in known else Mark())}
    if changed:
        at = clock.now()
        before = {pk: _kept(known.get(pk)) for pk in changed}
        record(current, changed, by=by, at=at)
        AttendanceChange.objects.create(
            event=current, before=before, after=changed, is_from_list=is_from_list, made_at=at, made_by=by
        )
    return len(changed)


@transaction.atomic
def undo(change: AttendanceChange, *, by: User) -> int:
    """Put back what the save changed, except rows that were changed again since. How many were put back is returned.

    Raises: Refused, when it was undone before, or another save came after it.
    """
    event = _locked(change.event)
    latest = last_change(event)
    if latest is None or latest.pk != change.pk:
        raise Refused("This was undone before, or saved over since. Nothing was changed.")
    now = {row.enrollment_id: Mark.of(row) for row in event.attendances.all()}
    same = [int(pk) for pk, mark in change.after.items() if now.get(int(pk), Mark()) == Mark(*mark)]
    Attendance.objects.filter(event=event, enrollment__in=same).delete()
    before = {pk: change.before[str(pk)] for pk in same}
    _write([_restored(event, pk, row) for pk, row in before.items() if row])
    AttendanceChange.objects.filter(pk=change.pk).update(undone_at=clock.now(), undone_by=by)
    return len(same)


def _locked(event: Event) -> Event:
    return Event.objects.select_for_update().get(pk=event.pk)


def _kept(row: Attendance | None) -> dict | None:
    """A row as it can be put back, with who recorded it."""
    if row is None:
        return None
    return {**Mark.of(row)._asdict(), "recorded_at": row.recorded_at.isoformat(), "recorded_by_id": row.recorded_by_id}


def _restored(event: Event, enrollment: int, row: dict) -> Attendance:
    at = datetime.fromisoformat(row["recorded_at"])
    return Attendance(event=event, enrollment_id=enrollment, **{**row, "recorded_at": at})
