"""Who reads what in a cohort: the table, the suggested plan, one change by hand."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts.models import Cohort, Event
from microcred.models import User
from microcred.verdict import Refused
from reviews import assigning
from reviews.assigning import Reader
from reviews.forms import ReaderForm
from reviews.models import Assignment
from submissions.models import Submission

PAGE = 50


def _cohort(request, slug: str) -> Cohort:
    run = Cohort.objects.run_by(request.user).select_related("edition__badge")
    return get_object_or_404(run, slug=slug)


@require_safe
def table(request, cohort):
    """Every submission before the readers with its readers, and what each reviewer has."""
    cohort = _cohort(request, cohort)
    readers = assigning.readers_of(cohort)
    page = Paginator(assigning.to_read(cohort), PAGE).get_page(request.GET.get("page"))
    due = cohort.events.standing().filter(kind=Event.Kind.REVIEWS_DUE).order_by("ends_at").first()
    context = {
        "cohort": cohort,
        "readers": readers,
        "most": max((reader.scale for reader in readers), default=1),
        "page": page,
        "rows": [_row(cohort, submission, readers) for submission in page],
        "due": due,
        "without": assigning.without_reader(cohort).count(),
    }
    return render(request, "reviews/assigning.html", context)


def _row(cohort: Cohort, submission: Submission, readers: list[Reader]) -> dict:
    """A submission with its places: those taken, then the empty ones up to the number the cohort asks for."""
    taken = [assigning.Place(submission, reading, readers) for reading in assigning.readings_of(submission)]
    empty = max(cohort.readers_per_submission - len(taken), 0)
    return {"submission": submission, "places": taken + [assigning.Place(submission, None, readers)] * empty}


@require_POST
def change(request, cohort, number):
    """Another reader, the first one, or none, for one place of one submission; never of one's own."""
    cohort = _cohort(request, cohort)
    submission = get_object_or_404(
        Submission.objects.select_related("enrollment__cohort__edition__badge").exclude(
            enrollment__person=request.user
        ),
        enrollment__cohort=cohort,
        number=number,
    )
    form = ReaderForm(request.POST)
    try:
        said = _change(submission, form, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(f"{cohort.get_absolute_url()}reviews/?page={request.GET.get('page') or 1}#s{number}")


def _change(submission: Submission, form: ReaderForm, *, by: User) -> str:
    """Do what the form says, and say it. Raises: Refused, when the row has changed since or it cannot be."""
    was, reader = _people(form)
    present = Assignment.objects.standing().of_the_last_round().filter(submission=submission, reviewer=was).first()
    if was and present is None:
        raise Refused(f"{submission} was given to somebody else since you looked. Nothing was changed.")
    if present is None and reader is None:
        return f"{submission} has no reader yet."
    if present and reader and present.reviewer_id == reader.pk:
        return f"{submission} stays with {reader}."
    if present and reader:
        assigning.reassign(present, reader, by=by)
    elif present:
        assigning.take_away(present, by=by)
        return f"{submission} has no reader in that place now."
    else:
        assigning.assign(submission, reader, by=by)
    return f"{reader} reads {submission}."


def _people(form: ReaderForm) -> tuple[int | None, User | None]:
    """Who read it, and who shall; None for nobody. Raises: Refused, when that reader is nobody we know."""
    if form.is_valid():
        was, chosen = form.cleaned_data["was"], form.cleaned_data["reader"]
        reader = User.objects.filter(pk=chosen).first() if chosen is not None else None
        if reader or chosen is None:
            return was, reader
    raise Refused("That reviewer is not on the list. Load the page again.")


def plan(request, cohort):
    """The suggested plan as it would be; POST applies exactly what was shown."""
    cohort = _cohort(request, cohort)
    suggested = assigning.suggest(cohort)
    if request.method == "POST":
        if request.POST.get("plan") == suggested.token:
            return _apply(request, cohort, suggested)
        messages.warning(request, "Something has changed since you looked, so the plan has too. Look once more.")
    readers = list({pair.reader.person.pk: pair.reader for pair in suggested.pairs}.values())
    return render(request, "reviews/plan.html", {"cohort": cohort, "plan": suggested, "readers": readers})


def _apply(request, cohort: Cohort, suggested: assigning.Plan):
    try:
        assigning.apply(suggested, cohort=cohort, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        given = assigning.counted(len(suggested.pairs), "reading")
        messages.success(request, f"{given} assigned. Each reviewer gets one message.")
    return redirect("reviews:assigning", cohort.slug)
