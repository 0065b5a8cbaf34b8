"""The cohort of a benchmark: its dates lie around the day on which it is made."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils.text import slugify

from badges import editions
from badges.models import Edition
from cohorts import opening
from cohorts.models import Cohort, Event, StaffMembership
from microcred import clock
from microcred.models import User
from reviews.bench import people
from reviews.bench.shares import QUEUES, READINGS, REVIEWERS
from reviews.demo.evidence import words
from reviews.models import SavedComment

LIBRARY = Path(settings.BASE_DIR) / "badges" / "library"
EDITION, ATTENDANCE = "l2-practice", "l2-shared-learning"
ZONE = "America/New_York"
ADMINS = 5
DAYS = {  # from the day it is made: late work is still taken, and reviews go on
    Event.Kind.LEARNING_BEGINS: -85,
    Event.Kind.EVIDENCE_DUE: -3,
    Event.Kind.REVIEWS_DUE: 10,
    Event.Kind.DECISIONS: 12,
    Event.Kind.REVISIONS_DUE: 40,
}
MEETINGS = (-72, -37, 4)


@dataclass(frozen=True)
class Staff:
    """In the order in which they were made; a reviewer's place is their number."""

    admins: list[User]
    reviewers: list[User]


def slug_of(count: int) -> str:
    return f"bench-{count}"


def token(*what: object, length: int = 48) -> str:
    """Hexadecimal digits that are the same in every run."""
    return hashlib.sha256("/".join(map(str, what)).encode()).hexdigest()[:length]


def make(count: int, *, today: date) -> tuple[Cohort, Staff]:
    """An open cohort for so many submissions, with its staff. It writes to nobody: its sending is paused."""
    if not Edition.objects.filter(slug=EDITION).exists():
        editions.load_all(LIBRARY)
    slug = slug_of(count)
    staff = Staff(
        [_person(slug, f"admin-{number}", 100 + number) for number in range(1, ADMINS + 1)],
        [_person(slug, reader_key(number), 200 + number) for number in range(REVIEWERS)],
    )
    cohort = Cohort.objects.create(
        edition=Edition.objects.get(slug=EDITION),
        attendance_edition=Edition.objects.get(slug=ATTENDANCE),
        slug=slug, name=f"Bench {count}", zone=ZONE, team_email=f"{slug}@example.org",
        readers_per_submission=READINGS, second_read_percent=0, second_read_near_rows=0, second_read_not_awarded=False,
    )  # fmt: skip
    _appoint(cohort, staff, takes_up_to=max(QUEUES) + READINGS * count // REVIEWERS)
    _dates(cohort, staff.admins[0], today)
    with clock.fixed(clock.end_of_day(today + timedelta(days=DAYS[Event.Kind.LEARNING_BEGINS]), ZONE)):
        opening.open_cohort(cohort, by=staff.admins[0])
    SavedComment.objects.bulk_create(SavedComment(cohort=cohort, **about) for about in words()["saved_comments"])
    Cohort.objects.filter(pk=cohort.pk).update(sending_paused_at=cohort.opened_at, sending_paused_by=staff.admins[0])
    return Cohort.objects.select_related("edition__badge").get(pk=cohort.pk), staff


def reader_key(number: int) -> str:
    """What the address of a reviewer begins with: `queue-250`, `reader-7`."""
    return f"queue-{QUEUES[number]}" if number < len(QUEUES) else f"reader-{number + 1}"


def person(slug: str, key: str, number: int, *, at: datetime | None = None) -> User:
    """Nobody signs in as them, until `bench_pages` opens a session."""
    first, last = people.name(number)
    return User(
        email=f"{key or slugify(f'{first} {last} {number}')}@{slug}.example.org", first_name=first, last_name=last,
        password=f"{UNUSABLE_PASSWORD_PREFIX}bench", zone=people.zone(number), last_login=at,
    )  # fmt: skip


def _person(slug: str, key: str, number: int) -> User:
    made = person(slug, key, number)
    made.save()
    return made


def _appoint(cohort: Cohort, staff: Staff, *, takes_up_to: int) -> None:
    roles = StaffMembership.Role
    StaffMembership.objects.bulk_create(
        StaffMembership(cohort=cohort, person=one, role=roles.ADMIN) for one in staff.admins
    )
    StaffMembership.objects.bulk_create(
        StaffMembership(
            cohort=cohort, person=one, role=roles.REVIEWER, organization=people.organization(number),
            takes_up_to=takes_up_to,
        )
        for number, one in enumerate(staff.reviewers)
    )  # fmt: skip


def _dates(cohort: Cohort, host: User, today: date) -> None:
    for kind, days in DAYS.items():
        _event(cohort, kind, today + timedelta(days=days), title=kind.label)
    for number, days in enumerate(MEETINGS, start=1):
        _event(
            cohort, Event.Kind.MEETING, today + timedelta(days=days), number=number,
            title=f"Community of Practice {number}", starts=time(16), ends=time(17, 30),
            where="https://meet.example.org/level-2", host=host,
        )  # fmt: skip


def _event(cohort: Cohort, kind: Event.Kind, on: date, *, number: int = 1, **fields) -> None:
    uid = UUID(token(cohort.slug, kind, number, length=32))
    Event.objects.create(cohort=cohort, kind=kind, number=number, on=on, uid=uid, **fields)
