"""The suggested plan: a reader for every place that is empty, clear of conflicts, the load shared out evenly."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from cohorts import staff_tasks
from cohorts.models import Cohort, StaffTask
from microcred import clock
from microcred.models import User
from microcred.verdict import Refused
from reviews import conflicts, staffing
from reviews.balancing import Desk, Work, seated
from reviews.conflicts import Known
from reviews.models import Assignment
from reviews.staffing import Reader
from submissions.models import Submission

AT_ONCE = 300  # submissions that one plan is made for
NOBODY = "Nobody on the staff of this cohort can be given a submission yet."
NEEDED = ("pk", "number", "enrollment", "enrollment__person", "enrollment__organization", "places", "taken")


@dataclass(frozen=True)
class Pair:
    """One reading that the plan would give."""

    submission: Any  # what `NEEDED` names
    reader: Reader
    is_first: bool

    @property
    def number(self) -> str:
        return f"{self.submission.number:04}"

    @property
    def organization(self) -> str:
        return self.submission.enrollment__organization


@dataclass(frozen=True)
class Plan:
    """Who would read what, and in sentences what could not be done."""

    pairs: tuple[Pair, ...]
    not_done: tuple[str, ...]
    loads: dict[int, int]
    left: int

    @property
    def first(self) -> int:
        """How many submissions would have their first reader."""
        return sum(pair.is_first for pair in self.pairs)

    @property
    def second(self) -> int:
        return len(self.pairs) - self.first

    @property
    def most(self) -> int:
        """The largest load it leads to."""
        return max(self.loads.values(), default=0)

    @property
    def readers(self) -> list[tuple[Reader, int]]:
        """Those who would get something, each with how many they would have then."""
        getting = {pair.reader.person.pk: pair.reader for pair in self.pairs}
        return [(reader, self.loads[person]) for person, reader in getting.items()]

    @cached_property
    def by_submission(self) -> dict[int, list[int]]:
        found = defaultdict(list)
        for pair in self.pairs:
            found[pair.submission.pk].append(pair.reader.person.pk)
        return dict(found)

    @cached_property
    def token(self) -> str:
        """Tells whether a plan is the one that somebody looked at."""
        said = ",".join(f"{pair.submission.number}:{pair.reader.person.pk}" for pair in self.pairs)
        return sha256(said.encode()).hexdigest()[:16]


def suggest(
    cohort: Cohort, *, closed: Q | None = None, staff: list[Reader] | None = None, known: Known | None = None
) -> Plan:
    """A plan for the first `AT_ONCE` submissions that want readers, without those `closed` to whoever looks at it.

    `staff` and `known` as fetched, if they were.
    Who read an earlier round reads the next, as long as they have room. Queries: four, whatever the number, and four
    more for what is not given.
    """
    everybody = staff or staffing.readers_of(cohort)
    readers = {reader.person.pk: reader for reader in everybody if reader.is_ready}
    wanting = _wanting(cohort, closed)
    rows = list(wanting.values_list(*NEEDED, named=True)[:AT_ONCE])
    works = _works(rows, readers, known or conflicts.known(cohort))
    desks = {person: Desk(reader.takes, reader.has) for person, reader in readers.items()}
    found: dict[int, list[int]] = {row.pk: [] for row in rows} | seated(works.values(), desks)
    pairs = (
        Pair(row, readers[person], is_first=not row.taken and not place)
        for row in rows
        for place, person in enumerate(found[row.pk])
    )
    short = [row for row in rows if len(found[row.pk]) < works[row.pk].places]
    why_not = [_why_not(row, works[row.pk], len(found[row.pk])) for row in short] if readers else [NOBODY]
    return Plan(
        pairs=tuple(pairs),
        not_done=(*why_not, *(_not_ready(reader) for reader in everybody if not reader.is_ready)) if rows else (),
        loads={person: desk.has for person, desk in desks.items()},
        left=wanting.count() - len(rows) if len(rows) == AT_ONCE else 0,
    )


def _wanting(cohort: Cohort, closed: Q | None) -> QuerySet[Submission]:
    wanting = staffing.wanting(staffing.to_read(cohort))
    return wanting.exclude(closed) if closed else wanting


def _not_ready(reader: Reader) -> str:
    return f"{reader.person} has not passed a sample yet, so the plan gives them nothing. By hand you still can."


def _works(rows: list, readers: dict[int, Reader], known: Known) -> dict[int, Work]:
    """What each submission wants, and who may read it. Queries: three."""
    given = Assignment.objects.filter(submission__in=[row.pk for row in rows])
    reads = _pairs(given.standing().of_the_last_round())
    closed = _pairs(given.filter(Q(handed_back_at__isnull=False) | Q(pk__in=given.before_an_appeal().values("pk"))))
    before = _pairs(given.standing().filter(review__finished_at__isnull=False))

    def may(row) -> tuple[int, ...]:
        out = reads[row.pk] | closed[row.pk]
        about = {"applicant": row.enrollment__person, "organization": row.enrollment__organization}
        return tuple(person for person in readers if person not in out and not known.between(person, **about))

    return {
        row.pk: Work(row.pk, row.places - row.taken, may(row), frozenset(before[row.pk]), has=row.taken) for row in rows
    }


def _pairs(assignments) -> dict[int, set[int]]:
    """Submission to reviewers."""
    found = defaultdict(set)
    for submission, reviewer in assignments.order_by().values_list("submission", "reviewer"):
        found[submission].add(reviewer)
    return found


def _why_not(row, work: Work, found: int) -> str:
    number, missing = f"{row.number:04}", work.places - found
    if not work.may:
        return f"{number} has no {'second ' if row.taken else ''}reader without a conflict."
    if len(work.may) < work.places:
        return f"{number} needs {work.places} readers; only {len(work.may)} are without a conflict."
    which = "second reader" if row.taken or found else f"reader{'s' if missing > 1 else ''}"
    return f"{number} found no {which}: everyone who could read it has as many as they take."


@transaction.atomic
def apply(cohort: Cohort, token: str, *, by: User) -> Plan:
    """Assign all of the plan that somebody looked at, or nothing. Raises: Refused, when it is another by now."""
    conflicts.hold(cohort)
    closed = conflicts.firm(by, cohort)
    wanting = list(_wanting(cohort, closed).values_list("pk", flat=True)[:AT_ONCE])
    list(Submission.objects.select_for_update().filter(pk__in=wanting).order_by("pk").values_list("pk"))
    plan = suggest(cohort, closed=closed)
    if plan.token != token:
        raise Refused("Something has changed since you looked, so the plan has too. Look once more.")
    _assign(plan, by=by)
    return plan


def _assign(plan: Plan, *, by: User) -> None:
    at, rounds = clock.now(), _rounds(plan)
    Assignment.objects.bulk_create(
        Assignment(
            submission_id=pair.submission.pk,
            round_number=rounds[pair.submission.pk],
            reviewer=pair.reader.person,
            assigned_at=at,
            assigned_by=by,
        )
        for pair in plan.pairs
    )
    helped = [pair.submission.enrollment for pair in plan.pairs]
    for task in StaffTask.objects.open().filter(enrollment__in=helped, kind=StaffTask.Kind.CONFLICT):
        staff_tasks.done(task, by=by)


def _rounds(plan: Plan) -> dict[int, int]:
    """The present round of each submission of the plan."""
    found = Submission.objects.filter(pk__in=plan.by_submission).order_by("pk", "rounds__number")
    return dict(found.values_list("pk", "rounds__number"))
