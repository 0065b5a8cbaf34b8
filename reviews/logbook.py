"""Who did what in a cohort, and when: one list out of all that is written down anyway, the latest first.

Each source says which rows it has, when each happened and by whom. The database puts them in order by one statement
over their keys; only what a page shows is built. A page begins where the one before it ended, by key, so that what
happens meanwhile moves nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.db.models import F, IntegerField, Model, Q, QuerySet, Value
from django.urls import reverse

from badges.models import Award, EditionChange
from cohorts.models import (
    AttendanceChange,
    Cohort,
    Deed,
    Enrollment,
    Event,
    PeopleSearch,
    RecordReading,
    Reminder,
    RosterImport,
    StaffMembership,
    StaffNote,
    StaffTask,
    WrittenLetter,
)
from microcred import clock, times
from microcred.models import User
from reviews import conflicts, resetting, written
from reviews.calibration.models import Sample
from reviews.exports.models import Export, ExportReading
from reviews.models import Assignment, Correction, DeclaredConflict, Review, SavedComment, SecondRead
from reviews.stories import SAID
from submissions.models import DocumentAccess, Submission, WorkflowEvent
from submissions.states import MOVES

PER_PAGE = 50
A_BATCH = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SYSTEM = "The system"

KINDS = {
    "steps": "Submissions and decisions",
    "reviews": "Reviews and conflicts",
    "people": "People and extensions",
    "settings": "Dates, rules and staff",
    "mails": "Letters written by hand",
    "exports": "Imports and exports",
    "readings": "Readings of files and records",
}


class Told(NamedTuple):
    """What a row says of itself."""

    what: str
    more: str = ""
    url: str = ""


@dataclass(frozen=True)
class Source:
    """Rows of one table that tell of one thing. Paths lead to the moment, to people and to the submission."""

    kind: str
    rows: Callable[[Cohort], QuerySet]
    tell: Callable[[Any], Told]
    at: str
    by: str
    whom: str = ""
    work: str = ""
    prepare: Callable[[Iterable[Any]], None] | None = None


class Key(NamedTuple):
    """Where an entry stands in the list. An address carries it as `1701388800000000-2-17`."""

    at: datetime
    source: int
    pk: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.source}-{self.pk}"

    @classmethod
    def read(cls, written: str) -> "Key | None":
        """None, when it is nothing that we wrote."""
        with suppress(ValueError, OverflowError):
            moment, source, pk = map(int, written.split("-"))
            if 0 <= source < len(SOURCES) and 0 < pk < 2**63:
                return cls(EPOCH + timedelta(microseconds=moment), source, pk)
        return None


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did."""

    at: datetime
    who: str
    what: str
    about: str
    more: str
    url: str
    kind: str


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to: a kind, words of names, a day on the cohort's clock."""

    kind: str = ""
    words: str = ""
    day: date | None = None

    @classmethod
    def read(cls, typed: Mapping[str, str]) -> "Asked":
        """From an address. What makes no sense narrows nothing."""
        kind, day = typed.get("kind", ""), None
        with suppress(ValueError):
            day = date.fromisoformat(typed.get("day", ""))
        words = typed.get("q", "").replace("\0", "").strip()
        return cls(kind if kind in KINDS else "", words, day if day and 1970 < day.year < 9999 else None)

    @property
    def as_typed(self) -> dict[str, str]:
        """What an address says of it."""
        typed = {"kind": self.kind, "q": self.words, "day": self.day.isoformat() if self.day else ""}
        return {key: value for key, value in typed.items() if value}


