"""Who reads what: by hand, or by a plan that balances the load and keeps clear of conflicts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from hashlib import sha256

from django.db import transaction
from django.db.models import Count, F, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Concat, Trim
from django.urls import reverse

from cohorts import mailing, staff_tasks
from cohorts.models import Cohort, Event, StaffMembership, StaffTask
from microcred import clock, outbox, times
from microcred.models import Message, User
from microcred.verdict import Refused
from reviews import permissions
from reviews.models import READABLE, Assignment, count_of
from submissions import workflow
from submissions.models import Submission

ONE_SITTING = timedelta(minutes=10)  # what is assigned within it is told in one message


# By hand -------------------------------------------------------------------------------------------------------------
@transaction.atomic
def assign(submission: Submission, reviewer: User, *, by: User, role: str = Assignment.Role.READER) -> Assignment:
    """Give the present round of `submission` to `reviewer`, and owe them one message a day about it.

    Raises: Refused, with the reason why it cannot be this reviewer.
    """
    assignment = _assign(submission, reviewer, by=by, role=role)
    tell(submission.enrollment.cohort, [reviewer])
    return assignment


def _assign(submission: Submission, reviewer: User, *, by: User | None, role: str) -> Assignment:
    submission = workflow.locked(submission)
    if not (may := permissions.may_be_assigned(reviewer, submission)):
        raise Refused(may.reason)
    assignment, _ = Assignment.objects.update_or_create(
        submission=submission,
        round_number=submission.current_round.number,
        reviewer=reviewer,
        defaults={"role": role, "handed_back_at": None, "handed_back_by": None},
        create_defaults={"role": role, "assigned_by": by},
    )
    if by:
        _settle_conflicts(submission, by)
    return assignment


def _settle_conflicts(submission: Submission, by: User) -> None:
    asked = StaffTask.objects.open().filter(enrollment=submission.enrollment_id, kind=StaffTask.Kind.CONFLICT)
    for task in asked:
        staff_tasks.done(task, by=by)


@transaction.atomic
def take_away(assignment: Assignment, *, by: User) -> None:
    """The reviewer need not read it any more. What they wrote stays with them, and is not used."""
    Assignment.objects.standing().filter(pk=assignment.pk).update(handed_back_at=clock.now(), handed_back_by=by)


@transaction.atomic
def reassign(assignment: Assignment, reviewer: User, *, by: User) -> Assignment:
    """Another reader instead of the present one. Raises: Refused, when it cannot be `reviewer`; then all stays."""
    take_away(assignment, by=by)
    return assign(assignment.submission, reviewer, by=by, role=assignment.role)


@transaction.atomic
def keep_readers(submission: Submission, *, from_round: int) -> None:
    """Those who read `from_round` read the round that follows it: met rows stay met, the same eyes see the rest."""
    for known in submission.assignments.standing().filter(round_number=from_round):
        Assignment.objects.get_or_create(
            submission=submission,
            round_number=from_round + 1,
            reviewer_id=known.reviewer_id,
            defaults={"role": known.role, "assigned_by_id": known.assigned_by_id},
        )


def tell(cohort: Cohort, reviewers: Iterable[User]) -> None:
    """Owe each reviewer one message a day; while it has not left, it says what lies in the queue by now."""
    now = clock.now()
    values = letter_values(cohort, reviewers)
    owed = [
        mailing.message(
            cohort,
            reviewer,
            "reviewer-assigned",
            key=f"reviewer-assigned/{cohort.slug}/{reviewer.pk}/{clock.today(cohort.zone, at=now)}",
            values=values[reviewer.pk],
            due_at=now + ONE_SITTING,
        )
        for reviewer in reviewers
        if reviewer.pk in values
    ]
    for message in owed:
        Message.objects.waiting().filter(key=message.key, leased_until=None).update(
            subject=message.subject, text=message.text, html=message.html
        )
    outbox.owe(owed)


def letter_values(cohort: Cohort, reviewers: Iterable[User]) -> dict[int, dict[str, object]]:
    """What a letter about the queue says, for each of `reviewers` who has something to do. Queries: two."""
    people = {one.pk: one for one in reviewers}
    to_do = Assignment.objects.to_do().filter(submission__enrollment__cohort=cohort, reviewer__in=people)
    waiting = dict(to_do.order_by().values_list("reviewer").annotate(Count("pk")))
    due = cohort.events.standing().filter(kind=Event.Kind.REVIEWS_DUE).order_by("ends_at").first()
    return {
        who: {
            "submissions": counted(number, "submission"),
            "link": mailing.address(reverse("reviews:queue")),
            "due_day": times.day(due.on) if due else "the day of the decisions",
            "due": times.deadline(due.ends_at, reader=people[who].zone, cohort=cohort.zone) if due else "in time",
        }
        for who, number in waiting.items()
    }


def counted(number: int, noun: str) -> str:
    """`1 submission`, `3 submissions`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# By a plan -----------------------------------------------------------------------------------------------------------
