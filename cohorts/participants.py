"""Who was in a meeting, as a meeting program lists it: read generously, several rows of one person taken together."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import ceil

import yaml
from django.conf import settings

from cohorts import spreadsheets
from microcred.verdict import Refused

FILE = settings.BASE_DIR / "badges" / "library" / "participants.yaml"
MOST_ROWS = 5000
LONGEST_NAME = 160
LONGEST_STAY = 24 * 60  # minutes
NO_LIST = (
    "This does not look like a list of participants: no line names a column for names and one for minutes. "
    "In Zoom: Reports, Meeting history, Participants, Export. In any other list, write “Name” and “Minutes” above them."
)
Stay = tuple[datetime, datetime]


@dataclass(frozen=True)
class Participant:
    """Somebody as the list names them, with each time they were in: its minutes, and from when to when if told."""

    name: str
    email: str = ""
    minutes: tuple[int, ...] = ()
    stays: tuple[Stay, ...] = ()

    @property
    def key(self) -> str:
        """What tells them apart from others in any list: their address, or else what they call themselves."""
        return self.email.lower() or folded(self.name)

    @property
    def spent(self) -> int:
        return minutes_of([self])


def minutes_of(participants: Iterable[Participant]) -> int:
    """How long one person was there who is listed as all of these; what they spent on two devices counts once."""
    them = list(participants)
    listed = [minutes for one in them for minutes in one.minutes]
    stays = sorted(stay for one in them for stay in one.stays)
    total = sum(listed)
    if len(stays) == len(listed) and any(later[0] < earlier[1] for earlier, later in _pairs(stays)):
        total = min(total, _covered(stays))
    return min(total, LONGEST_STAY)


def _pairs(stays: Sequence[Stay]) -> Iterator[tuple[Stay, Stay]]:
    """Each stay behind the one of those before it that ended last."""
    longest = None
    for stay in stays:
        if longest:
            yield longest, stay
        longest = max(longest, stay, key=lambda one: one[1]) if longest else stay


def _covered(stays: Sequence[Stay]) -> int:
    seconds, until = 0.0, stays[0][0]
    for first, last in stays:
        seconds += max((last - max(first, until)).total_seconds(), 0)
        until = max(until, last)
    return ceil(seconds / 60)


def read(text: str) -> list[Participant]:
    """Everyone in the list, in its order. Raises: Refused, when it is none."""
    lines = spreadsheets.lines(text)
    if len(lines) > MOST_ROWS:
        raise Refused(f"That is {len(lines):,} rows. A list of participants has at most {MOST_ROWS:,}.")
    start, columns = _heading(lines)
    found: dict[str, Participant] = {}
    rows = [tuple(line.cells) for line in lines]
    above = set(rows[: start + 1])
    for cells in dict.fromkeys(rows[start + 1 :]):  # what was pasted twice counts once
        row = None if cells in above else _row(dict(zip(columns, cells, strict=False)))
        if row:
            found[row.key] = _together(found[row.key], row) if row.key in found else row
    if not found:
        raise Refused("Nobody is in this list. Export it again once the meeting is over.")
    return list(found.values())


def folded(text: str) -> str:
    """`text` in small letters without marks and signs, words apart by one space."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (sign if sign.isalnum() else "" if unicodedata.combining(sign) else " " for sign in plain)
    return " ".join("".join(kept).split())


def _heading(lines: list[spreadsheets.Line]) -> tuple[int, list[str]]:
    for number, line in enumerate(lines[:20]):
        columns = [_column_of().get(_letters(cell), "") for cell in line.cells]
        if "name" in columns and ("minutes" in columns or {"joined", "left"} <= set(columns)):
            return number, columns
    raise Refused(NO_LIST)


def _row(cells: Mapping[str, str]) -> Participant | None:
    """One line of the list; none for a line without a name, and for somebody who only waited outside."""
    name = " ".join(cells.get("name", "").split())[:LONGEST_NAME]
    if not folded(name) or cells.get("waited", "").strip().casefold() in _data()["waiting"]:
        return None
    joined, left = _moment(cells.get("joined", "")), _moment(cells.get("left", ""))
    stays = ((joined, left),) if joined and left and joined < left else ()
    minutes = _minutes(cells.get("minutes", ""))
    if minutes is None:
        minutes = _covered(stays) if stays else 0
    email = cells.get("email", "").strip()[:254]
    return Participant(name, email if "@" in email else "", (min(minutes, LONGEST_STAY),), stays)


def _together(one: Participant, other: Participant) -> Participant:
    return Participant(one.name, one.email, one.minutes + other.minutes, one.stays + other.stays)


def _minutes(cell: str) -> int | None:
    """`83`, `83 min`, `1:23:00`; the list rounds for itself."""
    if clock := re.fullmatch(r"(\d{1,2}):(\d\d)(?::\d\d)?", cell.strip()):
        return int(clock[1]) * 60 + int(clock[2])
    number = re.match(r"\s*(\d{1,5})", cell)
    return int(number[1]) if number and number[1].isascii() else None


def _moment(cell: str) -> datetime | None:
    for form in _data()["times"]:
        with suppress(ValueError):
            return datetime.strptime(cell.strip(), form)  # noqa: DTZ007  only lengths of time are worked out from it
    return None


def _letters(text: str) -> str:
    return folded(text).replace(" ", "")


@cache
def _data() -> dict:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


@cache
def _column_of() -> dict[str, str]:
    return {_letters(heading): column for column, headings in _data()["columns"].items() for heading in headings}
