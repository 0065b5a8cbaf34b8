"""What applicants are told by mail, and the sentences about time that pages and mails share."""

from datetime import datetime

from cohorts import mailing
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


def in_words(count: int) -> str:
    """Small numbers as words."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[count] if count < len(words) else str(count)


def count_of(things: int, word: str) -> str:
    """`three documents`, `one answer`."""
    return f"{in_words(things)} {word}{'' if things == 1 else 's'}"


def what_is_left(missing: list[str], of: int) -> Markdown:
    """What a reminder begins with: which documents are missing, or that Submit was not pressed."""
    if not missing:
        return Markdown("Everything is ready except one step: **you have not pressed Submit**.")
    named = ", ".join(f"**{quoted(title)}**" for title in missing)
    have = f"You have **{of - len(missing)} of {of}** documents in. " if len(missing) < of else ""
    return Markdown(f"{have}Missing: {named}.")


def receipt(submission: Submission, made: Receipt) -> Message:
    """The receipt by mail; another letter when it is late or answers a revision request."""
    kind = "revised-received" if made.round_number > 1 else "receipt-late" if made.is_late else "receipt"
    cohort, decision_on = submission.enrollment.cohort, submission.decision_on()
    page = mailing.address(f"/my/{cohort.slug}/receipts/{made.ref}/")
    values = {
        "documents": count_of(len(made.files), "document"),
        "reference": made.ref,
        "submitted": moment(submission, made.received_at),
        "days_late": count_of(submission.window().days_late_at(made.received_at), "day"),
        "document_list": Markdown("\n".join(f"- {quoted(file['name'])}" for file in made.files)),
        "replace_until": deadline(submission, submission.window().due_at),
        "decision_by": times.long_day(decision_on) if decision_on else "the day your program names",
        "receipt_url": page,
        "link": page,
    }
    return mailing.message(cohort, submission.enrollment.person, kind, key=f"receipt:{made.ref}", values=values)


def returned(submission: Submission, *, why: str, at: datetime) -> Message:
    cohort, due = submission.enrollment.cohort, submission.window().due_at
    values = {
        "reason": why,
        "due": deadline(submission, due),
        "link": mailing.address(f"/my/{cohort.slug}/documents/"),
    }
    key = f"returned-incomplete:{submission.reference}:{at.isoformat()}"
    return mailing.message(cohort, submission.enrollment.person, "returned-incomplete", key=key, values=values)


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
    return mailing.message(enrollment.cohort, enrollment.person, "file-needs-fixing", key=key, values=values)


def _what_counts(version: Version) -> str:
    """That an earlier file of the slot stands in for one that cannot be used."""
    current = version.document.current
    return f" Version {current.number} still counts." if current and current.pk != version.pk else ""
