"""What an edition still lacks before people should work with it: told, never repaired. Pure."""

from dataclasses import dataclass


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
    for document in form["documents"]:
        place = f"documents/{document['key']}"
        if not document["prompts"]:
            found.append(Gap(f"{document['title']} asks no question.", place))
        if document["scored"] and not rows_of(document):
            found.append(Gap(f"{document['title']} is scored and has no rubric row.", place))
    count = sum(len(rows_of(document)) for document in form["documents"] if document["scored"])
    if form["pass_rule"] != "every" and form["pass_count"] > count:
        found.append(Gap(f"The badge asks for {form['pass_count']} rubric rows, and there are {count}.", "rules"))
    letters = {letter["key"] for letter in form["letters"]}
    missing = sorted({rule["letter"] for rule in form["reminders"]} - letters)
    found += [Gap(f"A reminder sends the letter “{key}”, which is not there.", "letters") for key in missing]
    return found


def rows_of(document):
    """Every rubric row of a document: those under its questions, then its own."""
    return [*(row for prompt in document["prompts"] for row in prompt["criteria"]), *document["criteria"]]
