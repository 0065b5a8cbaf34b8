"""How far the readers of a cohort agree, for those who run it."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cohorts.models import Cohort
from reviews import reliability


@require_safe
def agreement(request, cohort):
    """Every rubric row and every reader, with what the numbers mean. Queries: four, and that of the cohort."""
    run = Cohort.objects.run_by(request.user).select_related("edition__badge")
    cohort = get_object_or_404(run, slug=cohort)
    page = {"cohort": cohort, "found": reliability.of(cohort), "few": reliability.FEW}
    return render(request, "reviews/agreement.html", page)
