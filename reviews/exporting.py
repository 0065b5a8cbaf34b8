"""All that we hold of one person, for them to take along: a ZIP of their files and of everything else as JSON."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Prefetch

from badges.models import Award
from cohorts.models import Enrollment, StaffMembership
from microcred import clock
from microcred.models import Message, User
from reviews import feedback
from reviews.feedback import Feedback
from reviews.models import Review, Score
from submissions import readers
from submissions.models import Document, DocumentAccess, Submission, Version
from submissions.serving import legal

CHUNK = 256 * 1024
READ_ME = """Your data

data.json    everything that is kept about you, as text that people and programs can read
files/       every file that you handed in, as it came, by cohort, document and version

It was made for you alone. Names of reviewers are in it only where your cohort shows them.
"""


class Pipe(io.RawIOBase):
    """Takes what is written until somebody fetches it: a ZIP is sent while it is being made."""

    def __init__(self):
        self.waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def fetch(self) -> bytes:
        taken, self.waiting = b"".join(self.waiting), []
        return taken


def archive(person: User) -> Iterator[bytes]:
    """The ZIP, piece by piece; memory holds one piece at a time. A file that is gone is named in it."""
    at, pipe = clock.now(), Pipe()
    versions = list(_versions(person))
    _write_down(versions, person, at)
    missing = []
    with zipfile.ZipFile(pipe, "w") as ours:
        for name, text in (("READ ME.txt", READ_ME), ("data.json", as_json(person, at=at))):
            ours.writestr(_entry(name, at, zipfile.ZIP_DEFLATED), text)
        for version in versions:
            try:
                file = version.file.open("rb")
            except FileNotFoundError:
                missing.append(path_of(version))
                continue
            with file, ours.open(_entry(path_of(version), at), "w", force_zip64=True) as entry:
                while piece := file.read(CHUNK):
                    entry.write(piece)
                    yield pipe.fetch()
        if missing:
            ours.writestr(_entry("MISSING.txt", at), "\n".join(["We no longer find these files:", *missing, ""]))
    yield pipe.fetch()


def path_of(version: Version) -> str:
    """`files/fall-2023-l2/growth-plan/2/Ward, C - Level 2 Growth Plan.docx`"""
    document = version.document
    cohort = document.submission.enrollment.cohort.slug
    return f"files/{cohort}/{document.required.key}/{version.number}/{legal(version.filed_as)}"


def _entry(name: str, at: datetime, method: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.compress_type = method
    info.external_attr = 0o600 << 16
    return info


def _versions(person: User) -> Iterable[Version]:
    theirs = Version.objects.filter(document__submission__enrollment__person=person)
    return theirs.select_related("document__required", "document__submission__enrollment__cohort").order_by("pk")


def _write_down(versions: Iterable[Version], person: User, at: datetime) -> None:
    form = DocumentAccess.Form.ORIGINAL
    DocumentAccess.objects.bulk_create(
        [DocumentAccess(version=one, person=person, role="applicant", form=form, at=at) for one in versions]
    )


# What data.json says -------------------------------------------------------------------------------------------------
def as_json(person: User, *, at: datetime) -> str:
    return json.dumps(record_of(person, at=at), cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)


def record_of(person: User, *, at: datetime) -> dict:
    """Plain data. Queries: a few for each decision, a fixed number for all else."""
    return {
        "made_at": at,
        "person": _fields(
            person, "email", "first_name", "last_name", "name_on_badge", "last_name_for_files", "first_name_for_files",
            "known_as", "zone", "theme", "uses_shortcuts", "shows_changes", "wants_meeting_reminders", "created_at",
            "last_login",
        ),
        "cohorts": [_enrollment(one) for one in _enrollments(person)],
        "badges": list(
            Award.objects.filter(person=person).values("ref", "name", "edition__slug", "issued_at", "revoked_at")
        ),
        "roles": list(
            StaffMembership.objects.filter(person=person).values("cohort__name", "role", "organization")
        ),
        "reviews": [_review(one) for one in _reviews(person)],
        "who_opened_my_files": [vars(readers.as_shown(one)) for one in readers.readings_of(person)],
        "who_read_my_record": [vars(readers.as_told(one)) for one in readers.records_of(person)],
        "e-mails": list(
            Message.objects.filter(person=person)
            .order_by("pk")
            .values("subject", "address", "text", "state", "sent_at")
        ),
    }  # fmt: skip


def _fields(row, *names: str) -> dict:
    return {name: getattr(row, name) for name in names}


def _enrollments(person: User) -> Iterable[Enrollment]:
    documents = Document.objects.select_related("required").prefetch_related(
        "versions__findings", "versions__answers__prompt"
    )
    submission = Submission.objects.prefetch_related(
        "rounds__notes__criterion", "receipts", Prefetch("documents", documents)
    )
    theirs = Enrollment.objects.filter(person=person).select_related("cohort__edition__badge__program", "person")
    return theirs.prefetch_related(
        "attendances__event", "marks__activity", "concerns", Prefetch("submission", submission)
    )


def _enrollment(one: Enrollment) -> dict:
    return {
        "cohort": one.cohort.name,
        "badge": one.cohort.edition.badge.name,
        **_fields(one, "organization", "invited_at", "joined_at", "extended_until", "extended_because", "withdrawn_at"),
        "activities": [{"title": mark.activity.title, "done_at": mark.done_at} for mark in one.marks.all()],
        "meetings": [{"title": row.event.title, **_fields(row, "status", "minutes")} for row in one.attendances.all()],
        "told_of_conflicts": [
            _fields(row, "about", "kind", "note", "told_at", "settled_at") for row in one.concerns.all()
        ],
        "submission": _submission(one) if hasattr(one, "submission") else None,
    }


def _submission(enrollment: Enrollment) -> dict:
    one = enrollment.submission
    one.enrollment = enrollment
    return {
        **_fields(one, "reference", "created_at"),
        "rounds": [
            {
                **_fields(row, "number", "submitted_at", "is_late", "due_on", "appealed_at", "what_changed"),
                "notes": [
                    {"row": note.criterion.title, **_fields(note, "text", "saved_at")} for note in row.notes.all()
                ],
            }
            for row in one.rounds.all()
        ],
        "documents": {
            row.required.title: [_version(version) for version in row.versions.all()] for row in one.documents.all()
        },
        "receipts": [_fields(row, "ref", "received_at", "is_late", "files") for row in one.receipts.all()],
        "decisions": [_decision(feedback.of(row)) for row in feedback.released(one)],
    }


def _version(one: Version) -> dict:
    return {
        **_fields(
            one, "number", "round_number", "received_name", "filed_as", "size_bytes", "sha256", "arrived_at", "verdict"
        ),
        "findings": [_fields(row, "level", "sentence") for row in one.findings.all()],
        "answers": [{"question": row.prompt.text, "answer": row.text} for row in one.answers.all()],
    }


def _decision(one: Feedback) -> dict:
    """As its applicant reads it: the letter, and what was said of each row, without who said it."""
    return {
        **_fields(one.decision, "round_number", "outcome", "due_on", "released_at", "subject", "letter"),
        "corrections": [_fields(row, "sent_at", "subject", "letter") for row in one.decision.corrections.all()],
        "rows": [
            {
                "row": told.row.criterion.title,
                "level": told.row.level.label if told.row.level else "",
                "comments": [remark.comment for remark in told.row.comments],
            }
            for told in one.rows
        ],
    }


def _reviews(person: User) -> Iterable[Review]:
    scores = Score.objects.select_related("criterion", "level")
    theirs = Review.objects.filter(assignment__reviewer=person).select_related("assignment__submission")
    return theirs.prefetch_related(Prefetch("scores", scores))


def _review(one: Review) -> dict:
    """What they wrote as a reviewer; the submission by its number, never by a name."""
    return {
        "submission": one.assignment.submission.short_number,
        "round_number": one.assignment.round_number,
        **_fields(one, "started_at", "finished_at"),
        "scores": [
            {
                "row": row.criterion.title,
                "level": row.level.label if row.level else "",
                **_fields(row, "comment", "private_note"),
            }
            for row in one.scores.all()
        ],
    }
