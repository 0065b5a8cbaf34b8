"""From an edition to a cohort that people can be invited to."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from badges import editions
from badges.models import Edition
from cohorts import edition_rules, mailing
from cohorts.models import Cohort, Event, Reminder, StaffMembership
from cohorts.permissions import may_open
from microcred import clock, times
from microcred.models import User
from microcred.verdict import ALLOWED, Refused, Verdict

DATES = (Event.Kind.LEARNING_BEGINS, Event.Kind.EVIDENCE_DUE, Event.Kind.REVIEWS_DUE, Event.Kind.DECISIONS)


@transaction.atomic
def create(edition: Edition, *, by: User, dates: Mapping[str, date], **fields) -> Cohort:
    """A cohort being prepared, with its `dates` by kind of event; `by` is its first admin."""
    cohort = Cohort.objects.create(edition=edition, **fields)
    for kind in DATES:
        if on := dates.get(kind):
            Event.objects.create(cohort=cohort, kind=kind, title=kind.label, on=on)
    StaffMembership.objects.create(cohort=cohort, person=by, role=StaffMembership.Role.ADMIN)
    return cohort


def free_slug(name: str, edition: Edition) -> str:
    """A name for the addresses of a cohort that no other has: `fall-2023-l2`."""
    return editions.free_slug(f"{name}-l{edition.badge.level}", Cohort)


@transaction.atomic
def open_cohort(cohort: Cohort, *, by: User) -> Cohort:
    """Let people in: the edition is frozen, and its reminders become the cohort's own.

    Raises: Refused, when it is open already, lacks a date, or a reminder has no letter.
    """
    current = Cohort.objects.select_for_update().select_related("edition").get(pk=cohort.pk)
    verdict = may_open(current)
    if not verdict:
        raise Refused(verdict.reason)
    kinds = set(current.events.values_list("kind", flat=True))
    for kind in (Event.Kind.LEARNING_BEGINS, Event.Kind.EVIDENCE_DUE):
        if kind not in kinds:
            raise Refused(f"The cohort has no date for “{kind.label}” yet. Add it to the calendar first.")
    verdict = may_be_due(current.events.get(kind=Event.Kind.EVIDENCE_DUE).on, zone=current.zone)
    if not verdict:
        raise Refused(verdict.reason)
    _refuse_unwritten(current.edition)
    at = clock.now()
    editions.freeze(current.edition, at=at)
    if current.attendance_edition:
        editions.freeze(current.attendance_edition, at=at)
    for rule in reminders_to_come(current):
        rule.save()  # one by one: each is the first of its history
    current.opened_at, current.opened_by = at, by
    current.save(update_fields=["opened_at", "opened_by"])
    cohort.opened_at, cohort.opened_by = at, by
    return current


def _refuse_unwritten(edition: Edition) -> None:
    """A letter that is missing would be missed on the day it is owed. Raises: Refused."""
    if missing := editions.awaited(editions.describe(edition)):
        word = "letter" if len(missing) == 1 else "letters"
        raise Refused(f"{edition} lacks the {word} {', '.join(missing)}. Write them in its set-up first.")


def may_be_due(on: date, *, zone: str) -> Verdict:
    """Whether evidence can be due on that day: a term that is over takes nobody in."""
    if clock.end_of_day(on, zone) > clock.now():
        return ALLOWED
    return Verdict(f"Evidence was due on {times.day(on)}; that day has passed. Choose a later one.")


def reminders_to_come(cohort: Cohort) -> list[Reminder]:
    """The edition's reminder rules with the words of their letters, unsaved; those the cohort has already stay its own.

    Raises: Refused, when the edition lacks a letter, or a rule says what nobody knows here.
    """
    rules, known = [], set(cohort.reminders.values_list("key", flat=True))
    for rule in cohort.edition.reminders:
        if rule["key"] in known:
            continue
        if odd := edition_rules.fault(rule):
            raise Refused(f"{odd} Change it in the set-up of the edition.")
        letter = mailing.letter_of(cohort.edition, rule["letter"])
        rules.append(edition_rules.unsaved(rule, cohort=cohort, subject=letter.subject, body=letter.body))
    return rules
