"""Where each role begins: the way home, the switch of roles, and the director's glance."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts.glances import at_a_glance
from cohorts.models import Cohort
from cohorts.roles import home_of, standing_of


@require_safe
def home(request):
    """On to the home of the role used last; a person without a role reads how to get one."""
    standing = standing_of(request.user)
    chosen = request.session.get("role")
    role = chosen if chosen in standing.cohorts else next(iter(standing.roles), None)
    return redirect(home_of(role, standing)) if role else render(request, "cohorts/no_role.html")


@require_POST
def switch(request, role):
    """Put on another of one's own hats."""
    standing = standing_of(request.user)
    if role not in standing.cohorts:
        raise Http404
    request.session["role"] = role
    return redirect(home_of(role, standing))


@require_safe
def program(request):
    """Cohorts at a glance, for directors."""
    cohorts = Cohort.objects.directed_by(request.user)
    if not cohorts.exists():
        raise Http404
    return render(request, "cohorts/program.html", {"cohorts": at_a_glance(cohorts)})
