"""Preparing samples, and asking a cohort's reviewers for one: for those who run the cohort."""

from django.contrib import messages
from django.db.models import Count, F, Prefetch, Q
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cohorts.models import Cohort, StaffMembership
from microcred.verdict import Refused
from reviews.calibration import carrying, samples
from reviews.calibration.forms import AskingForm, FileForm, SampleForm, typed_in
from reviews.calibration.models import Attempt, Sample
from reviews.calibration.samples import Changed, Row
from reviews.digests import counted
from reviews.needs import plural
from submissions.checks.catalogue import listed
from submissions.uploads import NOT_ARRIVED


def _cohort(request, slug: str) -> Cohort:
    return get_object_or_404(Cohort.objects.run_by(request.user).select_related("edition__badge"), slug=slug)


def _sample(cohort: Cohort, number: int) -> Sample:
    return get_object_or_404(Sample.objects.select_related("edition"), edition=cohort.edition_id, number=number)


def setup(request, cohort):
    """Whether the cohort asks, its samples, and how far each reviewer is; POST changes whether it asks."""
    cohort = _cohort(request, cohort)
    form = AskingForm(request.POST or None, instance=cohort)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _said(cohort))
        return redirect("reviews:calibrating", cohort.slug)
    to_carry = carrying.waiting(cohort.edition).count() if cohort.edition.succeeds_id else 0
    finished = Count("attempts", filter=Q(attempts__finished_at__isnull=False, attempts__cohort=cohort))
    page = {
        "cohort": Cohort.objects.select_related("edition__badge").get(pk=cohort.pk) if form.errors else cohort,
        "form": form,
        "samples": Sample.objects.filter(edition=cohort.edition_id).annotate(
            tries=finished, carried_over=F("carried_from__edition__term")
        ),
        "to_carry": to_carry,
        "reviewers": _reviewers(cohort),
    }
    return render(request, "reviews/calibrating.html", page, status=422 if form.errors else 200)


@require_POST
def carry(request, cohort):
    """Bring along what the edition before offers and this one has not yet."""
    cohort = _cohort(request, cohort)
    carried = carrying.carry(cohort.edition)
    brought = counted(carried.count, "sample")
    if carried.changed:
        rows = f"{plural(len(carried.changed), 'Row', 'Rows')} {listed([str(number) for number in carried.changed])}"
        messages.warning(request, f"{brought} brought along. {rows} changed since: agree on a level there anew.")
    else:
        messages.success(request, f"{brought} brought along as drafts. Publish each once you have looked at it.")
    return redirect("reviews:calibrating", cohort.slug)


def _said(cohort: Cohort) -> str:
    if cohort.calibration_percent is None:
        return "Saved. Reviewers begin live work without a sample."
    return (
        f"Saved. Reviewers begin live work once {cohort.calibration_percent}% of their levels are the agreed ones. "
        "Reviews already begun go on."
    )


def _reviewers(cohort: Cohort) -> list[dict]:
    """Each reviewer with their finished attempts, the last one first. Queries: two."""
    goes = Attempt.objects.finished().filter(cohort=cohort).select_related("sample").order_by("-finished_at", "-pk")
    staff = cohort.staff.filter(role=StaffMembership.Role.REVIEWER).select_related("person")
    staff = staff.prefetch_related(Prefetch("person__calibrations", goes, to_attr="goes"))
    return [
        {
            "person": one.person,
            "goes": one.person.goes,
            "passed": next((attempt for attempt in one.person.goes if attempt.is_passed), None),
        }
        for one in staff
    ]


def new(request, cohort):
    """A name and a Word file; POST reads it and makes a draft."""
    cohort = _cohort(request, cohort)
    form = SampleForm(request.POST or None, request.FILES or None, edition=cohort.edition)
    if request.method == "POST" and (found := _read(request, form)):
        sample = samples.prepare(cohort.edition, title=form.cleaned_data["title"], by=request.user)
        samples.keep_answers(sample, form.cleaned_data["document"], found)
        messages.success(request, f"{_read_in_words(found)} Now agree on the levels.")
        return redirect("reviews:agreeing", cohort.slug, sample.number)
    return render(
        request, "reviews/sample_new.html", {"cohort": cohort, "form": form}, status=422 if form.errors else 200
    )


