"""One question across everything that a reviewer has to do: the same row, read often, is scored more steadily."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, Subquery

from badges.models import Criterion, Edition
from microcred.models import User
from reviews.models import Assignment, AssignmentQuerySet, Score
from submissions.models import Round

EDITION = "submission__enrollment__cohort__edition"


@dataclass(frozen=True)
class Row:
    """One question of an edition: on how many of the submissions it is scored."""

    number: int
    criterion: Criterion
    scored: int
    of: int

    @property
    def text(self) -> str:
        return self.criterion.prompt.text if self.criterion.prompt else self.criterion.title


@dataclass
class Group:
    """The questions of one edition, which the cohorts that use it have in common."""

    edition: Edition
    submissions: int
    rows: list[Row] = field(default_factory=list)


def groups(person: User) -> list[Group]:
    """Every question that `person` has to score somewhere, by edition. Queries: six, whatever their number."""
    to_do = Assignment.objects.to_do().of(person)
    given = list(to_do.order_by().values_list("pk", "round_number", EDITION))
    submissions = Counter(edition for _, _, edition in given)
    first = Counter(edition for _, number, edition in given if number == 1)
    asked_again = Counter(_asked_again(to_do))
    scored = Counter(
        Score.objects.filter(review__assignment__in=to_do, level__isnull=False).values_list("criterion", flat=True)
    )
    found = {
        edition.pk: Group(edition, submissions[edition.pk])
        for edition in Edition.objects.filter(pk__in=submissions).select_related("badge").order_by("badge__name", "pk")
    }
    for row in _criteria(found):
        group = found[row.document.edition_id]
        number, of = len(group.rows) + 1, first[group.edition.pk] + asked_again[row.pk]
        group.rows.append(Row(number, row, scored[row.pk], of))
    return list(found.values())


def _asked_again(to_do: AssignmentQuerySet):
    """The rows that later rounds left open, one for each assignment."""
    rounds = Round.criteria.through.objects.filter(round__number__gt=1, round__submission__assignments__in=to_do)
    last = Round.objects.filter(submission=OuterRef("round__submission"), number__gt=OuterRef("round__number"))
    return rounds.filter(~Exists(last)).values_list("criterion", flat=True)


def _criteria(editions):
    """The scored rows of the editions in their order; without levels."""
    return (
        Criterion.objects.filter(document__edition__in=editions, document__is_scored=True)
        .select_related("document", "prompt")
        .order_by("document__position", "position")
    )


def criterion_of(person: User, number: int, edition: str) -> Criterion | None:
    """The row of that number in the edition with that slug; without one, in that of what has waited longest.

    Queries: two.
    """
    to_do = Assignment.objects.to_do().of(person)
    if edition:
        to_do = to_do.filter(**{f"{EDITION}__slug": edition})
    pk = to_do.in_queue_order().values_list(EDITION, flat=True).first()
    rows = _criteria([pk])
    return rows[number - 1 : number].first() if pk and number else None


def readings(person: User, row: Criterion) -> list[Assignment]:
    """All that `person` has to do where `row` is asked for, each with `rank` and `label` of its level. Queries: one."""
    asked = Round.objects.filter(submission=OuterRef("submission"), number=OuterRef("round_number"), criteria=row)
    score = Score.objects.filter(review__assignment=OuterRef("pk"), criterion=row)
    return list(
        Assignment.objects.to_do()
        .of(person)
        .filter(Q(round_number=1) | Exists(asked), **{EDITION: row.document.edition_id})
        .for_list()
        .annotate(rank=Subquery(score.values("level__rank")[:1]), label=Subquery(score.values("level__label")[:1]))
        .order_by("submission__number")
    )


@dataclass(frozen=True)
class Place:
    """Where a reviewer stands among the submissions of one question."""

    readings: list[Assignment]
    at: int

    @property
    def now(self) -> Assignment:
        return self.readings[self.at]

    @property
    def before(self) -> Assignment | None:
        return self.readings[self.at - 1] if self.at else None

    @property
    def after(self) -> Assignment | None:
        return self.readings[self.at + 1] if self.at + 1 < len(self.readings) else None

    @property
    def scored(self) -> int:
        return sum(map(is_scored, self.readings))


def is_scored(reading) -> bool:
    """By the column that it was fetched with."""
    return reading.rank is not None


def place(readings: list[Assignment], number: int | None) -> Place:
    """At the submission of that number; without it, at the first one that is not scored, else at the first."""
    numbers = [one.submission.number for one in readings]
    if number in numbers:
        return Place(readings, numbers.index(number))
    return Place(readings, next((at for at, one in enumerate(readings) if not is_scored(one)), 0))


def next_after(readings: list[Assignment], number: int) -> Assignment | None:
    """The next submission that is not scored on this question, beginning again at the top."""
    unscored = [one for one in readings if not is_scored(one) and one.submission.number != number]
    return next((one for one in unscored if one.submission.number > number), unscored[0] if unscored else None)
