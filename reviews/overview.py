"""What the overview of a cohort counts. Every figure is counted by the database; the page builds a few rows."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Concat, Trim

from cohorts import reminders
from cohorts.models import Attendance, Cohort, Event, Reminder, StaffMembership
from cohorts.occasions import Occasion
from microcred import clock, times
from microcred.models import Message
from microcred.zones import spoken
from reviews import people
from reviews.calibration.models import Attempt
from reviews.models import Assignment
from submissions.letters import in_words

REVIEWERS_SHOWN = 30
MOST_BLOCKS = 40  # drawn in one bar
EVERYBODY = 1_000_000_000  # without a limit, PostgreSQL finds out each fact of a person once for every count
LOAD = ("of", "name", "room", "is_ready", "given", "finished", "begun")


def with_surroundings(cohorts: QuerySet[Cohort], *, at: datetime) -> QuerySet[Cohort]:
    """Each with how many of its mails hang (`mails_hanging`), and its events, each with `is_recorded`."""
    recorded = Attendance.objects.filter(event=OuterRef("pk")).exclude(status=Attendance.Status.EXCUSED)
    hanging = Message.objects.overdue(at).filter(cohort_slug=OuterRef("slug")).order_by().values("cohort_slug")
    return cohorts.annotate(
        mails_hanging=Coalesce(Subquery(hanging.annotate(n=Count("pk")).values("n")), 0)
    ).prefetch_related(Prefetch("events", Event.objects.annotate(is_recorded=Exists(recorded))))


@dataclass(frozen=True)
class Counts:
    """How many people each choice of their list finds, by its word: a number and the list behind it cannot differ."""

    enrolled: int
    withdrawn: int
    not_invited: int
    not_joined: int
    taking_part: int
    started: int
    meetings: int
    documents: int
    submitted: int
    reviewed: int
    awarded: int
    not_submitted: int
    ready: int
    extended: int
    no_reviewer: int
    second_read: int
    being_read: int
    to_decide: int
    decided: int
    revising: int
    extended_from: date | None
    extended_to: date | None
    lost: dict[str, int]
    reminded: dict[str, int]


@dataclass(frozen=True)
class Going:
    """A reminder to people who have not submitted that leaves later today, and whom it still reaches."""

    rule: Reminder
    moment: datetime
    who: Q


def going_today(cohort: Cohort, rules: Iterable[Reminder], *, at: datetime) -> list[Going]:
    """Those of `rules` whose time in the cohort's zone is still to come today. Reads the cohort's events."""
    found, today = [], clock.today(cohort.zone, at=at)
    for rule in rules if not cohort.sending_paused_at else ():
        for event in cohort.events.all():
            if rule.audience == Reminder.Audience.NOT_SUBMITTED and event.kind == rule.event_kind:
                occasion = Occasion.of_event(event)
                moment = rule.moment(occasion.of, reader=cohort.zone, cohort=cohort.zone)
                if moment > at and clock.today(cohort.zone, at=moment) == today:
                    found.append(
                        Going(rule, moment, Q(pk__in=reminders.still_reached(rule, occasion, at=at).values("pk")))
                    )
    return found


def counts(cohort: Cohort, documents: int, going: Iterable[Going] = ()) -> Counts:
    """`lost`: those between two steps, by the word of their choice; `reminded`: by the key of each of `going`.

    Queries: one, whatever the size.
    """
    choices = people.filters(cohort, documents)
    wanted = {each.name: choices[each.name.replace("_", "-")].who for each in fields(Counts) if each.type is int}
    lost = {word: choices[word].who for word in people.between_steps(documents)}
    reminded = {one.rule.key: one.who for one in going}
    conditions = [*wanted.values(), *lost.values(), *reminded.values()]
    facts = people.conditions(cohort, documents)
    everybody = cohort.enrollments.order_by().annotate(state=F("submission__state"), **facts)
    found = everybody[:EVERYBODY].aggregate(
        **{f"counted_{number}": Count("pk", filter=who) for number, who in enumerate(conditions)},
        first_day=Min("extended_until", filter=wanted["extended"]),
        last_day=Max("extended_until", filter=wanted["extended"]),
    )
    numbers = iter([found[f"counted_{number}"] for number in range(len(conditions))])
    return Counts(
        **dict(zip(wanted, numbers, strict=False)), lost=dict(zip(lost, numbers, strict=False)),
        reminded=dict(zip(reminded, numbers, strict=False)), extended_from=found["first_day"],
        extended_to=found["last_day"],
    )  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One bar of the funnel."""

    label: str
    count: int
    show: str
    is_later: bool = False
    lost: int = 0
    lost_show: str = ""
    is_fewer: bool = True


