"""Samples go along to the next edition of a badge, with what was agreed on them; what reviewers made of them stays."""

from dataclasses import dataclass

from django.db import transaction

from badges.models import Criterion, Edition, Prompt
from reviews.agreement import criteria_of
from reviews.calibration import samples
from reviews.calibration.models import AgreedLevel, Sample, SampleAnswer


@dataclass(frozen=True)
class Carried:
    """How many samples came along, and the rows of the new rubric that are to be agreed on anew."""

    count: int
    changed: tuple[int, ...]


def waiting(edition: Edition):
    """Those of the edition before that are offered there and have not come along. Queries: none yet."""
    here = Sample.objects.filter(edition=edition, carried_from__isnull=False).values("carried_from")
    return Sample.objects.offered().filter(edition=edition.succeeds_id).exclude(pk__in=here)


@transaction.atomic
def carry(edition: Edition) -> Carried:
    """Copy them as drafts: whoever publishes one has looked whether it still fits the rubric.

    Answers come along where the prompt is the same, levels and reasons where the whole row is.
    """
    Edition.objects.select_for_update().get(pk=edition.pk)
    rows = _same_rows(edition)
    brought = [_copy(sample, edition, rows) for sample in waiting(edition).order_by("number")]
    here = criteria_of([edition.pk]).get(edition.pk, [])
    same = {row.pk for row in rows.values()}
    changed = tuple(number for number, row in enumerate(here, start=1) if row.pk not in same)
    return Carried(len(brought), changed if brought else ())


def _same_rows(edition: Edition) -> dict[int, Criterion]:
    """The rows of the edition before that read the same in this one: their keys, with the row here. Queries: two."""
    if (last := edition.succeeds_id) is None:
        return {}
    found = criteria_of([edition.pk, last])
    here = {_as_read(row): row for row in found.get(edition.pk, [])}
    before = found.get(last, [])
    return {row.pk: here[_as_read(row)] for row in before if _as_read(row) in here}


def _as_read(row: Criterion) -> tuple:
    """All that whoever scores the row goes by. Reads prompt and levels."""
    prompt = (row.prompt.code, row.prompt.text) if row.prompt else ()
    levels = tuple((level.rank, level.label, level.text, level.is_passing) for level in row.levels.all())
    return row.document.key, row.key, row.title, prompt, levels


def _copy(sample: Sample, edition: Edition, rows: dict[int, Criterion]) -> Sample:
    made = samples.prepare(edition, title=sample.title, by=sample.made_by)
    made.carried_from = sample
    made.save(update_fields=["carried_from"])
    known = Prompt.objects.filter(document__edition=edition).select_related("document")
    prompts = {(one.document.key, one.code): one for one in known}
    for answer in sample.answers.select_related("prompt__document"):
        if prompt := prompts.get((answer.prompt.document.key, answer.prompt.code)):
            SampleAnswer.objects.create(
                sample=made, prompt=prompt, text=answer.text, html=answer.html, words=answer.words
            )
    for agreed in sample.agreed.select_related("level"):
        if row := rows.get(agreed.criterion_id):
            level = next(one for one in row.levels.all() if agreed.level and one.rank == agreed.level.rank)
            AgreedLevel.objects.create(sample=made, criterion=row, level=level, reason=agreed.reason)
    return made
