"""Everything a check can say, in one place: level, sentence and fix of every code."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from submissions.checks.contract import Finding, Refusal


@dataclass(frozen=True)
class Entry:
    """`fix` is a key for the page: rename, move, replace, see_answers, how, write_team, or nothing."""

    level: str
    sentence: str
    fix: str = ""
    of_one: str = ""  # the sentence when `count` is 1


CATALOGUE = {
    "ok.kind": Entry("ok", "This is the {title}"),
    "ok.answers": Entry("ok", "All {count} questions have an answer", "see_answers", "The one question has an answer"),
    "ok.name": Entry("ok", "Named: {name}"),
    "name.pattern": Entry("advice", "The file name does not follow the program's pattern", "rename"),
    "name.person": Entry("advice", "The name in the file name is {found}; your account says {account}", "rename"),
    "name.revised": Entry("advice", "Revised documents have REVISED at the end of the name", "rename"),
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
    ),
    "answers.none": Entry("blocked", "None of the questions has an answer that we could find", "see_answers"),
    "kind.other": Entry("blocked", "This looks like the {other}, not the {title}", "move"),
    "kind.old": Entry("advice", "This is the {term} version of the {title}. Reviewers can still read it"),
    "kind.template": Entry("blocked", "This is the blank {title}. Nothing has been filled in yet", "replace"),
    "same.as": Entry("blocked", "This is the same file as in {other}", "replace"),
    "same.before": Entry("advice", "This is the same file as version {version}. Nothing has changed", "replace"),
    "type": Entry("blocked", "This is {name}. We need the Word file (.docx)", "how"),
    "open.password": Entry("blocked", "This file is locked with a password", "how"),
    "open.damaged": Entry("blocked", "Word files open from the inside; this one does not open", "how"),
    "open.unsafe": Entry("blocked", "This file is built in a way we cannot open safely", "how"),
    "open.link": Entry("blocked", "This file fetches {what} from {target} when somebody opens it", "how"),
    "open.macro": Entry("blocked", "This file can run macros ({ending}). Save it as .docx", "how"),
    "open.tracked": Entry("advice", "Tracked changes are on. Reviewers will see the final text"),
    "open.comments": Entry(
        "advice",
        "There are {count} comments in the margin. Reviewers will not see them",
        "",
        "There is a comment in the margin. Reviewers will not see it",
    ),
    "open.pieces": Entry("advice", "This file holds {what}, which reviewers may not see"),
    "size.big": Entry("blocked", "The file is larger than 25 MB", "how"),
    "size.zero": Entry("blocked", "The file is empty", "replace"),
    "virus": Entry("blocked", "Our scanner stopped this file. Write to your team", "write_team"),
    "read.unsure": Entry("unread", "We could not find every question in your file, so a person will look"),
    "read.kind": Entry("unread", "We could not tell whether this is the {title}, so a person will look"),
    "read.failed": Entry("unread", "We could not check this file ourselves, so a person will look"),
}


def say(code: str, **data: Any) -> Finding:
    """The finding for `code`. `type.pdf` and its kin share the entry `type`."""
    entry = CATALOGUE[code] if code in CATALOGUE else CATALOGUE[code.partition(".")[0]]
    sentence = entry.of_one if entry.of_one and data.get("count") == 1 else entry.sentence
    return Finding(code, entry.level, sentence.format(**data), entry.fix, data)


def refuse(code: str, **data: Any) -> Refusal:
    return Refusal(say(code, **data))


def listed(items: Sequence[Any]) -> str:
    """ "4", "4 and 7", "2, 4 and 7"."""
    texts = [str(item) for item in items]
    return " and ".join(part for part in (", ".join(texts[:-1]), texts[-1]) if part) if texts else ""