@dataclass
class Reader:
    """One reviewer of a cohort, with what they have."""

    membership: StaffMembership
    has: int
    finished: int = 0

    @property
    def person(self) -> User:
        return self.membership.person

    @property
    def has_room(self) -> bool:
        return self.has < self.membership.takes_up_to

    @property
    def blocks(self) -> list[str]:
        """One per submission for the load bar: finished ones first."""
        return ["d"] * self.finished + ["w"] * (self.has - self.finished)

    @property
    def scale(self) -> int:
        """How long this reader's bar can be."""
        return max(self.has, self.membership.takes_up_to)

    def shares_ground_with(self, submission: Submission) -> bool:
        theirs = submission.enrollment.organization.strip().casefold()
        return bool(theirs) and theirs == self.membership.organization.strip().casefold()


@dataclass(frozen=True)
class Place:
    """One place for a reader of one submission: taken by `reading`, or empty."""

    submission: Submission
    reading: Assignment | None
    readers: list[Reader]

    @property
    def choices(self) -> list[Reader]:
        """Everybody but the applicant and those who read it already."""
        others = {one.reviewer_id for one in readings_of(self.submission) if one is not self.reading}
        others.add(self.submission.enrollment.person_id)
        return [reader for reader in self.readers if reader.person.pk not in others]

    @property
    def shares_ground(self) -> bool:
        """Whether the reader works where the applicant does."""
        return self.reading is not None and any(
            reader.person.pk == self.reading.reviewer_id and reader.shares_ground_with(self.submission)
            for reader in self.readers
        )


@dataclass(frozen=True)
class Pair:
    submission: Submission
    reader: Reader


@dataclass(frozen=True)
class Plan:
    """Who would read what, and in sentences what could not be done."""

    pairs: tuple[Pair, ...]
    not_done: tuple[str, ...]

    @property
    def most(self) -> int:
        """The largest load it leads to."""
        return max((pair.reader.has for pair in self.pairs), default=0)

    @cached_property
    def token(self) -> str:
        """Tells whether a plan is the one that somebody looked at."""
        said = ",".join(f"{pair.submission.number}:{pair.reader.person.pk}" for pair in self.pairs)
        return sha256(said.encode()).hexdigest()[:16]


def readers_of(cohort: Cohort) -> list[Reader]:
    """The reviewers of a cohort with their load. Queries: two."""
    load = Assignment.objects.in_load().filter(submission__enrollment__cohort=cohort)
    counts = load.order_by().values("reviewer").annotate(has=Count("pk"), finished=Count("review__finished_at"))
    loads = {row.pop("reviewer"): row for row in counts}
    staff = cohort.staff.filter(role=StaffMembership.Role.REVIEWER).select_related("person")
    return [Reader(one, **loads.get(one.person_id, {"has": 0})) for one in staff]


