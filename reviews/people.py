"""The people of a cohort as its lists print them: one row built for each person shown, whatever it says of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, NullIf

from badges.models import Award, RequiredDocument
from cohorts import deadlines, invitations
from cohorts.models import ActivityMark, Attendance, Cohort, Enrollment, Event
from microcred import times
from microcred.models import Message
from reviews import rounds
from reviews.models import Assignment
from reviews.second_reads import is_read_twice
from reviews.stuck import TAKEN
from submissions.checks.naming.words import fold
from submissions.letters import in_words
from submissions.models import Document, Round, Version
from submissions.states import State

NOT_SUBMITTED = (State.DRAFT, State.RETURNED)
PER_PAGE = 50
MOST_WORDS = 12  # of a search
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def counted(rows: QuerySet, by: str):
    """How many rows a correlated queryset has, as a column; `by` is its key to the row outside."""
    counts = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


def attended(cohort: Cohort) -> QuerySet[Attendance]:
    """Meetings at which the enrollment outside was."""
    return _attended(cohort).filter(enrollment=OuterRef("pk"))


def with_facts(people: QuerySet[Enrollment], cohort: Cohort, documents: int) -> QuerySet:
    """Each with what filters and counts ask, and where lists stand in order of it; what is not asked costs nothing."""
    in_now = Document.objects.filter(current__verdict__in=TAKEN, submission=OuterRef("submission"))
    return people.alias(
        state=F("submission__state"), meetings=counted(attended(cohort), "enrollment"),
        documents_in=counted(in_now, "submission"), **conditions(cohort, documents),
    )  # fmt: skip


def conditions(cohort: Cohort, documents: int) -> dict[str, Q | Exists]:
    """What is true of somebody or not. What has to be counted is counted for all people at once."""
    marked = Exists(ActivityMark.objects.filter(enrollment=OuterRef("pk")))
    added = Exists(Version.objects.filter(document__submission=OuterRef("submission")))
    theirs = {"submission__enrollment__cohort": cohort}
    in_now = Document.objects.filter(current__verdict__in=TAKEN, **theirs)
    now = Assignment.objects.standing().of_the_last_round()
    first = Assignment.objects.standing().filter(round_number=1, role=Assignment.Role.READER, **theirs)
    return {
        "holds_badge": Exists(Award.objects.standing().filter(edition=cohort.edition_id, person=OuterRef("person"))),
        "has_started": Q(marked) | Q(added),
        "has_met": _has(
            meetings_wanted(cohort), _attended(cohort).filter(enrollment__cohort=cohort), "enrollment", "pk"
        ),
        "has_documents": _has(documents, in_now, "submission"),
        "is_reviewed": _is_enough(first.filter(review__finished_at__isnull=False), cohort),
        "is_unread": Exists(now.unfinished().filter(submission=OuterRef("submission"))),
        "has_reader": Exists(now.readings().filter(submission=OuterRef("submission"))),
        "has_readers": _is_enough(now.readings().filter(**theirs), cohort),
    }


def _has(count: int, rows: QuerySet, by: str, key: str = "submission") -> Q:
    """Whether there are so many `rows`, which lead to the one outside by `by`."""
    if not count:
        return Q(pk__isnull=False)
    enough = rows.order_by().values(by).annotate(n=Count("pk")).filter(n__gte=count)
    return Q(**{f"{key}__in": enough.values(by)})


def _is_enough(readings: QuerySet[Assignment], cohort: Cohort) -> Q:
    """Whether there are as many `readings` of a submission as it needs."""
    least = cohort.readers_per_submission
    twice = _has(max(least, 2), readings, "submission")
    return twice if least > 1 else twice | (_has(least, readings, "submission") & ~is_read_twice("submission__"))


def _attended(cohort: Cohort) -> QuerySet[Attendance]:
    """Meetings at which people were, long enough for the attendance badge; unknown minutes count."""
    least = cohort.attendance_edition.meeting_minutes_required if cohort.attendance_edition else 0
    return Attendance.objects.earning(least)


def listed(people: QuerySet[Enrollment], documents: Iterable[RequiredDocument]) -> QuerySet:
    """Each with all that a row prints, from `with_facts`. Queries: one, and one model built for each row."""
    mine = {"submission": OuterRef("submission")}
    slots = {
        f"slot_{document.pk}": Subquery(
            Document.objects.filter(required=document, **mine).values("current__verdict")[:1]
        )
        for document in documents
    }
    given = Assignment.objects.standing().of_the_last_round().filter(**mine)
    reader = given.order_by("role", "assigned_at", "pk")
    sent = Message.objects.filter(
        person=OuterRef("person"), cohort_slug=OuterRef("cohort__slug"), is_reminder=True,
        state__in=(Message.State.SENT, Message.State.FAILED),
    ).order_by("-due_at", "-pk")  # fmt: skip
    return people.annotate(
        **{fact: F(fact) for fact in ("state", "meetings", "documents_in", "holds_badge")},
        first_name=F("person__first_name"),
        last_name=F("person__last_name"),
        email=F("person__email"),
        bounced_at=F("person__mail_bounced_at"),
        here_last_at=_here_last(),
        number=F("submission__number"),
        reader=Subquery(reader.values(name=Concat("reviewer__first_name", Value(" "), "reviewer__last_name"))[:1]),
        readers=counted(given, "submission"),
        reminded_at=Subquery(sent.values("due_at")[:1]),
        reminder_state=Subquery(sent.values("state")[:1]),
        was_late=Exists(Round.objects.filter(is_late=True, **mine)),
        **slots,
    ).order_by("last_name", "first_name", "pk")


def _here_last():
    """The latest of what shows that somebody was here: a sign-in, an activity marked, a file added."""
    marked = ActivityMark.objects.filter(enrollment=OuterRef("pk")).order_by("-done_at").values("done_at")
    added = Version.objects.filter(document__submission=OuterRef("submission")).order_by("-arrived_at")
    seen = (F("person__last_login"), Subquery(marked[:1]), Subquery(added.values("arrived_at")[:1]))
    return NullIf(Greatest(*(Coalesce(each, Value(NEVER)) for each in seen)), Value(NEVER))


@dataclass(frozen=True)
class Status:
    """One word of where somebody stands, and the kind of tag it wears."""

    words: str
    tag: str = "neutral"


@dataclass(frozen=True)
class Sheet:
    """What the rows of a list have in common: cohort, documents, the day evidence is due, now, and who is closed."""

    cohort: Cohort
    documents: tuple[RequiredDocument, ...]
    due_on: date
    at: datetime
    closed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Person:
    """One row of a list of people: an enrollment from `listed`, in words."""

    enrollment: Any
    sheet: Sheet

    def __getattr__(self, name: str):
        return getattr(self.enrollment, name)

    @property
    def is_closed(self) -> bool:
        """Whether whoever looks at the list keeps clear of this person's work."""
        return self.enrollment.pk in self.sheet.closed

    @property
    def name(self) -> str:
        return f"{self.enrollment.first_name} {self.enrollment.last_name}".strip()

    @property
    def short_number(self) -> str:
        return f"{self.enrollment.number:04}" if self.enrollment.number else ""

    @property
    def boxes(self) -> list[tuple[str, bool]]:
        """Each document's short title, and whether it is in."""
        return [
            (each.short_title, getattr(self.enrollment, f"slot_{each.pk}") in TAKEN) for each in self.sheet.documents
        ]

    @property
    def has_submitted(self) -> bool:
        return self.enrollment.state not in (None, *NOT_SUBMITTED, State.WITHDRAWN)

    @property
    def where(self) -> str:
        """How far the documents are: `Growth Plan missing`."""
        if not self.enrollment.joined_at:
            return self._how_invited()
        missing = [title for title, is_in in self.boxes if not is_in]
        count = len(self.boxes)
        if not missing:
            return f"All {in_words(count)} in" if self.has_submitted else f"All {in_words(count)} ready, not submitted"
        if len(missing) == count:
            return "Nothing added" + self._last_here()
        return (
            f"{missing[0]} missing" if len(missing) == 1 else f"{in_words(len(missing)).capitalize()} documents missing"
        )

    def _how_invited(self) -> str:
        at = self.enrollment.invited_at
        if at and at > self.sheet.at:
            return (
                f"To be invited {times.day(at.astimezone(ZoneInfo(self.sheet.cohort.zone)).date(), at=self.sheet.at)}"
            )
        return "Invited, not joined yet" if at else "Not invited yet"

    def _last_here(self) -> str:
        seen = self.enrollment.here_last_at
        return f", last here {times.day(seen.date(), at=self.sheet.at).split(', ', 1)[1]}" if seen else ""

    @property
    def status(self) -> Status:
        """The state of the submission, or how its deadline stands."""
        state = self.enrollment.state
        if self.enrollment.withdrawn_at or state == State.WITHDRAWN:
            return Status("Withdrawn")
        if state == State.AWARDED and not self.enrollment.holds_badge:
            return Status("Badge withdrawn")
        if self.has_submitted:
            return Status(*STATUS[State(state)])
        return self._before_submitting()

    def _before_submitting(self) -> Status:
        if not self.enrollment.joined_at:
            return Status("Not joined", "todo")
        window = deadlines.window(self.enrollment, due_on=self.sheet.due_on)
        if late := window.days_late_at(self.sheet.at):
            return Status(f"Late {late} day{'s' if late > 1 else ''}", "bad")
        if self.enrollment.extended_until:
            return Status(f"Extension to {window.due_on:%b}{times.NBSP}{window.due_on.day}")
        if self.enrollment.state == State.RETURNED:
            return Status("Sent back, incomplete", "warn")
        return Status("Not submitted", "todo")

    @property
    def waits_for_reader(self) -> bool:
        return self.enrollment.state in (State.SUBMITTED, State.IN_REVIEW)

    @property
    def has_extension(self) -> bool:
        """Whether an extension keeps the reminders still."""
        return bool(self.enrollment.extended_until) and not self.has_submitted

    @property
    def is_late(self) -> bool:
        return self.status.tag == "bad"


