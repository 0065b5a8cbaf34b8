"""What happens to every request before its view: the arrival is stamped, the reader's zone set, the door kept."""

import zoneinfo
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_structlog.middlewares import RequestMiddleware

from microcred import clock, kept

SIGNED_OUT = "You were signed out meanwhile, so what you sent was not taken. Sign in and send it once more."
SIGNED_OUT_BUT_KEPT = "You were signed out, but what you wrote is here for an hour. Sign in and save it."


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
    """Every page is closed by default; a fragment asked for after sign-out leads to the whole sign-in page.

    Who posts finds it again after signing in. What cannot be kept leads back to the page it was posted from, which can
    be shown again, and its sender reads that nothing was taken.
    """

    def handle_no_permission(self, request, view_func):
        page = request.get_full_path() if request.method in ("GET", "HEAD") else _page_before(request)
        is_kept = request.method == "POST" and kept.keep(request, page=page)
        page = reverse("kept") if is_kept else page
        answer = redirect_to_login(page, self.get_login_url(view_func), self.get_redirect_field_name(view_func))
        if request.htmx:
            return HttpResponseClientRedirect(answer.url)
        if request.method == "POST":
            messages.warning(request, SIGNED_OUT_BUT_KEPT if is_kept else SIGNED_OUT)
        return answer

    def process_response(self, request, response):
        if request.user.is_authenticated:
            kept.know(request, response)
            if request.method == "POST" and response.status_code < 400:
                kept.forget_if_taken(request)
        return response


def _page_before(request) -> str:
    """The page of ours that a form stood on, or the address it was sent to."""
    before = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    return before.path if before.path and before.netloc == request.get_host() else request.path


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
