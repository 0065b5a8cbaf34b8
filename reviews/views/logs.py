"""The log of a cohort: who did what, when."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reviews import logbook
from reviews.views.overview import run_by


@require_safe
def show(request: HttpRequest, cohort: str) -> HttpResponse:
    """A page of it, from the place on that the address names."""
    ours = run_by(request, cohort)
    asked = logbook.Asked.read(request.GET)
    before = logbook.Key.read(request.GET.get("before", ""))
    entries, last = logbook.Book(ours, request.user, asked).page(before)
    context = {
        "cohort": ours,
        "entries": entries,
        "kinds": logbook.KINDS.items(),
        "asked": asked,
        "typed": asked.as_typed,
        "kept": urlencode({key: value for key, value in asked.as_typed.items() if key != "kind"}),
        "older": urlencode(asked.as_typed | {"before": str(last)}) if last else "",
        "is_later_page": before is not None,
    }
    return render(request, "reviews/log.html", context)