class Book:
    """The log of a cohort as `reader` may see it: without work that they must keep clear of."""

    def __init__(self, cohort: Cohort, reader: User, asked: Asked):
        self.cohort, self.asked = cohort, asked
        firm = Submission.objects.filter(conflicts.firm(reader, cohort), enrollment__cohort=cohort)
        self.unseen = list(firm.values_list("pk", flat=True))

    def page(self, before: Key | None = None, *, size: int = PER_PAGE) -> tuple[list[Entry], Key | None]:
        """The entries after `before`, and where the next page begins. Queries: one, and two at most for each source."""
        keys = list(self._keys(before)[: size + 1])
        shown = [Key(*key) for key in keys[:size]]
        return self._told(shown), shown[-1] if len(keys) > size else None

    def entries(self) -> Iterator[Entry]:
        """All of them; memory holds a few hundred at a time."""
        told, last = self.page(size=A_BATCH)
        yield from told
        while last:
            told, last = self.page(last, size=A_BATCH)
            yield from told

    def count(self) -> int:
        return self._keys(None).count()

    def _keys(self, before: Key | None) -> QuerySet:
        wanted = [n for n, source in enumerate(SOURCES) if self.asked.kind in ("", source.kind)]
        first, *others = [self._branch(n, before) for n in wanted]
        return (first.union(*others, all=True) if others else first).order_by("-log_at", "-log_source", "-log_pk")

    def _branch(self, number: int, before: Key | None) -> QuerySet:
        source = SOURCES[number]
        rows = source.rows(self.cohort).select_related(None).order_by()
        rows = rows.filter(self._narrowed(source), **{f"{source.at}__isnull": False})
        if source.work and self.unseen:
            rows = rows.exclude(**{f"{source.work}__in": self.unseen})
        if before:
            rows = rows.filter(_earlier(source.at, number, before))
        columns = {"log_at": F(source.at), "log_source": Value(number, IntegerField()), "log_pk": F("pk")}
        return rows.annotate(**columns).values_list(*columns)

    def _narrowed(self, source: Source) -> Q:
        wanted = Q()
        if day := self.asked.day:
            end = clock.end_of_day(day, self.cohort.zone)
            begin = clock.end_of_day(day - timedelta(days=1), self.cohort.zone)
            wanted &= Q(**{f"{source.at}__gte": begin, f"{source.at}__lt": end})
        for word in self.asked.words.split():
            wanted &= _is_named(source, word)
        return wanted

    def _told(self, keys: list[Key]) -> list[Entry]:
        found = {}
        for number in sorted({key.source for key in keys}):
            source = SOURCES[number]
            found[number] = source.rows(self.cohort).in_bulk([key.pk for key in keys if key.source == number])
            if source.prepare:
                source.prepare(found[number].values())
        return [_entry(SOURCES[key.source], found[key.source][key.pk]) for key in keys]


def _earlier(at: str, number: int, before: Key) -> Q:
    """Further down the list than `before`."""
    earlier, same = Q(**{f"{at}__lt": before.at}), Q(**{at: before.at})
    if number < before.source:
        return earlier | same
    return earlier | (same & Q(pk__lt=before.pk)) if number == before.source else earlier


def _is_named(source: Source, word: str) -> Q:
    """Whether somebody called so did it, or it was about them."""
    is_named = Q()
    for path in filter(None, (source.by, source.whom)):
        for field in ("first_name", "last_name", "email"):
            is_named |= Q(**{f"{path}__{field}__icontains": word})
    return is_named | Q(**{f"{source.by}__isnull": True}) if word.casefold() in ("the", "system") else is_named


def _entry(source: Source, row: Any) -> Entry:
    by, whom = _follow(row, source.by), _follow(row, source.whom)
    about = str(whom) if whom and whom != by else ""
    told = source.tell(row)
    return Entry(
        _follow(row, source.at), str(by) if by else SYSTEM, told.what, about, told.more, told.url, KINDS[source.kind]
    )


def _follow(row: Any, path: str) -> Any:
    if not path:
        return None
    for name in path.split("__"):
        row = getattr(row, name)
    return row