STATUS = {
    State.SUBMITTED: ("Submitted",),
    State.IN_REVIEW: ("Being reviewed",),
    State.DECIDED: ("Decided, not released", "warn"),
    State.REVISION_REQUESTED: ("Revision asked for", "warn"),
    State.AWARDED: ("Badge awarded",),
    State.NOT_AWARDED: ("Not awarded",),
}


def rows(people: Iterable[Enrollment], sheet: Sheet) -> list[Person]:
    """The rows of a list, in words. Queries: those of `people`."""
    shown = []
    for enrollment in people:
        enrollment.cohort = sheet.cohort
        shown.append(Person(enrollment, sheet))
    return shown


def with_dates(cohorts: QuerySet[Cohort]) -> QuerySet[Cohort]:
    """Each with the two facts about its dates that a list of people prints: `due_on` and `meetings_held`."""
    events = Event.objects.filter(cohort=OuterRef("pk"))
    due = events.filter(kind=Event.Kind.EVIDENCE_DUE).values("on")[:1]
    meetings = events.meetings().standing().filter(counts_for_attendance=True)
    return cohorts.annotate(due_on=Subquery(due), meetings_held=counted(meetings, "cohort"))


@dataclass(frozen=True)
class Filter:
    """One choice above the list of people: who is in it."""

    label: str
    who: Q
    is_chip: bool = True


