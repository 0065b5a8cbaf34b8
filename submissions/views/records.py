"""What a person may know about the records that we keep of them."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from submissions import readers

A_PAGE = 50


@require_safe
def opened(request):
    """Who opened the reader's own files, and lately who of the staff read their record."""
    page = Paginator(readers.readings_of(request.user), A_PAGE).get_page(request.GET.get("page"))
    readings = [readers.as_shown(access) for access in page]
    records = [readers.as_told(reading) for reading in readers.records_of(request.user)[:A_PAGE]]
    context = {"page": page, "readings": readings, "records": records}
    return render(request, "submissions/readers.html", context)
