"""Inviting people to a cohort, and their joining it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from cohorts import mailing
from cohorts.models import Cohort, Enrollment, Event
from microcred import clock, outbox, times
from microcred.models import Message, MessageQuerySet, User
from microcred.verdict import Refused

NEVER_INVITED = Q(invited_at=None, joined_at=None, withdrawn_at=None)


@transaction.atomic
def invite(enrollments: Iterable[Enrollment], *, by: User, at: datetime | None = None) -> int:
    """Owe each of them an invitation, to leave `at` that time or now; those who joined are left alone.

    The same person gets at most one a day, however often the button is pressed. How many is returned.
    Queries: constant per 500. Raises: Refused, while the cohort is not open.
    """
    rows = [row for row in enrollments if not row.joined_at and not row.withdrawn_at]
    at = at or clock.now()
    cohorts = {row.cohort_id: row.cohort for row in rows}
    begins = {pk: _learning_begins(cohort) for pk, cohort in cohorts.items()}
    messages = []
    for row in rows:
        values = {
            "invited_by": by.full_name,
            "learning_begins": begins[row.cohort_id],
            "link": mailing.address(f"/invite/{row.invitation}/"),
        }
        key = f"invitation:{row.pk}:{at:%Y-%m-%d}"
        cohort = cohorts[row.cohort_id]
        messages.append(mailing.message(cohort, row.person, "invitation", key=key, values=values, due_at=at))
    for start in range(0, len(rows), outbox.BATCH):
        invited = [row.pk for row in rows[start : start + outbox.BATCH]]
        Enrollment.objects.filter(pk__in=invited).update(invited_at=at, invited_by=by)
    outbox.owe(messages)
    return len(messages)


def call_off(enrollment: Enrollment, *, why: str) -> None:
    """What has not left of it never does. Who is back on the roster later can be invited anew."""
    at = clock.now()
    if mails_to([enrollment], enrollment.cohort).call_off(at, why=why):
        still_ahead = Enrollment.objects.filter(pk=enrollment.pk, invited_at__gt=at)
        still_ahead.update(invited_at=None, invited_by=None)


def mails_to(enrollments: Iterable[Enrollment], cohort: Cohort) -> MessageQuerySet:
    """The invitations to `cohort` that were owed to them."""
    people = [enrollment.person_id for enrollment in enrollments]
    return Message.objects.filter(cohort_slug=cohort.slug, kind="invitation", person__in=people)


def not_invited(cohort: Cohort) -> QuerySet[Enrollment]:
    """Who is on the roster and was never invited."""
    waiting = cohort.enrollments.filter(NEVER_INVITED).select_related("person")
    return waiting.order_by("person__last_name", "person__first_name", "pk")


def sample(cohort: Cohort, *, by: User) -> Message:
    """The invitation as it would leave: to the first to be invited, or as `by` would read it. Raises: Refused."""
    row = not_invited(cohort).first()
    values = {
        "invited_by": by.full_name,
        "learning_begins": _first_day(cohort),
        "link": mailing.address("/invite/"),
    }
    return mailing.message(cohort, row.person if row else by, "invitation", key="sample", values=values)


def _learning_begins(cohort: Cohort) -> str:
    if not cohort.opened_at:
        raise Refused(f"The {cohort} cohort is not open yet. Open it first, then invite.")
    return _first_day(cohort)


def _first_day(cohort: Cohort) -> str:
    event = cohort.events.filter(kind=Event.Kind.LEARNING_BEGINS).first()
    return times.long_day(event.on) if event else "soon"


@transaction.atomic
def join(
    enrollment: Enrollment, person: User, *, name_on_badge: str, last_name: str, first_name: str, zone: str
) -> None:
    """Take the invitation: `person` joins with the names and the zone they chose. Twice is once.

    Raises: Refused, when the invitation is somebody else's, or the cohort takes nobody any more.
    """
    if enrollment.person_id != person.pk:
        raise Refused("This invitation is for another e-mail address. Sign out, then sign in with that one.")
    if enrollment.withdrawn_at or enrollment.cohort.closed_at:
        raise Refused(
            f"The {enrollment.cohort} cohort cannot be joined any more. Write to {enrollment.cohort.team_email}."
        )
    if not Enrollment.objects.filter(pk=enrollment.pk, joined_at=None).update(joined_at=clock.now()):
        return
    call_off(enrollment, why="They had joined already.")
    person.name_on_badge, person.zone = name_on_badge, zone
    person.last_name_for_files, person.first_name_for_files = last_name, first_name
    person.save(update_fields=["name_on_badge", "zone", "last_name_for_files", "first_name_for_files"])