def funnel(found: Counts, cohort: Cohort, documents: int) -> list[Step]:
    """How far people are; what comes after the submission is drawn lighter and loses nobody.

    Who came through one step need not have come through the one before: then those lost are more than so many fewer.
    """
    labels = {
        "started": "Started",
        "meetings": f"{in_words(people.meetings_wanted(cohort)).capitalize()} or more meetings",
        "documents": f"All {in_words(documents)} documents",
        "submitted": "Submitted",
    }
    steps = [Step("Started", found.started, "started")]
    for word, (before, after) in people.between_steps(documents).items():
        count, lost = getattr(found, after), found.lost[word]
        is_fewer = lost == getattr(found, before) - count
        steps.append(Step(labels[after], count, after, lost=lost, lost_show=word, is_fewer=is_fewer))
    return [
        *steps,
        Step("Review finished", found.reviewed, "reviewed", is_later=True),
        Step("Badge awarded", found.awarded, "awarded", is_later=True),
    ]


@dataclass(frozen=True)
class Load:
    """What one reviewer has been given, and how much of it is done."""

    person: int
    name: str
    takes_up_to: int
    is_ready: bool
    given: int
    finished: int
    begun: int

    @property
    def blocks(self) -> list[str]:
        """One for each submission: `d` finished, `p` in progress, empty for not started; so many are drawn at most."""
        done, busy = ["d"] * self.finished, ["p"] * self.begun
        return [*done, *busy, *[""] * self.left][:MOST_BLOCKS]

    @property
    def left(self) -> int:
        return self.given - self.finished - self.begun

    @property
    def is_behind(self) -> bool:
        return self.given > self.finished

    @property
    def has_room(self) -> bool:
        return self.is_ready and self.given < self.takes_up_to


def loads(cohort: Cohort) -> list[Load]:
    """Every reviewer of the cohort, those with the most work first. Queries: one."""
    passed = Attempt.objects.passed().filter(cohort=cohort, reviewer=OuterRef("person"))
    is_ready = Exists(passed) if cohort.calibration_percent is not None else Value(True, BooleanField())
    staff = StaffMembership.objects.reviewing().filter(cohort=cohort).order_by().annotate(
        of=F("person"), name=Trim(Concat("person__first_name", Value(" "), "person__last_name")),
        room=F("takes_up_to"), is_ready=is_ready, given=Value(0), finished=Value(0), begun=Value(0),
    )  # fmt: skip
    work = Assignment.objects.in_load().filter(submission__enrollment__cohort=cohort).order_by()
    each = work.annotate(of=F("reviewer"), name=Value(""), room=Value(0), is_ready=Value(False, BooleanField()))
    counted = each.values("of", "name", "room", "is_ready").annotate(
        given=Count("pk"), finished=Count("review__finished_at"),
        begun=Count("review", filter=Q(review__finished_at=None)),
    )  # fmt: skip
    return _merged(staff.values_list(*LOAD).union(counted.values_list(*LOAD), all=True))


