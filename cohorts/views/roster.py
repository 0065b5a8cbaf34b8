"""Adding people to a cohort: file, check, confirm. The text travels in the form; nothing is written before the end."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cohorts import invitations, rosters
from cohorts.forms import RosterForm
from cohorts.models import Cohort, Enrollment
from microcred.verdict import Refused

FIX = re.compile(r"^(email|last_name)-(\d{1,9})$")


@require_http_methods(["GET", "HEAD", "POST"])
def import_(request, cohort):
    """One form, posted again until every row is right and the reader has confirmed."""
    found = get_object_or_404(Cohort.objects.run_by(request.user).select_related("edition__badge"), slug=cohort)
    if request.method != "POST":
        return render(request, "cohorts/roster.html", {"cohort": found, "form": RosterForm(), "step": 1})
    form = RosterForm(request.POST, request.FILES)
    roster = form.is_valid() and form.roster(found, fixes=_fixes(request.POST), leave_out=_left_out(request.POST))
    if not roster:
        return render(request, "cohorts/roster.html", {"cohort": found, "form": form, "step": 1})
    wanted = request.POST.get("step", "check")
    if wanted == "add" and not roster.problems:
        return _add(request, found, roster)
    step = 3 if wanted in ("confirm", "add") and not roster.problems else 2
    context = {"cohort": found, "roster": roster, "step": step, "is_tried": wanted != "check"}
    return render(request, "cohorts/roster.html", context)


def _fixes(posted) -> dict[int, dict[str, str]]:
    """What was typed in place of a broken field, by row."""
    fixes: dict[int, dict[str, str]] = {}
    for name, typed in posted.items():
        if match := FIX.match(name):
            fixes.setdefault(int(match[2]), {})[match[1]] = " ".join(typed.replace("\0", "").split())
    return fixes


def _left_out(posted) -> set[int]:
    return {int(number) for number in posted.getlist("leave") if number.isdecimal() and len(number) <= 9}


def _add(request, cohort: Cohort, roster: rosters.Roster):
    """Write it, all or nothing, and invite if that was asked for."""
    try:
        added = rosters.enroll(cohort, roster.new, by=request.user)
        invited = _invite(request, cohort, added)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return render(request, "cohorts/roster.html", {"cohort": cohort, "roster": roster, "step": 3})
    people = f"{len(added)} {'person' if len(added) == 1 else 'people'}"
    messages.success(request, f"Added {people}. {invited}")
    return redirect(f"/cohorts/{cohort.slug}/people/")


def _invite(request, cohort: Cohort, added: list[Enrollment]) -> str:
    if request.POST.get("invite") != "now":
        return "Nobody was invited yet."
    rows = Enrollment.objects.filter(pk__in=[row.pk for row in added]).select_related(
        "cohort__edition__badge", "person"
    )
    sent = invitations.invite(rows, by=request.user)
    return f"{sent} {'invitation is' if sent == 1 else 'invitations are'} on the way."


@require_safe
def example(request, cohort):
    """A small CSV to fill in."""
    get_object_or_404(Cohort.objects.run_by(request.user), slug=cohort)
    answer = HttpResponse("\ufeff" + rosters.EXAMPLE, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="roster-example.csv"'
    return answer
