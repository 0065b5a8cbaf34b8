"""The finished readings of a submission side by side, under the names that the one who looks may know."""

from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_lowercase

from badges.models import Level
from microcred.models import User
from reviews import agreement
from reviews.agreement import Reading, Row, Standing
from reviews.models import Assignment, Review
from reviews.settling import Gap
from reviews.sheets import Question


@dataclass(frozen=True)
class Side:
    """What one of them said of a row."""

    name: str
    key: str
    level: Level | None
    comment: str = ""
    private_note: str = ""


@dataclass(frozen=True)
class Line:
    """One row that the readers differ on: what each said, and what was settled."""

    row: Row
    sides: list[Side]
    settled: Side | None
    question: Question | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """What the readers of a round said, and what was settled between them."""

    standing: Standing
    readings: tuple[Reading, ...]
    names: dict[int, tuple[str, str]]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Those the readers differ on: to be settled, or settled."""
        return self.standing.disputed or self.standing.settled

    def lines(self, questions: Iterable[Question] = (), gaps: Iterable[Gap] = ()) -> list[Line]:
        """With the questions of a sheet, so that their answers stand beside them, and what is missing in each."""
        by_number, gaps = {question.number: question for question in questions}, tuple(gaps)
        return [
            Line(
                row,
                self.sides(row),
                self.settled(row),
                by_number.get(row.number),
                tuple(gap for gap in gaps if gap.number == row.number),
            )
            for row in self.rows
        ]

    @property
    def agreed(self) -> list[tuple[Row, list[Side]]]:
        apart = {row.number for row in self.rows}
        return [(row, self.sides(row)) for row in self.standing.rows if row.number not in apart]

    @property
    def is_settled(self) -> bool:
        return bool(self.standing.settled) and not self.standing.disputed

    def sides(self, row: Row) -> list[Side]:
        """One for each reader; none for a row that this round does not ask for."""
        return [self._side(reading, row) for reading in self.readings if row.is_open]

    def settled(self, row: Row) -> Side | None:
        """What the second reader said, once it counts."""
        return self._side(self.standing.settlement, row) if row.is_settled and self.standing.settlement else None

    def _side(self, reading: Reading, row: Row) -> Side:
        name, key = self.names[reading.assignment.reviewer_id]
        said = reading.remarks.get(row.criterion.pk)
        return Side(name, key, said.level, said.comment, said.private_note) if said else Side(name, key, None)


def comparison(standing: Standing, *, reader: User, is_admin: bool = False) -> Comparison:
    """What `reader` may read of it. Readers have letters, who looks is “You”, and an admin sees names. Queries: one."""
    own = Review.objects.readable_by(reader).filter(assignment__submission=standing.submission)
    readable = set(own.values_list("assignment", flat=True))
    said = [reading for reading in (*standing.finished, standing.settlement) if reading and reading.is_finished]
    said = [reading for reading in said if reading.assignment.pk in readable]
    readings = tuple(reading for reading in said if not reading.settles)
    keys = dict(zip((reading.assignment.reviewer_id for reading in readings), ascii_lowercase, strict=False))

    def name(person: User) -> str:
        if person.pk == reader.pk:
            return "You"
        if is_admin:
            return str(person)
        return f"Reader {keys[person.pk].upper()}" if person.pk in keys else "Second reader"

    people = [reading.assignment.reviewer for reading in said]
    return Comparison(standing, readings, {one.pk: (name(one), keys.get(one.pk, "")) for one in people})


def result_for(assignment: Assignment) -> Comparison | None:
    """What became of a reader's finished review, of whichever round: both readings, and what was settled.

    None before all have spoken. Queries: those of `agreement.of`, and one; it comes with its submission and reviewer.
    """
    found = comparison(agreement.of_round(assignment.submission, assignment.round_number), reader=assignment.reviewer)
    own = assignment.pk in {reading.assignment.pk for reading in found.readings}
    return found if own and len(found.readings) > 1 and found.standing.has_its_readers else None
