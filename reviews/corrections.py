"""A letter that went out is never changed: what was wrong in it is said in another one, kept beside it."""

from django.db import transaction

from cohorts import mailing
from microcred import clock, outbox, times
from microcred.models import Message, User
from microcred.verdict import Refused
from reviews import permissions
from reviews.models import Correction, Decision
from submissions import workflow

LETTER = "correction"
PLACEHOLDERS = {"letter_day"}  # beside those of every letter about a decision


def start(decision: Decision) -> tuple[str, str]:
    """Subject and body to begin with: the edition's, or none. Queries: the edition's letters, once."""
    edition = decision.submission.enrollment.cohort.edition
    if not mailing.has_letter(edition, LETTER):
        return "", ""
    found = mailing.letter_of(edition, LETTER)
    return found.subject, found.body


def filled(decision: Decision, *, subject: str, letter: str) -> mailing.Part:
    """With every placeholder filled in. Raises: Refused, when one has no value."""
    return mailing.filled(subject, letter, _values(decision))


def message(decision: Decision, *, subject: str, letter: str, number: int = 0) -> Message:
    """The e-mail to owe; `number` is that of the correction. Raises: Refused, when a placeholder has no value."""
    enrollment = decision.submission.enrollment
    return mailing.compose(
        enrollment.cohort, enrollment.person, subject=subject, body=letter, kind=LETTER,
        key=f"{LETTER}:{decision.submission.reference}:{number}", values=_values(decision),
        thread=mailing.about_work(enrollment),
    )  # fmt: skip


@transaction.atomic
def send(decision: Decision, *, subject: str, letter: str, by: User) -> Correction:
    """Write to the applicant, and keep what was written. Raises: Refused, when it may not be, or was just sent."""
    submission = workflow.locked(decision.submission)
    if not (may := permissions.may_decide(by, submission)):
        raise Refused(may.reason)
    current = Decision.objects.released().filter(pk=decision.pk).first()
    if current is None:
        raise Refused("This letter has not gone out. Change its words instead.")
    current.submission = submission
    said = filled(current, subject=subject, letter=letter)
    if current.corrections.filter(subject=said.subject, letter=said.body).exists():
        raise Refused("A correction with these words has been sent already. Nothing was sent again.")
    made = Correction.objects.create(
        decision=current, subject=said.subject, letter=said.body, sent_at=clock.now(), sent_by=by
    )
    outbox.owe([message(current, subject=subject, letter=letter, number=made.pk)])
    return made


def _values(decision: Decision) -> dict[str, object]:
    enrollment = decision.submission.enrollment
    page = mailing.address(f"/my/{enrollment.cohort.slug}/feedback/")
    day = times.long_day(clock.today(enrollment.person.zone or enrollment.cohort.zone, at=decision.released_at))
    return mailing.common_values(enrollment.cohort, enrollment.person) | {
        "link": page, "feedback_url": page, "letter_day": day,
    }  # fmt: skip
