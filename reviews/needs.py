"""Needs you today: every rule by which a sentence stands at the top of a cohort's overview, in their order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cohorts import deadlines
from cohorts.models import Cohort, Event, Reminder, StaffTask
from microcred import clock, times
from microcred.zones import spoken
from reviews.overview import Counts, Going, Load, Tasks
from submissions.letters import in_words

SHOWN = 5
SOON = timedelta(days=3)


@dataclass(frozen=True)
class Need:
    """A count, a fact, what more is known of it, the button that leads to it, and the list of what is counted."""

    count: int
    fact: str
    more: str
    button: str
    url: str
    behind: str = ""


@dataclass(frozen=True)
class Facts:
    """All that the rules look at, counted beforehand: no rule asks the database.

    `cohort` is one of `overview.with_surroundings`.
    """

    cohort: Cohort
    at: datetime
    counts: Counts
    loads: list[Load]
    tasks: list[Tasks]
    going: list[Going]

    def page(self, path: str) -> str:
        return f"/cohorts/{self.cohort.slug}/{path}"

    def people(self, show: str) -> str:
        return self.page(f"people/?show={show}")

    def day_of(self, kind: str) -> date | None:
        """The day of a dated thing that there is one of."""
        return next((event.on for event in self.cohort.events.all() if event.kind == kind), None)

    @property
    def day(self) -> date:
        return clock.today(self.cohort.zone, at=self.at)

    @property
    def last_day(self) -> date:
        """The last one on which evidence of anybody is taken."""
        due = max(deadlines.evidence_day(self.cohort), self.counts.extended_to or date.min)
        return due + timedelta(days=self.cohort.late_days)


def today(facts: Facts) -> list[Need]:
    """All of them, the most pressing first. Before it opens and once it is closed, a cohort needs less."""
    rules = RULES
    if not facts.cohort.opened_at:
        rules = BEFORE_OPENING
    elif facts.cohort.closed_at:
        rules = ONCE_CLOSED
    return [need for rule in rules for need in rule(facts)]


def plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def sentence(count: int, one: str, many: str) -> str:
    """`Two of them have`, `One of them has`."""
    return f"{in_words(count).capitalize()} {plural(count, one, many)}"


# Before the term -----------------------------------------------------------------------------------------------------
def roster(facts: Facts) -> Iterator[Need]:
    """An empty cohort wants people."""
    if not facts.counts.enrolled:
        more, behind = "Paste the roster, and look at it before anything is sent", facts.people("enrolled")
        yield Need(0, "people are on the roster", more, "Import people", facts.page("people/import/"), behind)


def not_open(facts: Facts) -> Iterator[Need]:
    """Nobody is invited before the cohort opens."""
    if count := facts.counts.enrolled:
        begins, due = facts.day_of(Event.Kind.LEARNING_BEGINS), deadlines.evidence_day(facts.cohort)
        first = begins or due
        fact = plural(count, "person waits for the cohort to open", "people wait for the cohort to open")
        more = f"{'Learning begins' if begins else 'Evidence is due'} {times.days_between(facts.day, first)}"
        yield Need(count, fact, more, "Look and open", facts.page("opening/"), facts.people("enrolled"))


def not_invited(facts: Facts) -> Iterator[Need]:
    """Once it is open, those on the roster wait for their invitation."""
    if count := facts.counts.not_invited:
        fact = plural(count, "person is not invited yet", "people are not invited yet")
        more, behind = "Look at the letter, then send it to all of them", facts.people("not-invited")
        yield Need(count, fact, more, "Invite", facts.page("people/inviting/"), behind)


# Mail ----------------------------------------------------------------------------------------------------------------
def hanging_mail(facts: Facts) -> Iterator[Need]:
    """Sending is paused, or the mail server has been away for a while."""
    if count := facts.cohort.mails_hanging:  # type: ignore[attr-defined]
        behind = facts.page("reminders/sent/?state=overdue")
        if facts.cohort.sending_paused_at:
            fact, more = plural(count, "mail waits", "mails wait"), "Sending is paused"
            yield Need(count, fact, more, "Resume or read", facts.page("reminders/"), behind)
        else:
            fact = plural(count, "mail should have left", "mails should have left")
            more = "Tell whoever runs this site; they leave by themselves once the mail server answers"
            yield Need(count, fact, more, "Read", behind, behind)


def reminders(facts: Facts) -> Iterator[Need]:
    """Reminders to people who have not submitted that leave later today."""
    for one in facts.going:
        if count := facts.counts.reminded[one.rule.key]:
            yield _going_out(facts, one, count)


def _going_out(facts: Facts, one: Going, count: int) -> Need:
    on_the_clock = clock_time(one.moment, facts.cohort.zone)
    whose = spoken(facts.cohort.zone, one.moment) if one.rule.zone_of == Reminder.Zone.COHORT else "their time"
    noun = "late notice" if one.rule.days > 0 else "reminder"
    fact = f"{plural(count, f'{noun} goes out', f'{noun}s go out')} at {on_the_clock} {whose}"
    more, page = "Nothing is sent before then", facts.page("reminders/")
    return Need(count, fact, more, "Read and edit", page, facts.page(f"people/?reminder={one.rule.key}"))


def clock_time(moment: datetime, zone: str) -> str:
    return times.time_of_day(moment.astimezone(ZoneInfo(zone)))


# People --------------------------------------------------------------------------------------------------------------
def not_joined(facts: Facts) -> Iterator[Need]:
    """Invitations still unanswered, from three days before learning begins until the evidence is due."""
    begins, count = facts.day_of(Event.Kind.LEARNING_BEGINS), facts.counts.not_joined
    if begins and count and begins - SOON <= facts.day <= deadlines.evidence_day(facts.cohort):
        fact = plural(count, "person has not joined", "people have not joined")
        more = f"Learning {'began' if begins <= facts.day else 'begins'} {times.long_day(begins)}"
        page = facts.people("not-joined")
        yield Need(count, fact, more, "See who", page, page)


def no_attendance(facts: Facts) -> Iterator[Need]:
    """Meetings that are over, with nobody's attendance written down; as long as evidence is taken."""
    for event in facts.cohort.events.all():
        is_over = event.is_meeting and not event.cancelled_at and event.ends_at <= facts.at <= _end(facts)
        is_missing = event.counts_for_attendance and not event.is_recorded  # type: ignore[attr-defined]
        if is_over and is_missing and facts.counts.taking_part:
            count = facts.counts.taking_part
            fact = f"{plural(count, 'person has', 'people have')} no attendance at {event.title}"
            page, more = facts.page(f"calendar/{event.number}/attendance/"), f"It was on {times.long_day(event.on)}"
            yield Need(count, fact, more, "Write it down", page, facts.people("taking-part"))


