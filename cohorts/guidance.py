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
    """The sections in the order of the directions; groups of activities that none of them names follow."""
    opening, *parts = HEADING.split(edition.directions.strip())
    found = [Section("", letters.as_html(opening))] if opening.strip() else []
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        found.append(Section(title, letters.as_html(text.strip())))
    by_title = {section.title.casefold(): section for section in found}
    for group in checklist.groups:
        section = by_title.get(group.name.casefold())
        if section:
            section.group = group
        else:
            found.append(Section(group.name, letters.as_html(""), group))
    return found
