"""Who was at which meeting, and who said beforehand that they cannot come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from cohorts.models import Attendance, Enrollment, Event
from microcred import clock
from microcred.models import User
from microcred.verdict import Refused

STATUS = Attendance.Status


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
        of.attended += attendance.event_id in known and _counts(attendance, known[attendance.event_id])
    return found


def _counts(attendance: Attendance, event: Event) -> bool:
    edition = event.cohort.attendance_edition
    least = edition.meeting_minutes_required if edition else 0
    return attendance.status == STATUS.HERE and (attendance.minutes is None or attendance.minutes >= least)


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


@transaction.atomic
def record(event: Event, rows: Mapping[int, tuple[str, int | None]], *, by: User) -> None:
    """Keep who was there: by enrollment, the status and the minutes; an empty status forgets. Queries: two."""
    at = clock.now()
    empty = [pk for pk, (status, _) in rows.items() if not status]
    Attendance.objects.filter(event=event, enrollment__in=empty).delete()
    Attendance.objects.bulk_create(
        [
            Attendance(event=event, enrollment_id=pk, status=status, minutes=minutes, recorded_at=at, recorded_by=by)
            for pk, (status, minutes) in rows.items()
            if status
        ],
        update_conflicts=True,
        unique_fields=["event", "enrollment"],
        update_fields=["status", "minutes", "recorded_at", "recorded_by"],
    )
