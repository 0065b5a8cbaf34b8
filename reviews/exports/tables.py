"""The sheets: their headings and their rows, each row built when it is written."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from badges.models import Award
from cohorts.models import Cohort
from microcred import clock
from reviews import logbook, people
from reviews.exports.making import A_BATCH, Work, batches
from reviews.models import Assignment, Decision, Score
from submissions.models import Version


class Table(NamedTuple):
    heads: list[str]
    rows: Iterable[list]


def moment(at: datetime | None, cohort: Cohort) -> str:
    """`2023-11-30 20:12`, on the cohort's clock: a spreadsheet sorts it. The heading names the clock."""
    return f"{at.astimezone(ZoneInfo(cohort.zone)):%Y-%m-%d %H:%M}" if at else ""


# Roster and results --------------------------------------------------------------------------------------------------
def roster(work: Work) -> Table:
    """Everyone but those that the asker keeps clear of: where they stand, and results once they are released."""
    cohort = _with_dates(work.export.cohort)
    documents = tuple(cohort.edition.documents.all())
    sheet = people.Sheet(cohort, documents, cohort.due_on, clock.now())
    everyone = people.listed(people.with_facts(work.people_open_to_asker(), cohort, len(documents)), documents)
    rows = work.counting(_in_batches(_with_results(everyone, cohort)), cohort.enrollments.count())
    titles = [document.short_title for document in documents]
    heads = ["Last name", "First name", "E-mail", "District", "Meetings", *titles, "Status", "Submission"]
    return Table(
        [*heads, "Reference", "Result", "Released", "Badge"],
        ([*_person(row), *_result(row.enrollment)] for batch in batches(rows) for row in people.rows(batch, sheet)),
    )


def _in_batches(everyone: QuerySet) -> Iterator[Any]:
    """Row by row, in their order. Asked for at once, all of a large cohort would take longer than a lease lasts."""
    for batch in batches(list(everyone.values_list("pk", flat=True))):
        yield from everyone.filter(pk__in=batch)


def _with_dates(cohort: Cohort) -> Any:
    known = people.with_dates(Cohort.objects.filter(pk=cohort.pk))
    return known.select_related("edition__badge", "attendance_edition").get()


def _with_results(everyone: QuerySet, cohort: Cohort) -> QuerySet:
    released = Decision.objects.released().filter(submission__enrollment=OuterRef("pk")).order_by("-released_at")
    badge = Award.objects.standing().filter(edition=cohort.edition, person=OuterRef("person"))
    return everyone.annotate(
        reference=Subquery(released.values("submission__reference")[:1]),
        outcome=Subquery(released.values("outcome")[:1]),
        result_at=Subquery(released.values("released_at")[:1]),
        badge=Subquery(badge.values("ref")[:1]),
    )


def _person(row: people.Person) -> list:
    boxes = ["yes" if is_in else "no" for _, is_in in row.boxes]
    who = [row.last_name, row.first_name, row.email, row.organization, row.meetings]
    return [*who, *boxes, row.status.words, row.short_number]


def _result(row: Any) -> list:
    outcome = Decision.Outcome(row.outcome).label if row.outcome else ""
    return [row.reference, outcome, moment(row.result_at, row.cohort), row.badge]


# Scores --------------------------------------------------------------------------------------------------------------
def scores(work: Work) -> Table:
    """Every level and comment of finished reviews, row by row; who takes the sheet has read them."""
    cohort = work.export.cohort
    given = _given(work)
    _note_readings(work, given)
    rows = work.counting(given.iterator(chunk_size=A_BATCH), given.count())
    return Table(
        [
            "Submission", "Round", "Last name", "First name", "Reviewer", "Role", "Document", "Rubric row", "Level",
            "Comment", "Note for staff", f"Finished ({cohort.place})",
        ],
        (_score(row, cohort) for row in rows),
    )  # fmt: skip


def _given(work: Work) -> QuerySet[Score]:
    finished = Score.objects.filter(
        review__finished_at__isnull=False, review__assignment__handed_back_at__isnull=True,
        review__assignment__submission__in=work.open_to_asker(),
    )  # fmt: skip
    return finished.select_related(
        "criterion__document", "level", "review__assignment__reviewer",
        "review__assignment__submission__enrollment__person",
    ).order_by(
        "review__assignment__submission__number", "review__assignment__round_number", "review__assignment",
        "criterion__document__position", "criterion__position", "pk",
    )  # fmt: skip


def _note_readings(work: Work, given: QuerySet[Score]) -> None:
    """A reading of scores is written beside the file they were given on, as on the pages."""
    here = given.order_by().filter(
        review__assignment__submission=OuterRef("document__submission"),
        criterion__document=OuterRef("document__required"),
    )
    current = Version.objects.filter(Exists(here), document__current=F("pk"))
    for version in current.values_list("pk", flat=True):
        work.holds(version)


def _score(row: Score, cohort: Cohort) -> list:
    given = row.review.assignment
    person = given.submission.enrollment.person
    return [
        given.submission.short_number, given.round_number, person.last_name, person.first_name, given.reviewer,
        Assignment.Role(given.role).label, row.criterion.document.short_title, row.criterion.title,
        row.level.label if row.level else "", row.comment, row.private_note, moment(row.review.finished_at, cohort),
    ]  # fmt: skip


# Log -----------------------------------------------------------------------------------------------------------------
def log(work: Work) -> Table:
    """The log as it was filtered on its page, the latest first."""
    cohort = work.export.cohort
    book = logbook.Book(cohort, work.export.asked_by, logbook.Asked.read(work.export.narrowed_to))
    rows = work.counting(book.entries(), book.count())
    return Table(
        [f"When ({cohort.place})", "Who", "What", "Whom it concerns", "More", "Kind"],
        ([moment(one.at, cohort), one.who, one.what, one.about, one.more, one.kind] for one in rows),
    )
