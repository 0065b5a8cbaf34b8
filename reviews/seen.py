"""What a reviewer had before them when they typed: no file, round or rubric is scored that was not read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from microcred.verdict import ALLOWED, Refused, Verdict
from reviews.models import Assignment
from submissions.models import Submission, Version
from submissions.reading import versions_of

_WRITTEN = re.compile(r"(\d{1,9})\.(\d{1,4})\.((?:\d{1,4}(?:-\d{1,4})*)?)")


class NotYet(Refused):
    """A file is being checked, or is another one than was read: what was typed can be saved in a while."""


class Passed(Refused):
    """The page is about a round or a rubric that is not scored any more; what was typed belongs nowhere else."""


@dataclass(frozen=True)
class Seen:
    """The edition, the round and the number of each file's version; a page carries it as `7.2.1-1-3`."""

    edition: int
    round_number: int
    versions: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.edition}.{self.round_number}.{'-'.join(map(str, self.versions))}"


def of(assignment: Assignment, versions: Iterable[Version]) -> Seen:
    """`versions` are those that count, in the order of their documents."""
    edition = assignment.submission.enrollment.cohort.edition_id
    return Seen(edition, assignment.round_number, tuple(version.number for version in versions))


def read(written: str) -> Seen | None:
    """What a page carried; None, when it carried nothing that we wrote."""
    found = _WRITTEN.fullmatch(written)
    if found is None:
        return None
    numbers = tuple(int(number) for number in found[3].split("-") if number)
    return Seen(int(found[1]), int(found[2]), numbers)


def compare(read: Seen, assignment: Assignment) -> None:
    """Raises: Passed, when the page was about a round or a rubric that is not scored now."""
    submission = assignment.submission
    if read.round_number != assignment.round_number:
        raise Passed(f"A revised version of {submission} has come in since you opened this page.")
    if read.edition != submission.enrollment.cohort.edition_id:
        raise Passed(f"The rubric of {submission} has changed since you opened this page.")


def before_starting(read: Seen | None, assignment: Assignment) -> None:
    """From the start on the files stay as they are now. Raises: as `compare`; NotYet. Queries: one."""
    versions = counting(assignment)
    if not (may := may_start(assignment.submission, versions)):
        raise NotYet(may.reason)
    if read is None:
        return
    compare(read, assignment)
    if read != of(assignment, versions):
        reference = assignment.submission
        raise NotYet(f"The applicant has replaced a file of {reference} since you opened this page. Read the new one.")


def counting(assignment: Assignment) -> list[Version]:
    """The versions that count in its round, in the order of their documents. Queries: one."""
    found = versions_of(assignment.submission, assignment.round_number).values()
    return sorted(found, key=lambda version: version.document.required.position)


def may_start(submission: Submission, versions: Iterable[Version]) -> Verdict:
    """Whether a review may start on the files that count now."""
    versions = list(versions)
    if any(version.verdict == Version.Verdict.CHECKING for version in versions):
        return Verdict(f"A file of {submission} is still being checked. You can score it in a minute.")
    if not any(version.document.required.is_scored for version in versions):
        return Verdict(f"The file of {submission} cannot be used. You can score it once your team has mended that.")
    return ALLOWED
