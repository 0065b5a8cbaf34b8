"""Samples with agreed levels, and what reviewers make of them."""

from badges.models import Edition, Level
from cohorts.models import Cohort
from reviews.calibration import attempts, samples
from reviews.calibration.models import Attempt, Sample
from reviews.calibration.samples import Entry
from submissions.checks import contract

WHY = "It names the stage and shows what the team did."


def draft(edition: Edition, *, by, title="Sample A") -> Sample:
    """Answers to every question, and no level yet."""
    made = samples.prepare(edition, title=title, by=by)
    for required in edition.documents.filter(is_scored=True):
        answers = tuple(
            contract.Answer(one.code, "What we did.", "<p>What we did.</p>", 3) for one in required.prompts.all()
        )
        samples.keep_answers(made, required, contract.Examination(contract.READY, (), answers=answers))
    return made


def entries(sample: Sample, ranks: dict[int, int] | None = None, *, text=WHY) -> list[Entry]:
    """The top level for every row but those that `ranks` names by their number."""
    rows = samples.rows_of(sample)
    return [Entry(row.criterion, _level(row, (ranks or {}).get(row.number)), text) for row in rows]


def _level(row, rank: int | None) -> Level:
    return next(level for level in row.levels if rank in (None, level.rank))


def published(edition: Edition, *, by, ranks: dict[int, int] | None = None, title="Sample A") -> Sample:
    made = draft(edition, by=by, title=title)
    samples.agree(made, entries(made, ranks), version=0)
    samples.publish(made, by=by)
    return Sample.objects.get(pk=made.pk)


def attempted(sample: Sample, reviewer, cohort: Cohort, *, ranks: dict[int, int] | None = None) -> Attempt:
    """Finished, with the top level for every row but those that `ranks` names."""
    said = entries(sample, ranks, text="I see it.")
    attempt, _ = attempts.keep(reviewer, sample, cohort, said)
    return attempts.finish(attempt)
