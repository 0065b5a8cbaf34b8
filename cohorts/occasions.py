"""What reminders count from: the dates of a cohort, and the days of one's own beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cohorts import deadlines
from cohorts.models import Cohort, Enrollment, Event

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Occasion:
    """One thing that reminders count from: at the instant `of`, useless to be reminded of after `ends_at`.

    `key` tells occasions apart, also the same event on another day. `event` is None for a day of one's own, such as a
    revision's; `extended_to` is the day of those whom an extension gave another one.
    """

    cohort: Cohort
    kind: str
    key: str
    of: datetime
    ends_at: datetime
    event: Event | None = None
    extended_to: date | None = None

    @classmethod
    def of_event(cls, event: Event) -> "Occasion":
        if event.is_meeting:
            of, ends_at = event.starts_at, event.starts_at
        else:
            of, ends_at = event.ends_at - SECOND, event.ends_at
        return cls(event.cohort, event.kind, f"{event.pk}@{event.on}", of, ends_at, event)


def of_events(cohorts: Iterable[Cohort]) -> list[Occasion]:
    """The dates of `cohorts`, and the later days of those who have an extension. Queries: two."""
    by_key = {cohort.pk: cohort for cohort in cohorts}
    events = list(Event.objects.standing().filter(cohort__in=by_key).order_by("starts_at", "pk"))
    for event in events:
        event.cohort = by_key[event.cohort_id]
    return [*map(Occasion.of_event, events), *_extensions(events)]


def _extensions(events: list[Event]) -> Iterator[Occasion]:
    due = {event.cohort_id: event for event in events if event.kind == Event.Kind.EVIDENCE_DUE}
    extended = Enrollment.objects.filter(cohort__in=due, extended_until__isnull=False)
    for cohort, day in extended.values_list("cohort", "extended_until").distinct().order_by("cohort", "extended_until"):
        event = due[cohort]
        if day and day > event.on:
            window = deadlines.window(Enrollment(cohort=event.cohort, extended_until=day), events=[event])
            of = window.due_at - SECOND
            yield Occasion(event.cohort, event.kind, f"{event.pk}+{day}", of, window.due_at, event, extended_to=day)