# What is told --------------------------------------------------------------------------------------------------------
def _moves(cohort: Cohort) -> QuerySet:
    rows = WorkflowEvent.objects.filter(submission__enrollment__cohort=cohort)
    return rows.select_related("actor", "submission__enrollment__person", "submission__enrollment__cohort")


def _move(row: WorkflowEvent) -> Told:
    said = "Decision released" if row.move == "release" else SAID.get(row.move, MOVES[row.move].label)
    round_ = f", round {row.round_number}" if row.round_number > 1 else ""
    return Told(f"{said}{round_}", row.why, _story(row.submission.enrollment))


def _story(enrollment: Enrollment) -> str:
    return f"/cohorts/{enrollment.cohort.slug}/people/{enrollment.ref}/"


def _awards(cohort: Cohort) -> QuerySet:
    """Badges of the cohort's editions, and those made up of them, of its people."""
    given = Award.objects.given_for(cohort.edition, cohort.attendance_edition)
    theirs = given.filter(person__in=cohort.enrollments.values("person"))
    return theirs.for_list().select_related("person", "issued_by", "revoked_by")


def _awarded(row: Award) -> Told:
    return Told(f"Badge issued: {row.edition.badge}", url=row.get_absolute_url())


def _award_withdrawn(row: Award) -> Told:
    return Told(f"Badge withdrawn: {row.edition.badge}", row.revoked_because, row.get_absolute_url())


def _assignments(cohort: Cohort) -> QuerySet:
    rows = Assignment.objects.filter(submission__enrollment__cohort=cohort)
    return rows.select_related(
        "reviewer", "assigned_by", "handed_back_by", "submission__enrollment__person", "submission__enrollment__cohort"
    )


def _assigned(row: Assignment) -> Told:
    role = "to settle" if row.settles else "to read"
    return Told(f"{row.submission} given to {row.reviewer} {role}", url=_story(row.submission.enrollment))


def _handed_back(row: Assignment) -> Told:
    why = row.get_conflict_display() if row.conflict else ""
    return Told(f"{row.submission} taken from {row.reviewer}", why, _story(row.submission.enrollment))


def _reviews(cohort: Cohort) -> QuerySet:
    rows = Review.objects.filter(assignment__submission__enrollment__cohort=cohort)
    return rows.select_related(
        "assignment__reviewer", "assignment__submission__enrollment__person",
        "assignment__submission__enrollment__cohort",
    )  # fmt: skip


def _reviewed(row: Review) -> Told:
    return Told(f"Review of {row.assignment.submission} finished", url=_story(row.assignment.submission.enrollment))


def _reopened(row: Review) -> Told:
    return Told(f"Review of {row.assignment.submission} opened again", url=_story(row.assignment.submission.enrollment))


def _second_reads(cohort: Cohort) -> QuerySet:
    rows = SecondRead.objects.filter(submission__enrollment__cohort=cohort)
    return rows.select_related("asked_by", "submission__enrollment__person", "submission__enrollment__cohort")


def _second_read(row: SecondRead) -> Told:
    said = f"Second read of {row.submission}: {row.get_reason_display().lower()}"
    return Told(said, row.why, _story(row.submission.enrollment))


def _conflicts(cohort: Cohort) -> QuerySet:
    rows = DeclaredConflict.objects.filter(cohort=cohort)
    return rows.select_related("person", "other", "declared_by", "taken_back_by", "cohort")


def _declared(row: DeclaredConflict) -> Told:
    return Told(f"Conflict declared: {row}", url=f"/cohorts/{row.cohort.slug}/reviews/conflicts/")


def _taken_back(row: DeclaredConflict) -> Told:
    return Told(f"Conflict taken back: {row}", url=f"/cohorts/{row.cohort.slug}/reviews/conflicts/")


def _enrollments(cohort: Cohort) -> QuerySet:
    return Enrollment.objects.filter(cohort=cohort).select_related(*PEOPLE_OF_AN_ENROLLMENT)


PEOPLE_OF_AN_ENROLLMENT = ("person", "cohort", "invited_by", "extended_by", "withdrawn_by")


