"""From one term to the next: edition and cohort are cloned, and every date moves to the new term on its weekday."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from badges import editions
from badges.models import Edition
from cohorts import clock_changes, holidays, opening, reminder_rules, scheduling
from cohorts.models import Cohort, Event, StaffMembership
from microcred import clock, times
from microcred.models import User
from microcred.verdict import ALLOWED, Refused, Verdict

OWN = frozenset({"id", "slug", "name", "edition", "attendance_edition", "zone"})  # of the new cohort, not of the last
WEEK = 7


@dataclass
class Proposed:
    """An event of last term on its day of the new one, and what to think of."""

    event: Event
    on: date
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The field of a form that holds its day."""
        return f"day_{self.event.pk}"


def may_begin(cohort: Cohort, begins: date) -> Verdict:
    """Whether a term can begin on that day: after today, on the clock of the cohort."""
    today = clock.today(cohort.zone)
    if begins < today:
        return Verdict(f"That day has passed; today is {times.long_day(today)}. Choose a later one.")
    return ALLOWED


def proposed(cohort: Cohort, begins: date) -> list[Proposed]:
    """All that stood in the calendar, moved by as many weeks as learning begins later: weekdays stay."""
    events = list(cohort.events.standing().in_time_order())
    first = next((event.on for event in events if event.kind == Event.Kind.LEARNING_BEGINS), None)
    if first is None:
        raise Refused(f"{cohort} has no day on which learning begins. Add it to its calendar first.")
    later = timedelta(days=WEEK * round((begins - first).days / WEEK))
    rows = [Proposed(one, begins if one.kind == Event.Kind.LEARNING_BEGINS else one.on + later) for one in events]
    return noted(rows, cohort)


def noted(rows: list[Proposed], cohort: Cohort) -> list[Proposed]:
    """The same with what to think of for each: holidays, weekends, changes of the clocks."""
    before: Event | None = None
    for row in rows:
        row.notes = holidays.notes(row.on)
        if row.event.is_meeting and not _clash_of_clocks(row, cohort):
            here = _placed(row, cohort)
            row.notes += _about_clocks(here, before, cohort)
            before = here
    return rows


def problems(rows: list[Proposed], cohort: Cohort) -> dict[str, str]:
    """By field, why an event cannot stand on its day beside the others."""
    dates = {row.event.kind: row.on for row in rows if not row.event.is_meeting}
    found = {}
    for row in rows:
        verdict = scheduling.may_stand_on(row.event.kind, row.on, dates)
        if verdict and row.event.kind == Event.Kind.LEARNING_BEGINS:
            verdict = may_begin(cohort, row.on)
        if reason := verdict.reason or _clash_of_clocks(row, cohort):
            found[row.name] = reason
    return found


def _clash_of_clocks(row: Proposed, cohort: Cohort) -> str:
    """Why its hours do not exist, or exist twice, on that day; "" otherwise."""
    try:
        _placed(row, cohort)
    except ValidationError as problem:
        return str(problem.messages[0])
    return ""


def _placed(row: Proposed, cohort: Cohort) -> Event:
    event = Event(cohort=cohort, kind=row.event.kind, on=row.on, starts=row.event.starts, ends=row.event.ends)
    event.work_out_instants()
    return event


def _about_clocks(here: Event, before: Event | None, cohort: Cohort) -> list[str]:
    if before is None or not (changed := clock_changes.change_between(cohort.zone, before.starts_at, here.starts_at)):
        return []
    day = f"{changed:%B}\N{NO-BREAK SPACE}{changed.day}"
    return [f"{cohort.place} changes its clocks on {day}: where clocks do not, it is another hour than last time."]


@transaction.atomic
def prepare(cohort: Cohort, *, by: User, term: str, name: str, days: Mapping[int, date]) -> Cohort:
    """The next term: editions and cohort cloned, its `days` by the key of last term's event. Nobody is told anything.

    Rules, staff, reminders and meetings come along; people and what they did stay. Reminders that are as the edition
    has them come from there at the opening, so that what is changed in its set-up counts. Raises: Refused.
    """
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    edition = _edition(cohort.edition, term)
    if Cohort.objects.filter(edition=edition, name=name).exists():
        raise Refused(f"There is a cohort “{name}” with {edition} already. Open that one, or choose another name.")
    made = _cohort(cohort, edition, name=name, term=term)
    _staff(cohort, made, by)
    brought = {rule.key: rule for rule in opening.reminders_to_come(made)}
    for reminder in cohort.reminders.all():
        if not (rule := brought.get(reminder.key)) or not reminder_rules.alike(rule, reminder):
            _copy(reminder, cohort=made)
    for event in cohort.events.standing().filter(pk__in=days):
        _event(event, made, days[event.pk])
    return made


def _cohort(cohort: Cohort, edition: Edition, *, name: str, term: str) -> Cohort:
    rules = {
        each.name: getattr(cohort, each.name)
        for each in Cohort._meta.concrete_fields
        if each.name not in OWN and not each.name.endswith(("_at", "_by"))
    }
    attendance = cohort.attendance_edition
    return Cohort.objects.create(
        edition=edition,
        attendance_edition=_edition(attendance, term) if attendance else None,
        slug=opening.free_slug(name, edition),
        name=name,
        zone=cohort.zone,
        **rules,
    )


def _edition(edition: Edition, term: str) -> Edition:
    """The edition of the badge for that term: the one that is there, or else a clone of the badge's latest."""
    there = Edition.objects.filter(badge=edition.badge, term=term).first()
    if there:
        return there
    latest = edition
    while follows := Edition.objects.filter(succeeds=latest).first():
        latest = follows
    return editions.clone(latest, slug=editions.free_slug(f"{edition.badge.slug}-{term}", Edition), term=term)


def _staff(cohort: Cohort, made: Cohort, by: User) -> None:
    for membership in cohort.staff.all():
        _copy(membership, cohort=made)
    made.staff.get_or_create(person=by, role=StaffMembership.Role.ADMIN)


def _event(event: Event, cohort: Cohort, on: date) -> None:
    kept = ("kind", "number", "title", "starts", "ends", "where", "bring", "host", "counts_for_attendance")
    Event.objects.create(cohort=cohort, on=on, **{name: getattr(event, name) for name in kept})


def _copy(row, **new) -> None:
    """A row of last term as one of the next, with all that it says."""
    row.pk, row._state.adding = None, True
    for name, value in new.items():
        setattr(row, name, value)
    row.save()
