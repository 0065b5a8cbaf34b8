"""Where two readers differ: the list, the two readings side by side, and what was settled."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from cohorts.models import Cohort, StaffMembership
from microcred.models import User
from microcred.verdict import Refused
from reviews import agreement, comparing, conflicts, permissions, scoring, settling
from reviews.agreement import Standing
from reviews.comparing import Comparison
from reviews.forms import ScoreForm, SecondReaderForm, speaks_of
from reviews.models import Assignment, Score
from reviews.scoring import Entry
from reviews.sheets import Sheet, sheet_of
from reviews.views import gone
from reviews.views.own import READER
from submissions import serving
from submissions.models import DocumentAccess, Round, Submission

ADMIN = "admin"
LABELS = {"level": "Level", "comment": "To the applicant", "note": "Why"}  # of what is typed into a row
SETTLED = 20  # finished ones folded below the list


@dataclass(frozen=True)
class Waiting:
    """One submission of the list."""

    assignment: Assignment
    standing: Standing


# The list ------------------------------------------------------------------------------------------------------------
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What this second reader has to settle, oldest first. Queries: fifteen, however long it is."""
    own = _given_to(request.user)
    role = StaffMembership.Role.SECOND_READER
    if not (request.user.staff_memberships.filter(role=role).exists() or own.exists()):
        raise Http404
    to_settle = list(own.unfinished().of_the_last_round().order_by("assigned_at", "pk"))
    standings = agreement.among([each.submission for each in to_settle])
    page = {
        "waiting": [Waiting(each, standings[each.submission_id]) for each in to_settle],
        "settled": own.filter(review__finished_at__isnull=False).order_by("-review__finished_at", "-pk")[:SETTLED],
    }
    return render(request, "reviews/settle.html", page)


def _given_to(person: User) -> QuerySet[Assignment]:
    return Assignment.objects.of(person).settling().handed_in().with_submission()


# Side by side --------------------------------------------------------------------------------------------------------
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """Two readings of one submission. GET shows them; POST, for who settles, keeps every row and goes on."""
    assignment = _own(request, number)
    if request.method == "POST":
        return _keep(request, number, assignment)
    if assignment is None:
        return _to_an_admin(request, number)
    standing = agreement.of(assignment.submission)
    if assignment.is_finished or not permissions.may_score(request.user, assignment):
        return _show_result(request, assignment, standing)
    return _show(request, assignment, _sheet(assignment, standing), standing)


def _own(request: HttpRequest, number: int) -> Assignment | None:
    rounds = Round.objects.filter(submission=OuterRef("submission"), number=OuterRef("round_number"))
    own = _given_to(request.user).with_present_round().annotate(what_changed=Subquery(rounds.values("what_changed")))
    assignment = own.filter(submission__number=number).order_by("-round_number").first()
    if assignment:
        permissions.may_read(request.user, assignment.submission).enforce()
    return assignment


def _sheet(assignment: Assignment, standing: Standing) -> Sheet:
    """The same sheet that readers score on; open are the rows that they differ on."""
    sheet, apart = sheet_of(assignment), {row.number for row in standing.disputed}
    for question in sheet.questions:
        question.is_open = question.number in apart
    return sheet


def _show(request, assignment, sheet: Sheet, standing: Standing, *, missing=(), status=200) -> HttpResponse:
    if sheet.scored_version:
        serving.log(sheet.scored_version, request.user, READER, DocumentAccess.Form.TEXT)
    found = comparing.comparison(standing, reader=request.user)
    page = {
        "assignment": assignment,
        "submission": assignment.submission,
        "sheet": sheet,
        "comparison": found,
        "lines": found.lines(sheet.questions, missing),
        "missing": missing,
    }
    return render(request, "reviews/settling.html", page, status=status)


def _show_result(request, assignment: Assignment, standing: Standing) -> HttpResponse:
    """What was settled; or why it cannot be settled now, and then nothing of anybody's."""
    found = comparing.comparison(standing, reader=request.user)
    page = {
        "assignment": assignment,
        "submission": assignment.submission,
        "comparison": found,
        "lines": found.lines(sheet_of(assignment).questions) if found.is_settled else [],
        "why_not": "" if assignment.is_finished else permissions.may_score(request.user, assignment).reason,
        "may_reopen": permissions.may_reopen(request.user, assignment),
    }
    return render(request, "reviews/settled.html", page)


