"""What every maker of a file is handed: the export, a way to count, and a list of what is missing from the file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from cohorts import keeping_clear
from reviews import conflicts
from reviews.exports.models import Export
from submissions.models import Submission

STEPS = 50  # so often at most is the count written down
A_BATCH = 500
Thing = TypeVar("Thing")


@dataclass
class Work:
    """One try at making a file. `report` keeps the count and the lease; it raises when others have taken over."""

    export: Export
    report: Callable[[int, int], None]
    missed: list[str] = field(default_factory=list)
    held: set[int] = field(default_factory=set)

    def counting(self, things: Iterable[Thing], total: int) -> Iterator[Thing]:
        """The same things, one by one, while the job page says how many are done."""
        step, done = max(1, total // STEPS), 0
        self.report(0, total)
        for done, thing in enumerate(things, start=1):
            yield thing
            if done % step == 0:
                self.report(done, total)
        self.report(done, max(total, done))

    def holds(self, version: int) -> None:
        """Note that bytes of this version, or scores given on it, are in the file: who takes it has read it."""
        self.held.add(version)

    def open_to_asker(self):
        """The submissions of the cohort, without those that whoever asked must keep clear of. Queries: three or four.

        How many were left out is said on the job page.
        """
        ours = Submission.objects.filter(enrollment__cohort=self.export.cohort)
        firm = conflicts.firm(self.export.asked_by, self.export.cohort)
        self._leave_out(ours.filter(firm).count(), "One submission is", "submissions are")
        return ours.exclude(firm)

    def people_open_to_asker(self):
        """The same of people, who stand in a sheet with what came of their work."""
        closed = keeping_clear.closed_to(self.export.asked_by, self.export.cohort)
        self._leave_out(closed.count(), "One person is", "people are")
        return self.export.cohort.enrollments.exclude(pk__in=closed)

    def _leave_out(self, count: int, one: str, many: str) -> None:
        if count:
            who = one if count == 1 else f"{count} {many}"
            self.missed.append(f"{who} left out: you are in conflict with that work, or it is your own.")


def batches(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    """So many at a time as memory should hold."""
    source = iter(things)
    while batch := list(islice(source, A_BATCH)):
        yield batch
