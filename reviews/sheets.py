"""All that a scoring page prints: each rubric row with its answer, what changed, and what was said before."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import attrgetter

from django.db.models import Exists, F, OuterRef, Subquery, Value
from django.urls import reverse

from badges.models import Criterion, Level
from microcred.verdict import ALLOWED, Verdict
from reviews import changes, permissions, rescoring, seen
from reviews.agreement import passing_of
from reviews.models import Assignment, SavedComment, Score
from reviews.rescoring import Rescored
from reviews.scoring import Changed, Entry
from submissions import pictures
from submissions.models import Answer, RevisionNote, Round, Version
from submissions.pictures import NO_PICTURES, Gallery

CHIPS = 2  # saved comments shown beside a row; the others are in the list


@dataclass
class Question:
    """One rubric row with the answer it is about. What was typed stands in it until it is saved."""

    number: int
    criterion: Criterion
    levels: list[Level]
    is_open: bool
    score: Score | None = None
    before: Score | None = None
    note: str = ""
    answer: Answer | None = None
    answer_before: Answer | None = None
    gallery: Gallery = NO_PICTURES
    comments: list[SavedComment] = field(default_factory=list)
    rescored: list[Rescored] = field(default_factory=list)
    typed: Entry | None = None
    clash: Changed | None = None

    @property
    def text(self) -> str:
        return self.criterion.prompt.text if self.criterion.prompt else self.criterion.title

    @property
    def asked(self) -> str:
        """The question as it stands in the applicant's file."""
        return (self.answer and self.answer.asked) or self.text

    @property
    def answer_html(self) -> str:
        """What the applicant wrote, with its pictures."""
        return self.gallery.in_answer(self.answer, self.number) if self.answer else ""

    @property
    def changes_html(self) -> str:
        """What changed in it, with the pictures that it has now."""
        if not (self.answer and self.changes):
            return ""
        return self.gallery.in_changes(self.changes.html, self.answer, self.number)

    @property
    def has_other_pictures(self) -> bool:
        """Than in the version before."""
        return bool(self.answer and self.answer_before and pictures.are_others(self.answer_before, self.answer))

    @property
    def passing(self) -> Level:
        return passing_of(self.levels)

    @property
    def level(self) -> Level | None:
        """The level that stands in the form; in a row that is not open, the one it was met with."""
        if self.typed:
            return self.typed.level
        known = self.score if self.is_open else self.before
        return known.level if known else None

    @property
    def comment(self) -> str:
        return self.typed.comment if self.typed else self.score.comment if self.score else ""

    @property
    def private_note(self) -> str:
        return self.typed.private_note if self.typed else self.score.private_note if self.score else ""

    @property
    def why(self) -> str:
        return self.typed.why if self.typed else self.score.why if self.score else ""

    @property
    def version(self) -> int:
        return self.typed.version if self.typed else self.score.version if self.score else 0

    @property
    def is_scored(self) -> bool:
        return self.level is not None

    @cached_property
    def changes(self) -> changes.Changes | None:
        """What changed since the version before; None in a first version, and where nothing was found in either."""
        if not (self.is_open and self.answer_before and self.answer and self.answer.text):
            return None
        return changes.between(self.answer_before.text, self.answer.text)

    @property
    def suggested(self) -> Level | None:
        """The level that the same reader gave before, where the answer has not changed since and none is chosen yet."""
        same = self.changes is not None and not self.changes.any and not self.has_other_pictures
        return self.before.level if same and self.before and not self.is_scored else None


@dataclass
class Sheet:
    """One submission as its reviewer scores it."""

    assignment: Assignment
    questions: list[Question]
    versions: list[Version]
    comments: list[SavedComment]

    @property
    def open_questions(self) -> list[Question]:
        return [question for question in self.questions if question.is_open]

    @property
    def scored(self) -> int:
        return sum(question.is_scored for question in self.open_questions)

    @property
    def saved_at(self):
        """When the last row was saved, or None."""
        return max((question.score.saved_at for question in self.open_questions if question.score), default=None)

    @property
    def seen(self) -> seen.Seen:
        """What this page is made from; what is saved from it says so."""
        return seen.of(self.assignment, self.versions)

    @property
    def may_start(self) -> Verdict:
        """Whether what is typed can be saved."""
        return ALLOWED if self.assignment.begun else seen.may_start(self.assignment.submission, self.versions)

    @property
    def was_reopened(self) -> bool:
        """Whether the review was finished once, so that a changed level asks for its reason."""
        return bool(self.assignment.begun and self.assignment.begun.reopened_at)

    @property
    def scored_version(self) -> Version | None:
        """The file that the rows are about."""
        return next((version for version in self.versions if version.document.required.is_scored), None)

    @property
    def other_versions(self) -> list[Version]:
        return [version for version in self.versions if not version.document.required.is_scored]

    @property
    def may_have_file(self) -> Verdict:
        """Of the file that the rows are about, if there is one."""
        version = self.scored_version
        return permissions.may_have_file(self.assignment.submission, version) if version else ALLOWED

    def question(self, number: int) -> Question | None:
        return next((one for one in self.open_questions if one.number == number), None)

    def now(self, number: int | None = None) -> Question:
        """The question that lies open: the one asked for, else the next without a level, else the first."""
        return self.question(number or 0) or self.next_after(0) or self.open_questions[0]

    def next_after(self, number: int) -> Question | None:
        """The next question without a level, beginning again at the top; None when all have one."""
        unscored = [one for one in self.open_questions if not one.is_scored]
        return next((one for one in unscored if one.number > number), unscored[0] if unscored else None)


