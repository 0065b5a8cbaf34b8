"""Importing people: file, check, confirm, and an hour to undo it. Each step has its address; only the third writes."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts import importing, rosters
from cohorts.models import Cohort, RosterImport
from cohorts.roster_forms import InvitingForm, LayoutForm, RosterForm, choices_of
from microcred import clock, times
from microcred.verdict import Refused

SHOWN = 50  # rows to decide on at once
PER_PAGE = 100


def _cohort(request: HttpRequest, slug: str) -> Cohort:
    return get_object_or_404(Cohort.objects.run_by(request.user).select_related("edition__badge"), slug=slug)


def _import(request: HttpRequest, slug: str, ref: str) -> RosterImport:
    """With its cohort, as letters need it."""
    imports = RosterImport.objects.filter(cohort__in=Cohort.objects.run_by(request.user), cohort__slug=slug)
    return get_object_or_404(imports.select_related("cohort__edition__badge", "done_by", "undone_by"), ref=ref)


def _to(step: str, found: RosterImport) -> HttpResponse:
    return redirect(f"cohorts:{step}", found.cohort.slug, found.ref)


@require_http_methods(["GET", "HEAD", "POST"])
def import_(request: HttpRequest, cohort: str) -> HttpResponse:
    """The first step: rows are pasted or a file is chosen."""
    found = _cohort(request, cohort)
    form = RosterForm(request.POST or None, request.FILES or None, initial={"text": _again(request, found)})
    if request.method == "POST" and form.is_valid():
        try:
            return _to("check_import", importing.begin(found, form.roster, by=request.user))
        except Refused as refusal:
            form.refuse(str(refusal))
    context = {"cohort": found, "form": form, "step": 1, "earlier": _earlier(found)}
    return render(request, "cohorts/import.html", context)


def _again(request: HttpRequest, cohort: Cohort) -> str:
    """The rows of an import that was undone."""
    undone = cohort.imports.filter(ref=request.GET.get("from", "").replace("\0", ""), undone_at__isnull=False).first()
    return undone.text if undone else ""


def _earlier(cohort: Cohort):
    """The latest that were done, to be looked at and undone."""
    return cohort.imports.filter(done_at__isnull=False).select_related("done_by").defer("text", "choices")[:5]


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """The second step: what was read, and what has to be put right."""
    found = _import(request, cohort, ref)
    if found.done_at:
        return _to("import_result", found)
    if request.method == "POST":
        return _checked(request, found)
    roster = importing.look(found, by=request.user)
    context = {
        "cohort": found.cohort,
        "import": found,
        "roster": roster,
        "step": 2,
        "form": LayoutForm(roster=roster),
        "is_tried": "tried" in request.GET,
        "shown": SHOWN,
        "page": Paginator(roster.new, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "cohorts/import_check.html", context)


def _checked(request: HttpRequest, found: RosterImport) -> HttpResponse:
    """Keep what was chosen; go on once nothing is left to put right."""
    choices = choices_of(request.POST)
    if "leave-all" in request.POST:
        broken = importing.look(found, by=request.user).problems
        choices |= {row.number: {"leave": True} for row in broken}
    importing.choose(found, choices)
    found.refresh_from_db(fields=["choices"])
    if importing.look(found, by=request.user).is_ready:
        return _to("confirm_import", found)
    answer = _to("check_import", found)
    answer["Location"] += "?tried"
    return answer


@require_POST
def columns(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """Read the rows anew, with the columns that were chosen."""
    found = _import(request, cohort, ref)
    form = LayoutForm(request.POST, roster=importing.look(found, by=request.user))
    try:
        if not form.is_valid():
            raise Refused("Say which column holds the e-mail address.")
        importing.lay_out(found, form.layout, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _to("check_import", found)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """The third step: in numbers and names what will be written; then it is."""
    found = _import(request, cohort, ref)
    if found.done_at:
        return _to("import_result", found)
    roster = importing.look(found, by=request.user)
    if not roster.is_ready:
        return _to("check_import", found)
    is_inviting = bool(found.cohort.opened_at and roster.new)
    form = InvitingForm(request.POST or None, cohort=found.cohort, count=len(roster.new)) if is_inviting else None
    if request.method == "POST" and (form is None or form.is_valid()):
        return _finish(request, found, form.cleaned_data["invite_at"] if form else None)
    page = Paginator(roster.new, PER_PAGE).get_page(request.GET.get("page"))
    context = {"cohort": found.cohort, "import": found, "roster": roster, "step": 3, "form": form, "page": page}
    return render(request, "cohorts/import_confirm.html", context)


def _finish(request: HttpRequest, found: RosterImport, invite_at) -> HttpResponse:
    try:
        done = importing.finish(found, by=request.user, seen=request.POST.get("seen", ""), invite_at=invite_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _to("confirm_import", found)
    messages.success(request, _said(done))
    return _to("import_result", found)


def _said(done: RosterImport) -> str:
    added, changed = len(done.made["enrollments"]), done.made["changed"]
    did = [f"Added {_people(added)}"] if added else []
    did += [f"{'changed' if did else 'Changed'} {_people(changed)}"] if changed else []
    return f"{', '.join(did)}. {_said_of_invitations(done)}" if added else f"{', '.join(did)}."


def _said_of_invitations(done: RosterImport) -> str:
    count = done.made["invited"]
    if not count:
        return "Nobody was invited yet."
    if at := done.made.get("invited_for"):
        zone = done.cohort.zone
        moment = times.instant(datetime.fromisoformat(at), reader=zone, cohort=zone)
        return f"{count:,} {'invitation leaves' if count == 1 else 'invitations leave'} on {moment}."
    return f"{count:,} {'invitation is' if count == 1 else 'invitations are'} on the way."


def _people(count: int) -> str:
    return f"{count:,} {'person' if count == 1 else 'people'}"


@require_safe
def result(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """What an import did, and for an hour the way back."""
    found = _import(request, cohort, ref)
    if not found.done_at:
        return _to("check_import", found)
    may_undo = importing.may_undo(found, at=clock.now())
    context = {
        "cohort": found.cohort,
        "import": found,
        "said": _said(found),
        "may_undo": may_undo,
        "undo_until": importing.undo_until(found),
        "plan": importing.undoing(found) if may_undo else None,
    }
    return render(request, "cohorts/import_result.html", context)


@require_POST
def undo(request: HttpRequest, cohort: str, ref: str) -> HttpResponse:
    """Take it back, as far as nobody has built on it."""
    found = _import(request, cohort, ref)
    try:
        plan = importing.undo(found, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Undone. {_people(len(plan.gone))} came off the list.")
    return _to("import_result", found)


@require_safe
def example(request: HttpRequest, cohort: str) -> HttpResponse:
    """A small CSV to fill in."""
    _cohort(request, cohort)
    answer = HttpResponse("\ufeff" + rosters.EXAMPLE, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="roster-example.csv"'
    return answer
