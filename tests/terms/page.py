"""`docs/a-term-in-mails.md`: every mail of the term that left, day by day, and why; and what was owed and did not."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from cohorts.models import Reminder
from microcred import times, zones
from microcred.models import Message
from tests.terms.script import ZONE

FILE = Path(settings.BASE_DIR) / "docs" / "a-term-in-mails.md"
MOST_NAMED = 4
REFERENCE = re.compile(r"L2-\d{4}-\w(-\d+)?")
HEAD = """# A term in mails

Written by `pytest tests/terms --rewrite`, which plays a whole term with the clock held at each step. The tests compare
this page whenever they run; change `tests/terms/script.yaml` instead.

Nobody wrote an e-mail: what people did, and the day it was, caused every one of these. {people} people got {mails} of
them. Times and days are those of New York. `tests/terms/oracle.py` works out once more, from the script alone, who has
to get what and when: what left is exactly that.
"""


@dataclass(frozen=True)
class Line:
    """One row of a table: what so many people read at that time."""

    at: datetime
    to: str
    subject: str
    why: str

    def __str__(self) -> str:
        return f"| {times.time_of_day(self.at.time())} | {self.to} | {self.subject.replace('|', '/')} | {self.why} |"


def written(why: dict[str, str]) -> str:
    """The whole page; `why` says what causes a letter, by its kind."""
    sent = list(_messages(Message.State.SENT).order_by("sent_at", "pk"))
    head = HEAD.format(people=len({row.person_id for row in sent}), mails=len(sent))
    return "\n".join([head, *_days(sent, why), *_kinds(sent), *_not_sent()]) + "\n"


def _messages(state: str):
    return Message.objects.filter(state=state).select_related("person")


def _days(sent: list[Message], why: dict[str, str]) -> Iterator[str]:
    for day, rows in groupby(_lines(sent, why), key=lambda line: line.at.date()):
        yield f"## {times.long_day(day)}, {day.year}\n"
        yield "| time | to | subject | why |\n| --- | --- | --- | --- |"
        yield from map(str, rows)
        yield ""


def _lines(sent: list[Message], why: dict[str, str]) -> list[Line]:
    causes = _causes(sent, why)
    together: dict[tuple, list[Message]] = {}
    for row in sent:
        key = row.sent_at, causes[row.pk], REFERENCE.sub("…", row.subject)
        together.setdefault(key, []).append(row)
    found = []
    for (at, cause, subject), rows in together.items():
        said = rows[0].subject if len(rows) == 1 else subject
        found.append(Line(at.astimezone(ZoneInfo(ZONE)), _to(rows), said, cause))
    return sorted(found, key=lambda line: (line.at, line.why, line.subject))


def _causes(sent: list[Message], why: dict[str, str]) -> dict[int, str]:
    rules = {f"reminder-{rule.key}": rule.when for rule in Reminder.objects.all()}
    also: dict[int, list[str]] = {row.pk: [] for row in sent}
    for row in _messages(Message.State.MERGED):
        also[row.merged_into_id].append(rules[row.kind])
    return {row.pk: "; ".join([(rules | why)[row.kind], *also[row.pk]]) for row in sent}


def _to(rows: list[Message]) -> str:
    names = [row.person.full_name for row in rows]
    if len(rows) <= MOST_NAMED:
        return ", ".join(sorted(names))
    places = {row.person.zone for row in rows}
    [place] = places if len(places) == 1 else [""]
    return f"{len(rows)} people in {zones.place(place)}" if place else f"{len(rows)} people"


def _kinds(sent: list[Message]) -> Iterator[str]:
    yield "## How many of each\n\n| letter | mails |\n| --- | --- |"
    for kind, count in sorted(Counter(row.kind for row in sent).items()):
        yield f"| {kind} | {count} |"
    yield ""


def _not_sent() -> Iterator[str]:
    """Reminders that were owed a day ahead and then concerned their reader no more."""
    yield "## Owed, and rightly not sent\n\n| reminder | people | why not |\n| --- | --- | --- |"
    rows: Iterable[Message] = _messages(Message.State.SKIPPED)
    for (kind, reason), count in sorted(Counter((row.kind, row.reason) for row in rows).items()):
        yield f"| {kind.removeprefix('reminder-')} | {count} | {reason} |"
