"""What staff look at by hand: files that we could not read, and files that two people handed in."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts import keeping_clear
from cohorts.models import Cohort, StaffTask
from microcred.verdict import Refused
from submissions import pictures, reading, serving, settling, verdicts
from submissions.models import DocumentAccess, Version
from submissions.states import OPEN_TO_FILES


def _version_of(request, slug: str, pk: int) -> Version:
    """A file of a cohort that the reader runs, and need not keep clear of; others do not exist for them."""
    cohort = get_object_or_404(Cohort.objects.run_by(request.user), slug=slug)
    closed = keeping_clear.closed_to(request.user, cohort)
    known = Version.objects.for_checking().filter(document__submission__enrollment__cohort=cohort)
    known = known.exclude(document__submission__enrollment__in=closed)
    return get_object_or_404(known.prefetch_related("findings__settled_by", "answers"), pk=pk)


@require_safe
def show(request, cohort, pk):
    """The reason, the file, what we could read of it, and the ways out."""
    version = _version_of(request, cohort, pk)
    return _page(request, version)


def _page(request, version, *, problem="", why="", status=200):
    document, enrollment = version.document, version.document.submission.enrollment
    serving.log(version, request.user, "admin", DocumentAccess.Form.TEXT)
    twin = verdicts.twin_of(version)
    context = {
        "cohort": enrollment.cohort,
        "enrollment": enrollment,
        "submission": document.submission,
        "required": document.required,
        "version": version,
        "questions": reading.questions_of(version, document.required),
        "gallery": pictures.for_its_owner(version),
        "tasks": StaffTask.objects.filter(cohort=enrollment.cohort, key__in=verdicts.task_keys(version)),
        "twin": twin,
        "twin_is_ours": twin and Version.objects.visible_to(request.user).filter(pk=twin.pk).exists(),
        "may_ask": document.submission.state in OPEN_TO_FILES and version.verdict != Version.Verdict.BLOCKED,
        "counts": document.current_id == version.pk,
        "problem": problem,
        "why": why,
    }
    return render(request, "submissions/by_hand.html", context, status=status)


@require_POST
def looked_at(request, cohort, pk):
    """It is what it should be."""
    version = _version_of(request, cohort, pk)
    settling.looked_at(version, by=request.user)
    messages.success(request, "Noted: you have looked at this file.")
    return redirect("submissions:by_hand", cohort, pk)


@require_POST
def ask_for_another(request, cohort, pk):
    """It is not: the applicant gets the reason by mail and on the page."""
    version = _version_of(request, cohort, pk)
    why = request.POST.get("why", "").replace("\0", "")
    try:
        settling.ask_for_another(version, by=request.user, why=why)
    except Refused as refusal:
        return _page(request, version, problem=str(refusal), why=why, status=422)
    messages.success(request, f"{version.document.submission.enrollment.person} gets your words by mail.")
    return redirect("submissions:by_hand", cohort, pk)
