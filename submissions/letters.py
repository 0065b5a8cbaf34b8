"""What applicants are told by mail, and the sentences about time that pages and mails share."""

from datetime import datetime

from django.template.defaultfilters import filesizeformat

from badges.models import RequiredDocument
from cohorts import mailing
from cohorts.models import Enrollment
from microcred import times
from microcred.letters import Markdown, quoted
from microcred.models import Message
from submissions.models import Receipt, Submission, Version


def moment(submission: Submission, at: datetime) -> str:
    """An instant in the applicant's zone and the cohort's."""
    enrollment = submission.enrollment
    return str(times.instant(at, reader=enrollment.person.zone, cohort=enrollment.cohort.zone))


def deadline(submission: Submission, end: datetime) -> str:
    """An exclusive end, said as its last minute, in both zones."""
    enrollment = submission.enrollment
    return str(times.deadline(end, reader=enrollment.person.zone, cohort=enrollment.cohort.zone))


def closed_sentence(submission: Submission) -> str:
    cohort = submission.enrollment.cohort
    return (
        f"Evidence for {cohort} closed on {deadline(submission, submission.window().closes_at)}. "
        f"Your documents are still here. Write to {cohort.team_email} about your options."
    )


def in_words(count: int, *, none: str = "no") -> str:
    """Small numbers as words; `none` stands for zero where no noun follows."""
    words = (none, "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[count] if count < len(words) else str(count)


def count_of(things: int, word: str) -> str:
    """`three documents`, `one answer`."""
    return f"{in_words(things)} {word}{'' if things == 1 else 's'}"


def what_is_left(enrollment: Enrollment, missing: list[RequiredDocument], *, of: int) -> dict[str, object]:
    """What a reminder says of the documents that are missing, and where to add them; or of Submit, not pressed yet."""
    home = f"/my/{enrollment.cohort.slug}"
    if not missing:
        return {
            "what_is_left": Markdown("Everything is ready except one step: **you have not pressed Submit**."),
            "left_short": "you have not pressed Submit",
            "next_step": "Check and submit",
            "link": mailing.address(f"{home}/submit/"),
        }
    only = missing[0] if len(missing) == 1 else None
    have = f"You have **{of - len(missing)} of {of}** documents in. " if len(missing) < of else ""
    named = ", ".join(f"**{quoted(document.short_title)}**" for document in missing)
    return {
        "what_is_left": Markdown(f"{have}Missing: {named}."),
        "left_short": f"{only.short_title} is missing" if only else f"{count_of(len(missing), 'document')} are missing",
        "next_step": "Add it" if only else "Add them",
        "link": mailing.address(f"{home}/documents/{only.key}/" if only else f"{home}/documents/"),
    }


def receipt(submission: Submission, made: Receipt) -> Message:
    """The receipt by mail; another letter when it is late or answers a revision request."""
    kind = "revised-received" if made.round_number > 1 else "receipt-late" if made.is_late else "receipt"
    cohort, decision_on = submission.enrollment.cohort, submission.decision_on()
    values = {
        "documents": count_of(len(made.files), "document"),
        "reference": made.ref,
        "submitted": moment(submission, made.received_at),
        "days_late": count_of(submission.window().days_late_at(made.received_at), "day"),
        "document_list": Markdown("\n".join(f"- {quoted(_proof(file))}" for file in made.files)),
        "replace_until": deadline(submission, submission.window().told_end_at(made.received_at)),
        "decision_by": times.long_day(decision_on) if decision_on else "the day your program names",
        "link": mailing.address(f"/my/{cohort.slug}/receipts/{made.ref}/"),
    }
    return _about(submission.enrollment, kind, key=f"receipt:{made.ref}", values=values)


def _proof(file: dict) -> str:
    """A document as the receipt page names it: name, size and the start of its SHA-256."""
    return f"{file['name']} ({filesizeformat(file['size_bytes'])}, SHA-256 {file['sha256'][:12]})"


def returned(submission: Submission, *, why: str, at: datetime) -> Message:
    values = {
        "reason": why,
        "due": deadline(submission, submission.window().due_at),
        "link": mailing.address(f"/my/{submission.enrollment.cohort.slug}/documents/"),
    }
    key = f"returned-incomplete:{submission.reference}:{at.isoformat()}"
    return _about(submission.enrollment, "returned-incomplete", key=key, values=values)


def moved(submission: Submission, kind: str, *, at: datetime) -> list[Message]:
    """The letter `kind` about a move of the submission, where the edition has one."""
    enrollment = submission.enrollment
    if not mailing.has_letter(enrollment.cohort.edition, kind):
        return []
    values = {"link": mailing.address(f"/my/{enrollment.cohort.slug}/")}
    return [_about(enrollment, kind, key=f"{kind}:{submission.reference}:{at.isoformat()}", values=values)]


def needs_fixing(version: Version, sentence: str) -> Message:
    """What the check found, for somebody who may have left the page."""
    document = version.document
    enrollment = document.submission.enrollment
    values = {
        "document": document.required.short_title,
        "finding": f"{sentence.rstrip('.')}.{_what_counts(version)}",
        "link": mailing.address(f"/my/{enrollment.cohort.slug}/documents/{document.required.key}/"),
    }
    key = f"file-needs-fixing:{version.file.name}:{version.pk}"
    return _about(enrollment, "file-needs-fixing", key=key, values=values)


def _about(enrollment: Enrollment, kind: str, **fields) -> Message:
    """A letter in the thread of what the person hands in."""
    thread = mailing.about_work(enrollment)
    return mailing.message(enrollment.cohort, enrollment.person, kind, thread=thread, **fields)


def _what_counts(version: Version) -> str:
    """That an earlier file of the slot stands in for one that cannot be used."""
    current = version.document.current
    return f" Version {current.number} still counts." if current and current.pk != version.pk else ""
