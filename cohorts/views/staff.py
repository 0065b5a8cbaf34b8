"""The staff of a cohort, and the rules that hold for everybody in it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from cohorts import team
from cohorts.models import Cohort, StaffMembership
from cohorts.permissions import may_leave
from cohorts.team_forms import CohortRulesForm, StaffForm
from cohorts.views.schedule import run_by_reader
from microcred.verdict import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def staff(request, cohort):
    """Who works for it, in which role; POST adds one more."""
    found = run_by_reader(request, cohort)
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = team.add(found, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, f"{made.person} is {_named(made)} now. They sign in with {made.person.email}.")
            return redirect("cohorts:staff", cohort=found.slug)
    members = list(found.staff.select_related("person"))
    admins = [each for each in members if each.role == StaffMembership.Role.ADMIN]
    context = {"cohort": found, "form": form, "members": members, "stays": admins[0] if len(admins) == 1 else None}
    return render(request, "cohorts/staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request, cohort, pk):
    """Ask once more, with the consequence; then take the role away."""
    found = run_by_reader(request, cohort)
    membership = get_object_or_404(found.staff.select_related("person", "cohort"), pk=pk)
    may_leave(membership).enforce()
    if request.method != "POST":
        return render(request, "cohorts/leave_staff.html", {"cohort": found, "membership": membership})
    try:
        team.leave(membership)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{membership.person} is no longer {_named(membership)}. What they wrote stays.")
    is_still_theirs = Cohort.objects.run_by(request.user).filter(pk=found.pk).exists()
    return redirect("cohorts:staff", cohort=found.slug) if is_still_theirs else redirect("cohorts:home")


def _named(membership: StaffMembership) -> str:
    return f"a {membership.get_role_display().lower()} of {membership.cohort}"


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request, cohort):
    """Late work, rounds, readers: what holds in this cohort whatever its badge says."""
    found = run_by_reader(request, cohort)
    form = CohortRulesForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        found.save(update_fields=form.changed_data)  # not what somebody else changes meanwhile
        messages.success(request, "Saved.")
        return redirect("cohorts:setup", cohort=found.slug)
    return render(request, "cohorts/cohort_rules.html", {"cohort": found, "form": form})
