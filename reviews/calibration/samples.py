"""Preparing a sample: its Word file is read, levels are agreed on with reasons, and it is published."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nh3
from django.db import transaction
from django.db.models import Max

from badges.models import Criterion, Edition, Level, RequiredDocument
from cohorts import records
from cohorts.models import Cohort, Deed
from microcred import clock
from microcred.models import User
from microcred.verdict import Refused
from reviews.agreement import criteria_of
from reviews.calibration.models import AgreedLevel, Sample, SampleAnswer
from submissions import checking, checks, scanning
from submissions.checks import contract


class Changed(Exception):
    """Somebody saved something else since the page was made."""


@dataclass(frozen=True)
class Entry:
    """What stands in the form for one row: a level, and words beside it."""

    criterion: Criterion
    level: Level | None
    text: str = ""
    version: int = 0


@dataclass
class Row:
    """One rubric row of a sample with the answer it is about, and what somebody says of it.

    `clash` is what another tab saved of it meanwhile.
    """

    number: int
    criterion: Criterion
    answer: SampleAnswer | None
    level: Level | None = None
    text: str = ""
    version: int = 0
    clash: Exception | None = None

    @property
    def question(self) -> str:
        return self.criterion.prompt.text if self.criterion.prompt else self.criterion.title

    @property
    def levels(self) -> list[Level]:
        return list(self.criterion.levels.all())

    def say(self, entry: Entry) -> None:
        self.level, self.text, self.version = entry.level, entry.text, entry.version


@dataclass(frozen=True)
class Gap:
    """What is missing in one row."""

    number: int
    sentence: str


def rows_of(sample: Sample) -> list[Row]:
    """Every scored row of its edition, without a level yet. Queries: three."""
    answers: dict[int | None, SampleAnswer] = {answer.prompt_id: answer for answer in sample.answers.all()}
    criteria = criteria_of([sample.edition_id]).get(sample.edition_id, [])
    return [Row(number, row, answers.get(row.prompt_id)) for number, row in enumerate(criteria, start=1)]


def agreed_rows(sample: Sample) -> list[Row]:
    """The same with the levels agreed on. Queries: four."""
    agreed = {one.criterion_id: one for one in sample.agreed.select_related("level")}
    rows = rows_of(sample)
    for row in rows:
        if one := agreed.get(row.criterion.pk):
            row.level, row.text = one.level, one.reason
    return rows


# Making one ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def prepare(edition: Edition, *, title: str, by: User) -> Sample:
    """A draft with the next number."""
    Edition.objects.select_for_update().get(pk=edition.pk)
    last = edition.samples.aggregate(last=Max("number"))["last"] or 0
    return Sample.objects.create(edition=edition, number=last + 1, title=title, made_by=by)


def examined(path: Path, required: RequiredDocument, *, name: str) -> contract.Examination:
    """What the check finds in a file that is nobody's. Raises: Refused, when its answers cannot be read."""
    try:
        if scanning.is_infected(path):
            raise Refused("The virus scanner stopped this file. Save the text in a new document and choose that.")
    except scanning.Away as away:
        raise Refused("The virus scanner does not answer just now. Try again in a few minutes.") from away
    found = checks.examine(path, checking.expected(required, received_name=name))
    if found.verdict == contract.BLOCKED:
        raise Refused(next(one.sentence for one in found.findings if one.level == contract.BLOCKED))
    if not any(answer.text for answer in found.answers):
        raise Refused("We found no answers in this file. Write them into the template of this edition.")
    return found


@transaction.atomic
def keep_answers(sample: Sample, required: RequiredDocument, found: contract.Examination) -> None:
    """The answers of one document, instead of those read before. Nothing else of the file is kept."""
    _drafted(sample)
    prompts = {prompt.code: prompt for prompt in required.prompts.all()}
    SampleAnswer.objects.filter(sample=sample, prompt__document=required).delete()
    SampleAnswer.objects.bulk_create(
        SampleAnswer(sample=sample, prompt=prompts[one.code], text=one.text, html=nh3.clean(one.html), words=one.words)
        for one in found.answers
        if one.code in prompts
    )


@transaction.atomic
def agree(sample: Sample, entries: Iterable[Entry], *, version: int) -> Sample:
    """Keep levels and reasons. Raises: Changed, when somebody saved meanwhile; Refused, once it is published."""
    draft = _drafted(sample)
    if draft.version != version:
        raise Changed
    for entry in entries:
        said = {"level": entry.level, "reason": entry.text.strip()}
        AgreedLevel.objects.update_or_create(sample=draft, criterion=entry.criterion, defaults=said)
    draft.version += 1
    draft.save(update_fields=["version"])
    return draft


def gaps(rows: Iterable[Row]) -> list[Gap]:
    """What a sample still needs before reviewers can learn from it."""
    found = []
    for row in rows:
        if row.level is None:
            found.append(Gap(row.number, f"Choose the agreed level for row {row.number}."))
        elif not row.text.strip():
            found.append(Gap(row.number, f"Say why row {row.number} is “{row.level}”; reviewers read it afterwards."))
    return found


@transaction.atomic
def publish(sample: Sample, *, by: User) -> None:
    """Offer it to reviewers. Raises: Refused, naming what is missing first."""
    draft = _drafted(sample)
    if missing := gaps(agreed_rows(draft)):
        raise Refused(missing[0].sentence)
    draft.published_at, draft.published_by = clock.now(), by
    draft.save(update_fields=["published_at", "published_by"])


@transaction.atomic
def retire(sample: Sample, *, by: User) -> None:
    """Offer it no more; attempts stay. Raises: Refused, for the last one where a cohort asks for a sample."""
    current = _locked(sample)
    if not current.is_offered:
        raise Refused(f"“{sample}” is not offered to reviewers. Nothing was changed.")
    others = Sample.objects.offered().filter(edition=current.edition_id).exclude(pk=current.pk)
    asking = current.edition.cohorts.filter(calibration_percent__isnull=False, closed_at=None).first()
    if asking and not others.exists():
        raise Refused(f"{asking} asks its reviewers for a sample, and this is the only one. Publish another one first.")
    current.retired_at, current.retired_by = clock.now(), by
    current.save(update_fields=["retired_at", "retired_by"])


@transaction.atomic
def discard(sample: Sample, *, cohort: Cohort, by: User) -> None:
    """Delete a draft on the pages of `cohort`. Raises: Refused, once it was published."""
    _drafted(sample).delete()
    records.tell(cohort, Deed.Kind.REVIEWS, f"Draft of a sample deleted: {sample}", by=by)


def _drafted(sample: Sample) -> Sample:
    current = _locked(sample)
    if current.published_at:
        raise Refused(f"“{sample}” is published, so it stays as it is. Prepare another one for what has changed.")
    return current


def _locked(sample: Sample) -> Sample:
    found = Sample.objects.select_for_update(of=("self",)).select_related("edition").filter(pk=sample.pk).first()
    if found is None:
        raise Refused(f"“{sample}” has been deleted.")
    return found
