"""The home pages of an applicant."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cohorts.seeing_as import shown_to_staff
from submissions.home import Home
from submissions.views.mine import enrollments_of, home_of, submission_of


@require_safe
def cohorts(request):
    """One cohort: straight there. Several: each with its next step."""
    enrollments = list(enrollments_of(request).order_by("-cohort__opened_at", "-pk"))
    if len(enrollments) == 1:
        return redirect("submissions:home", enrollments[0].cohort.slug)
    zone = timezone.get_current_timezone_name()
    homes = [Home(one, submission_of(one), request.arrived_at, zone) for one in enrollments]
    return render(request, "submissions/cohorts.html", {"homes": homes})


@shown_to_staff
@require_safe
def home(request, cohort):
    """What to do next, by when; then everything else."""
    found = home_of(request, cohort)
    return render(request, "submissions/home.html", {"home": found, "cohort": found.cohort})
