"""What happens to every request before its view: the arrival is stamped, the reader's zone set, the door kept."""

import zoneinfo

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.urls import Resolver404, resolve
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_structlog.middlewares import RequestMiddleware

from microcred import clock


def arrival(get_response):
    """Stamp `request.arrived_at` before anything else runs: deadlines count from here, not from the upload's end."""

    def middleware(request):
        request.arrived_at = clock.now()
        return get_response(request)

    return middleware


def reader_zone(get_response):
    """Show every time of the page in the zone that the reader chose."""

    def middleware(request):
        zone = request.user.zone if request.user.is_authenticated else ""
        if zone:
            timezone.activate(zoneinfo.ZoneInfo(zone))
        else:
            timezone.deactivate()
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return middleware


def private_pages(get_response):
    """Keep signed-in pages out of shared caches."""

    def middleware(request):
        response = get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


class SignInRequired(LoginRequiredMiddleware):
    """Every page is closed by default; a fragment asked for after sign-out leads to the whole sign-in page."""

    def handle_no_permission(self, request, view_func):
        answer = super().handle_no_permission(request, view_func)
        return HttpResponseClientRedirect(answer.url) if request.htmx else answer


class RequestLog(RequestMiddleware):
    """One line for the start and one for the end of a request, without what only its reader may know."""

    @staticmethod
    def format_request(request) -> str:
        """`GET feeds/<slug:secret>.ics`: addresses hold secrets of calendars, invitations and sign-in links."""
        try:
            route = resolve(request.path_info).route
        except Resolver404:
            route = "no page of ours"
        return f"{request.method} {route}"
