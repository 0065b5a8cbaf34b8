"""Needs you today: every rule by which a sentence stands at the top of a cohort's overview, in their order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cohorts import deadlines
from cohorts.models import Cohort, Event, Reminder, StaffTask
from cohorts.reminders import Occasion
from microcred import clock, times
from microcred.zones import spoken
from reviews.overview import Counts, Load, Tasks
from reviews.people import number

SHOWN = 5
SOON = timedelta(days=3)


@dataclass(frozen=True)
class Need:
    """A count, a fact, what more is known of it, and the button that leads to it."""

    count: int
    fact: str
    more: str
    button: str
    url: str


@dataclass(frozen=True)
class Facts:
    """All that the rules look at, counted beforehand: no rule asks the database."""

    cohort: Cohort
    at: datetime
    counts: Counts
    loads: list[Load]
    tasks: list[Tasks]
    reminders: list[Reminder]

    def page(self, path: str) -> str:
        return f"/cohorts/{self.cohort.slug}/{path}"

    @property
    def day(self):
        return clock.today(self.cohort.zone, at=self.at)


def today(facts: Facts) -> list[Need]:
    """At most five, the most pressing first."""
    return [need for rule in RULES for need in rule(facts)][:SHOWN]


def plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def sentence(count: int, one: str, many: str) -> str:
    """`Two of them have`, `One of them has`."""
    return f"{number(count).capitalize()} {plural(count, one, many)}"


def not_submitted(facts: Facts) -> Iterator[Need]:
    """From three days before the evidence is due on."""
    count, due = facts.counts.not_submitted, deadlines.evidence_day(facts.cohort)
    if not count or facts.day < due - SOON:
        return
    extended = facts.counts.extended
    more = "Nobody has an extension"
    if extended:
        more = sentence(extended, "of them has an extension", "of them have extensions") + _to_one_day(facts.counts)
    elif facts.day <= due:
        more = f"Evidence is due {times.days_between(facts.day, due)}"
    fact = plural(count, "person has not submitted", "people have not submitted")
    yield Need(count, fact, more, "See who", facts.page("people/?show=not-submitted"))


def _to_one_day(found: Counts) -> str:
    """` to December 8`, where all extensions end on the same day."""
    day = found.extended_to
    return f" to {day:%B}{times.NBSP}{day.day}" if day and day == found.extended_from else ""


def unassigned(facts: Facts) -> Iterator[Need]:
    if count := facts.counts.unassigned:
        room = sum(load.has_room for load in facts.loads)
        more = "No reviewer has room"
        if room:
            them = plural(count, "it", "them")
            more = sentence(room, f"reviewer has room for {them}", f"reviewers have room for {them}")
        fact = plural(count, "submission has no reviewer", "submissions have no reviewer")
        yield Need(count, fact, more, "Assign", facts.page("reviews/"))


TASKS = {
    StaffTask.Kind.CONFLICT: ("conflict flagged", "conflicts flagged", "Reassign"),
    StaffTask.Kind.READ_FILE: ("file to look at by hand", "files to look at by hand", "Look"),
    StaffTask.Kind.LETTER: ("reminder that cannot be sent", "reminders that cannot be sent", "Look"),
    StaffTask.Kind.MAIL: ("address to correct", "addresses to correct", "Correct"),
}


def tasks(facts: Facts) -> Iterator[Need]:
    """What only a person can do; several of a kind share a line."""
    for found in facts.tasks:
        one, many, button = TASKS[StaffTask.Kind(found.kind)]
        single = found.count == 1
        more = found.sentence.rstrip(".") if single else "The list has each with what to do"
        url = found.url if single and found.url else facts.page("tasks/")
        yield Need(found.count, plural(found.count, one, many), more, button if single else "See them", url)


def reviewed(facts: Facts) -> Iterator[Need]:
    if count := facts.counts.decidable:
        fact = plural(count, "submission is ready for a decision", "submissions are ready for a decision")
        yield Need(count, fact, "Every review of this round is finished", "Decide", facts.page("decisions/"))


def unreleased(facts: Facts) -> Iterator[Need]:
    if count := facts.counts.decided:
        fact = plural(count, "letter waits for its release", "letters wait for their release")
        more = "Nobody reads a decision before then"
        yield Need(count, fact, more, "Read and release", facts.page("decisions/?show=decided"))


def reminders(facts: Facts) -> Iterator[Need]:
    """Reminders to people who have not submitted that leave later today."""
    going = facts.counts.not_submitted - facts.counts.extended - facts.counts.not_joined
    zone = facts.cohort.zone
    for rule in facts.reminders if going > 0 else ():
        for event in facts.cohort.events.all():
            if rule.audience == Reminder.Audience.NOT_SUBMITTED and event.kind == rule.event_kind:
                moment = rule.moment(Occasion.of_event(event).of, reader=zone, cohort=zone)
                if moment > facts.at and clock.today(zone, at=moment) == facts.day:
                    yield _going_out(facts, rule, going, moment)


def _going_out(facts: Facts, rule: Reminder, going: int, moment: datetime) -> Need:
    on_the_clock = clock_time(moment, facts.cohort.zone)
    whose = spoken(facts.cohort.zone, moment) if rule.zone_of == Reminder.Zone.COHORT else "their time"
    noun = "late notice" if rule.days > 0 else "reminder"
    verb = plural(going, f"{noun} goes out", f"{noun}s go out")
    more, page = "Nothing is sent before then", facts.page("reminders/")
    return Need(going, f"{verb} at {on_the_clock} {whose}", more, "Read and edit", page)


def clock_time(moment: datetime, zone: str) -> str:
    return times.time_of_day(moment.astimezone(ZoneInfo(zone)))


def late_reviews(facts: Facts) -> Iterator[Need]:
    """Reviews still open after the day they were due."""
    due = next((each.on for each in facts.cohort.events.all() if each.kind == Event.Kind.REVIEWS_DUE), None)
    open_now = sum(load.given - load.finished for load in facts.loads)
    if due and facts.day > due and open_now:
        fact = plural(open_now, "review is not finished", "reviews are not finished")
        yield Need(open_now, fact, f"They were due {times.long_day(due)}", "See whose", facts.page("reviews/"))


def not_joined(facts: Facts) -> Iterator[Need]:
    """Invitations still unanswered once learning has begun."""
    begins = next((each.on for each in facts.cohort.events.all() if each.kind == Event.Kind.LEARNING_BEGINS), None)
    if (count := facts.counts.not_joined) and begins and facts.day >= begins:
        fact = plural(count, "person has not joined", "people have not joined")
        more = f"Learning began {times.long_day(begins)}"
        yield Need(count, fact, more, "See who", facts.page("people/?show=not-joined"))


RULES: tuple[Callable[[Facts], Iterator[Need]], ...] = (
    not_submitted, unassigned, tasks, reviewed, unreleased, reminders, late_reviews, not_joined,
)  # fmt: skip
