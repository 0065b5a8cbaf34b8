"""From an uploaded file to its verdict: claimed with a lease, tried three times at most, written down in one piece."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import nh3
import structlog
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.db.models import F

from badges import specs
from badges.models import RequiredDocument
from microcred import clock
from submissions import checks, scanning, verdicts, workflow
from submissions.checks import contract
from submissions.checks.catalogue import say
from submissions.models import Answer, Finding, Version

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
STOPPED = contract.Examination(contract.BLOCKED, (say("virus"),))


def check(version: Version) -> None:
    """Give `version` its verdict; nothing happens when it has one or is in other hands."""
    claimed = claim(version)
    if claimed is None:
        return
    if claimed.tries > Version.MAX_TRIES:
        write_down(claimed, contract.Examination(contract.UNREAD, (say("read.failed"),)))
        return
    try:
        with local_copy(claimed) as path:
            found = STOPPED if scanning.is_infected(path) else checks.examine(path, expectation(claimed))
    except scanning.Away:  # that try was none
        Version.objects.filter(pk=claimed.pk, tries=claimed.tries).update(leased_until=None, tries=F("tries") - 1)
        raise
    except Exception:
        Version.objects.filter(pk=claimed.pk, tries=claimed.tries).update(leased_until=None)
        raise
    write_down(claimed, found)


def claim(version: Version) -> Version | None:
    """Take it in hand for two minutes; the try is counted before anything is parsed."""
    at = clock.now()
    mine = Version.objects.awaiting_check(at).filter(pk=version.pk)
    if not mine.update(leased_until=at + LEASE, tries=F("tries") + 1):
        return None
    return Version.objects.for_checking().get(pk=version.pk)


@contextmanager
def local_copy(version: Version) -> Iterator[Path]:
    """The file as a path; from a store far away, a copy that is removed afterwards."""
    if isinstance(version.file.storage, FileSystemStorage):
        yield Path(version.file.path)
        return
    with tempfile.NamedTemporaryFile(suffix=".bin") as copy:
        with version.file.open("rb") as source:
            for chunk in source.chunks():
                copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


def expectation(version: Version) -> contract.Expectation:
    """What this version should be, from its slot, its owner and the files beside it."""
    document = version.document
    last, first = document.submission.enrollment.person.file_names
    return expected(
        document.required,
        last=last,
        first=first,
        revised=version.round_number > 1,
        received_name=version.received_name,
        same_bytes=_same_bytes(version),
    )


def expected(required: RequiredDocument, **about) -> contract.Expectation:
    """What a file of `required` should be; `about` says whose and which. Queries: those of `specs.documents_of`."""
    slots = {one.pk: _slot(one) for one in specs.documents_of(required.edition)}
    this = slots.pop(required.pk)
    pattern = required.edition.name_pattern
    return contract.Expectation(required.edition.slug, this, tuple(slots.values()), name_pattern=pattern, **about)


def _slot(required: RequiredDocument) -> contract.Slot:
    return contract.Slot(
        key=required.key,
        title=required.title,
        short_title=required.short_title,
        aliases=tuple(required.aliases),
        prompts=tuple(contract.Prompt(one.code, one.text, one.min_words) for one in required.prompts.all()),
        printed=specs.document_spec(required).printed_lines(),
    )


def _same_bytes(version: Version) -> dict[str, tuple[str, object]]:
    """Equal files elsewhere in this submission: what the applicant has in other slots, or had in this one."""
    same: dict[str, tuple[str, object]] = {}
    others = Version.objects.filter(document__submission=version.document.submission_id).exclude(pk=version.pk)
    for other in others.filter(sha256=version.sha256).select_related("document__required").order_by("number"):
        if other.document_id == version.document_id:
            same.setdefault(other.sha256, ("before", other.number))
        elif other.document.current_id == other.pk:
            same[other.sha256] = ("other", other.document.required.short_title)
    return same


def write_down(version: Version, found: contract.Examination) -> None:
    """Keep verdict, findings and answers in one piece, if `version` is still in these hands."""
    with transaction.atomic():
        submission = workflow.locked(version.document.submission)
        at = clock.now()
        held = Version.objects.filter(pk=version.pk, verdict=Version.Verdict.CHECKING, tries=version.tries)
        if not held.update(
            verdict=found.verdict,
            canonical_name=found.canonical_name,
            checked_at=at,
            leased_until=None,
            words=found.words,
            outside=found.outside,
            seconds=found.seconds,
            peak_mib=found.peak_mib,
        ):
            return
        version.refresh_from_db(fields=["verdict", "canonical_name", "checked_at", "words"])
        _keep_findings(version, found)
        _keep_answers(version, found)
        verdicts.follow(version, submission, at=at)
    log.info("version_checked", version=version.pk, verdict=version.verdict, seconds=found.seconds)


def _keep_findings(version: Version, found: contract.Examination) -> None:
    Finding.objects.bulk_create(
        Finding(
            version=version,
            position=position,
            code=one.code,
            level=one.level,
            sentence=one.sentence,
            fix=one.fix,
            data=dict(one.data),
        )
        for position, one in enumerate(found.findings, start=1)
    )


def _keep_answers(version: Version, found: contract.Examination) -> None:
    prompts = {prompt.code: prompt for prompt in version.document.required.prompts.all()}
    Answer.objects.bulk_create(
        Answer(
            version=version,
            prompt=prompts[one.code],
            text=one.text,
            html=nh3.clean(one.html),
            words=one.words,
            found_by=one.found_by,
        )
        for one in found.answers
        if one.code in prompts
    )
