"""Receiving a file: straight to disk, counted and hashed as it comes, stopped at the limit."""

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload, TemporaryFileUploadHandler
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max, Sum

from microcred.models import User
from microcred.tasks import hurry
from microcred.verdict import Refused
from submissions import permissions, settling, workflow
from submissions.models import Document, Version, new_key

log = structlog.get_logger(__name__)
LIMIT_MB = settings.UPLOAD_LIMIT_BYTES // (1024 * 1024)
TOO_LARGE = (
    f"The file is larger than {LIMIT_MB} MB, so it was not kept. In Word, choose a picture, then Picture Format, "
    "Compress Pictures; save and add it again."
)
NO_ROOM = "We could not keep the file just now. Nothing you added before is lost. Try again in a few minutes."
NOT_ARRIVED = "The file did not arrive. Choose it again; your other documents are safe."
A_DAY_BYTES = 200 * 1024 * 1024
A_MINUTE = 10
CUT_AFTER = timedelta(hours=1)
NEARLY_FULL = 0.1  # of the disk is free


class ArrivingFile(TemporaryUploadedFile):
    """Bytes on their way: on the disk they will stay on, so that keeping them is a rename, under a name of ours."""

    def __init__(self, name, content_type, size, charset, content_type_extra=None):
        file = tempfile.NamedTemporaryFile(dir=incoming())  # noqa: SIM115 - it lives as long as the request
        UploadedFile.__init__(self, file, name, content_type, size, charset, content_type_extra)


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes one file a request to disk while hashing it, and no more than the limit.

    What goes wrong stands in `request.upload_problem`, a sentence; the rest of the form is read all the same.
    """

    file: Any
    request: Any

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        self.is_flood = content_length > 4 * settings.UPLOAD_LIMIT_BYTES
        self.files = 0

    def new_file(self, *args, **kwargs):
        self.files += 1
        if not self.is_surplus:
            self.digest = hashlib.sha256()
            FileUploadHandler.new_file(self, *args, **kwargs)
            try:
                self.file = ArrivingFile(self.file_name, self.content_type, 0, self.charset, self.content_type_extra)
            except OSError:
                self._give_up(NO_ROOM)

    @property
    def is_surplus(self) -> bool:
        """A second file of the same form is read past."""
        return self.files > 1

    def receive_data_chunk(self, raw_data, start):
        if self.is_surplus:
            return
        if start + len(raw_data) > settings.UPLOAD_LIMIT_BYTES:
            self._give_up(TOO_LARGE)
        self.digest.update(raw_data)
        try:
            self.file.write(raw_data)
        except OSError:
            self._give_up(NO_ROOM)

    def file_complete(self, file_size):
        if self.is_surplus:
            return None
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
        except OSError:
            self.request.upload_problem = NO_ROOM
            return None
        self.file.sha256 = self.digest.hexdigest()
        return super().file_complete(file_size)

    def _give_up(self, sentence: str):
        """Read on to the end of the form, unless it is so large that only hanging up helps."""
        self.request.upload_problem = sentence
        raise StopUpload(connection_reset=True) if self.is_flood else SkipFile


def receive(
    document: Document, upload: UploadedFile, *, by: User, arrived_at: datetime, again: bool = False
) -> Version:
    """Keep the bytes as they came, as the next version of the slot; a worker checks them.

    `again`: the sender cannot know whether an earlier try arrived; if it did, it is the version meant.
    In a submission that was handed in already it counts from now on; the receipt follows once it is checked.
    Raises: Refused, when the slot is closed at `arrived_at` or the person adds too much; then nothing is kept.
    Where the database went away no row tells whether it was kept, so the bytes stay.
    """
    sha256 = getattr(upload, "sha256", None) or digest_of(upload)
    last = document.versions.order_by("number").last() if again else None
    if last and last.sha256 == sha256:
        return last
    key = _store(upload)
    try:
        return _keep(
            document,
            by=by,
            arrived_at=arrived_at,
            file=key,
            received_name=(upload.name or "")[:255],
            size_bytes=upload.size,
            sha256=sha256,
        )
    except (OperationalError, InterfaceError):
        raise  # with the bytes left where they are: the row may have been written, and its answer lost
    except BaseException:
        default_storage.delete(key)
        raise


def move(version: Version, document: Document, *, by: User, arrived_at: datetime) -> Version:
    """Put the file of `version` into the slot it belongs in; its own slot goes back to what counted before.

    Raises: Refused, as `receive` does.
    """
    with transaction.atomic():
        moved = _keep(document, by=by, arrived_at=arrived_at, **_bytes_of(version))
        left = version.document
        if left.current_id == version.pk:
            left.current = left.versions.that_count(moved.round_number).exclude(pk=version.pk).first()
            left.save(update_fields=["current"])
        settling.let_go(version, by=by)
    return moved


def add_again(version: Version, *, by: User, arrived_at: datetime) -> Version:
    """Make an earlier version of a slot the newest once more. Raises: Refused, as `receive` does."""
    return _keep(version.document, by=by, arrived_at=arrived_at, **_bytes_of(version))


def carry_over(version: Version, document: Document, *, arrived_at: datetime) -> Version:
    """The file of `version` in a slot of the same person in another cohort, where it is checked anew.

    Whoever moves the person has asked whether it may be; call it inside their transaction.
    """
    return _append(document, round_number=1, by=version.added_by, arrived_at=arrived_at, **_bytes_of(version))


def _bytes_of(version: Version) -> dict[str, Any]:
    return {
        "file": version.file.name,
        "received_name": version.received_name,
        "size_bytes": version.size_bytes,
        "sha256": version.sha256,
    }


@transaction.atomic
def _keep(document: Document, *, by: User, arrived_at: datetime, **fields: Any) -> Version:
    submission = workflow.locked(document.submission)
    document.submission = submission
    verdict = permissions.may_add(by, document, at=arrived_at)
    if not verdict:
        raise Refused(verdict.reason)
    _within_reason(by, at=arrived_at, size=fields["size_bytes"])
    number = submission.current_round.number
    return _append(document, round_number=number, by=by, arrived_at=arrived_at, **fields)


def _append(document: Document, *, round_number: int, by: User, arrived_at: datetime, **fields: Any) -> Version:
    last = document.versions.aggregate(last=Max("number"))["last"] or 0
    version = document.versions.create(
        number=last + 1,
        round_number=round_number,
        arrived_at=arrived_at,
        added_by=by,
        **fields,
    )
    document.current = version
    document.save(update_fields=["current"])
    transaction.on_commit(lambda: _hurry(version.pk))
    return version


def _hurry(pk: int) -> None:
    from submissions.tasks import check_version  # the door for the worker opens from above

    hurry(check_version, pk)


def _store(upload: UploadedFile) -> str:
    """The key under which the bytes lie. Raises: Refused, when there is no room; nothing is left behind then."""
    key = new_key()
    try:
        default_storage.save(key, upload)
        _settle(key)
        return key
    except OSError as full:
        log.error("file_not_kept", error=type(full).__name__)
        with suppress(OSError):
            default_storage.delete(key)
        raise Refused(NO_ROOM) from full


def _settle(key: str) -> None:
    """Have the disk remember under which name the bytes lie, before anybody is told that they do."""
    if isinstance(default_storage, FileSystemStorage):
        for folder in (Path(default_storage.path(key)).parent, Path(default_storage.location)):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def incoming() -> Path | None:
    """Where bytes lie while they arrive; the system's own place when the storage is far away."""
    if not isinstance(default_storage, FileSystemStorage):
        return None
    folder = Path(default_storage.location) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def remove_cut(*, at: datetime) -> int:
    """Remove what lies in `incoming` for an hour: whoever received it has died. How many files that were."""
    folder = incoming()
    if folder is None:
        return 0
    disk = shutil.disk_usage(folder)
    if disk.free < NEARLY_FULL * disk.total:
        log.error("disk_nearly_full", free_bytes=disk.free)
    return sum(_removed(file, before=(at - CUT_AFTER).timestamp()) for file in folder.iterdir())


def _removed(file: Path, *, before: float) -> bool:
    with suppress(FileNotFoundError):  # its request has ended meanwhile
        if file.stat().st_mtime < before:
            file.unlink()
            return True
    return False


def digest_of(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _within_reason(person: User, *, at: datetime, size: int) -> None:
    """Raises: Refused, for more files a minute or bytes a day than a person adds."""
    theirs = Version.objects.filter(added_by=person, arrived_at__lte=at)
    if theirs.filter(arrived_at__gt=at - timedelta(minutes=1)).count() >= A_MINUTE:
        raise Refused("That was many files in one minute. Wait a minute, then add this one.")
    today = theirs.filter(arrived_at__gt=at - timedelta(days=1)).aggregate(total=Sum("size_bytes"))["total"] or 0
    if today + size > A_DAY_BYTES:
        raise Refused("That is more than 200 MB in one day. Add this file tomorrow, or write to the team.")
