"""Clean copies: made once by a worker after the check, kept beside the original under a key of their own."""

import tempfile
from dataclasses import asdict
from datetime import timedelta
from typing import BinaryIO

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F

from cohorts import staff_tasks
from cohorts.models import StaffTask
from microcred import clock
from submissions.checking import local_copy
from submissions.checks import cleaning
from submissions.checks.cleaning import sandbox
from submissions.models import CleanCopy, Version, new_key
from submissions.uploads import digest_of
from submissions.verdicts import COPY_FILE

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)


def make(version: Version) -> None:
    """Make the clean copy of `version`; nothing happens when it needs none or is in other hands."""
    copy = claim(version)
    if copy is None:
        return
    if copy.tries > CleanCopy.MAX_TRIES:
        _give_up(copy)
        return
    try:
        with local_copy(copy.version) as path, tempfile.TemporaryFile() as into:
            writer = writer_of(copy.version)
            cleaned = sandbox.clean(path, into, writer)
            _keep(copy, into, cleaned, is_nameless=bool(writer.alias))
    except sandbox.NotCleaned as problem:
        log.error("not_cleaned", version=copy.version_id, reason=str(problem))
        if problem.is_final:
            _give_up(copy)
        else:
            _let_go(copy)
    except Exception:
        _let_go(copy)
        raise


def claim(version: Version) -> CleanCopy | None:
    """Take it in hand for two minutes; the try is counted before anything is parsed."""
    at = clock.now()
    if not Version.objects.awaiting_copy(at).filter(pk=version.pk).exists():
        return None
    copy, _ = CleanCopy.objects.get_or_create(version=version)
    mine = CleanCopy.objects.filter(pk=copy.pk, made_at=copy.made_at, given_up_at=None).exclude(leased_until__gt=at)
    if not mine.update(leased_until=at + LEASE, tries=F("tries") + 1):
        return None
    about = "version__document__required", "version__document__submission__enrollment"
    people = (f"{about[1]}__person", f"{about[1]}__cohort")
    return CleanCopy.objects.select_related(*about, *people).get(pk=copy.pk)


def writer_of(version: Version) -> cleaning.Writer:
    """Who wrote it, and what stands for the name where the cohort reads blind."""
    submission = version.document.submission
    last, first = submission.enrollment.person.file_names
    return cleaning.Writer(last, first, submission.reference if submission.enrollment.cohort.reads_blind else "")


def _keep(copy: CleanCopy, made: BinaryIO, cleaned: cleaning.Cleaned, *, is_nameless: bool) -> None:
    """Store the bytes, then say so; an earlier copy that still showed the name goes."""
    content = File(made)
    size, sha256 = content.size, digest_of(content)
    key, before = default_storage.save(new_key(), content), copy.file.name
    with transaction.atomic():
        is_kept = _held(copy).update(
            file=key,
            size_bytes=size,
            sha256=sha256,
            is_nameless=is_nameless,
            missed=list(cleaned.missed),
            pictures={mark: asdict(picture) for mark, picture in cleaned.pictures.items()},
            made_at=clock.now(),
            leased_until=None,
            tries=0,
        )
        unused = before if is_kept else key
        if unused:
            transaction.on_commit(lambda: default_storage.delete(unused))


def _give_up(copy: CleanCopy) -> None:
    """Reviewers read what we found in the file; a person decides what else they get."""
    if not _held(copy).update(given_up_at=clock.now(), leased_until=None):
        return
    document = copy.version.document
    enrollment = document.submission.enrollment
    staff_tasks.ask(
        enrollment.cohort,
        kind=StaffTask.Kind.READ_FILE,
        key=f"{COPY_FILE}:{copy.version_id}",
        sentence=f"Look at the {document.required.short_title} of {enrollment.person}: we could make no copy of it "
        "for reviewers, so they read only its text.",
        enrollment=enrollment,
        url=f"/cohorts/{enrollment.cohort.slug}/files/{copy.version_id}/",
    )


def _let_go(copy: CleanCopy) -> None:
    _held(copy).update(leased_until=None)


def _held(copy: CleanCopy):
    """The row, if it is still in these hands."""
    return CleanCopy.objects.filter(pk=copy.pk, tries=copy.tries)
