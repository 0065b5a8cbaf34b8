"""An edition's directions as sections, each with the activities that belong to it.

Two lines of a section are places, not words: `{template KEY}` offers the Word template of that document,
`{documents}` lists all that is to be handed in.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.safestring import SafeString
from django.utils.text import slugify

from badges.editions.gaps import PLACE
from badges.models import Edition
from cohorts import deadlines
from cohorts.activities import Checklist, Group
from cohorts.models import Enrollment, Event
from microcred import letters

HEADING = re.compile(r"^## +(.+?) *#*$", re.MULTILINE)
DATES = frozenset({Event.Kind.LEARNING_BEGINS, Event.Kind.EVIDENCE_DUE, Event.Kind.DECISIONS})


@dataclass
class Section:
    """One heading of the directions: its words, its activities, and the documents it speaks of."""

    title: str
    text: SafeString
    group: Group | None = None
    templates: list[str] = field(default_factory=list)
    lists_documents: bool = False

    @classmethod
    def of(cls, title: str, text: str) -> "Section":
        places = list(PLACE.finditer(text))
        keys = [place["key"] for place in places if place["key"]]
        words = letters.as_html(PLACE.sub("", text).strip())
        return cls(title, words, templates=keys, lists_documents=len(keys) < len(places))

    @property
    def anchor(self) -> str:
        return slugify(self.title) or "section"


def sections(edition: Edition, checklist: Checklist) -> list[Section]:
    """The sections in the order of the directions; groups that none of them names before the last one."""
    opening, *parts = HEADING.split(edition.directions.strip())
    found = [Section.of("", opening)] if opening.strip() else []
    found += [Section.of(title, text) for title, text in zip(parts[::2], parts[1::2], strict=True)]
    if not any(section.lists_documents for section in found):
        found.append(Section("Your documents", letters.as_html(""), lists_documents=True))
    unnamed = [group for group in checklist.groups if not _place(group, found)]
    closing = [found.pop()] if found and found[-1].title and not found[-1].group else []
    return [*found, *(Section(group.name, letters.as_html(""), group) for group in unnamed), *closing]


def _place(group: Group, among: list[Section]) -> bool:
    """Put the group under the heading that names it, if there is one."""
    for section in among:
        if group.name.casefold() in section.title.casefold() and not section.group:
            section.group = group
            return True
    return False


@dataclass(frozen=True)
class Dated:
    """A day of the term; for the evidence the instant it ends, as it is for this person."""

    event: Event
    on: date
    due_at: datetime | None = None

    @property
    def is_moved(self) -> bool:
        return self.due_at is not None and self.on != self.event.on


def dates(enrollment: Enrollment, events: Iterable[Event]) -> list[Dated]:
    """What is due or begins, without the meetings, as `events` stand in time."""
    return [_dated(enrollment, event) for event in events if event.kind in DATES]


def _dated(enrollment: Enrollment, event: Event) -> Dated:
    if event.kind != Event.Kind.EVIDENCE_DUE:
        return Dated(event, event.on)
    window = deadlines.window(enrollment, events=[event])
    return Dated(event, window.due_on, window.due_at)