def _end(facts: Facts) -> datetime:
    return clock.end_of_day(facts.last_day, facts.cohort.zone)


def not_submitted(facts: Facts) -> Iterator[Need]:
    """From three days before the evidence is due until nothing is taken any more."""
    count, due = facts.counts.not_submitted, deadlines.evidence_day(facts.cohort)
    if not count or not due - SOON <= facts.day <= facts.last_day:
        return
    extended = facts.counts.extended
    more = "Nobody has an extension"
    if extended:
        more = sentence(extended, "of them has an extension", "of them have extensions") + _to_one_day(facts.counts)
    elif facts.day <= due:
        more = f"Evidence is due {times.days_between(facts.day, due)}"
    fact, page = plural(count, "person has not submitted", "people have not submitted"), facts.people("not-submitted")
    yield Need(count, fact, more, "See who", page, page)


def _to_one_day(found: Counts) -> str:
    """` to December 8`, where all extensions end on the same day."""
    day = found.extended_to
    return f" to {day:%B}{times.NBSP}{day.day}" if day and day == found.extended_from else ""


def revising(facts: Facts) -> Iterator[Need]:
    """Revisions still to come, from three days before they are due."""
    count, due = facts.counts.revising, facts.day_of(Event.Kind.REVISIONS_DUE)
    if count and due and facts.day >= due - SOON:
        fact = plural(count, "person has not sent a revised version", "people have not sent a revised version")
        were, page = "are" if facts.day <= due else "were", facts.people("revising")
        yield Need(count, fact, f"Revisions {were} due {times.long_day(due)}", "See who", page, page)


