"""Who may do what with a submission. Each answer is a verdict with its reason."""

from datetime import datetime

from cohorts.models import Cohort
from cohorts.permissions import may_attend
from microcred.models import User
from microcred.verdict import ALLOWED, Verdict
from submissions import letters
from submissions.models import Document, Submission, Version
from submissions.states import HANDED_IN, MOVES, OPEN_TO_FILES, PUBLIC_LABELS, State


def may_add(person: User, document: Document, *, at: datetime) -> Verdict:
    """Add or replace a file at `at`. Queries: versions of the slot; the rest unless it is prefetched."""
    submission = document.submission
    if not (verdict := may_attend(person, submission.enrollment)):
        return verdict
    if submission.state not in OPEN_TO_FILES:
        return Verdict(f"This submission is now “{_public(submission)}”. Its documents stay as they are.")
    if not submission.window().is_open_at(at):
        return Verdict(letters.closed_sentence(submission))
    if document.versions.count() >= Version.MOST:
        return Verdict(
            f"There are {Version.MOST} versions of this document already. "
            f"Write to {submission.enrollment.cohort.team_email} to add another."
        )
    return ALLOWED


def may_submit(person: User, submission: Submission, *, at: datetime) -> Verdict:
    """Press Submit at `at`; what is still missing is another question."""
    if not (verdict := may_attend(person, submission.enrollment)):
        return verdict
    if submission.state in HANDED_IN:
        return Verdict("You have submitted already. There is nothing more to send.")
    if submission.state not in MOVES["submit"].sources:
        return Verdict(f"This submission is now “{_public(submission)}”. There is nothing to submit.")
    if not submission.window().is_open_at(at):
        return Verdict(letters.closed_sentence(submission))
    return ALLOWED


def may_withdraw(person: User, submission: Submission) -> Verdict:
    if not (verdict := _own_or_run(person, submission)):
        return verdict
    if submission.state not in MOVES["withdraw"].sources:
        return Verdict(f"This submission is now “{_public(submission)}”. It cannot be withdrawn.")
    return ALLOWED


def may_reinstate(person: User, submission: Submission) -> Verdict:
    if not (verdict := _own_or_run(person, submission)):
        return verdict
    if submission.state not in MOVES["reinstate"].sources:
        return Verdict(f"This submission is now “{_public(submission)}”. It was not withdrawn.")
    if submission.enrollment.moved_to_id:
        return Verdict("This place was given up for one in another cohort.")
    return ALLOWED


def role_of(person: User, submission: Submission) -> str:
    """In which role `person` reads it, for the record."""
    return "applicant" if submission.enrollment.person_id == person.pk else "admin"


def _own_or_run(person: User, submission: Submission) -> Verdict:
    enrollment = submission.enrollment
    if enrollment.person_id == person.pk or Cohort.objects.run_by(person).filter(pk=enrollment.cohort_id).exists():
        return ALLOWED
    return Verdict("Only the applicant and the admins of the cohort can do this.")


def _public(submission: Submission) -> str:
    return PUBLIC_LABELS[State(submission.state)]
