"""What the overview of a cohort counts. Every figure is counted by the database; the page builds a few rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery

from badges.models import Activity
from cohorts import deadlines
from cohorts.models import ActivityMark, Cohort, Event, StaffMembership
from microcred import clock, times
from microcred.zones import spoken
from reviews import people
from reviews.models import Assignment
from submissions.models import Document, Version
from submissions.states import State

WEEKS_SHOWN = 13
REVIEWERS_SHOWN = 30


@dataclass(frozen=True)
class Counts:
    """The people of a cohort in numbers. All but `withdrawn` leave out those who withdrew."""

    enrolled: int
    withdrawn: int
    not_joined: int
    started: int
    attending: int
    documents: int
    submitted: int
    reviewed: int
    awarded: int
    not_submitted: int
    ready: int
    extended: int
    extended_from: date | None
    extended_to: date | None
    unassigned: int
    decidable: int
    decided: int
    revising: int


def counts(cohort: Cohort, documents: int) -> Counts:
    """Queries: one, whatever the size."""
    kept, ready = people.STAYS, Q(documents_in__gte=documents)
    in_hand = kept & people.WAITING & Q(joined_at__isnull=False)
    wanted = {
        "enrolled": kept,
        "withdrawn": ~kept,
        "not_joined": kept & Q(joined_at__isnull=True),
        "started": kept & Q(has_started=True),
        "attending": kept & Q(meetings__gte=people.meetings_wanted(cohort)),
        "documents": kept & ready,
        "submitted": kept & people.HANDED_IN,
        "reviewed": kept & people.HANDED_IN & Q(reviews__gte=F("readers_needed")),
        "awarded": kept & Q(state=State.AWARDED),
        "not_submitted": kept & people.NOT_HANDED_IN,
        "ready": kept & people.NOT_HANDED_IN & ready,
        "extended": kept & people.NOT_HANDED_IN & Q(extended_until__isnull=False),
        "unassigned": in_hand & Q(has_reader=False),
        "decidable": kept & Q(state=State.IN_REVIEW, is_unread=False, readings_done__gte=F("readers_needed")),
        "decided": kept & Q(state=State.DECIDED),
        "revising": kept & Q(state=State.REVISION_REQUESTED),
    }
    facts = people.with_facts(cohort.enrollments.order_by(), cohort)
    extended = wanted["extended"]
    return Counts(
        **facts.aggregate(
            **{name: Count("pk", filter=who) for name, who in wanted.items()},
            extended_from=Min("extended_until", filter=extended),
            extended_to=Max("extended_until", filter=extended),
        )
    )


@dataclass(frozen=True)
class Step:
    """One bar of the funnel."""

    label: str
    count: int
    show: str
    is_later: bool = False
    fewer: int = 0


def funnel(found: Counts, cohort: Cohort, documents: int) -> list[Step]:
    """How far people are; what comes after the submission is drawn lighter and loses nobody."""
    meetings = people.number(people.meetings_wanted(cohort)).capitalize()
    early = [
        ("Started", found.started, "started"),
        (f"{meetings} or more meetings", found.attending, "meetings"),
        (f"All {people.number(documents)} documents", found.documents, "documents"),
        ("Submitted", found.submitted, "submitted"),
    ]
    if documents == 0:
        del early[2]
    steps, before = [], found.started
    for label, count, show in early:
        steps.append(Step(label, count, show, fewer=max(before - count, 0)))
        before = count
    return [
        *steps,
        Step("Review finished", found.reviewed, "reviewed", is_later=True),
        Step("Badge awarded", found.awarded, "awarded", is_later=True),
    ]


@dataclass(frozen=True)
class Load:
    """What one reviewer has been given, and how much of it is done."""

    name: str
    given: int
    finished: int
    begun: int
    takes_up_to: int

    @property
    def blocks(self) -> list[str]:
        """One for each submission: `d` finished, `p` in progress, empty for not started; at most 40 are drawn."""
        done, busy = ["d"] * self.finished, ["p"] * self.begun
        return [*done, *busy, *[""] * (self.given - self.finished - self.begun)][:40]

    @property
    def has_room(self) -> bool:
        return self.given - self.finished < self.takes_up_to


def loads(cohort: Cohort) -> list[Load]:
    """Every reviewer of the cohort, those with the most work first. Queries: one."""
    given = Assignment.objects.in_load().filter(
        reviewer=OuterRef("person"), submission__enrollment__cohort=OuterRef("cohort")
    )
    staff = (
        StaffMembership.objects.reviewing()
        .filter(cohort=cohort)
        .annotate(
            given=people.counted(given, "reviewer"),
            finished=people.counted(given.filter(review__finished_at__isnull=False), "reviewer"),
            begun=people.counted(given.filter(review__finished_at__isnull=True, review__isnull=False), "reviewer"),
        )
        .order_by("-given", "person__last_name", "person__first_name", "person")
        .values_list("person", "person__first_name", "person__last_name", "given", "finished", "begun", "takes_up_to")
    )
    once = {person: Load(f"{first} {last}".strip(), *rest) for person, first, last, *rest in staff}
    return list(once.values())


@dataclass(frozen=True)
class Week:
    monday: date
    ends_at: datetime


@dataclass(frozen=True)
class HeatRow:
    """One activity: how many had finished it by the end of each week."""

    activity: Activity
    counts: tuple[int, ...]
    lags: bool = False

    @property
    def last(self) -> int:
        return self.counts[-1]


def weeks(cohort: Cohort, *, at: datetime) -> list[Week]:
    """Weeks of learning up to `at` or the day evidence is due, the last thirteen. Reads the cohort's events."""
    begins = [event.on for event in cohort.events.all() if event.kind == Event.Kind.LEARNING_BEGINS]
    last = min(clock.today(cohort.zone, at=at), deadlines.evidence_day(cohort))
    first = min([*begins, last])
    monday, found = first - timedelta(days=first.weekday()), []
    while monday <= last:
        found.append(Week(monday, clock.end_of_day(monday + timedelta(days=6), cohort.zone)))
        monday += timedelta(days=7)
    return found[-WEEKS_SHOWN:]


