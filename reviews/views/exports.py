"""Exports of a cohort: asked for here, made by a worker, downloaded for a week."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from microcred.verdict import Refused
from reviews import logbook
from reviews.exports import jobs, taking
from reviews.exports.models import Export
from reviews.views.overview import run_by

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest, cohort: str) -> HttpResponse:
    """What can be had, and what was made lately. A POST asks for one."""
    ours = run_by(request, cohort)
    problem = ""
    if request.method == "POST":
        kind, _, form = request.POST.get("what", "").partition(".")
        narrowed_to = logbook.Asked.read(request.POST).as_typed if kind == Export.Kind.LOG else {}
        try:
            return redirect(jobs.ask(ours, kind=kind, form=form, by=request.user, narrowed_to=narrowed_to))
        except Refused as refusal:
            problem = str(refusal)
    lately = ours.exports.select_related("asked_by", "cohort")[:SHOWN]
    context = {"cohort": ours, "offers": taking.OFFERS, "exports": lately, "problem": problem}
    return render(request, "reviews/exports.html", context, status=400 if problem else 200)


def _export(request: HttpRequest, slug: str, ref: str) -> Export:
    known = Export.objects.visible_to(request.user).select_related("cohort__edition__badge", "asked_by")
    return get_object_or_404(known, cohort__slug=slug, ref=ref)


@require_safe
def show(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """The job: how far it is, and the file once it is made."""
    export = _export(request, cohort, ref)
    context = {
        "cohort": export.cohort,
        "export": export,
        "may_take": taking.may_take(request.user, export),
        "readings": export.readings.select_related("person")[:SHOWN],
    }
    return render(request, "reviews/export.html", context)


@require_POST
def again(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    export = _export(request, cohort, ref)
    try:
        jobs.ask_again(export)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(export)


@require_POST
def file(request: HttpRequest, cohort: str, ref: str) -> FileResponse:
    """The file, written down before it leaves. A POST: no link in a mail, and nothing that reads ahead, takes it."""
    export = _export(request, cohort, ref)
    taking.may_take(request.user, export).enforce()
    return taking.take(export, by=request.user)
