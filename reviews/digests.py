"""What reviewers hear of new work: one mail a day at most, in waking hours, with all that has come."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from cohorts import mailing, staff_tasks
from cohorts.models import QUIET_FROM, QUIET_UNTIL, Cohort, Event, StaffTask
from microcred import letters, outbox, times
from microcred.models import Message, User
from microcred.verdict import Refused
from reviews.models import Assignment

LETTER = "reviewer-assigned"
ONE_SITTING = timedelta(hours=1)  # what an admin gives within it comes in one mail, and can be taken back unheard
MOST_NAMED = 12


def tell_of_new_work(now: datetime) -> int:
    """Owe each reviewer with new work the mail of the day. How many is returned; twice is once. Queries: two, and
    some for each reviewer who is written to."""
    begun = Assignment.objects.filter(review__isnull=False, review__handed_over_from=None)
    begun.filter(told_at=None).update(told_at=now)  # who has begun knows; with another's draft they have not yet
    waiting = _untold().filter(assigned_at__lte=now - ONE_SITTING).order_by("reviewer").values_list("reviewer")
    people = User.objects.filter(pk__in=waiting, is_active=True, mail_bounced_at=None)
    return sum(_tell(person, now) for person in people.order_by("pk") if _is_awake(person, now))


def _untold():
    """What lies before a reviewer of a running cohort, and they do not know of yet."""
    running = Cohort.objects.running().filter(sending_paused_at=None)
    return Assignment.objects.to_do().filter(told_at=None, submission__enrollment__cohort__in=running)


def _local(person: User, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(person.zone or settings.DEFAULT_ZONE))


def _is_awake(person: User, now: datetime) -> bool:
    return QUIET_UNTIL <= _local(person, now).time() < QUIET_FROM


@transaction.atomic
def _tell(person: User, now: datetime) -> bool:
    """The mail of the day; false when there is one already, or its letter cannot be written."""
    key = f"new-work/{person.pk}/{_local(person, now).date()}"
    if Message.objects.filter(key=key).exists():
        return False
    new = _untold().filter(reviewer=person).select_for_update(of=("self",))
    rows = list(new.select_related("submission__enrollment__cohort__edition__badge").order_by("submission__number"))
    if not rows:
        return False
    cohort = rows[0].submission.enrollment.cohort
    try:
        message = mailing.message(cohort, person, LETTER, key=key, values=_values(person, rows, now))
    except Refused as refusal:
        _ask_for_letter(cohort, refusal)
        return False
    outbox.owe([message])
    Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    return True


def _ask_for_letter(cohort: Cohort, refusal: Refused) -> None:
    staff_tasks.ask(
        cohort,
        kind=StaffTask.Kind.LETTER,
        key=f"letter:{LETTER}",
        sentence=f"Reviewers cannot be told of new work. {refusal}",
        url=reverse("reviews:assigning", args=[cohort.slug]),
    )


def _values(person: User, rows: list[Assignment], now: datetime) -> dict[str, object]:
    """What the mail says: all that is to do, by the first day that one of the cohorts wants it, and what is new."""
    cohorts = {row.submission.enrollment.cohort_id: row.submission.enrollment.cohort for row in rows}
    to_do = Assignment.objects.to_do().of(person).count()
    due = _due(cohorts.values(), after=now)  # a revised version may come when the day is over
    by_cohort = groupby(sorted(rows, key=_cohort), key=_cohort)
    return {
        "submissions": counted(to_do, "submission"),
        "new_work": letters.Markdown("\n".join(_line(cohorts[key], list(group)) for key, group in by_cohort)),
        "link": mailing.address(reverse("reviews:queue")),
        **_due_words(due, person),
    }


def _cohort(row: Assignment) -> int:
    return row.submission.enrollment.cohort_id


def _line(cohort: Cohort, rows: list[Assignment]) -> str:
    """`- Level 2 Practice, Fall 2023: 0417 (revised), 0433`."""
    named = [f"{row.submission.short_number}{' (revised)' if row.round_number > 1 else ''}" for row in rows]
    more = [f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
    place = letters.quoted(f"{cohort.edition.badge.name}, {cohort}")
    return f"- {place}: {', '.join([*named[:MOST_NAMED], *more])}"


def _due(cohorts: Iterable[Cohort], *, after: datetime | None = None) -> Event | None:
    """The first day by which one of the cohorts wants its reviews; `after` counts those alone that are not over."""
    due = Event.objects.standing().filter(cohort__in=list(cohorts), kind=Event.Kind.REVIEWS_DUE)
    if after:
        due = due.filter(ends_at__gt=after)
    return due.select_related("cohort").order_by("ends_at").first()


def _due_words(due: Event | None, person: User) -> dict[str, object]:
    if due is None:
        return {"due_day": "the next decisions", "due": "the next decisions"}
    return {
        "due_day": times.day(due.on),
        "due": times.deadline(due.ends_at, reader=person.zone, cohort=due.cohort.zone),
    }


def letter_values(cohort: Cohort, reviewers: Iterable[User]) -> dict[int, dict[str, object]]:
    """What a reminder of the queue says, for each of `reviewers` who has something to do. Queries: two."""
    people = {one.pk: one for one in reviewers}
    to_do = Assignment.objects.to_do().filter(submission__enrollment__cohort=cohort, reviewer__in=people)
    waiting = dict(to_do.order_by().values_list("reviewer").annotate(Count("pk")))
    due = _due([cohort])
    return {
        who: {
            "submissions": counted(number, "submission"),
            "link": mailing.address(reverse("reviews:queue")),
            **_due_words(due, people[who]),
        }
        for who, number in waiting.items()
    }


def counted(number: int, noun: str) -> str:
    """`1 submission`, `3 submissions`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