def months(shown: list[Week]) -> list[tuple[str, int]]:
    """Names of the months over the weeks, each with how many weeks it spans."""
    return [(name, len(list(group))) for name, group in groupby(f"{week.monday:%B}" for week in shown)]


def heat(cohort: Cohort, shown: list[Week], *, enrolled: int) -> list[HeatRow]:
    """Required activities by week, in their order; those that people pass over are marked. Queries: three."""
    activities = cohort.edition.activities.filter(is_required=True).order_by("position")
    marks = ActivityMark.objects.filter(enrollment__cohort=cohort, enrollment__withdrawn_at__isnull=True)
    done = _by_week(marks, "activity", "done_at", shown)
    ready = Version.objects.filter(document=OuterRef("pk"), verdict__in=people.TAKEN).order_by("arrived_at")
    documents = Document.objects.filter(
        submission__enrollment__cohort=cohort, submission__enrollment__withdrawn_at__isnull=True
    ).annotate(first_at=Subquery(ready.values("arrived_at")[:1]))
    added = _by_week(documents, "required", "first_at", shown)
    none = (0,) * len(shown)
    rows = [
        HeatRow(each, added.get(each.document_id, none) if each.document_id else done.get(each.pk, none))
        for each in activities
    ]
    return _with_laggards(rows, enrolled)


def _by_week(rows: QuerySet, key: str, moment: str, shown: list[Week]) -> dict[int, tuple[int, ...]]:
    """How many of `rows`, by `key`, lie before the end of each week. Queries: one."""
    weekly = {
        f"week_{number}": Count("pk", filter=Q(**{f"{moment}__lt": week.ends_at})) for number, week in enumerate(shown)
    }
    counted = rows.order_by().values(key).annotate(**weekly).values_list(key, *weekly)
    return {found: tuple(by_week) for found, *by_week in counted}


def _with_laggards(rows: list[HeatRow], enrolled: int) -> list[HeatRow]:
    """An activity lags when a tenth of the people have finished one that comes later, and not this one."""
    marked: list[HeatRow] = []
    later = 0
    for row in reversed(rows):
        behind = later - row.last
        marked.append(HeatRow(row.activity, row.counts, lags=behind >= max(2, enrolled / 10)))
        later = max(later, row.last)
    return marked[::-1]


def slowest(rows: Iterable[HeatRow]) -> HeatRow | None:
    """The lagging activity that the fewest have finished; the first of equals."""
    return min((row for row in rows if row.lags), key=lambda row: row.last, default=None)


@dataclass(frozen=True)
class Tasks:
    """Open tasks of one kind."""

    kind: str
    count: int
    sentence: str
    url: str


def tasks(cohort: Cohort) -> list[Tasks]:
    """Queries: one. Of several tasks, sentence and address of one stand for all."""
    kinds = cohort.tasks.open().order_by().values("kind").annotate(n=Count("pk"), oldest=Min("created_at"))
    rows = kinds.annotate(sentence=Min("sentence"), url=Min("url")).order_by("oldest")
    return [Tasks(row["kind"], row["n"], row["sentence"], row["url"]) for row in rows]


def late_people(cohort: Cohort, documents: list) -> QuerySet:
    """Who has not submitted: those without an extension first, then those with the most documents in."""
    facts = people.with_facts(cohort.enrollments.filter(people.STAYS), cohort).filter(people.NOT_HANDED_IN)
    return people.listed(facts, documents).order_by(
        F("extended_until").asc(nulls_first=True), "-documents_in", "last_name", "first_name", "pk"
    )


def where_the_term_stands(cohort: Cohort, *, at: datetime) -> str:
    """One sentence or two under the day: what has just closed, what comes next. Reads the cohort's events."""
    today, zone = clock.today(cohort.zone, at=at), spoken(cohort.zone, at)
    days = {event.kind: event.on for event in cohort.events.all() if event.kind != Event.Kind.MEETING}
    begins, due = days.get(Event.Kind.LEARNING_BEGINS), days[Event.Kind.EVIDENCE_DUE]
    if begins and today < begins:
        return f"Learning begins {times.long_day(begins)}. Evidence is due {times.long_day(due)}."
    if today <= due:
        when = times.days_between(today, due)
        return f"Evidence is due {times.long_day(due)}, {when}.{_next_meeting(cohort, at)}"
    closed = "last night" if (today - due).days == 1 else f"on {times.long_day(due)}"
    return f"Evidence closed {closed} at 11:59{times.NBSP}PM {zone}.{_what_follows(days, today)}"


def _next_meeting(cohort: Cohort, at: datetime) -> str:
    ahead = [
        event for event in cohort.events.all() if event.is_meeting and not event.cancelled_at and event.ends_at > at
    ]
    following = min(ahead, key=lambda event: event.starts_at, default=None)
    return f" {following.title} is on {times.long_day(following.on)}." if following else ""


def _what_follows(days: dict[str, date], today: date) -> str:
    reviews, decisions = days.get(Event.Kind.REVIEWS_DUE), days.get(Event.Kind.DECISIONS)
    if reviews and today <= reviews:
        return f" Reviews finish by {times.long_day(reviews)}."
    if decisions and today <= decisions:
        return f" Decisions go out by {times.long_day(decisions)}."
    return f" Decisions were due {times.long_day(decisions)}." if decisions else ""
