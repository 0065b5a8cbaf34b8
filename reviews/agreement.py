"""What the finished reviews of a submission say together: one level per criterion, or a dispute.

Readers agree when they come to the same outcome and are nowhere more than a level apart. What they differ on, a second
reader settles, whose word counts from then on. Criteria that met the rubric in an earlier round keep that round's
level; the current one speaks for those it left open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from badges.models import Criterion, Edition, Level
from badges.passing import passes, shortfall
from microcred.verdict import ALLOWED, Verdict
from reviews.models import Assignment, Decision
from reviews.second_reads import readers_needed
from submissions.checks.catalogue import listed
from submissions.models import Round, Submission, WorkflowEvent


@dataclass(frozen=True)
class Remark:
    """What one reader said of one criterion."""

    reviewer: object
    level: Level
    comment: str
    private_note: str = ""


@dataclass(frozen=True)
class Row:
    """One criterion, the level that counts and what was said of it."""

    criterion: Criterion
    number: int
    is_open: bool
    level: Level | None
    remarks: tuple[Remark, ...]
    is_settled: bool = False

    @property
    def is_met(self) -> bool:
        return self.level is not None and self.level.rank >= passing(self.criterion).rank

    @property
    def comments(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.comment.strip()]

    @property
    def question(self) -> str:
        return self.criterion.prompt.text if self.criterion.prompt else self.criterion.title

    @property
    def asked_for(self) -> Level:
        """The level that an applicant has to reach."""
        return passing(self.criterion)


@dataclass(frozen=True)
class Reading:
    """One reader's assignment, with what was said by criterion."""

    assignment: Assignment
    remarks: dict[int, Remark]

    @property
    def review(self):
        return getattr(self.assignment, "review", None)

    @property
    def is_finished(self) -> bool:
        return self.review is not None and self.review.finished_at is not None

    def is_finished_by(self, moment) -> bool:
        return self.is_finished and self.review.finished_at <= moment

    @property
    def settles(self) -> bool:
        return self.assignment.settles


@dataclass(frozen=True)
class Standing:
    """Where the reviews of one submission stand in its current round."""

    submission: Submission
    round: Round
    rows: tuple[Row, ...]
    disputed: tuple[Row, ...]
    readings: tuple[Reading, ...]
    settlement: Reading | None = None

    @property
    def finished(self) -> tuple[Reading, ...]:
        """Readings that count; the second reader's is none of them."""
        return tuple(reading for reading in self.readings if reading.is_finished)

    @property
    def open_rows(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.is_met)

    @property
    def settled(self) -> tuple[Row, ...]:
        """Rows of this round that a second reader settled."""
        return tuple(row for row in self.rows if row.is_open and row.is_settled)

    @property
    def missing(self) -> int:
        """How many rows more would have to be met for the badge."""
        edition = self.submission.enrollment.cohort.edition
        return shortfall(edition, [(row.criterion, row.is_met) for row in self.rows])

    @property
    def meets_rule(self) -> bool:
        return not self.missing

    @property
    def has_its_readers(self) -> bool:
        """Whether as many as the round needs have finished, and nobody else is still reading."""
        return len(self.readings) == len(self.finished) >= readers_of(self.round)

    @property
    def may_be_refused(self) -> Verdict:
        """Whether “not awarded” may be decided: by the cohort's rule, not on one reader's word."""
        if self.submission.enrollment.cohort.second_read_not_awarded and len(self.finished) < 2:
            return Verdict("Nobody is refused on one reader's word. Ask for a second read first.")
        return ALLOWED

    @property
    def may_be_decided(self) -> Verdict:
        """Whether the required reviews are finished and agree."""
        finished, needed = len(self.finished), readers_of(self.round)
        if unfinished := len(self.readings) - finished:
            return Verdict(f"{_counted(unfinished, 'review', 'of this round')} not finished.")
        if finished < needed:
            missing = _counted(needed - finished, "finished review")
            return Verdict(f"{missing} missing before this can be decided.")
        if self.disputed:
            noun = "row" if len(self.disputed) == 1 else "rows"
            rows = f"{noun} {listed([row.number for row in self.disputed])}"
            return Verdict(f"The readers differ on {rows}. A second reader settles it first.")
        if silent := [row for row in self.open_rows if not row.comments]:
            return Verdict(f"Row {silent[0].number} has no comment that says what is missing.")
        return ALLOWED


