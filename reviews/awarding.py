"""Badges that follow from what this floor knows: a decision, attendance, or holding every part of a badge."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from badges import awards
from badges.models import Award, Edition
from cohorts import mailing
from cohorts.models import Cohort, Enrollment
from microcred import clock, outbox
from microcred.models import User
from microcred.verdict import Refused
from reviews.agreement import Standing
from reviews.models import Decision
from reviews.people import attended, counted
from submissions.checks.catalogue import listed

WITHDRAWN = "award-withdrawn"


def award(decision: Decision, standing: Standing, *, by: User, at: datetime) -> Award:
    """The badge of a decision, with the levels it was given for and the competency that was to be looked for."""
    enrollment, competency = standing.submission.enrollment, standing.submission.competency
    grounds = {
        "cohort": enrollment.cohort.name,
        "submission": standing.submission.reference,
        "round": decision.round_number,
        "competencies": [competency.key] if competency else [],
        "criteria": [
            {"title": row.criterion.title, "level": row.level.label if row.level else ""} for row in standing.rows
        ],
    }
    return _issue(enrollment.cohort.edition, enrollment.person, by=by, grounds=grounds, at=at)


def tell_of_composites(part: Award, *, cohort: Cohort) -> None:
    """Owe the letter of every badge that was issued in the same moment because `part` was its last missing part."""
    whole = Award.objects.standing().filter(
        person=part.person_id, issued_at=part.issued_at, edition__badge__parts=part.edition.badge_id
    )
    outbox.owe([_letter(each, cohort) for each in whole.select_related("edition__badge", "person")])


def earned_by_attending(cohort: Cohort) -> QuerySet:
    """Those who were at enough meetings, long enough, and were not given the attendance badge yet.

    Where it was withdrawn, somebody who knows why issues it again, or nobody.
    """
    edition = cohort.attendance_edition
    if edition is None or not edition.meetings_required:
        return Enrollment.objects.none()
    return (
        cohort.enrollments.taking_part()
        .exclude(person__in=_given(edition).values("person"))
        .annotate(meetings=counted(attended(cohort), "enrollment"))
        .filter(meetings__gte=edition.meetings_required)
        .select_related("person")
    )


def _given(edition: Edition) -> QuerySet[Award]:
    """Awards of the badge that stand, and those of this term that were withdrawn."""
    return Award.objects.filter(Q(revoked_at=None, edition__badge=edition.badge_id) | Q(edition=edition))


def issue_attendance_awards(cohort: Cohort, *, by: User) -> list[Award]:
    """Issue the attendance badge to all who have earned it, each with its letter, all or nothing."""
    if cohort.attendance_edition is None:
        raise Refused("This cohort has no badge for attending its meetings. Choose one in its setup.")
    at, issued = clock.now(), []
    with transaction.atomic():
        for enrollment in earned_by_attending(cohort):
            grounds = {"cohort": cohort.name, "meetings": enrollment.meetings}
            made = _issue(cohort.attendance_edition, enrollment.person, by=by, grounds=grounds, at=at)
            outbox.owe([_letter(made, cohort)])
            tell_of_composites(made, cohort=cohort)
            issued.append(made)
    return issued


# Taking one back ----------------------------------------------------------------------------------------------------
def of_person(enrollment: Enrollment) -> QuerySet[Award]:
    """The badges that somebody was given in the cohort, and those made up of them; withdrawn ones, too."""
    cohort = enrollment.cohort
    theirs = Award.objects.given_for(cohort.edition, cohort.attendance_edition).filter(person=enrollment.person_id)
    return theirs.for_list().select_related("revoked_by")


def latest(enrollment: Enrollment) -> list[Award]:
    """Of each badge the award that stands, or else the last one that was withdrawn. Queries: one."""
    return list({award.edition_id: award for award in reversed(of_person(enrollment))}.values())


def withdraw(award: Award, *, cohort: Cohort, by: User, because: str) -> list[Award]:
    """Withdraw the badge and those that stand on it, and tell the holder why. All that were withdrawn are returned.

    Raises: Refused.
    """
    with transaction.atomic():
        gone = awards.revoke(award, by=by, because=because, at=clock.now())
        if mailing.has_letter(cohort.edition, WITHDRAWN):
            values = {"badges": named(gone), "reason": because.strip(), "link": mailing.address("/my/badges/")}
            owed = mailing.message(cohort, award.person, WITHDRAWN, key=f"{WITHDRAWN}:{award.ref}", values=values)
            outbox.owe([owed])
    return gone


def issue_again(award: Award, *, cohort: Cohort, by: User) -> Award:
    """A new award in place of one that was withdrawn, on the same grounds, with its letter."""
    if not award.revoked_at:
        raise Refused("This award stands. There is nothing to issue again.")
    with transaction.atomic():
        made = _issue(award.edition, award.person, by=by, grounds=award.grounds, at=clock.now())
        outbox.owe([_letter(made, cohort)])
        tell_of_composites(made, cohort=cohort)
    return made


def named(gone: list[Award]) -> str:
    """`Level 2 Practice badge`, `Level 2 Practice and Level 2 Apprentice badges`."""
    names = [str(award.edition.badge) for award in gone]
    return f"{listed(names)} badge{'' if len(names) == 1 else 's'}"


def _issue(edition: Edition, person: User, *, by: User, grounds: dict, at: datetime) -> Award:
    return awards.issue(edition, person=person, name=person.badge_name, by=by, grounds=grounds, at=at)


def _letter(made: Award, cohort: Cohort):
    found, feedback = mailing.letter_of(made.edition, "award"), mailing.address(f"/my/{cohort.slug}/feedback/")
    return mailing.compose(
        cohort, made.person, subject=found.subject, body=found.body, kind="award", key=f"award:{made.ref}",
        values={"badge": made.edition.badge.name, "link": mailing.address("/my/badges/"), "feedback_url": feedback},
    )  # fmt: skip
