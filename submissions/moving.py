"""Taking a person on to another cohort of the same badge, with what they have not handed in yet."""

from django.db import transaction
from django.db.models import QuerySet

from cohorts import deadlines, invitations, mailing
from cohorts.models import ActivityMark, Cohort, Enrollment
from microcred import clock, outbox, times
from microcred.models import Message, User
from microcred.verdict import ALLOWED, Refused, Verdict
from submissions import uploads, workflow
from submissions.models import Document, Submission
from submissions.states import State

LETTER = "moved"


def open_to(enrollment: Enrollment, *, by: User) -> QuerySet[Cohort]:
    """Running cohorts of the same badge that `by` leads too and the person is not in."""
    here = enrollment.cohort
    others = Cohort.objects.run_by(by).running().filter(edition__badge=here.edition.badge_id).exclude(pk=here.pk)
    return others.exclude(enrollments__person=enrollment.person_id).select_related("edition__badge").order_by("name")


def may_move(enrollment: Enrollment) -> Verdict:
    """Queries: the submission, unless it was read."""
    if enrollment.withdrawn_at:
        return Verdict(f"{enrollment.person} has left this cohort. Take the withdrawal back first.")
    found = Submission.objects.filter(enrollment=enrollment).first()
    if found and found.state != State.DRAFT:
        return Verdict(
            f"{enrollment.person} has submitted here. What was handed in stays with the cohort that reads it."
        )
    return ALLOWED


@transaction.atomic
def move(enrollment: Enrollment, to: Cohort, *, by: User) -> Enrollment:
    """Their new place, with the activities they marked and the files that count now; they are told by a letter.

    The old place stays as it was, withdrawn. Files are checked anew, by the directions of the new cohort.
    Raises: Refused, when they have submitted, left or have a place there already.
    """
    kept = Enrollment.objects.select_for_update(of=("self",)).select_related("person", "cohort__edition__badge")
    old = kept.get(pk=enrollment.pk)
    if not (verdict := may_move(old)):
        raise Refused(verdict.reason)
    if to.enrollments.filter(person=old.person_id).exists():
        raise Refused(f"{old.person} has a place in the {to} cohort already.")
    new = Enrollment.objects.create(
        cohort=to, person=old.person, organization=old.organization, joined_at=old.joined_at and clock.now()
    )
    _carry_marks(old, new)
    _carry_files(old, new)
    workflow.withdraw(workflow.begin(old), by=by, why=f"Moved to the {to} cohort.", is_told=False)
    Enrollment.objects.filter(pk=old.pk).update(moved_to=new)
    _tell(old, new, by=by)
    return new


def _carry_marks(old: Enrollment, new: Enrollment) -> None:
    """What they marked done, where the new directions have the same activity."""
    there = {activity.key: activity for activity in new.cohort.edition.activities.all()}
    ActivityMark.objects.bulk_create(
        ActivityMark(enrollment=new, activity=there[mark.activity.key], done_at=mark.done_at)
        for mark in old.marks.select_related("activity")
        if mark.activity.key in there
    )


def _carry_files(old: Enrollment, new: Enrollment) -> None:
    filled = Document.objects.filter(submission__enrollment=old, current__isnull=False)
    files = {document.required.key: document.current for document in filled.select_related("required", "current")}
    if not files:
        return
    for slot in workflow.begin(new).documents.select_related("required"):
        if version := files.get(slot.required.key):
            uploads.carry_over(version, slot, arrived_at=version.arrived_at)


def _tell(old: Enrollment, new: Enrollment, *, by: User) -> None:
    """The letter of the new cohort; who has not joined yet is invited there instead."""
    if not new.joined_at:
        invitations.invite([new], by=by)
    elif mailing.has_letter(new.cohort.edition, LETTER):
        outbox.owe([_letter(old, new)])


def _letter(old: Enrollment, new: Enrollment) -> Message:
    cohort, end = new.cohort, deadlines.window(new).due_at
    values = {
        "earlier_cohort": old.cohort.name,
        "due": str(times.deadline(end, reader=new.person.zone, cohort=cohort.zone)),
        "link": mailing.address(f"/my/{cohort.slug}/"),
    }
    thread = mailing.about_work(new)
    return mailing.message(cohort, new.person, LETTER, key=f"moved:{new.ref}", values=values, thread=thread)