@dataclass(frozen=True)
class Column:
    """A column that the list can stand in the order of: its link turns the present order, named `order`, round."""

    label: str
    key: str
    order: str = ""


@dataclass(frozen=True)
class Sort:
    """The order of the list: the word in the address, what the database is told, and the columns with their links."""

    key: str
    order: tuple
    columns: list[Column]

    @property
    def tells_of_work(self) -> bool:
        """Whether a place in the list tells how far somebody's work is."""
        return self.key.removeprefix("-") in ("documents", "submission", "reviewer")


NAME = ("last_name", "first_name", "pk")
COLUMNS = {
    "name": ("Person", "last_name"),
    "meetings": ("Meetings", "meetings"),
    "documents": ("Documents", "documents_in"),
    "submission": ("Submission", "state"),
    "reviewer": ("Reviewer", "reader"),
    "here": ("Last here", "here_last_at"),
}


def sort_of(asked: str) -> Sort:
    """By name, unless the address asks for another column; a minus before its word turns it round."""
    name = asked.removeprefix("-") if asked.removeprefix("-") in COLUMNS else "name"
    is_down = asked == f"-{name}"
    field = F(COLUMNS[name][1])
    first = field.desc(nulls_last=True) if is_down else field.asc(nulls_first=True)
    now = "descending" if is_down else "ascending"
    columns = [
        Column(label, f"-{key}" if key == name and not is_down else key, now if key == name else "")
        for key, (label, _) in COLUMNS.items()
    ]
    return Sort("" if asked != f"{'-' * is_down}{name}" else asked, (first, *NAME), columns)


NOT_HANDED_IN = Q(state__isnull=True) | Q(state__in=NOT_SUBMITTED)
HANDED_IN = Q(state__isnull=False) & ~Q(state__in=(*NOT_SUBMITTED, State.WITHDRAWN))
WAITING = Q(state__in=(State.SUBMITTED, State.IN_REVIEW))
STAYS = Q(withdrawn_at__isnull=True)
JOINED = Q(joined_at__isnull=False)


