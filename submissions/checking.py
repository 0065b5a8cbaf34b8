"""From an uploaded file to its verdict: claimed with a lease, tried three times at most, written down in one piece."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import nh3
import structlog
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.db.models import F

from badges import specs
from badges.models import RequiredDocument
from cohorts import staff_tasks
from cohorts.models import StaffTask
from microcred import clock
from submissions import checks, scanning, verdicts, workflow
from submissions.checks import contract
from submissions.checks.catalogue import say
from submissions.models import Answer, Finding, Version, VersionQuerySet

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)  # the child's 20 at most, and what fetching and writing take; a scanner has its own
AGAIN_IN = timedelta(seconds=15)
SCANNER_AGAIN_IN = timedelta(minutes=1)
SCANNER_PATIENCE = timedelta(minutes=5)  # then the staff hears that files wait
STOPPED = contract.Examination(contract.BLOCKED, (say("virus"),))
ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "em": {"data-picture"}}  # which picture such words stand for
NOT_READ = contract.Examination(contract.UNREAD, (say("read.failed"),))


def check(version: Version) -> None:
    """Give `version` its verdict; nothing happens when it has one or is in other hands.

    A try that finds out nothing is followed by another one a little later, and after the third a person looks.
    """
    claimed = claim(version)
    if claimed is None:
        _give_up(version)
        return
    try:
        found = _found_in(claimed)
    except scanning.Away as away:
        _wait_for_scanner(claimed, str(away))
        return
    except Exception:
        log.exception("version_not_checked", version=claimed.pk, tries=claimed.tries)
        found = NOT_READ
    if found.findings == NOT_READ.findings and claimed.tries < Version.MAX_TRIES:
        _in_hand(claimed).update(leased_until=clock.now() + AGAIN_IN)
        return
    write_down(claimed, found)


def claim(version: Version) -> Version | None:
    """Take it in hand; the try is counted before anything is parsed. None, when it is not to be had."""
    at = clock.now()
    lease = LEASE + timedelta(seconds=scanning.SECONDS if settings.CLAMD_URL else 0)
    mine = Version.objects.awaiting_check(at).filter(pk=version.pk, tries__lt=Version.MAX_TRIES)
    if not mine.update(leased_until=at + lease, tries=F("tries") + 1):
        return None
    return Version.objects.for_checking().get(pk=version.pk)


def _in_hand(version: Version) -> VersionQuerySet:
    """The row, as long as it has no verdict and nobody else has taken it."""
    return Version.objects.filter(pk=version.pk, verdict=Version.Verdict.CHECKING, tries=version.tries)


def _give_up(version: Version) -> None:
    """Whoever held it for the last time has died: it is not tried again."""
    spent = Version.objects.awaiting_check(clock.now()).filter(pk=version.pk, tries__gte=Version.MAX_TRIES)
    if found := spent.for_checking().first():
        write_down(found, NOT_READ)


def _found_in(version: Version) -> contract.Examination:
    """What scanner and check say. Raises: Away; and whatever a storage raises."""
    with local_copy(version) as path:
        return STOPPED if scanning.is_infected(path) else checks.examine(path, expectation(version))


def _wait_for_scanner(version: Version, why: str) -> None:
    """Unscanned, a file gets no verdict: this try was none, and the staff hears of it when it takes long."""
    at = clock.now()
    log.error("version_not_scanned", version=version.pk, reason=why)
    _in_hand(version).update(leased_until=at + SCANNER_AGAIN_IN, tries=F("tries") - 1)
    if at - version.arrived_at > SCANNER_PATIENCE:
        enrollment = version.document.submission.enrollment
        staff_tasks.ask(
            enrollment.cohort,
            kind=StaffTask.Kind.READ_FILE,
            key=f"scanner:{clock.today(enrollment.cohort.zone, at=at)}",
            sentence=f"Files wait unchecked. {why} Tell whoever runs this site; the files go on by themselves.",
        )


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
    person = document.submission.enrollment.person
    last, first = person.file_names
    return expected(
        document.required,
        last=last,
        first=first,
        known_as=tuple(person.known_as),
        revised=version.round_number > 1,
        received_name=version.received_name,
        same_bytes=_same_bytes(version),
        sha256=version.sha256,
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
        prompts=tuple(
            contract.Prompt(one.code, one.text, one.min_words, one.section) for one in required.prompts.all()
        ),
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
        if not _in_hand(version).update(
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
            html=nh3.clean(one.html, attributes=ATTRIBUTES),
            asked=one.asked,
            words=one.words,
            found_by=one.found_by,
        )
        for one in found.answers
        if one.code in prompts
    )
