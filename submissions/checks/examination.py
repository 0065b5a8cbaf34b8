"""One file, looked at from beginning to end. Only what cannot be used at all is blocked; names never are."""

import gc
import hashlib
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from submissions.checks import danger, identity, naming
from submissions.checks.answers import Reading
from submissions.checks.catalogue import listed, refuse, say
from submissions.checks.contract import (
    BLOCKED,
    Answer,
    Examination,
    Expectation,
    Finding,
    Prompt,
    Refusal,
    Slot,
    verdict_of,
)
from submissions.checks.document import WordDocument, read
from submissions.checks.kinds import SMALLER
from submissions.checks.package import MIB, Package
from submissions.checks.recognition import require_zip

FILE_BYTES = 25 * MIB
_NUMBERED = re.compile(r"^\s*(?:question\s*|q)?(\d{1,2})[.):]", re.IGNORECASE | re.MULTILINE)
OUTSIDE_WORDS = 50  # so much text beside empty boxes may be the answers: a person looks

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Look:
    """What was seen inside the file."""

    findings: tuple[Finding, ...]
    kind: str = ""
    reading: Reading | None = None


def examine_here(path: str | Path, expectation: Expectation) -> Examination:
    """Everything there is to say about the file, found in this process. Never raises."""
    started = time.perf_counter()
    try:
        with _nothing_collected():
            examined = _examine(Path(path), expectation)
    except Exception:
        logger.exception("A document could not be checked")
        examined = failed(expectation)
    return replace(examined, seconds=round(time.perf_counter() - started, 4))


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """While a file is read nothing of it is thrown away: to look for that, again and again, is a fifth of the work."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def failed(expectation: Expectation) -> Examination:
    """What is said when the check itself broke down: a person will look."""
    finding = say("read.failed")
    return Examination(verdict_of((finding,)), (finding,), canonical_name=naming.judge_received(expectation).canonical)


def _examine(path: Path, expectation: Expectation) -> Examination:
    with path.open("rb") as file:
        size = path.stat().st_size
        sha256 = expectation.sha256 or hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        try:
            look = _look_inside(file, size, sha256, expectation)
        except Refusal as refusal:
            look = _Look((refusal.finding,))
    reading = look.reading
    return Examination(
        verdict_of(look.findings),
        look.findings,
        canonical_name=naming.judge_received(expectation).canonical,
        kind=look.kind,
        answers=reading.answers if reading else (),
        outside=reading.outside if reading else "",
        words=reading.words if reading else 0,
        sha256=sha256,
        size_bytes=size,
    )


def _look_inside(file: BinaryIO, size: int, sha256: str, expectation: Expectation) -> _Look:
    if size == 0:
        raise refuse("size.zero")
    if size > FILE_BYTES:
        raise refuse("size.big", how=SMALLER)
    require_zip(file, size=size, name=expectation.received_name)
    package = Package(file)
    danger.refuse_macros(package)
    document = read(package)
    package.refuse_dtd()
    relationships = package.all_relationships()
    danger.refuse_links(package, document.instructions)
    look = _look_at_words(document, sha256, expectation)
    if verdict_of(look.findings) == BLOCKED:
        return look
    noted = (naming.say_of_name(expectation), *_left_in(document), *danger.pieces(relationships, document.instructions))
    return replace(look, findings=(*look.findings, *noted))


def _look_at_words(document: WordDocument, sha256: str, expectation: Expectation) -> _Look:
    slot, expected = identity.slot_of(document, expectation), expectation.slot
    same = identity.same_bytes(sha256, expectation)
    if slot is not None and slot.key != expected.key:
        return _Look((*_in_wrong_place(document, slot, expected, same), *same), slot.key)
    reading = Reading(expected, document.blocks, is_named=identity.calls_itself(document, expectation))
    if expected.prompts and not reading.unsure:  # every question was found, be it within other text
        slot = expected
    old = identity.old_edition(document, expectation)
    is_blank = _is_blank(reading) and bool(slot or not expected.prompts)
    if is_blank and not document.hides_text:
        return _Look((say("kind.template", title=expected.short_title), *old, *same), "template", reading)
    right = [say("ok.kind", title=expected.short_title)] if slot and not old else []
    person = identity.person(reading.name, expectation)
    unseen = [] if reading.words or reading.outside_words else [say("text.none")]
    is_hidden = is_blank and bool(expected.prompts)  # somebody put something in, and nobody can see it
    of_answers = [] if is_hidden else _of_answers(reading, expected, is_known=slot is not None)
    findings = (*right, *old, *unseen, *of_answers, *person, *same)
    return _Look(findings, slot.key if slot else "", reading)


def _in_wrong_place(document: WordDocument, slot: Slot, expected: Slot, same: list[Finding]) -> Iterator[Finding]:
    """A document of another slot is offered its place; unless it is blank, or stands there already."""
    if _is_blank(Reading(slot, document.blocks)):
        yield say("kind.template", title=slot.short_title)
    elif not any(finding.code == "same.as" for finding in same):
        yield say("kind.other", other=slot.short_title, title=expected.short_title, key=slot.key)


def _is_blank(reading: Reading) -> bool:
    return not reading.words and not reading.outside and not any(answer.text for answer in reading.answers)


def _of_answers(reading: Reading, slot: Slot, *, is_known: bool) -> Iterator[Finding]:
    """Are all questions there, and is there enough under each?"""
    if not slot.prompts:
        if not is_known:
            yield say("read.kind", title=slot.short_title)
        return
    found = list(zip(range(1, len(slot.prompts) + 1), slot.prompts, reading.answers, strict=True))
    empty = [number for number, _, answer in found if answer.found_by and not answer.text]
    unsure = [number for number, prompt, _ in found if prompt.code in reading.unsure]
    is_empty = not any(answer.text for answer in reading.answers)
    if _are_in_one_box(reading.answers):
        unsure, empty = empty, []
    if unsure or (is_empty and reading.outside_words >= OUTSIDE_WORDS):
        yield say("read.unsure", questions=unsure)
    elif is_empty:
        yield from _nothing(empty)
        return
    elif not empty:
        yield say("ok.answers", count=len(found))
    if empty and not is_empty:
        yield say("answers.empty", questions=listed(empty), count=len(empty), numbers=empty)
    yield from _short(
        [(number, prompt) for number, prompt, answer in found if answer.text and answer.words < prompt.min_words]
    )


def _are_in_one_box(answers: tuple[Answer, ...]) -> bool:
    """Whether one box holds a line numbered for every question, and the others hold nothing."""
    written = [answer.text for answer in answers if answer.text]
    everything = list(range(1, len(answers) + 1))
    return len(written) == 1 < len(answers) and [int(number) for number in _NUMBERED.findall(written[0])] == everything


def _nothing(empty: list[int]) -> Iterator[Finding]:
    yield replace(say("answers.none"), code="answers.empty", data={"numbers": empty})


def _short(found: list[tuple[int, Prompt]]) -> Iterator[Finding]:
    for words in sorted({prompt.min_words for _, prompt in found}):
        numbers = [number for number, prompt in found if prompt.min_words == words]
        yield say("answers.short", questions=listed(numbers), count=len(numbers), numbers=numbers, words=words)


def _left_in(document: WordDocument) -> Iterator[Finding]:
    if document.has_changes:
        yield say("open.tracked")
    if document.comments:
        yield say("open.comments", count=document.comments)