# What is typed -------------------------------------------------------------------------------------------------------
def _keep(request: HttpRequest, number: int, assignment: Assignment | None) -> HttpResponse:
    if assignment is None:
        return _not_saved(request, _why_gone(request, number))
    standing = agreement.of(assignment.submission)
    if not (may := permissions.may_score(request.user, assignment)):
        return _not_saved(request, may.reason)
    sheet = _sheet(assignment, standing)
    forms = [
        ScoreForm(question, request.POST)
        for question in sheet.open_questions
        if speaks_of(question.number, request.POST)
    ]
    if not all(form.is_valid() for form in forms):
        return HttpResponseBadRequest("This page does not match the rubric. Go back and load it again.")
    for form in forms:
        form.question.typed = form.entry()
    started = _start_from(request.POST.get("start", ""), comparing.comparison(standing, reader=request.user), sheet)
    try:
        clashes = _save(assignment, [form.question.typed for form in forms], by=request.user)
    except Refused as refusal:
        return _not_saved(request, str(refusal))
    if clashes:
        _beside(sheet, clashes)
        return _show(request, assignment, sheet, standing, status=409)
    if request.POST.get("then") == "settle":
        return _settle(request, number)
    messages.success(request, "Saved. Settle it when every row has its level and its reason.")
    return redirect(f"{reverse('reviews:settle', args=[number])}{f'#q{started}' if started else ''}")


def _save(assignment: Assignment, entries: list[Entry], *, by: User) -> list[scoring.Changed]:
    """The second reader's words are kept as every reader's are."""
    return scoring.save_all(scoring.start(assignment, by=by), entries)


def _start_from(chosen: str, found: Comparison, sheet: Sheet) -> int | None:
    """Add a reader's words to the applicant to what is typed, never over it: `4-a` is those of Reader A on row 4."""
    number, _, key = chosen.partition("-")
    for row in found.rows:
        question = sheet.question(row.number)
        if str(row.number) == number and question and question.typed:
            words = [question.typed.comment.strip(), *(one.comment for one in found.sides(row) if one.key == key)]
            question.typed = replace(question.typed, comment="\n\n".join(text for text in words if text))
            return row.number
    return None


def _beside(sheet: Sheet, clashes) -> None:
    by_row = {clash.score.criterion_id: clash for clash in clashes}
    for question in sheet.open_questions:
        question.clash = by_row.get(question.criterion.pk)