def to_read(cohort: Cohort):
    """Submissions that lie before the readers, each with `readings`: its standing assignments of this round."""
    return (
        Submission.objects.filter(enrollment__cohort=cohort, state__in=READABLE)
        .select_related("enrollment")
        .annotate(applicant=Trim(Concat("enrollment__person__first_name", Value(" "), "enrollment__person__last_name")))
        .prefetch_related(Prefetch("assignments", _readings(), to_attr="readings"))
        .order_by("number")
    )


def readings_of(submission) -> list[Assignment]:
    """The standing assignments that `to_read` fetched with it."""
    return submission.readings


def without_reader(cohort: Cohort):
    """Submissions before the readers that have fewer than the cohort asks for."""
    readings = count_of(Assignment.objects.standing().of_the_last_round().filter(submission=OuterRef("pk")))
    return to_read(cohort).annotate(places_taken=readings).filter(places_taken__lt=cohort.readers_per_submission)


def _readings():
    """What the table says of each; a reviewer of many is built once."""
    standing = Assignment.objects.standing().of_the_last_round().prefetch_related("reviewer")
    return standing.annotate(started_at=F("review__started_at"), finished_at=F("review__finished_at"))


def suggest(cohort: Cohort) -> Plan:
    """A reader for every place that has none: clear of conflicts, and nobody gets much more than the others.

    Submissions with the fewest possible readers choose first. Queries: five, whatever their number.
    """
    readers = readers_of(cohort)
    declared = _declared(cohort)
    waiting = list(without_reader(cohort))
    free = {one.pk: [r for r in readers if _is_free(r, one, declared)] for one in waiting}
    pairs: list[Pair] = []
    not_done: list[str] = []
    for submission in sorted(waiting, key=lambda one: (len(free[one.pk]), one.number)):
        places = cohort.readers_per_submission - len(readings_of(submission))
        chosen = sorted((r for r in free[submission.pk] if r.has_room), key=_load)[:places]
        for reader in chosen:
            reader.has += 1
            pairs.append(Pair(submission, reader))
        if len(chosen) < places:
            not_done.append(_why_not(submission, free[submission.pk], places))
    return Plan(tuple(sorted(pairs, key=lambda pair: pair.submission.number)), tuple(not_done))


def _load(reader: Reader) -> tuple[float, int]:
    return reader.has / max(reader.membership.takes_up_to, 1), reader.membership.pk


def _declared(cohort: Cohort) -> dict[int, set[int]]:
    """Submission to the reviewers who handed it back, or who read it before an appeal."""
    found = defaultdict(set)
    given = Assignment.objects.filter(submission__enrollment__cohort=cohort)
    closed = given.filter(Q(handed_back_at__isnull=False) | Q(pk__in=given.before_an_appeal().values("pk")))
    for submission, reviewer in closed.values_list("submission", "reviewer"):
        found[submission].add(reviewer)
    return found


def _is_free(reader: Reader, submission: Submission, declared: dict[int, set[int]]) -> bool:
    return (
        bool(permissions.may_read(reader.person, submission))
        and not reader.shares_ground_with(submission)
        and reader.person.pk not in declared.get(submission.pk, ())
        and all(reading.reviewer_id != reader.person.pk for reading in readings_of(submission))
    )


def _why_not(submission: Submission, free: list[Reader], places: int) -> str:
    short = submission.short_number
    if not free:
        return f"{short} has no reader without a conflict."
    if len(free) < places:
        return f"{short} needs {places} more readers; only {len(free)} are without a conflict."
    return f"{short} found no reader: everyone who could read it has as many as they take."


@transaction.atomic
def apply(plan: Plan, *, cohort: Cohort, by: User) -> None:
    """Assign every pair of the plan, and tell each reviewer once. Raises: Refused, and then nothing is assigned."""
    for pair in plan.pairs:
        _assign(pair.submission, pair.reader.person, by=by, role=Assignment.Role.READER)
    tell(cohort, list({pair.reader.person.pk: pair.reader.person for pair in plan.pairs}.values()))
