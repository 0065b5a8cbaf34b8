"""A person's own data, to take along."""

from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from microcred import clock
from reviews import exporting


@require_safe
def own_data(request):
    """What the archive holds, and the button."""
    return render(request, "reviews/own_data.html")


@require_POST
def own_archive(request):
    """The archive, sent while it is being made."""
    name = f"my-data-{clock.today(request.user.zone or 'UTC')}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(exporting.archive(request.user), content_type="application/zip", headers=headers)
