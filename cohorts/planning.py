"""What the reminders of a cohort are going to do: when next, to about how many, in which words."""

from dataclasses import dataclass
from datetime import datetime

from cohorts import deadlines, mailing
from cohorts.models import Cohort, Enrollment, Event, Reminder, StaffMembership
from cohorts.reminders import Occasion, due_values, meeting_values
from microcred import letters
from microcred.models import Message

AUDIENCE = Reminder.Audience
WORKED_OUT = "(worked out for each person when it leaves)"


@dataclass(frozen=True)
class Planned:
    """One rule with the moment at which it leaves next in the cohort's zone, and for how many at most."""

    rule: Reminder
    next_at: datetime | None
    about: int


def plan(cohort: Cohort, *, at: datetime) -> list[Planned]:
    """Every rule of the cohort in the order of the term. Queries: four."""
    events = list(cohort.events.standing().in_time_order())
    people = Enrollment.objects.taking_part().filter(cohort=cohort).count()
    reviewers = StaffMembership.objects.reviewing().filter(cohort=cohort).values("person").distinct().count()
    rules = [
        Planned(rule, _next(rule, cohort, events, at), reviewers if rule.audience == AUDIENCE.REVIEWERS else people)
        for rule in cohort.reminders.all()
    ]
    return sorted(rules, key=lambda planned: (planned.next_at is None, planned.next_at or at, planned.rule.key))


def _next(rule: Reminder, cohort: Cohort, events: list[Event], at: datetime) -> datetime | None:
    for event in events:
        if event.kind == rule.event_kind:
            event.cohort = cohort
            moment = rule.moment(Occasion.of_event(event).of, reader=cohort.zone, cohort=cohort.zone)
            if moment > at:
                return moment
    return None


def sample(rule: Reminder, cohort: Cohort, enrollment: Enrollment, *, at: datetime) -> Message:
    """The reminder as one person would read it; what only the day itself can tell is marked as such."""
    enrollment.cohort = cohort
    event = _event(rule, cohort, at)
    values: dict[str, object] = dict.fromkeys(letters.placeholders(rule.subject + rule.body), WORKED_OUT)
    values |= mailing.common_values(cohort, enrollment.person)
    if event and event.is_meeting:
        values |= meeting_values(rule, Occasion.of_event(event), [enrollment])[enrollment.pk]
    elif event:
        zone = enrollment.person.zone or cohort.zone
        due_on = None if event.kind == Event.Kind.EVIDENCE_DUE else event.on
        values |= due_values(deadlines.window(enrollment, due_on=due_on), zone=zone)
    return mailing.compose(
        cohort, enrollment.person, subject=rule.subject, body=rule.body, kind=rule.key, key="sample", values=values
    )


def _event(rule: Reminder, cohort: Cohort, at: datetime) -> Event | None:
    """The one that the rule speaks of next, or else the last one."""
    events = [event for event in cohort.events.standing().in_time_order() if event.kind == rule.event_kind]
    for event in events:
        event.cohort = cohort
    return next((event for event in events if event.ends_at > at), events[-1] if events else None)