def _invited(row: Enrollment) -> Told:
    return Told("Invited", url=_story(row))


def _joined(row: Enrollment) -> Told:
    return Told("Joined the cohort", url=_story(row))


def _extended(row: Enrollment) -> Told:
    until = times.day(row.extended_until) if row.extended_until else "the day of everybody else"
    return Told(f"Extension to {until}", row.extended_because, _story(row))


def _left_early(cohort: Cohort) -> QuerySet:
    """Without a submission; leaving with one is a move."""
    return _enrollments(cohort).filter(submission__isnull=True, moved_to=None)


def _moved_on(cohort: Cohort) -> QuerySet:
    moved = _enrollments(cohort).filter(moved_to__isnull=False)
    return moved.select_related(*PEOPLE_OF_AN_ENROLLMENT, "moved_to__cohort")


def _moved(row: Enrollment) -> Told:
    assert row.moved_to
    return Told(f"Moved to the {row.moved_to.cohort} cohort", url=_story(row))


def _left(row: Enrollment) -> Told:
    return Told("Withdrew", url=_story(row))


def _notes(cohort: Cohort) -> QuerySet:
    rows = StaffNote.objects.filter(enrollment__cohort=cohort)
    return rows.select_related("written_by", "struck_by", "enrollment__person", "enrollment__cohort")


def _note(row: StaffNote) -> Told:
    return Told("Note written for colleagues", url=_story(row.enrollment))


def _struck(row: StaffNote) -> Told:
    return Told("Note struck out", url=_story(row.enrollment))


def _tasks(cohort: Cohort) -> QuerySet:
    return StaffTask.objects.filter(cohort=cohort).select_related("done_by", "enrollment__person")


def _task(row: StaffTask) -> Told:
    return Told("Task done", row.sentence, row.url)


def _letters(cohort: Cohort) -> QuerySet:
    return WrittenLetter.objects.filter(cohort=cohort).select_related("written_by", "called_off_by", "cohort")


def _letter(row: WrittenLetter) -> Told:
    to = "one person" if row.reached == 1 else f"{row.reached} people"
    return Told(f"Letter to {to}: {row.subject}", url=written.address_of(row.cohort, row.batch))


def _called_off(row: WrittenLetter) -> Told:
    return Told(f"Letter called off: {row.subject}", url=written.address_of(row.cohort, row.batch))


def _exports(cohort: Cohort) -> QuerySet:
    return Export.objects.filter(cohort=cohort).select_related("asked_by", "cohort")


def _export(row: Export) -> Told:
    return Told(f"Export asked for: {row}", url=row.get_absolute_url())


def _takings(cohort: Cohort) -> QuerySet:
    rows = ExportReading.objects.filter(export__cohort=cohort)
    return rows.select_related("person", "export__cohort")


def _taken(row: ExportReading) -> Told:
    return Told(f"Export downloaded: {row.export}", url=row.export.get_absolute_url())


def _readings(cohort: Cohort) -> QuerySet:
    rows = DocumentAccess.objects.filter(version__document__submission__enrollment__cohort=cohort)
    return rows.select_related(
        "person", "version__document__required", "version__document__submission__enrollment__person",
        "version__document__submission__enrollment__cohort",
    )  # fmt: skip


def _read(row: DocumentAccess) -> Told:
    document = row.version.document
    said = f"Opened {document.required.short_title}, version {row.version.number}"
    return Told(said, f"{row.get_form_display()}, as {row.role}", _story(document.submission.enrollment))


def _records(cohort: Cohort) -> QuerySet:
    rows = RecordReading.objects.filter(enrollment__cohort=cohort)
    return rows.select_related("person", "enrollment__person", "enrollment__cohort")


def _record(row: RecordReading) -> Told:
    is_story = row.form == RecordReading.Form.STORY
    return Told("Read the whole story" if is_story else "Saw their pages as they do", url=_story(row.enrollment))