def _merged(rows: Iterable[tuple]) -> list[Load]:
    """Staff, each once, with the counts of theirs."""
    staff, work = {}, {}
    for person, name, room, is_ready, *counts in rows:
        if name:
            staff[person] = (name, room, is_ready)
        else:
            work[person] = counts
    found = [Load(person, *about, *work.get(person, (0, 0, 0))) for person, about in staff.items()]
    return sorted(found, key=lambda load: (-load.given, load.name.rpartition(" ")[2], load.name, load.person))


@dataclass(frozen=True)
class Tasks:
    """Open tasks of one kind."""

    kind: str
    count: int
    sentence: str
    url: str


def tasks(cohort: Cohort, *, closed: Iterable[int] = ()) -> list[Tasks]:
    """Queries: one. Of several tasks, sentence and address of one stand for all; none about `closed` enrollments."""
    kinds = (
        cohort.tasks.open()
        .exclude(enrollment__in=closed)
        .order_by()
        .values("kind")
        .annotate(n=Count("pk"), oldest=Min("created_at"))
    )
    rows = kinds.annotate(sentence=Min("sentence"), url=Min("url")).order_by("oldest")
    return [Tasks(row["kind"], row["n"], row["sentence"], row["url"]) for row in rows]


def late_people(cohort: Cohort, documents: list) -> QuerySet:
    """Who has not submitted: those without an extension first, then those with the most documents in."""
    staying = people.with_facts(cohort.enrollments.filter(people.STAYS), cohort, len(documents))
    return people.listed(staying.filter(people.NOT_HANDED_IN), documents).order_by(
        F("extended_until").asc(nulls_first=True), "-documents_in", "last_name", "first_name", "pk"
    )


def where_the_term_stands(cohort: Cohort, *, at: datetime) -> str:
    """One sentence or two under the day: what has just closed, what comes next. Reads the cohort's events."""
    today = clock.today(cohort.zone, at=at)
    days = {event.kind: event.on for event in cohort.events.all() if event.kind != Event.Kind.MEETING}
    begins, due = days.get(Event.Kind.LEARNING_BEGINS), days[Event.Kind.EVIDENCE_DUE]
    if cohort.closed_at:
        return f"This cohort was closed on {times.long_day(clock.today(cohort.zone, at=cohort.closed_at))}."
    opening = "" if cohort.opened_at else "This cohort is not open yet. "
    if begins and today < begins:
        return f"{opening}Learning begins {times.long_day(begins)}. Evidence is due {times.long_day(due)}."
    if today <= due:
        when = times.days_between(today, due)
        return f"{opening}Evidence is due {times.long_day(due)}, {when}.{_next_meeting(cohort, at)}"
    closed = "last night" if (today - due).days == 1 else f"on {times.long_day(due)}"
    minute = f"11:59{times.NBSP}PM {spoken(cohort.zone, at)}"
    return f"{opening}Evidence closed {closed} at {minute}.{_what_follows(days, today)}"


def _next_meeting(cohort: Cohort, at: datetime) -> str:
    ahead = [
        event for event in cohort.events.all() if event.is_meeting and not event.cancelled_at and event.ends_at > at
    ]
    following = min(ahead, key=lambda event: event.starts_at, default=None)
    return f" {following.title} is on {times.long_day(following.on)}." if following else ""


def _what_follows(days: dict[str, date], today: date) -> str:
    """The next date after the evidence; once all have passed, the last that was promised."""
    ahead = (
        (Event.Kind.REVIEWS_DUE, "Reviews finish by"),
        (Event.Kind.DECISIONS, "Decisions go out by"),
        (Event.Kind.REVISIONS_DUE, "Revisions are due by"),
    )
    for kind, words in ahead:
        if (day := days.get(kind)) and today <= day:
            return f" {words} {times.long_day(day)}."
    decisions = days.get(Event.Kind.DECISIONS)
    return f" Decisions were due {times.long_day(decisions)}." if decisions else ""