# Reviews -------------------------------------------------------------------------------------------------------------
def no_reviewer(facts: Facts) -> Iterator[Need]:
    """Submissions that nobody reads yet."""
    if count := facts.counts.no_reviewer:
        fact = plural(count, "submission has no reviewer", "submissions have no reviewer")
        yield Need(count, fact, _room(facts, count), "Assign", facts.page("reviews/"), facts.people("no-reviewer"))


def second_reads(facts: Facts) -> Iterator[Need]:
    """Submissions with a reader, but fewer than the rules or somebody asked for."""
    if count := facts.counts.second_read:
        fact = plural(count, "submission waits for another reader", "submissions wait for another reader")
        yield Need(count, fact, _room(facts, count), "Assign", facts.page("reviews/"), facts.people("second-read"))


def _room(facts: Facts, count: int) -> str:
    them, room = plural(count, "it", "them"), sum(load.has_room for load in facts.loads)
    return sentence(room, f"reviewer has room for {them}", f"reviewers have room for {them}")


def late_reviews(facts: Facts) -> Iterator[Need]:
    """Submissions still before their readers after the day that reviews were due."""
    due, count = facts.day_of(Event.Kind.REVIEWS_DUE), facts.counts.being_read
    if due and facts.day > due and count:
        fact = plural(count, "submission is still being read", "submissions are still being read")
        names = [load.name for load in facts.loads if load.is_behind]
        more = f"Reviews were due {times.long_day(due)}{f'. {_listed(names)}' if names else ''}"
        yield Need(count, fact, more, "See whose", facts.page("reviews/"), facts.people("being-read"))


def _listed(names: list[str]) -> str:
    """`Ana Whitehorse, Teo Marchetti and two more`."""
    more = len(names) - 2
    return f"{', '.join(names[:2])} and {in_words(more)} more" if more > 0 else " and ".join(names)


def reviewed(facts: Facts) -> Iterator[Need]:
    """Rounds with every review finished."""
    if count := facts.counts.to_decide:
        fact = plural(count, "submission is ready for a decision", "submissions are ready for a decision")
        more = "Every review of this round is finished"
        yield Need(count, fact, more, "Decide", facts.page("decisions/"), facts.people("to-decide"))


def unreleased(facts: Facts) -> Iterator[Need]:
    """Decisions whose letters have not left."""
    if count := facts.counts.decided:
        fact = plural(count, "letter waits for its release", "letters wait for their release")
        more, page = "Nobody reads a decision before then", facts.page("decisions/")
        yield Need(count, fact, more, "Read and release", page, facts.people("decided"))


# Tasks ---------------------------------------------------------------------------------------------------------------
TASKS = {
    StaffTask.Kind.CONFLICT: ("reader to find", "readers to find", "Find one"),
    StaffTask.Kind.CONCERN: ("applicant wants a reader kept away", "applicants want a reader kept away", "Look"),
    StaffTask.Kind.READ_FILE: ("file to look at by hand", "files to look at by hand", "Look"),
    StaffTask.Kind.LETTER: ("letter that cannot be filled in", "letters that cannot be filled in", "Look"),
    StaffTask.Kind.MAIL: ("address that mail comes back from", "addresses that mail comes back from", "Correct"),
}


def tasks(facts: Facts) -> Iterator[Need]:
    """What only a person can do; several of a kind share a line."""
    for found in facts.tasks:
        one, many, button = TASKS[StaffTask.Kind(found.kind)]
        single, behind = found.count == 1, facts.page(f"tasks/?kind={found.kind}")
        more = found.sentence.rstrip(".") if single else "The list has each with what to do"
        url = found.url if single and found.url else behind
        yield Need(found.count, plural(found.count, one, many), more, button if single else "See them", url, behind)


Rule = Callable[[Facts], Iterator[Need]]

RULES: tuple[Rule, ...] = (
    hanging_mail, roster, not_invited, not_submitted, no_reviewer, tasks, reminders, late_reviews, second_reads,
    reviewed, unreleased, not_joined, no_attendance, revising,
)  # fmt: skip
BEFORE_OPENING: tuple[Rule, ...] = (roster, not_open, tasks)
ONCE_CLOSED: tuple[Rule, ...] = (hanging_mail, tasks)