def _searches(cohort: Cohort) -> QuerySet:
    return PeopleSearch.objects.filter(cohort=cohort).select_related("person")


def _searched(row: PeopleSearch) -> Told:
    return Told("Looked for a person by name", "1 person shown" if row.found == 1 else f"{row.found} people shown")


def _changes(model: type[Model], whom: str = "") -> Source:
    def tell(row: Any) -> Told:
        return Told(*resetting.said(row), resetting.place_of(row))

    rows = partial(resetting.histories, model)
    return Source("settings", rows, tell, "history_date", "history_user", whom, prepare=resetting.with_previous)


def _deeds(kind: str, cohort: Cohort) -> QuerySet:
    return Deed.objects.filter(cohort=cohort, kind=kind).select_related(
        "by", "enrollment__person", "enrollment__cohort"
    )


def _deed(row: Deed) -> Told:
    return Told(row.said, url=_story(row.enrollment) if row.enrollment else "")


def _editions(cohort: Cohort) -> QuerySet:
    """What was changed in the set-up of the editions that the cohort uses."""
    keys = [key for key in (cohort.edition_id, cohort.attendance_edition_id) if key]
    return EditionChange.objects.filter(edition__in=keys).select_related("edition__badge", "by")


def _edited(row: EditionChange) -> Told:
    return Told(f"{row.sentence}, in {row.edition}")


def _samples(cohort: Cohort) -> QuerySet:
    rows = Sample.objects.filter(edition=cohort.edition_id)
    return rows.select_related("made_by", "published_by", "retired_by")


def _sample_made(row: Sample) -> Told:
    return Told(f"Sample prepared: {row}")


def _sample_published(row: Sample) -> Told:
    return Told(f"Sample published: {row}")


def _sample_retired(row: Sample) -> Told:
    return Told(f"Sample retired: {row}")


def _shared_comments(cohort: Cohort) -> QuerySet:
    return SavedComment.objects.filter(cohort=cohort).select_related("shared_by", "person")


def _shared(row: SavedComment) -> Told:
    return Told(f"Comment shared with every reviewer: {row}")


def _meetings(cohort: Cohort) -> QuerySet:
    return Event.objects.filter(cohort=cohort).select_related("cohort", "cancelled_by")


def _cancelled(row: Event) -> Told:
    return Told(f"Cancelled: {row}", url=resetting.PLACES[Event].format(cohort=row.cohort.slug))


def _imports(cohort: Cohort) -> QuerySet:
    return RosterImport.objects.filter(cohort=cohort).select_related("done_by", "undone_by", "cohort").defer("text")


def _imported(row: RosterImport) -> Told:
    return Told("People imported", url=_import(row))


def _import_undone(row: RosterImport) -> Told:
    return Told("Import undone", url=_import(row))


def _import(row: RosterImport) -> str:
    return reverse("cohorts:import_result", args=[row.cohort.slug, row.ref])


def _attendance(cohort: Cohort) -> QuerySet:
    return AttendanceChange.objects.filter(event__cohort=cohort).select_related("event__cohort", "made_by", "undone_by")


def _attended(row: AttendanceChange) -> Told:
    return Told(f"Attendance saved: {row.event}", "From a list" if row.is_from_list else "", _meeting(row))


def _attendance_undone(row: AttendanceChange) -> Told:
    return Told(f"Attendance taken back: {row.event}", url=_meeting(row))


def _meeting(row: AttendanceChange) -> str:
    return reverse("cohorts:attendance", args=[row.event.cohort.slug, row.event.number])


def _corrections(cohort: Cohort) -> QuerySet:
    rows = Correction.objects.filter(decision__submission__enrollment__cohort=cohort)
    return rows.select_related("sent_by", f"decision__{OF}", "decision__submission__enrollment__cohort")


