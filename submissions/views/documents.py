"""Adding, replacing, reading and renaming documents."""

import time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from badges import specs
from cohorts.seeing_as import reader_of, shown_to_staff
from microcred.verdict import Refused
from submissions import permissions, pictures, reading, renaming, serving, settling, uploads
from submissions.models import DocumentAccess, Version
from submissions.slots import Slot
from submissions.states import HANDED_IN
from submissions.views.mine import home_of, slot_of

PATIENCE_SECONDS = 10  # how long a reader without scripts waits for the verdict
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@shown_to_staff
@require_safe
def documents(request, cohort):
    home = home_of(request, cohort)
    return render(request, "submissions/documents.html", {"home": home, "cohort": home.cohort})


@shown_to_staff
def document(request, cohort, slot):
    """One slot: its form and its verdict. The file is kept first and checked by a worker."""
    home = home_of(request, cohort)
    found = slot_of(home, slot)
    if request.method != "POST":
        return _page(request, home, found)
    upload = request.FILES.get("file")
    if upload is None:
        problem = getattr(request, "upload_problem", "")
        return _page(request, home, found, problem=problem or uploads.NOT_ARRIVED, status=413 if problem else 422)
    try:
        again = bool(request.POST.get("again"))
        version = uploads.receive(found.document, upload, by=request.user, arrived_at=request.arrived_at, again=again)
    except Refused as refusal:
        return _page(request, home, found, problem=str(refusal), status=422)
    if not request.htmx:
        _wait_for_verdict(version)
    return redirect("submissions:document", cohort, slot)


def _page(request, home, slot, *, problem="", status=200):
    may_add = permissions.may_add(reader_of(request), slot.document, at=request.arrived_at)
    earlier = slot.document.versions.order_by("-number")
    context = {
        "home": home,
        "cohort": home.cohort,
        "slot": slot,
        "may_add": may_add,
        "problem": problem,
        "versions": list(earlier),
    }
    return render(request, "submissions/document.html", context, status=status)


def _wait_for_verdict(version: Version) -> None:
    """A reader without scripts sees the result on the next page if it comes soon."""
    for _ in range(4 * PATIENCE_SECONDS):
        version.refresh_from_db(fields=["verdict"])
        if version.verdict != Version.Verdict.CHECKING:
            return
        time.sleep(0.25)


@require_safe
def template(request, cohort, slot):
    """The template with their name in it, under the right name."""
    home = home_of(request, cohort)
    found = slot_of(home, slot)
    last, first = request.user.file_names
    document = specs.documents_of(home.cohort.edition).get(pk=found.required.pk)
    name, content = specs.template_of(document, last=last, first=first, revised=home.submission.is_revision)
    headers = {"X-Content-Type-Options": "nosniff"}
    response = HttpResponse(content, content_type=WORD, headers=headers)
    response["Content-Disposition"] = serving.attachment(name)
    return response


@require_safe
def answers(request, cohort, slot):
    """What we read in the file that counts, exactly as a reviewer sees it."""
    found = slot_of(home_of(request, cohort), slot)
    return _reading(request, cohort, slot, found.version.number if found.version else 0)


@require_safe
def version(request, cohort, slot, number):
    """One version: what the check said, and what we read."""
    return _reading(request, cohort, slot, number)


def _reading(request, cohort, slot, number):
    home = home_of(request, cohort)
    found = slot_of(home, slot)
    versions = found.document.versions.select_related("clean_copy").prefetch_related("findings", "answers")
    shown = get_object_or_404(versions, number=number)
    serving.log(shown, request.user, "applicant", DocumentAccess.Form.TEXT)
    context = {
        "home": home,
        "cohort": home.cohort,
        "slot": found,
        "version": shown,
        "questions": reading.questions_of(shown, found.required),
        "gallery": pictures.for_its_owner(shown),
        "may_use_again": _may_use_again(found, shown),
    }
    return render(request, "submissions/version.html", context)


