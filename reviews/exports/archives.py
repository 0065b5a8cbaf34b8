"""The ZIP of a cohort's documents: a folder for each submission, and names that every system takes."""

import shutil
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from django.core.files import File
from django.db.models import F, QuerySet

from badges.names import safe_stem
from microcred import clock
from reviews.exports.making import A_BATCH, Work
from reviews.exports.models import Export
from submissions.models import Version
from submissions.serving import legal, name_of
from submissions.states import HANDED_IN, State

CHUNK = 256 * 1024
TAKEN = (*HANDED_IN, State.REVISION_REQUESTED)


def documents(work: Work, into: BinaryIO) -> None:
    """Every document that counts of what has been handed in. What cannot be had is named, and stops nothing else."""
    found, at = _versions(work), clock.now()
    names = Names()
    with zipfile.ZipFile(into, "w", allowZip64=True) as ours:
        for version in work.counting(found.iterator(chunk_size=A_BATCH), found.count()):
            if (file := _file_of(version, work)) is None:
                continue
            with file, ours.open(_entry(names.unlike_others(_path(version, work.export.kind)), at), "w") as entry:
                shutil.copyfileobj(file, entry, CHUNK)
            work.holds(version.pk)
        if work.missed:
            ours.writestr(_entry("MISSING.txt", at), "\r\n".join([*work.missed, ""]))


def _versions(work: Work) -> QuerySet[Version]:
    taken = work.open_to_asker().filter(state__in=TAKEN)
    handed_in = list(taken.values_list("pk", flat=True))  # asked for apart: as a part of the next it takes minutes
    counting = Version.objects.filter(document__submission__in=handed_in, document__current=F("pk"))
    return counting.exclude(verdict=Version.Verdict.BLOCKED).select_related(
        "document__required", "document__submission__enrollment__person", "document__submission__enrollment__cohort",
        "clean_copy",
    ).order_by("document__submission__number", "document__required__position", "pk")  # fmt: skip


def _file_of(version: Version, work: Work) -> File | None:
    """The bytes to put in; None, and a sentence of what is missing, when they cannot be had."""
    document = version.document
    named = f"{document.submission.short_number}, {document.required.short_title}"
    stored = version.file
    if work.export.kind == Export.Kind.COPIES:
        copy = version.copy_for(document.submission.enrollment.cohort)
        if copy is None:
            work.missed.append(f"{named}: there is no copy for reviewers.")
            return None
        stored = copy.file
    try:
        return stored.open("rb")
    except FileNotFoundError:
        work.missed.append(f"{named}: we no longer find the file.")
        return None


def _path(version: Version, kind: str) -> str:
    """`0417 Ward, Cleo/Ward, C - Level 2 Growth Plan.docx`; of copies for reviewers, `0417/…`."""
    submission = version.document.submission
    if kind == Export.Kind.COPIES:
        copy = version.clean_copy
        copy.version = version
        return f"{submission.short_number}/{legal(name_of(copy))}"
    last, first = submission.enrollment.person.file_names
    folder = safe_stem(f"{submission.short_number} {', '.join(filter(None, (last, first)))}")
    return f"{folder}/{legal(version.filed_as)}"


class Names:
    """Tells a second file of one name from the first, by the rules of systems that take small letters for capitals."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def unlike_others(self, path: str) -> str:
        for name in self._candidates(path):
            folded = unicodedata.normalize("NFC", name).casefold()
            if folded not in self.taken:
                self.taken.add(folded)
                return name
        raise AssertionError("there is always another number")

    @staticmethod
    def _candidates(path: str) -> Iterator[str]:
        yield path
        stem, dot, ending = path.rpartition(".")
        number = 2
        while True:
            yield f"{stem} ({number}){dot}{ending}"
            number += 1


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    """Stored as it is: Word files are packed already."""
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.external_attr = 0o600 << 16
    return info
