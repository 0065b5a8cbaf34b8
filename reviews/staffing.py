"""Who reads in a cohort and how much they have; which submissions lie before the readers, and which want more."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Concat, Trim

from cohorts.models import Cohort, StaffMembership
from reviews.calibration import readiness
from reviews.conflicts import Conflict, Known
from reviews.models import READABLE, Assignment, count_of
from reviews.second_reads import readers_needed
from submissions.models import Submission

MOST_BLOCKS = 40  # drawn in a load bar


@dataclass
class Reader:
    """One reviewer of a cohort, with what they have."""

    membership: StaffMembership
    has: int = 0
    begun: int = 0
    finished: int = 0
    is_ready: bool = True  # for live work: passed a sample, where the cohort asks for one

    @property
    def person(self):
        return self.membership.person

    @property
    def takes(self) -> int:
        return self.membership.takes_up_to

    @property
    def not_begun(self) -> int:
        return self.has - self.finished - self.begun

    @property
    def blocks(self) -> list[str]:
        """One for each submission: `d` finished, `p` in progress, empty for not started; then `o` for room left."""
        done, busy, room = ["d"] * self.finished, ["p"] * self.begun, ["o"] * (self.takes - self.has)
        return [*done, *busy, *[""] * self.not_begun, *room][:MOST_BLOCKS]


def readers_of(cohort: Cohort) -> list[Reader]:
    """The reviewers of a cohort with their load. Queries: two, and one more where it asks for a sample."""
    load = Assignment.objects.in_load().filter(submission__enrollment__cohort=cohort).order_by()
    is_open = Q(review__isnull=False, review__finished_at=None)
    counts = load.values("reviewer").annotate(
        has=Count("pk"), begun=Count("pk", filter=is_open), finished=Count("review__finished_at")
    )
    loads = {row.pop("reviewer"): row for row in counts}
    staff = cohort.staff.reviewing().filter(role=StaffMembership.Role.REVIEWER).select_related("person")
    waiting = readiness.not_ready(cohort)
    return [Reader(one, **loads.get(one.person_id, {}), is_ready=one.person_id not in waiting) for one in staff]


# Submissions ---------------------------------------------------------------------------------------------------------
def to_read(cohort: Cohort) -> QuerySet:
    """Submissions that lie before the readers: `places` for readers, of which `taken`."""
    readings = Assignment.objects.standing().of_the_last_round().filter(role=Assignment.Role.READER)
    return (
        Submission.objects.filter(enrollment__cohort=cohort, state__in=READABLE)
        .annotate(places=readers_needed(), taken=count_of(readings.filter(submission=OuterRef("pk"))))
        .order_by("number")
    )


def wanting(submissions: QuerySet) -> QuerySet:
    """Those of `to_read` that have fewer readers than they need."""
    return submissions.filter(taken__lt=F("places"))


def counts(submissions: QuerySet) -> tuple[int, int]:
    """How many of `to_read` there are, and how many want readers. Queries: one."""
    wants = Count("pk", filter=Q(taken__lt=F("places")))
    found = submissions.order_by().aggregate(lying=Count("pk"), wanting=wants)
    return found["lying"], found["wanting"]


def with_readings(submissions: QuerySet) -> QuerySet:
    """Each with all that a row of the table says: `applicant`, and `readings`, its assignments of this round."""
    person = "enrollment__person"
    standing = Assignment.objects.standing().of_the_last_round().prefetch_related("reviewer")
    readings = standing.annotate(started_at=F("review__started_at"), finished_at=F("review__finished_at"))
    return (
        submissions.select_related("enrollment")
        .annotate(applicant=Trim(Concat(f"{person}__first_name", Value(" "), f"{person}__last_name")))
        .prefetch_related(Prefetch("assignments", readings, to_attr="readings"))
    )


@dataclass(frozen=True)
class Option:
    """A reviewer who could have a place; `conflict` says why it should be somebody else."""

    reader: Reader
    conflict: Conflict | None
    is_suggested: bool = False


@dataclass(frozen=True)
class Place:
    """One place for a reader of one submission: taken by `reading`, or empty."""

    submission: Submission
    reading: Assignment | None
    options: tuple[Option, ...]
    conflict: Conflict | None = None

    @property
    def suggestion(self) -> Reader | None:
        return next((option.reader for option in self.options if option.is_suggested), None)


def places_of(submission, readers: Iterable[Reader], known: Known, suggested: Iterable[int] = ()) -> list[Place]:
    """The places of one submission of `with_readings`: those taken, then the empty ones, each with a suggestion."""
    readings = submission.readings
    options = [option for reader in readers if (option := _option(reader, submission, readings, known))]
    taken = [
        Place(submission, reading, tuple(options), _conflict(known, reading.reviewer_id, submission))
        for reading in readings
    ]
    want = list(suggested)
    empty = [
        Place(submission, None, tuple(_suggesting(options, one)))
        for one in [*want, *[None] * (submission.places - submission.taken - len(want))]
    ]
    return taken + empty


def _option(reader: Reader, submission: Submission, readings, known: Known) -> Option | None:
    """None for who reads it already, and for who must not."""
    if any(reading.reviewer_id == reader.person.pk for reading in readings):
        return None
    conflict = _conflict(known, reader.person.pk, submission)
    return None if conflict and conflict.is_firm else Option(reader, conflict)


def _suggesting(options: list[Option], person: int | None) -> list[Option]:
    return [Option(one.reader, one.conflict, one.reader.person.pk == person) for one in options]


def _conflict(known: Known, person: int, submission: Submission) -> Conflict | None:
    enrollment = submission.enrollment
    return known.between(person, applicant=enrollment.person_id, organization=enrollment.organization)
