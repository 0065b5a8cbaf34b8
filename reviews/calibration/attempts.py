"""A reviewer scores a sample without seeing the agreed levels, and then sees them beside their own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from badges.models import Level
from cohorts.models import Cohort, StaffMembership
from microcred import clock, times
from microcred.models import User
from microcred.verdict import ALLOWED, Refused, Verdict
from reviews.calibration.models import Attempt, AttemptScore, Sample
from reviews.calibration.samples import Entry, Gap, Row, agreed_rows, rows_of
from reviews.scoring import Changed, take, tidy


def may_attempt(person: User, sample: Sample, cohort: Cohort) -> Verdict:
    """Queries: one."""
    if cohort.calibration_percent is None:
        return Verdict(f"{cohort} does not ask for a sample. You can go straight to your queue.")
    if done := Attempt.objects.passed().filter(cohort=cohort, reviewer=person).first():
        return Verdict(f"You passed on {times.day(clock.today(cohort.zone, at=done.passed_at))}. Live work is open.")
    if not sample.is_offered:
        return Verdict("This sample is not offered any more. Choose another one.")
    return ALLOWED


def open_attempt(person: User, sample: Sample, cohort: Cohort) -> Attempt | None:
    """The one begun and not finished. Queries: one."""
    return Attempt.objects.filter(reviewer=person, sample=sample, cohort=cohort, finished_at=None).first()


def rows_with(attempt: Attempt | None, sample: Sample) -> list[Row]:
    """Every row with what the reviewer has said so far. Queries: four."""
    rows = rows_of(sample)
    said = {one.criterion_id: one for one in attempt.scores.select_related("level")} if attempt else {}
    for row in rows:
        if one := said.get(row.criterion.pk):
            row.level, row.text, row.version = one.level, one.note, one.version
    return rows


@transaction.atomic
def keep(person: User, sample: Sample, cohort: Cohort, entries: Iterable[Entry]) -> tuple[Attempt, dict[int, Changed]]:
    """Keep every row that no other tab changed meanwhile; the others come back, by the key of their criterion.

    The first time begins the attempt. Raises: Refused, with the reason why not.
    """
    _hold(person, cohort)
    if not (may := may_attempt(person, sample, cohort)):
        raise Refused(may.reason)
    attempt = open_attempt(person, sample, cohort) or _begin(person, sample, cohort)
    scores, clashes = {one.criterion_id: one for one in attempt.scores.select_related("level")}, {}
    for entry in entries:
        score = scores.get(entry.criterion.pk) or AttemptScore(attempt=attempt, criterion=entry.criterion)
        try:
            if take(score, {"level": entry.level, "note": tidy(entry.text)}, version=entry.version):
                score.save()
        except Changed as clash:
            clashes[entry.criterion.pk] = clash
    return attempt, clashes


def _begin(person: User, sample: Sample, cohort: Cohort) -> Attempt:
    number = Attempt.objects.filter(reviewer=person, sample=sample, cohort=cohort).count() + 1
    return Attempt.objects.create(reviewer=person, sample=sample, cohort=cohort, number=number)


def _hold(person: User, cohort: Cohort) -> None:
    """One step at a time for each reviewer. Raises: Refused, when they review here no more."""
    role = StaffMembership.Role.REVIEWER
    if cohort.staff.select_for_update().filter(person=person, role=role).first() is None:
        raise Refused(f"You are no reviewer of {cohort} any more.")


def gaps(rows: Iterable[Row]) -> list[Gap]:
    return [Gap(row.number, f"Choose a level for row {row.number}.") for row in rows if row.level is None]


@transaction.atomic
def finish(attempt: Attempt) -> Attempt:
    """Set it beside the agreed levels; enough of them on the same level opens live work.

    Raises: Refused, naming what is missing first, or because it is finished already.
    """
    cohort = attempt.cohort
    _hold(attempt.reviewer, cohort)
    current = Attempt.objects.select_for_update(of=("self",)).select_related("sample").get(pk=attempt.pk)
    if current.finished_at:
        raise Refused("You have finished this sample already.")
    if not (may := may_attempt(attempt.reviewer, current.sample, cohort)):
        raise Refused(may.reason)
    if missing := gaps(rows_with(current, current.sample)):
        raise Refused(missing[0].sentence)
    compared = comparison(current)
    if len(compared) < len(rows_of(current.sample)):
        raise Refused("The rubric has changed since this sample was agreed on. Tell your team; nothing is lost.")
    needed = cohort.calibration_percent or 100  # a cohort that does not ask was refused above
    current.finished_at, current.needed_percent = clock.now(), needed
    current.rows = len(compared)
    current.exact = sum(row.is_same for row in compared)
    current.adjacent = sum(row.apart <= 1 for row in compared)
    if 100 * current.exact >= needed * current.rows:
        current.passed_at = current.finished_at
    current.save()
    return current


@dataclass(frozen=True)
class Compared:
    """One row as the reviewer scored it and as it was agreed on."""

    own: Row
    agreed: Row

    @property
    def apart(self) -> int:
        """How many levels lie between the two."""
        ranks = sorted(level.rank for level in self.own.levels)
        return abs(ranks.index(_rank(self.own.level)) - ranks.index(_rank(self.agreed.level)))

    @property
    def is_same(self) -> bool:
        return self.apart == 0

    @property
    def words(self) -> str:
        match self.apart:
            case 0:
                return "Same level"
            case 1:
                return "One level apart"
        return f"{self.apart} levels apart"


def _rank(level: Level | None) -> int:
    assert level is not None  # only rows with both levels are compared
    return level.rank


def comparison(attempt: Attempt) -> list[Compared]:
    """Of every row that has both levels. Queries: eight."""
    own, agreed = rows_with(attempt, attempt.sample), agreed_rows(attempt.sample)
    pairs = zip(own, agreed, strict=True)
    return [Compared(mine, theirs) for mine, theirs in pairs if mine.level and theirs.level]
