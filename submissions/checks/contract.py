"""What is asked of a check and what it answers: plain data that travels as JSON to the child process and back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

READY, ADVICE, UNREAD, BLOCKED = "ready", "advice", "unread", "blocked"
_WORST_FIRST = (BLOCKED, UNREAD, ADVICE)


@dataclass(frozen=True)
class Prompt:
    """A question: its printed code, its text, the words below which an answer is short, the heading it stands under."""

    code: str
    text: str
    min_words: int = 20
    section: str = ""


@dataclass(frozen=True)
class Slot:
    """One required document. `printed` is every line of its template, to tell them from what somebody wrote."""

    key: str
    title: str
    short_title: str
    aliases: tuple[str, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    printed: tuple[str, ...] = ()

    @property
    def titles(self) -> tuple[str, ...]:
        return (self.title, self.short_title, *self.aliases)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Slot":
        return cls(
            **{
                **data,
                "aliases": tuple(data["aliases"]),
                "prompts": tuple(Prompt(**prompt) for prompt in data["prompts"]),
                "printed": tuple(data["printed"]),
            }
        )


@dataclass(frozen=True)
class Expectation:
    """What an uploaded file should be, and what else it might be.

    `same_bytes`: SHA-256 → ("other", short title) for the applicant's other documents,
    or ("before", version number) for earlier versions of this one.
    `known_as`: spellings of their own name that the applicant confirmed, folded.
    `sha256`: of the file, as it was taken on its way in; when empty, the check takes it.
    """

    edition_slug: str
    slot: Slot
    other_slots: tuple[Slot, ...] = ()
    last: str = ""
    first: str = ""
    known_as: tuple[str, ...] = ()
    revised: bool = False
    received_name: str = ""
    name_pattern: str = "{last}, {initial} | {title}"
    same_bytes: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    sha256: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Expectation":
        return cls(
            **{
                **data,
                "slot": Slot.from_dict(data["slot"]),
                "other_slots": tuple(Slot.from_dict(slot) for slot in data["other_slots"]),
                "known_as": tuple(data["known_as"]),
                "same_bytes": {key: tuple(value) for key, value in data["same_bytes"].items()},
            }
        )


@dataclass(frozen=True)
class Finding:
    """One thing a check says: a code and level of the catalogue, its sentence, and a key for the one fix."""

    code: str
    level: str
    sentence: str
    fix: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What was found for one prompt. `found_by`: "tag", "code", "prompt", or nothing.

    `asked`: the question as it stands in this file, where somebody reworded it.
    """

    code: str
    text: str = ""
    html: str = ""
    words: int = 0
    found_by: str = ""
    asked: str = ""


@dataclass(frozen=True)
class Examination:
    """All that is known of a file after it was looked at; `peak_mib` is known of a child process only."""

    verdict: str
    findings: tuple[Finding, ...]
    canonical_name: str = ""
    kind: str = ""
    answers: tuple[Answer, ...] = ()
    outside: str = ""
    words: int = 0
    seconds: float = 0.0
    peak_mib: float = 0.0
    sha256: str = ""
    size_bytes: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Examination":
        return cls(
            **{
                **data,
                "findings": tuple(Finding(**finding) for finding in data["findings"]),
                "answers": tuple(Answer(**answer) for answer in data["answers"]),
            }
        )


class Refusal(Exception):
    """The file is not read any further; `finding` says why."""

    def __init__(self, finding: Finding):
        super().__init__(finding.code)
        self.finding = finding


def verdict_of(findings: tuple[Finding, ...]) -> str:
    """The worst level among the findings; ready when nothing speaks against the file."""
    levels = {finding.level for finding in findings}
    return next((level for level in _WORST_FIRST if level in levels), READY)