def readers_of(current) -> int:
    """How many the round needs: the column that it was fetched with."""
    return current.readers_needed


def _counted(count: int, noun: str, which: str = "") -> str:
    """`1 review of this round is`, `2 reviews of this round are`."""
    return " ".join(
        filter(None, [str(count), noun if count == 1 else f"{noun}s", which, "is" if count == 1 else "are"])
    )


def passing(criterion: Criterion) -> Level:
    """The lowest level that meets the criterion. Reads the prefetched levels."""
    return passing_of(list(criterion.levels.all()))


def passing_of(levels: Sequence[Level]) -> Level:
    """The lowest of a row's levels that meets it; the top one, which comes first, where none is marked."""
    return next((level for level in levels if level.is_passing), levels[0])


def of(submission: Submission) -> Standing:
    return among([submission])[submission.pk]


def among(submissions: Iterable[Submission]) -> dict[int, Standing]:
    """The standing of each, by primary key. They come with their enrollment, cohort and edition.

    Queries: nine, however many submissions.
    """
    submissions = list(submissions)
    criteria = criteria_of({submission.enrollment.cohort.edition_id for submission in submissions})
    rounds, readings = _rounds(submissions), _readings(submissions)
    appeals = _appeals(submissions)
    return {
        each.pk: _standing(
            each,
            rounds[each.pk],
            criteria.get(each.enrollment.cohort.edition_id, []),
            _unappealed(readings.get(each.pk, []), rounds[each.pk][-1], appeals.get(each.pk)),
        )
        for each in submissions
    }


def as_decided(decision: Decision) -> Standing:
    """The standing that a released decision was made from: nothing later shows through. Queries: eight."""
    submission, end = decision.submission, decision.released_at
    rounds = [each for each in _rounds([submission])[submission.pk] if each.number <= decision.round_number]
    readings = [each for each in _readings([submission]).get(submission.pk, []) if each.is_finished_by(end)]
    edition = submission.enrollment.cohort.edition_id
    return _standing(submission, rounds, criteria_of([edition]).get(edition, []), readings)


def of_round(submission: Submission, number: int) -> Standing:
    """The standing of an earlier round, or of the present one, by the readings that count in it. Queries: as `of`."""
    rounds = [each for each in _rounds([submission])[submission.pk] if each.number <= number]
    here = [each for each in _readings([submission]).get(submission.pk, []) if each.assignment.round_number <= number]
    counting = _unappealed(here, rounds[-1], _appeals([submission]).get(submission.pk))
    edition = submission.enrollment.cohort.edition_id
    return _standing(submission, rounds, criteria_of([edition]).get(edition, []), counting)


def criteria_of(editions: Iterable[int]) -> dict[int, list[Criterion]]:
    """The scored rubric rows of each edition, in their order. Queries: two."""
    rows = (
        Criterion.objects.filter(document__edition__in=editions, document__is_scored=True)
        .select_related("document", "prompt")
        .prefetch_related("levels")
        .order_by("document__position", "position")
    )
    return _grouped(rows, lambda row: row.document.edition_id)


def _rounds(submissions) -> dict[int, list[Round]]:
    needed = readers_needed("submission__")
    rows = Round.objects.filter(submission__in=submissions).annotate(readers_needed=needed)
    rows = rows.prefetch_related("criteria").order_by("number")
    return _grouped(rows, lambda row: row.submission_id)


def _appeals(submissions) -> dict[int, datetime]:
    """When each was last appealed."""
    events = WorkflowEvent.objects.filter(submission__in=submissions, move="appeal").order_by("at")
    return dict(events.values_list("submission_id", "at"))


def _unappealed(readings: list[Reading], last: Round, appealed_at: datetime | None) -> list[Reading]:
    """Those of the last round that were given after its appeal, and all of earlier rounds."""
    return [
        reading
        for reading in readings
        if appealed_at is None
        or reading.assignment.round_number < last.number
        or reading.assignment.assigned_at > appealed_at
    ]


