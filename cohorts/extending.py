"""Giving people more time for their evidence."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from cohorts import deadlines, mailing
from cohorts.models import Enrollment, StaffNote
from microcred import clock, outbox, times
from microcred.models import Message, User

LETTER = "extension"


@transaction.atomic
def extend(enrollments: Iterable[Enrollment], *, until: date, because: str, by: User) -> int:
    """Move the day on which their evidence is due, and tell each of them where the edition has a letter for it.

    How many got it is returned. Reminders of the earlier day stop by themselves. Queries: reads `extended_by`.
    """
    at, rows = clock.now(), list(enrollments)
    StaffNote.objects.bulk_create(_earlier(row, day, by=by) for row in rows if (day := row.extended_until))
    for row in rows:
        row.extended_until, row.extended_because, row.extended_at, row.extended_by = until, because.strip(), at, by
    Enrollment.objects.bulk_update(rows, ["extended_until", "extended_because", "extended_at", "extended_by"])
    outbox.owe([_letter(row) for row in rows if mailing.has_letter(row.cohort.edition, LETTER)])
    return len(rows)


def _earlier(enrollment: Enrollment, day: date, *, by: User) -> StaffNote:
    """What the new extension takes the place of, for colleagues."""
    given_by, because = enrollment.extended_by, enrollment.extended_because
    said = f"Before this, {given_by} had given until {times.day(day)}." + (f" {because}" if because else "")
    return StaffNote(enrollment=enrollment, text=said, written_by=by)


def _letter(enrollment: Enrollment) -> Message:
    cohort, end = enrollment.cohort, deadlines.window(enrollment).due_at
    values = {
        "due": str(times.deadline(end, reader=enrollment.person.zone, cohort=cohort.zone)),
        "due_day": times.last_day(end, enrollment.person.zone or cohort.zone),
        "link": mailing.address(f"/my/{cohort.slug}/documents/"),
    }
    key = f"extension:{enrollment.ref}:{enrollment.extended_until}"
    thread = mailing.about_work(enrollment)
    return mailing.message(cohort, enrollment.person, LETTER, key=key, values=values, thread=thread)
