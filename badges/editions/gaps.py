"""What an edition still lacks before people should work with it: told, never repaired. Pure."""

import re
from dataclasses import dataclass

from badges import placeholders
from badges.models import Badge

# A line of the directions that is a place, not words: `{documents}`, or `{template KEY}`.
PLACE = re.compile(r"^\{ *(documents|template +(?P<key>[a-z0-9-]+)) *\} *$\n?", re.MULTILINE)
AWARD = "award"  # the only letter about a badge that comes of another's documents or of meetings


@dataclass(frozen=True)
class Gap:
    """What is missing, and the place where it is mended."""

    sentence: str
    place: str


def gaps(form):
    """All that is missing in a plain form."""
    found = []
    if not form["directions"]:
        found.append(Gap("The directions are empty.", "directions"))
    lost = lost_templates(form["directions"], form["documents"])
    found += [Gap(f"The directions offer the template of “{key}”, which is no document.", "directions") for key in lost]
    if form["badge"]["kind"] == Badge.Kind.PRACTICE and not any(document["scored"] for document in form["documents"]):
        found.append(Gap("There is no document that reviewers score.", "documents/new"))
    for document in form["documents"]:
        place = f"documents/{document['key']}"
        if not document["prompts"]:
            found.append(Gap(f"{document['title']} asks no question.", place))
        if document["scored"] and not rows_of(document):
            found.append(Gap(f"{document['title']} is scored and has no rubric row.", place))
    count = len(scored_rows(form))
    if form["pass_rule"] != "every" and form["pass_count"] > count:
        found.append(Gap(f"The badge asks for {form['pass_count']} rubric rows, and there are {count}.", "rules"))
    if form["competencies_required"] > len(form["competencies"]):
        found.append(Gap("More competencies have to be shown than the badge builds on.", "rules"))
    return found + [Gap(f"There is no letter “{key}” yet.", f"letters/{key}") for key in awaited(form)]


def awaited(form):
    """Keys of the letters that people will be sent and that nobody has written."""
    needed = placeholders.needed() if form["badge"]["kind"] == Badge.Kind.PRACTICE else {AWARD}
    needed |= {rule["letter"] for rule in form["reminders"]}
    return sorted(needed - {letter["key"] for letter in form["letters"]})


def lost_templates(directions, documents):
    """The keys that directions offer a template of, and that no document has."""
    keys = {document["key"] for document in documents}
    return [place["key"] for place in PLACE.finditer(directions) if place["key"] and place["key"] not in keys]


def scored_rows(form):
    """Every rubric row that the rule of the badge can count."""
    return [row for document in form["documents"] if document["scored"] for row in rows_of(document)]


def rows_of(document):
    """Every rubric row of a document: those under its questions, then its own."""
    return [*(row for prompt in document["prompts"] for row in prompt["criteria"]), *document["criteria"]]
