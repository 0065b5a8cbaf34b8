"""Submissions in any state, reached by the moves that people make, with real Word files."""

import json
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from unittest.mock import patch
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from badges import specs
from badges.word import Person, build
from badges.word.filled import fill
from microcred import clock
from submissions import checking, checks, copies, uploads, workflow
from submissions.checks import cleaning
from submissions.checks.cleaning import sandbox
from submissions.models import Document, Submission, Version
from submissions.states import State
from tests.support import factories

EASTERN = ZoneInfo("America/New_York")
BEFORE_DUE = datetime(2023, 11, 20, 12, tzinfo=EASTERN)
AFTER_ALL = datetime(2023, 12, 9, 12, tzinfo=EASTERN)
WORDS = "We named the stage our team works in, what we have done so far and why we chose it"


def fill_guide(document, *, person=None, answers=None, revised=False, text=WORDS) -> bytes:
    """A filled-in Word file of a required document: `answers` by prompt code, `text` for the others."""
    words = {prompt.code: f"{text} ({prompt.number})." for prompt in document.prompts.all()} | (answers or {})
    writer = Person(*person.file_names) if person else None
    said = tuple((code, tuple(typed) if isinstance(typed, list) else typed) for code, typed in words.items())
    return _filled(specs.document_spec(document), writer, revised, said, person.email if person else "")


@cache
def _filled(spec, writer: Person | None, revised: bool, said: tuple, author: str) -> bytes:
    """Written once for all tests whose documents are the same, as most are."""
    return fill(build(spec, writer, revised), dict(said), author=author)


def upload_of(content: bytes, name="My work.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def add(document: Document, *, content=None, name=None, at=None, check=True, **filled) -> Version:
    """Add a file to a slot as its applicant, and have it checked at once."""
    person = document.submission.enrollment.person
    revised = document.submission.current_round.number > 1
    if content is None:
        content = fill_guide(document.required, person=person, revised=revised, **filled)
    last, first = person.file_names
    name = name or specs.file_name(document.required, last=last, first=first, revised=revised)
    version = uploads.receive(document, upload_of(content, name), by=person, arrived_at=at or clock.now())
    if check:
        examine_now(version)
    return version


def examine_now(version: Version) -> Version:
    """The check in this process, without the child that production starts, and the copy for reviewers.

    The same file, expected alike, is read once for all tests.
    """
    with patch.object(checks, "examine", _examine), patch.object(sandbox, "clean", _clean):
        checking.check(version)
        copies.make(version)
    version.refresh_from_db()
    return version


def _examine(path, expectation):
    return _examined(Path(path).read_bytes(), json.dumps(expectation.as_dict()))


@cache
def _examined(content: bytes, expected: str):
    with _in_a_file(content) as path:
        return checks.examine_here(path, checks.Expectation.from_dict(json.loads(expected)))


def _clean(path, into, writer):
    copy, cleaned = _cleaned(Path(path).read_bytes(), writer)
    into.write(copy)
    return cleaned


@cache
def _cleaned(content: bytes, writer):
    with _in_a_file(content) as path, TemporaryFile() as into:
        cleaned = cleaning.clean_here(path, into, writer)
        into.seek(0)
        return into.read(), cleaned


@contextmanager
def _in_a_file(content: bytes):
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file.name


def add_all(submission: Submission, *, at=None, only=None, **filled) -> list[Version]:
    """Every document; or those required ones that are in `only`."""
    slots = submission.documents.select_related("required").all()
    return [add(slot, at=at, **filled) for slot in slots if only is None or slot.required in only]


def submission_in(state: State, *, cohort=None, person=None, at=BEFORE_DUE, **enrolled) -> Submission:
    """A submission of a new applicant (or `person`) that went through the real workflow until `state`."""
    cohort = cohort or factories.cohort()
    with clock.fixed(at):
        enrollment = factories.enrollment(cohort, person or factories.person(), joined_at=at, **enrolled)
        submission = workflow.begin(enrollment)
        _walk(submission, State(state), at=at)
    return Submission.objects.get(pk=submission.pk)


def _walk(submission: Submission, state: State, *, at: datetime) -> None:
    applicant, admin = submission.enrollment.person, submission.enrollment.cohort.opened_by
    if state == State.DRAFT:
        return
    if state == State.WITHDRAWN:
        workflow.withdraw(submission, by=applicant)
        return
    add_all(submission, at=at)
    workflow.submit(submission, by=applicant, at=at)
    if state == State.SUBMITTED:
        return
    if state == State.RETURNED:
        workflow.return_incomplete(submission, by=admin, why="The last page is missing.")
        return
    workflow.start_review(submission)
    if state == State.IN_REVIEW:
        return
    workflow.decide(submission, by=admin)
    if state != State.DECIDED:
        release(submission, state, by=admin, at=at)


def release(submission: Submission, state: State, *, by, at) -> None:
    """Let out a decision; a revision asks for the scored document and its first row again, within a month."""
    asked = {}
    if state == State.REVISION_REQUESTED:
        guide = submission.enrollment.cohort.edition.documents.filter(is_scored=True).first()
        asked = {"documents": [guide], "criteria": [guide.criteria.first()], "due_on": date(2024, 1, 12)}
    workflow.release(submission, state, by=by, at=at + timedelta(minutes=1), **asked)