def filters(cohort: Cohort, documents: int) -> dict[str, Filter]:
    """Every choice by its word in the address; the first are offered as chips, the others stand behind a number.

    The overview counts by the same conditions.
    """
    complete = Q(has_documents=True)
    enough = in_words(meetings_wanted(cohort)).capitalize()
    waiting, missing = STAYS & WAITING, STAYS & NOT_HANDED_IN
    choices = {
        "": Filter("Everyone", Q()),
        "not-joined": Filter("Not joined", STAYS & Q(joined_at__isnull=True)),
        "not-submitted": Filter("Not submitted", missing),
        "ready": Filter("Ready, not submitted", missing & complete),
        "in-review": Filter("With reviewers", waiting),
        "revising": Filter("Revision asked for", STAYS & Q(state=State.REVISION_REQUESTED)),
        "awarded": Filter("Badge awarded", STAYS & Q(state=State.AWARDED, holds_badge=True)),
        "withdrawn": Filter("Withdrawn", ~STAYS),
        "enrolled": Filter("Enrolled", STAYS, is_chip=False),
        "not-invited": Filter("Not invited yet", invitations.NEVER_INVITED, is_chip=False),
        "started": Filter("Started", STAYS & Q(has_started=True), is_chip=False),
        "meetings": Filter(f"{enough} or more meetings", STAYS & Q(has_met=True), is_chip=False),
        "documents": Filter("All documents in", STAYS & complete, is_chip=False),
        "submitted": Filter("Submitted", STAYS & HANDED_IN, is_chip=False),
        "reviewed": Filter("Review finished", STAYS & HANDED_IN & Q(is_reviewed=True), is_chip=False),
        "no-reviewer": Filter("No reviewer yet", waiting & Q(has_reader=False), is_chip=False),
        "second-read": Filter("Another reader wanted", waiting & Q(has_reader=True, has_readers=False), is_chip=False),
        "being-read": Filter("Review not finished", waiting & Q(is_unread=True), is_chip=False),
        "to-decide": Filter(
            "Ready for a decision", STAYS & Q(submission__in=rounds.ready(cohort).values("pk")), is_chip=False
        ),
        "decided": Filter("Decided, not released", STAYS & Q(state=State.DECIDED), is_chip=False),
        "extended": Filter("With an extension", missing & Q(extended_until__isnull=False), is_chip=False),
        "taking-part": Filter("Taking part", STAYS & JOINED, is_chip=False),
        "not-awarded": Filter("Not awarded", STAYS & Q(state=State.NOT_AWARDED), is_chip=False),
    }
    for word, (before, after) in between_steps(documents).items():
        was, now = choices[before], choices[after]
        choices[word] = Filter(f"{was.label}, but not: {now.label.lower()}", was.who & ~now.who, is_chip=False)
    return choices


def early_steps(documents: int) -> list[str]:
    """The words of the choices that people come through one after the other, up to the submission."""
    return ["started", "meetings", *(["documents"] if documents else []), "submitted"]


def between_steps(documents: int) -> dict[str, tuple[str, str]]:
    """The choices of those who came through one step and not through the next, with the two."""
    return {f"{before}-not-{after}": (before, after) for before, after in pairwise(early_steps(documents))}


def meetings_wanted(cohort: Cohort) -> int:
    """How many meetings count as taking part. Queries: reads the attendance edition; select it first."""
    return (cohort.attendance_edition.meetings_required if cohort.attendance_edition else 0) or 2


def found(people: QuerySet[Enrollment], words: str) -> QuerySet[Enrollment]:
    """Those whose name, known spelling, e-mail address, district, number or reference has each of the first words."""
    people = people.annotate(spellings=Cast("person__known_as", TextField()))
    for word in words.split()[:MOST_WORDS]:
        plain = word.lstrip("#")
        matches = (
            Q(person__first_name__icontains=word) | Q(person__last_name__icontains=word)
            | Q(person__email__icontains=word) | Q(organization__icontains=word)
            | Q(submission__reference__iexact=word) | Q(ref__iexact=word)
        )  # fmt: skip
        if spelling := fold(word):
            matches |= Q(spellings__icontains=spelling)
        if plain.isdecimal() and len(plain) <= 9:
            matches |= Q(submission__number=int(plain))
        people = people.filter(matches)
    return people
