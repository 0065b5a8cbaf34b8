"""The one page that calendar programs read, by its secret address."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from cohorts import feeds
from cohorts.models import CalendarFeed


@login_not_required
@require_safe
def feed(request, secret):
    """A person's meetings and deadlines."""
    found = get_object_or_404(CalendarFeed.objects.select_related("person"), secret=secret, person__is_active=True)
    answer = HttpResponse(feeds.personal(found.person), content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "no-store"
    return answer