def _settle(request: HttpRequest, number: int) -> HttpResponse:
    """The last word, or the page again with what is missing."""
    assignment = _own(request, number)
    if assignment is None:
        return _not_saved(request, _why_gone(request, number))
    standing = agreement.of(assignment.submission)
    scores = Score.objects.filter(review__assignment=assignment).select_related("level")
    if missing := settling.gaps(standing.disputed, {score.criterion_id: score for score in scores}):
        return _show(request, assignment, _sheet(assignment, standing), standing, missing=missing, status=422)
    try:
        settling.settle(assignment, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("reviews:settle", number)
    messages.success(request, f"{assignment.submission} is settled and goes to its decision.")
    return redirect("reviews:settling")


@require_POST
def save_row(request: HttpRequest, number: int, question: int) -> HttpResponse:
    """The autosave of one row. Answers 409 with both texts when another tab saved something else."""
    assignment = _own(request, number)
    if assignment is None:
        return _refuse(request, question, _why_gone(request, number))
    sheet = _sheet(assignment, agreement.of(assignment.submission))
    row = sheet.question(question)
    if row is None:
        return _refuse(
            request, question, f"The readers of {assignment.submission} agree on question {question} by now."
        )
    form = ScoreForm(row, request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("This page does not match the rubric. Load it again.")
    row.typed = form.entry()
    page = {"question": row, "submission": assignment.submission, "swap": True}
    try:
        clashes = _save(assignment, [row.typed], by=request.user)
    except Refused as refusal:
        return _refuse(request, question, str(refusal))
    if clashes:
        row.clash = clashes[0]
        return render(request, "reviews/_clash.html", page, status=409)
    row.typed, row.score = None, Score.objects.filter(review__assignment=assignment, criterion=row.criterion).first()
    return render(request, "reviews/_row_saved.html", page)


def _refuse(request: HttpRequest, question: int, reason: str) -> HttpResponse:
    """Beside the row that was typed in, where the text stays."""
    page = {"question": {"number": question}, "refusal": reason, "swap": True}
    return render(request, "reviews/_clash.html", page, status=409)


def _why_gone(request: HttpRequest, number: int) -> str:
    """Why it is not this second reader's any more. Raises: Http404, where it never was."""
    given = Assignment.objects.settling().with_submission().filter(reviewer=request.user, submission__number=number)
    once = given.order_by("round_number").last()
    if once is None:
        raise Http404
    if once.handed_back_by == request.user:
        return f"You handed {once.submission} back."
    return f"{once.submission} is not yours to settle any more: the readers agree by now, or somebody else settles it."


def _not_saved(request: HttpRequest, reason: str) -> HttpResponse:
    """The reason, and what was typed, to be copied."""
    return gone.give_back(request, reason, gone.in_rows(request.POST, labels=LABELS))


@require_POST
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    """The second reader changes their mind before the decision goes out."""
    assignment = _own(request, number)
    if assignment is None or assignment.begun is None:
        raise Http404
    permissions.may_reopen(request.user, assignment).enforce()
    try:
        scoring.reopen_review(assignment.begun, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "It is open again. Settle it when you are ready; no decision leaves before.")
    return redirect("reviews:settle", number)


# For an admin --------------------------------------------------------------------------------------------------------
def _run_by(request: HttpRequest, number: int) -> Submission:
    """A submission of a cohort that the reader runs, and need not keep clear of. Raises: Http404, for all others."""
    known = Submission.objects.filter(enrollment__cohort__in=Cohort.objects.run_by(request.user))
    others = known.exclude(conflicts.firm(request.user)).select_related("enrollment__cohort__edition__badge")
    return get_object_or_404(others, number=number)


def _to_an_admin(request: HttpRequest, number: int) -> HttpResponse:
    """Both readings with their readers' names, and who settles between them."""
    taken_back = Assignment.objects.settling().filter(reviewer=request.user, submission__number=number)
    if taken_back.filter(handed_back_at__isnull=False, handed_back_by__isnull=False).exists():
        messages.success(request, f"Submission {number:04} is not yours to settle any more. You need do nothing.")
        return redirect("reviews:settling")
    submission = _run_by(request, number)
    standing = agreement.of(submission)
    found = comparing.comparison(standing, reader=request.user, is_admin=True)
    if not found.rows:
        raise Http404
    assignment = standing.finished[0].assignment
    assignment.submission = submission
    sheet = sheet_of(assignment, is_admin=True)
    if sheet.scored_version:
        serving.log(sheet.scored_version, request.user, ADMIN, DocumentAccess.Form.SCORES)
    page = {
        "submission": submission,
        "cohort": submission.enrollment.cohort,
        "comparison": found,
        "lines": found.lines(sheet.questions),
        "settlement": standing.settlement,
        "form": SecondReaderForm(people=_others(submission, standing)) if standing.disputed else None,
    }
    return render(request, "reviews/settled.html", page)


def _others(submission: Submission, standing: Standing) -> list[User]:
    """Who could settle it, but for who does."""
    present = standing.settlement.assignment.reviewer if standing.settlement else None
    return [person for person in settling.free_to_settle(submission) if person != present]


@require_POST
def choose(request: HttpRequest, number: int) -> HttpResponse:
    """An admin says who settles it."""
    submission = _run_by(request, number)
    form = SecondReaderForm(request.POST, people=settling.free_to_settle(submission))
    if not form.is_valid():
        messages.error(request, "Choose a second reader first. Add one to the cohort's staff if nobody is listed.")
        return redirect("reviews:settle", number)
    try:
        settling.give(submission, form.person, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{form.person} settles {submission} and is told by e-mail.")
    return redirect("reviews:settle", number)
