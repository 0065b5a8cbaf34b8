"""Badges that follow from what this floor knows: a decision, attendance, or holding every part of a badge."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

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
    """Those who were at enough meetings, long enough, and do not hold the attendance badge yet."""
    edition = cohort.attendance_edition
    if edition is None or not edition.meetings_required:
        return Enrollment.objects.none()
    return (
        cohort.enrollments.taking_part()
        .exclude(person__in=Award.objects.standing().filter(edition__badge=edition.badge_id).values("person"))
        .annotate(meetings=counted(attended(cohort), "enrollment"))
        .filter(meetings__gte=edition.meetings_required)
        .select_related("person")
    )


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


def _issue(edition: Edition, person: User, *, by: User, grounds: dict, at: datetime) -> Award:
    return awards.issue(edition, person=person, name=person.badge_name, by=by, grounds=grounds, at=at)


def _letter(made: Award, cohort: Cohort):
    found = mailing.letter_of(made.edition, "award")
    return mailing.compose(
        cohort, made.person, subject=found.subject, body=found.body, kind="award", key=f"award:{made.ref}",
        values={"badge": made.edition.badge.name, "link": mailing.address("/my/badges/")},
    )  # fmt: skip