def _correction(row: Correction) -> Told:
    return Told(f"Correction sent: {row.subject}", url=_story(row.decision.submission.enrollment))


OF = "submission__enrollment__person"
HOLDERS = "person__enrollments__submission"
FILES = "version__document__submission"
SOURCES = (
    Source("steps", _moves, _move, "at", "actor", OF, "submission"),
    Source(
        "steps", partial(_deeds, Deed.Kind.STEPS), _deed, "at", "by", "enrollment__person", "enrollment__submission",
    ),
    Source("reviews", partial(_deeds, Deed.Kind.REVIEWS), _deed, "at", "by"),
    Source("steps", _awards, _awarded, "issued_at", "issued_by", "person", HOLDERS),
    Source("steps", _awards, _award_withdrawn, "revoked_at", "revoked_by", "person", HOLDERS),
    Source("reviews", _assignments, _assigned, "assigned_at", "assigned_by", OF, "submission"),
    Source("reviews", _assignments, _handed_back, "handed_back_at", "handed_back_by", OF, "submission"),
    Source(
        "reviews", _reviews, _reviewed, "finished_at", "assignment__reviewer", f"assignment__{OF}",
        "assignment__submission",
    ),
    Source(
        "reviews", _reviews, _reopened, "reopened_at", "assignment__reviewer", f"assignment__{OF}",
        "assignment__submission",
    ),
    Source("reviews", _second_reads, _second_read, "asked_at", "asked_by", OF, "submission"),
    Source("reviews", _conflicts, _declared, "declared_at", "declared_by", "person"),
    Source("reviews", _conflicts, _taken_back, "taken_back_at", "taken_back_by", "person"),
    Source("people", _enrollments, _invited, "invited_at", "invited_by", "person"),
    Source("people", _enrollments, _joined, "joined_at", "person"),
    Source("people", _enrollments, _extended, "extended_at", "extended_by", "person"),
    Source("people", _left_early, _left, "withdrawn_at", "withdrawn_by", "person"),
    Source("people", _moved_on, _moved, "withdrawn_at", "withdrawn_by", "person"),
    Source("people", _notes, _note, "written_at", "written_by", "enrollment__person", "enrollment__submission"),
    Source("people", _notes, _struck, "struck_at", "struck_by", "enrollment__person", "enrollment__submission"),
    Source("people", _tasks, _task, "done_at", "done_by", work="enrollment__submission"),
    Source("people", _attendance, _attended, "made_at", "made_by"),
    Source("people", _attendance, _attendance_undone, "undone_at", "undone_by"),
    _changes(Cohort),
    _changes(Event),
    Source("settings", _meetings, _cancelled, "cancelled_at", "cancelled_by"),
    _changes(Reminder),
    Source("settings", _editions, _edited, "at", "by"),
    Source("reviews", _samples, _sample_made, "made_at", "made_by"),
    Source("reviews", _samples, _sample_published, "published_at", "published_by"),
    Source("reviews", _samples, _sample_retired, "retired_at", "retired_by"),
    Source("reviews", _shared_comments, _shared, "shared_at", "shared_by", "person"),
    _changes(StaffMembership, "person"),
    Source("mails", _letters, _letter, "written_at", "written_by"),
    Source("mails", _letters, _called_off, "called_off_at", "called_off_by"),
    Source("steps", _corrections, _correction, "sent_at", "sent_by", f"decision__{OF}", "decision__submission"),
    Source("exports", _imports, _imported, "done_at", "done_by"),
    Source("exports", _imports, _import_undone, "undone_at", "undone_by"),
    Source("exports", _exports, _export, "asked_at", "asked_by"),
    Source("exports", _takings, _taken, "at", "person"),
    Source("readings", _readings, _read, "at", "person", f"{FILES}__enrollment__person", FILES),
    Source("readings", _records, _record, "at", "person", "enrollment__person"),
    Source("readings", _searches, _searched, "at", "person"),
)  # fmt: skip