def _may_use_again(slot: Slot, version: Version) -> bool:
    """Whether an earlier version can take the place of the one that counts."""
    is_usable = version.verdict not in (Version.Verdict.BLOCKED, Version.Verdict.CHECKING)
    return is_usable and slot.is_open and slot.document.current_id != version.pk


@require_POST
def use_again(request, cohort, slot, number):
    """An earlier version becomes the newest once more: the way back from a file added or moved by mistake."""
    home = home_of(request, cohort)
    found = slot_of(home, slot)
    earlier = get_object_or_404(found.document.versions.all(), number=number)
    earlier.document = found.document
    if _may_use_again(found, earlier):
        try:
            uploads.add_again(earlier, by=request.user, arrived_at=request.arrived_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect("submissions:document", cohort, slot)


@require_POST
def rename(request, cohort, slot):
    """Our copy takes the program's name for it; `undo` gives it back its own."""
    home = home_of(request, cohort)
    found = slot_of(home, slot)
    permissions.may_add(request.user, found.document, at=request.arrived_at).enforce()
    if found.is_added and found.version.canonical_name and not request.POST.get("undo"):
        renaming.take_our_name(found.version)
    elif found.is_added and home.submission.state not in HANDED_IN:  # what a receipt names keeps its name
        renaming.undo(found.version)
    return redirect("submissions:document", cohort, slot)


@require_POST
def keep(request, cohort, slot):
    """The remarks that may stay are read, and the file stays as it is."""
    found = slot_of(home_of(request, cohort), slot)
    if found.is_added and found.is_open:
        settling.keep(found.version, by=request.user)
    return redirect("submissions:document", cohort, slot)


@require_POST
def let_go(request, cohort, slot):
    """The earlier version stays the one that counts, and the file that could not be used is no longer spoken of."""
    found = slot_of(home_of(request, cohort), slot)
    if found.set_aside:
        settling.let_go(found.set_aside, by=request.user)
    return redirect("submissions:document", cohort, slot)


@require_POST
def move(request, cohort, slot, to):
    """The file goes into the slot it belongs in, as a new version there."""
    home = home_of(request, cohort)
    source, goal = slot_of(home, slot), slot_of(home, to)
    if source.refused is None or source.document.pk == goal.document.pk:
        return redirect("submissions:document", cohort, slot)
    source.refused.document = source.document
    try:
        uploads.move(source.refused, goal.document, by=request.user, arrived_at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("submissions:document", cohort, slot)
    messages.success(request, f"Moved to the {goal.required.short_title}. We are checking it there.{_way_back(goal)}")
    return redirect("submissions:document", cohort, to)


def _way_back(goal: Slot) -> str:
    """What to do when the file should not have been moved there."""
    if not goal.is_added:
        return ""
    return f" Version {goal.version.number} is kept: it stands under Versions, where you can use it again."


@require_safe
def file(request, pk):
    """The file as it came, for its applicant and the admins of the cohort; it exists for nobody else."""
    found = get_object_or_404(
        Version.objects.visible_to(request.user).select_related("document__submission__enrollment"), pk=pk
    )
    role = permissions.role_of(request.user, found.document.submission)
    return serving.as_attachment(found, person=request.user, role=role, name=found.shown_name)


@require_safe
def copy(request, pk):
    """What reviewers get of it, for the same people."""
    found = _copied(request, pk)
    role = permissions.role_of(request.user, found.document.submission)
    return serving.copy_as_attachment(found.clean_copy, person=request.user, role=role)


@require_safe
def picture(request, pk, mark):
    """One picture of its answers, for the same people."""
    found = _copied(request, pk)
    role = permissions.role_of(request.user, found.document.submission)
    return serving.picture(found.clean_copy, mark, person=request.user, role=role)


def _copied(request, pk: int) -> Version:
    visible = Version.objects.visible_to(request.user).filter(clean_copy__made_at__isnull=False)
    about = ("clean_copy", "document__required", "document__submission__enrollment")
    return get_object_or_404(visible.select_related(*about), pk=pk)
