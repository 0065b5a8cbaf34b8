"""A letter that went out is never changed: what was wrong in it is said in another one, kept beside it."""

from django.db import transaction

from cohorts import mailing
from microcred import clock, letters, outbox, times
from microcred.letters import Letter, quoted
from microcred.models import User
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


def compose(decision: Decision, *, subject: str, letter: str) -> Letter:
    """The letter as it would leave. Raises: Refused, when a placeholder has no value."""
    cohort = decision.submission.enrollment.cohort
    return letters.compose(
        subject, letter, _values(decision), footer=mailing.footer(cohort), language=cohort.edition.language
    )


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
    known, enrollment = _values(current), submission.enrollment
    line = " ".join(letters.fill(subject, known).split())
    body = letters.fill(letter, known, quote=quoted)
    if current.corrections.filter(subject=line, letter=body).exists():
        raise Refused("A correction with these words has been sent already. Nothing was sent again.")
    made = Correction.objects.create(decision=current, subject=line, letter=body, sent_at=clock.now(), sent_by=by)
    message = mailing.compose(
        enrollment.cohort, enrollment.person, subject=subject, body=letter, kind=LETTER,
        key=f"{LETTER}:{submission.reference}:{made.pk}", values=known, thread=mailing.about_work(enrollment),
    )  # fmt: skip
    outbox.owe([message])
    return made


def _values(decision: Decision) -> dict[str, object]:
    enrollment = decision.submission.enrollment
    page = mailing.address(f"/my/{enrollment.cohort.slug}/feedback/")
    day = times.long_day(clock.today(enrollment.person.zone or enrollment.cohort.zone, at=decision.released_at))
    return mailing.common_values(enrollment.cohort, enrollment.person) | {
        "link": page, "feedback_url": page, "letter_day": day,
    }  # fmt: skip