def _readings(submissions) -> dict[int, list[Reading]]:
    assignments = (
        Assignment.objects.standing()
        .filter(submission__in=submissions)
        .select_related("review", "reviewer")
        .prefetch_related("review__scores__level")
        .order_by("assigned_at", "pk")
    )
    readings = (Reading(each, _remarks(each)) for each in assignments)
    return _grouped(readings, lambda reading: reading.assignment.submission_id)


def _remarks(assignment: Assignment) -> dict[int, Remark]:
    review = getattr(assignment, "review", None)
    scores = review.scores.all() if review else ()
    return {
        each.criterion_id: Remark(assignment.reviewer, each.level, each.comment, each.private_note)
        for each in scores
        if each.level
    }


def _grouped(rows, key) -> dict:
    grouped: dict = {}
    for row in rows:
        grouped.setdefault(key(row), []).append(row)
    return grouped


def _standing(submission, rounds: list[Round], criteria: list[Criterion], readings: list[Reading]) -> Standing:
    current = rounds[-1]
    here = [reading for reading in readings if reading.assignment.round_number == current.number]
    finished = [reading for reading in readings if reading.is_finished]
    rows = tuple(
        _row(number, criterion, _round_of(criterion, rounds), current, finished)
        for number, criterion in enumerate(criteria, start=1)
    )
    readers = tuple(reading for reading in here if not reading.settles)
    settlement = next((reading for reading in here if reading.settles), None)
    edition = submission.enrollment.cohort.edition
    return Standing(submission, current, rows, _disputed(edition, rows, readers), readers, settlement)


def _round_of(criterion: Criterion, rounds: list[Round]) -> int:
    """The last round that asked for the criterion; the first asks for all."""
    asked = [each.number for each in rounds if each.number == 1 or criterion in each.criteria.all()]
    return asked[-1]


def _row(number: int, criterion: Criterion, asked_in: int, current: Round, finished: list[Reading]) -> Row:
    spoken = [
        reading
        for reading in finished
        if reading.assignment.round_number == asked_in and criterion.pk in reading.remarks
    ]
    said = [reading.remarks[criterion.pk] for reading in spoken]
    settled = [reading.remarks[criterion.pk] for reading in spoken if reading.settles]
    counting = settled or said
    level = min((remark.level for remark in counting), key=lambda level: level.rank, default=None)
    return Row(criterion, number, asked_in == current.number, level, tuple(counting), is_settled=bool(settled))


def _disputed(edition: Edition, rows: tuple[Row, ...], readers: Iterable[Reading]) -> tuple[Row, ...]:
    """Rows not settled on which the readers are more than a level apart, or which lead to different outcomes.

    Two readers can come to the same outcome and their lower levels together to another: then these rows differ, too.
    """
    finished = [reading for reading in readers if reading.is_finished]
    if len(finished) < 2:
        return ()
    together = passes(edition, [(row.criterion, row.is_met) for row in rows])
    outcomes = {together, *(_passes_for(reading, edition, rows) for reading in finished)}

    def differs(row: Row) -> bool:
        said = [reading.remarks.get(row.criterion.pk) for reading in finished]
        ranks = [remark.level.rank for remark in said if remark]
        met = {rank >= passing(row.criterion).rank for rank in ranks}
        return bool(ranks) and (max(ranks) - min(ranks) > 1 or (len(outcomes) > 1 and len(met) > 1))

    return tuple(row for row in rows if row.is_open and not row.is_settled and differs(row))


def _passes_for(reading: Reading, edition: Edition, rows: tuple[Row, ...]) -> bool:
    """Whether the badge would be earned if this reader alone had spoken of what this round asks and nobody settled."""

    def met(row: Row) -> bool:
        remark = reading.remarks.get(row.criterion.pk)
        if remark and row.is_open and not row.is_settled:
            return remark.level.rank >= passing(row.criterion).rank
        return row.is_met

    return passes(edition, [(row.criterion, met(row)) for row in rows])
