"""Everything a check can say, in one place: level, sentence, what to do, and the fix of every code."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from submissions.checks.contract import Finding, Refusal


@dataclass(frozen=True)
class Entry:
    """One code. `{…}` is filled in from the finding's data.

    `fix` is what the page offers: rename, move, keep, replace, see_answers, how (steps in the person's own program),
    write_team, or nothing. `then` says what to do, in a sentence or two. An entry of the level "staff" is told to the
    staff and to nobody else, in the words of `staff`.
    """

    level: str
    sentence: str = ""
    fix: str = ""
    of_one: str = ""  # the sentence when `count` is 1
    then: str = ""
    staff: str = ""


CATALOGUE = {
    # what is right
    "ok.kind": Entry("ok", "This is the {title}"),
    "ok.answers": Entry("ok", "All {count} questions have an answer", "see_answers", "The one question has an answer"),
    "ok.name": Entry("ok", "Named: {name}"),
    "ok.looked": Entry("ok", "A person has looked at this file"),
    # the file name
    "name.pattern": Entry(
        "advice",
        "The file name does not follow the program's pattern",
        "rename",
        then="We can rename our copy for you. Nothing on your computer changes.",
    ),
    "name.person": Entry(
        "advice",
        "The name in the file name is {found}; your account says {account}",
        "rename",
        then="If it is your file, we can rename our copy. If it belongs to somebody else, replace it.",
    ),
    "name.revised": Entry(
        "advice",
        "Revised documents have REVISED at the end of the name",
        "rename",
        then="We can rename our copy for you. Nothing on your computer changes.",
    ),
    # the answers
    "answers.short": Entry(
        "advice",
        "Questions {questions} have fewer than {words} words",
        "see_answers",
        "Question {questions} has fewer than {words} words",
    ),
    "answers.empty": Entry(
        "advice",
        "Questions {questions} have no answer that we could find",
        "see_answers",
        "Question {questions} has no answer that we could find",
        then="If you wrote one, it may be outside the answer box. You can still submit.",
    ),
    "answers.none": Entry(
        "blocked",
        "None of the questions has an answer that we could find",
        "see_answers",
        then="If you wrote answers, they may be outside the answer boxes. Move them in and add it again.",
    ),
    "text.none": Entry(
        "advice",
        "We found no visible words in this file",
        "see_answers",
        then="Text in pictures, and text that is formatted as hidden, cannot be read here. You can still submit.",
    ),
    # which document, edition and person
    "kind.other": Entry(
        "blocked",
        "This looks like the {other}, not the {title}",
        "move",
        then="We can put it where it belongs. Nothing is lost.",
    ),
    "kind.old": Entry(
        "advice",
        "This is the {term} version of the {title}. Reviewers can still read it",
        "keep",
        then="You can keep it, or copy your answers into the current template.",
    ),
    "kind.person": Entry(
        "advice",
        "The name inside the document is {found}; your account says {account}",
        "keep",
        then="If it is your file, you can keep it. If it belongs to somebody else, replace it.",
    ),
    "kind.template": Entry(
        "blocked",
        "This is the blank {title}. Nothing has been filled in yet",
        "replace",
        then="Add the copy you wrote in.",
    ),
    "same.as": Entry(
        "blocked", "This is the same file as in {other}", "replace", then="Add the file that belongs here."
    ),
    "same.before": Entry(
        "advice",
        "This is the same file as version {version}. Nothing has changed",
        "keep",
        then="If you meant to add a newer one, save it in Word first, then replace this one.",
    ),
    "same.person": Entry("staff", staff="Compare the {title} of {who} with that of {other}: it is the same file."),
    "submitted.blocked": Entry(
        "staff",
        staff="Look after the {title} of {who}: it was submitted before our check was done, and cannot be used.",
    ),
    # what cannot be opened
    "type": Entry("blocked", "This is {name}. We need the Word file (.docx)", "how"),
    "open.password": Entry("blocked", "This file is locked with a password", "how"),
    "open.rights": Entry("blocked", "This file is protected so that only some people can open it", "how"),
    "open.damaged": Entry("blocked", "Word files open from the inside; this one does not open", "how"),
    "open.unsafe": Entry("blocked", "This file is built in a way we cannot open safely", "how"),
    "open.link": Entry("blocked", "This file fetches {what} from {target} when somebody opens it", "how"),
    "open.macro": Entry("blocked", "This file can run macros ({ending}). Save it as .docx", "how"),
    "size.big": Entry("blocked", "The file is larger than 25 MB", "how"),
    "size.zero": Entry(
        "blocked", "The file is empty", "replace", then="Save the document in Word once more, then add it."
    ),
    "virus": Entry(
        "blocked",
        "Our scanner stopped this file",
        "write_team",
        then="Nobody has opened it. Write to your team, or add another copy.",
    ),
    "team.asks": Entry("blocked", "Your team has looked at this file and asks for another", "replace", then="{note}"),
    # what reviewers will not see
    "open.tracked": Entry("advice", "Tracked changes are on. Reviewers will see the final text", "keep"),
    "open.comments": Entry(
        "advice",
        "There are {count} comments in the margin. Reviewers may see them, without names",
        "keep",
        "There is a comment in the margin. Reviewers may see it, without a name",
    ),
    "open.pieces": Entry("advice", "This file holds {what}, which reviewers may not see", "keep"),
    # what a person has to look at
    "read.unsure": Entry(
        "unread",
        "We could not find every question in your file, so a person will look",
        "see_answers",
        then="You can submit. Nothing is lost, and you need do nothing more.",
        staff="Look at the {title} of {who}: we could not find every question.",
    ),
    "read.kind": Entry(
        "unread",
        "We could not tell whether this is the {title}, so a person will look",
        "see_answers",
        then="You can submit. If it is another file, replace it.",
        staff="Look at the {title} of {who}: we could not tell whether it is one.",
    ),
    "read.failed": Entry(
        "unread",
        "We could not check this file ourselves, so a person will look",
        then="You can submit. Nothing is lost, and you need do nothing more.",
        staff="Look at the {title} of {who}: our check broke down on it.",
    ),
}


def entry_of(code: str) -> Entry:
    """`type.pdf` and its kin share the entry `type`. Raises: KeyError, for a code that nothing says."""
    return CATALOGUE[code] if code in CATALOGUE else CATALOGUE[code.partition(".")[0]]


def say(code: str, **data: Any) -> Finding:
    """The finding for `code`."""
    entry = entry_of(code)
    sentence = entry.of_one if entry.of_one and data.get("count") == 1 else entry.sentence
    return Finding(code, entry.level, sentence.format(**data), entry.fix, data)


def refuse(code: str, **data: Any) -> Refusal:
    return Refusal(say(code, **data))


def listed(items: Sequence[Any]) -> str:
    """ "4", "4 and 7", "2, 4 and 7"."""
    texts = [str(item) for item in items]
    return " and ".join(part for part in (", ".join(texts[:-1]), texts[-1]) if part) if texts else ""
