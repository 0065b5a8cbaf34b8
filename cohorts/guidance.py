"""An edition's directions as sections, each with the activities that belong to it."""

import re
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.text import slugify

from badges.models import Edition
from cohorts.activities import Checklist, Group
from microcred import letters

HEADING = re.compile(r"^## +(.+?) *#*$", re.MULTILINE)


@dataclass
class Section:
    """One heading of the directions: its words, and its activities."""

    title: str
    text: SafeString
    group: Group | None = None

    @property
    def anchor(self) -> str:
        return slugify(self.title) or "section"


def sections(edition: Edition, checklist: Checklist) -> list[Section]:
    """The sections in the order of the directions; groups that none of them names before the last one."""
    opening, *parts = HEADING.split(edition.directions.strip())
    found = [Section("", letters.as_html(opening))] if opening.strip() else []
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        found.append(Section(title, letters.as_html(text.strip())))
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