def sheet_of(assignment: Assignment, *, is_admin: bool = False) -> Sheet:
    """As its reader sees it, or an admin. Queries: five, however many questions; six in a review opened again.

    `assignment` comes with its submission, cohort and review.
    """
    submission, number = assignment.submission, assignment.round_number
    counting, before = _versions(assignment)
    answers = _answers([*counting, *before])
    scores, earlier = _scores(assignment)
    comments = _comments(assignment)
    rescored = _rescored(assignment)
    galleries = {each.pk: pictures.for_its_owner(each) if is_admin else gallery(assignment, each) for each in counting}
    questions = [
        Question(
            n,
            row,
            levels,
            is_open,
            score=scores.get(row.pk),
            before=earlier.get(row.pk),
            note=note,
            answer=(answer := _answer(answers, counting, row)),
            gallery=galleries[answer.version_id] if answer else NO_PICTURES,
            answer_before=_answer(answers, before, row),
            comments=_chips(comments, row),
            rescored=[change for change in rescored if change.criterion == row],
        )
        for n, (row, levels, is_open, note) in enumerate(_rows(submission, number), start=1)
    ]
    return Sheet(assignment, questions, counting, comments)


def gallery(assignment: Assignment, version: Version) -> Gallery:
    """The pictures that a reader may open: those of the copy that was made for them."""
    submission, slot = assignment.submission, version.document.required.key
    copy = version.copy_for(submission.enrollment.cohort)
    return Gallery(copy, lambda mark: reverse("reviews:picture", args=[submission.number, slot, mark]))


def _rows(submission, number: int) -> Iterator[tuple[Criterion, list[Level], bool, str]]:
    """Every scored rubric row: its levels, whether this round asks for it, what its applicant says changed.

    Queries: one.
    """
    row = OuterRef("criterion")
    said = RevisionNote.objects.filter(round__submission=submission, round__number=number, criterion=row)
    asked = Round.objects.filter(submission=submission, number=number, criteria=row)
    scored = {
        "criterion__document__edition": submission.enrollment.cohort.edition_id,
        "criterion__document__is_scored": True,
    }
    levels = (
        Level.objects.filter(**scored)
        .annotate(is_open=Exists(asked) if number > 1 else Value(True), note=Subquery(said.values("text")))
        .select_related("criterion__prompt")
        .order_by("criterion__document__position", "criterion__position", "-rank")
    )
    for _, group in groupby(levels, key=attrgetter("criterion_id")):
        of_one = list(group)
        yield of_one[0].criterion, [*of_one], of_one[0].is_open, of_one[0].note or ""


def _versions(assignment: Assignment) -> tuple[list[Version], list[Version]]:
    """The versions that count in this round, and those that counted in the one before."""
    number = assignment.round_number
    rows = list(
        Version.objects.filter(document__submission=assignment.submission)
        .that_count(number)
        .select_related("document__required", "clean_copy")
    )
    counting = _newest(rows)
    return sorted(counting, key=lambda one: one.document.required.position), _newest(
        row for row in rows if row.round_number < number
    )


def _newest(rows: Iterable[Version]) -> list[Version]:
    """The first of each document."""
    found: dict[int, Version] = {}
    for row in rows:
        found.setdefault(row.document_id, row)
    return list(found.values())


def _answers(versions: Iterable[Version]) -> dict[tuple[int, int], Answer]:
    found = Answer.objects.filter(version__in={version.pk for version in versions}, prompt__document__is_scored=True)
    return {(answer.version_id, answer.prompt_id): answer for answer in found}


def _answer(answers: dict, versions: list[Version], row: Criterion) -> Answer | None:
    known = (answers.get((version.pk, row.prompt_id)) for version in versions)
    return next((answer for answer in known if answer), None)


def _scores(assignment: Assignment) -> tuple[dict[int, Score], dict[int, Score]]:
    """By criterion: those of this round, and the last of each row from earlier rounds, by the same reviewer."""
    found = (
        Score.objects.filter(
            review__assignment__submission=assignment.submission_id,
            review__assignment__reviewer=assignment.reviewer_id,
            review__assignment__round_number__lte=assignment.round_number,
        )
        .select_related("level")
        .annotate(round_number=F("review__assignment__round_number"))
        .order_by("round_number")
    )
    now: dict[int, Score] = {}
    before: dict[int, Score] = {}
    for score in found:
        (now if score.round_number == assignment.round_number else before)[score.criterion_id] = score
    return now, before


def _rescored(assignment: Assignment) -> list[Rescored]:
    """The levels that were changed, in a review that was opened again: until it is finished first they are drafts."""
    return rescoring.of([assignment.begun]) if assignment.begun and assignment.begun.reopened_at else []


def _comments(assignment: Assignment) -> list[SavedComment]:
    usable = SavedComment.objects.usable_by(assignment.reviewer_id)
    return list(usable.filter(cohort=assignment.submission.enrollment.cohort_id))


def _chips(comments: list[SavedComment], row: Criterion) -> list[SavedComment]:
    """The row's own first, then those for any row."""
    fitting = [one for one in comments if one.criterion_id in (row.pk, None)]
    return sorted(fitting, key=lambda one: one.criterion_id is None)[:CHIPS]
