"""The sample that the demo's reviewers score before live work: an earlier term's guide, without a name."""

import tempfile
from pathlib import Path

from badges import specs
from badges.models import RequiredDocument
from badges.word.filled import fill
from cohorts.models import Cohort
from microcred.models import User
from reviews.calibration import attempts, samples
from reviews.calibration.models import Sample
from reviews.calibration.samples import Entry, Row
from reviews.demo.evidence import Writer, words


def prepare(cohort: Cohort, guide: RequiredDocument, *, by: User) -> Sample:
    """Written in a hurry in two places, so that not every row is at the top level."""
    sample = samples.prepare(cohort.edition, title=words()["sample"]["title"], by=by)
    _, template = specs.template_of(guide)
    with tempfile.NamedTemporaryFile(suffix=".docx") as file:
        file.write(fill(template, Writer(by, "an earlier term", hurried=True).answers(guide)))
        file.flush()
        samples.keep_answers(sample, guide, samples.examined(Path(file.name), guide, name="Sample A.docx"))
    samples.agree(sample, [_agreed(row) for row in samples.rows_of(sample)], version=0)
    samples.publish(sample, by=by)
    cohort.calibration_percent = 80
    cohort.save(update_fields=["calibration_percent"])
    return Sample.objects.get(pk=sample.pk)


def _agreed(row: Row) -> Entry:
    """The level below the top where somebody was in a hurry, with the team's reason."""
    about = words()["sample"]
    if row.number in words()["hurried"]:
        return Entry(row.criterion, row.levels[1], about["short"])
    return Entry(row.criterion, row.levels[0], about["reasons"][row.number % len(about["reasons"])])


def score(sample: Sample, cohort: Cohort, reviewer: User, *, mild: bool = False) -> None:
    """As agreed but for one row; a mild reviewer sees everything at the top, reads the reasons and tries again."""
    rows = samples.agreed_rows(sample)
    said = [
        Entry(row.criterion, row.levels[0] if mild or row.number == min(words()["hurried"]) else row.level)
        for row in rows
    ]
    attempt, _ = attempts.keep(reviewer, sample, cohort, said)
    attempts.finish(attempt)
    if mild:
        score(sample, cohort, reviewer)
