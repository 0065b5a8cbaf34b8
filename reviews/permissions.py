"""Who may read, score and assign. What the state allows is the workflow's to say; here it is said beforehand."""

from cohorts.models import StaffMembership
from microcred.models import User
from microcred.verdict import ALLOWED, Verdict
from reviews import conflicts
from reviews.calibration import readiness
from reviews.models import READABLE, SCORABLE, Assignment
from submissions.models import Submission, Version


def may_read(person: User, submission: Submission) -> Verdict:
    """Queries: reads the enrollment; select it first."""
    if submission.enrollment.person_id == person.pk:
        return Verdict("You wrote this submission yourself. Somebody else reads it; your cohort team sees to that.")
    return ALLOWED


def may_have_file(submission: Submission, version: Version) -> Verdict:
    """The clean copy of a version. Queries: reads enrollment, cohort and clean copy; select them first."""
    if version.copy_for(submission.enrollment.cohort):
        return ALLOWED
    if getattr(version, "clean_copy", None) and version.clean_copy.given_up_at:
        return Verdict("We could make no copy of this Word file for reviewers. Your team knows; read its text instead.")
    return Verdict("The Word file is not ready for reviewers yet. Read its text, or come back in a minute.")


def may_score(person: User, assignment: Assignment) -> Verdict:
    """Queries: reads submission, enrollment and review; select them first. One more: whether it is overtaken."""
    submission = assignment.submission
    if assignment.reviewer_id != person.pk:
        return Verdict("Only the reviewer it was given to can score this submission.")
    if not (may := may_read(person, submission)):
        return may
    if submission.state not in SCORABLE:
        return Verdict(f"{submission} is now “{submission.get_state_display()}”. Your scores stay as they are.")
    if assignment.is_finished:
        return Verdict(f"You finished your review of {submission}. Reopen it to change a score.")
    if not (may := _is_read_now(assignment)):
        return may
    if not assignment.settles and not assignment.begun:
        return readiness.may_begin_live_work(person, submission.enrollment.cohort)
    if assignment.settles and assignment.beside().readings().unfinished().exists():
        return Verdict(f"A reader has opened their review of {submission} again. Go on once they have finished.")
    return ALLOWED


def _is_read_now(assignment: Assignment) -> Verdict:
    if assignment.is_overtaken():
        return Verdict(f"{assignment.submission} is being read anew since your review, which stays as it is.")
    return ALLOWED


def may_reopen(person: User, assignment: Assignment) -> Verdict:
    """A finished review is its reviewer's to reopen until the decision has gone out. Queries: as `may_score`."""
    submission = assignment.submission
    if assignment.reviewer_id != person.pk:
        return Verdict("Only the reviewer who wrote it can reopen a review.")
    if not assignment.is_finished:
        return Verdict(f"Your review of {submission} is still open.")
    if submission.state not in SCORABLE:
        return Verdict(f"The decision on {submission} has gone out. Its review can no longer change.")
    if not assignment.settles and assignment.beside().settling().filter(review__finished_at__isnull=False).exists():
        return Verdict(f"A second reader has settled {submission}. The reviews that led to it stay as they are.")
    return _is_read_now(assignment)


def may_hand_back(person: User, assignment: Assignment) -> Verdict:
    """Queries: as `may_score`."""
    submission = assignment.submission
    if submission.state not in READABLE:
        return Verdict(f"{submission} is now “{submission.get_state_display()}”. Write to your team about it.")
    return _is_read_now(assignment)


def may_decide(person: User, submission: Submission) -> Verdict:
    """Queries: two, and the enrollment with its cohort; select it first."""
    if submission.enrollment.person_id == person.pk:
        return Verdict("You wrote this submission. Another admin decides on it.")
    if (conflict := conflicts.between(person, submission)) and conflict.is_firm:
        return Verdict(f"You are in conflict with {submission}: {conflict.words}. Another admin decides on it.")
    return ALLOWED


def may_ask_for_second_read(person: User, submission: Submission) -> Verdict:
    """A reader of this round, or an admin. Queries: two, and those of `may_read`."""
    if not (may := may_read(person, submission)):
        return may
    if submission.state not in SCORABLE:
        return Verdict(f"{submission} is now “{submission.get_state_display()}”. Nobody reads it at present.")
    if submission.second_reads.standing().exists():
        return Verdict(f"A second read of {submission} has been asked for already.")
    if submission.assignments.standing().of_the_last_round().readings().count() > 1:
        return Verdict(f"{submission} has two readers already.")
    return ALLOWED


def may_settle_between(person: User, submission: Submission) -> Verdict:
    """Whether `person` may settle what the readers of `submission` differ on. Queries: four, and for assigning."""
    if not (may := may_be_assigned(person, submission)):
        return may
    cohort = submission.enrollment.cohort_id
    if not person.staff_memberships.filter(cohort=cohort, role=StaffMembership.Role.SECOND_READER).exists():
        return Verdict(f"{person} is no second reader of this cohort. Add them to its staff first.")
    if submission.assignments.filter(reviewer=person, role=Assignment.Role.READER).exists():
        return Verdict(f"{person} has read {submission}. Somebody else settles it.")
    if conflict := conflicts.between(person, submission):
        return Verdict(f"{person} is in conflict with {submission}: {conflict.words}. Somebody else settles it.")
    return ALLOWED


def may_be_assigned(reviewer: User, submission: Submission) -> Verdict:
    """Queries: five, and the enrollment with its cohort; select it first."""
    if not may_read(reviewer, submission):
        return Verdict(f"{reviewer} wrote {submission}. Choose another reader.")
    if submission.state not in READABLE:
        return Verdict(
            f"{submission} is “{submission.get_state_display()}”. Readers are assigned once it is submitted."
        )
    cohort = submission.enrollment.cohort_id
    if not StaffMembership.objects.reviewing().filter(cohort=cohort, person=reviewer).exists():
        return Verdict(f"{reviewer} is no reviewer of this cohort. Add them to its staff first.")
    if submission.assignments.before_an_appeal().filter(reviewer=reviewer).exists():
        return Verdict(f"{reviewer} read {submission} before its appeal. Somebody else reads it now.")
    declared = submission.assignments.filter(reviewer=reviewer).exclude(conflict="").first()
    if declared:
        return Verdict(
            f"{reviewer} handed {submission} back: {declared.get_conflict_display()}. Choose another reader."
        )
    if (conflict := conflicts.between(reviewer, submission)) and conflict.is_firm:
        return Verdict(f"{reviewer} is in conflict with {submission}: {conflict.words}. Choose another reader.")
    return ALLOWED