def _read(request, form: FileForm):
    """What the check found in the file of the form; None, and then the form says why."""
    if problem := getattr(request, "upload_problem", ""):
        form.add_problem(problem)
    if not form.is_valid():
        return None
    upload, required = form.cleaned_data["file"], form.cleaned_data["document"]
    try:
        return samples.examined(upload.temporary_file_path(), required, name=upload.name)
    except Refused as refusal:
        form.add_problem(str(refusal))
    except FileNotFoundError:
        form.add_problem(NOT_ARRIVED)
    return None


def _read_in_words(found) -> str:
    read = sum(bool(answer.text) for answer in found.answers)
    return f"We read {read} of {len(found.answers)} answers. The file itself is not kept."


def agreeing(request, cohort, number):
    """The answers of a sample beside the levels to agree on; POST keeps them, and publishes when asked to."""
    cohort = _cohort(request, cohort)
    sample = _sample(cohort, number)
    rows = samples.agreed_rows(sample)
    if request.method == "POST":
        return _agree(request, cohort, sample, rows)
    return _show(request, cohort, sample, rows)


def _show(request, cohort: Cohort, sample: Sample, rows: list[Row], *, missing=(), status=200):
    page = {"cohort": cohort, "sample": sample, "rows": rows, "missing": missing}
    if not sample.published_at:
        page["file_form"] = FileForm(edition=cohort.edition)
    return render(request, "reviews/agreeing.html", page, status=status)


def _agree(request, cohort: Cohort, sample: Sample, rows: list[Row]):
    if (typed := typed_in(request.POST, rows)) is None:
        return HttpResponseBadRequest("This page does not match the rubric. Go back and load it again.")
    entries, version = typed
    try:
        sample = samples.agree(sample, entries, version=version)
    except Changed:
        messages.error(request, "Somebody changed this meanwhile. What you typed is below; save it to keep it.")
        return _show(request, cohort, sample, rows, status=409)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("reviews:agreeing", cohort.slug, sample.number)
    if request.POST.get("then") == "publish":
        return _publish(request, cohort, sample, rows)
    messages.success(request, "Saved. Reviewers see the sample once you publish it.")
    return redirect("reviews:agreeing", cohort.slug, sample.number)


def _publish(request, cohort: Cohort, sample: Sample, rows: list[Row]):
    if missing := samples.gaps(rows):
        return _show(request, cohort, sample, rows, missing=missing, status=422)
    try:
        samples.publish(sample, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("reviews:agreeing", cohort.slug, sample.number)
    messages.success(request, f"Published. “{sample}” is offered to reviewers, and stays as it is from now on.")
    return redirect("reviews:calibrating", cohort.slug)


@require_POST
def file(request, cohort, number):
    """Another Word file for one document of a draft; its levels stay."""
    cohort = _cohort(request, cohort)
    sample = _sample(cohort, number)
    form = FileForm(request.POST, request.FILES, edition=cohort.edition)
    if found := _read(request, form):
        try:
            samples.keep_answers(sample, form.cleaned_data["document"], found)
            messages.success(request, _read_in_words(found))
        except Refused as refusal:
            messages.error(request, str(refusal))
    else:
        messages.error(request, next(iter(form.errors.values()))[0])
    return redirect("reviews:agreeing", cohort.slug, sample.number)


@require_POST
def retire(request, cohort, number):
    """Offer a published sample no more."""
    cohort = _cohort(request, cohort)
    sample = _sample(cohort, number)
    try:
        samples.retire(sample, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"“{sample}” is offered no more. What reviewers made of it stays.")
    return redirect("reviews:calibrating", cohort.slug)


@require_POST
def discard(request, cohort, number):
    """Delete a draft."""
    cohort = _cohort(request, cohort)
    sample = _sample(cohort, number)
    try:
        samples.discard(sample, cohort=cohort, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"The draft “{sample}” is deleted.")
    return redirect("reviews:calibrating", cohort.slug)
