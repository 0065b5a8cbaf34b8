"""Pages that belong to no floor: devices, help, health and errors."""

import sys

import structlog
from allauth.account.views import email as change_email
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from microcred import kept as kept_forms
from microcred import notices as chosen_notices
from microcred.accounts import vouch_for
from microcred.devices import devices_of, sign_out

DATABASE_AWAY = (OperationalError, InterfaceError)
SECONDS_AWAY = 5


def email(request):
    """Another e-mail address: django-allauth's page, once it knows the present one."""
    vouch_for(request.user)
    return change_email(request)


@require_safe
def devices(request):
    """Where the reader is signed in."""
    known = devices_of(request.user, session_key=request.session.session_key)
    return render(request, "microcred/devices.html", {"devices": known})


@require_POST
def sign_out_elsewhere(request):
    count = sign_out(request.user, but=request.session.session_key)
    said = (
        f"Signed out of {count} other {'browser' if count == 1 else 'browsers'}."
        if count
        else "You are signed in nowhere else."
    )
    messages.success(request, said)
    return redirect("devices")


@require_POST
def sign_out_everywhere(request):
    """Here too."""
    sign_out(request.user)
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("account_login")


@require_safe
def kept(request):
    """What the reader sent while signed out: to be read, saved or discarded."""
    found = kept_forms.of(request)
    if found is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "microcred/kept.html", {"kept": found, "is_over": found.is_over(request.arrived_at)})


@require_POST
def discard_kept(request):
    found = kept_forms.of(request)
    if found is None:
        return redirect(settings.LOGIN_REDIRECT_URL)
    kept_forms.forget(request)
    messages.success(request, "Discarded. Nothing of it was saved.")
    return redirect(found.page)


@csrf_exempt  # a mail program has no cookie of ours; whoever holds the address may choose
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request, token):
    """Reminders of meetings, on or off: from a mail, by its reader or with the mail program's own button."""
    person = chosen_notices.person_of(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        chosen_notices.choose(person, meetings=request.POST.get("meetings") == "on")
        if "List-Unsubscribe" in request.POST:
            return HttpResponse("Reminders of meetings are off.\n", content_type="text/plain")
        return redirect("notices", token)
    return render(request, "microcred/notices.html", {"comes": person.wants_meeting_reminders})


@login_not_required
@require_safe
def help_page(request):
    return render(request, "microcred/help.html")


@login_not_required
@require_safe
def accessibility(request):
    return render(request, "microcred/accessibility.html")


@login_not_required
@require_safe
def privacy(request):
    return render(request, "microcred/privacy.html")


@login_not_required
@require_safe
def health(request):
    """Up, and able to read the database; nothing else is told to strangers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("up\n", content_type="text/plain")


def not_found(request, exception):
    return render(request, "404.html", status=404)


def not_allowed(request, exception):
    """The reason in words: only those who know that the thing exists get here."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def failed(request):
    """The first signs of the request's id in the log: enough to find it, short enough to say."""
    if isinstance(sys.exc_info()[1], DATABASE_AWAY):
        return away()
    whole = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    return render(request, "500.html", {"reference": whole[:8].upper()}, status=500)


def away() -> HttpResponse:
    """While the database restarts: asks it nothing, not even who reads."""
    headers = {"Retry-After": str(SECONDS_AWAY), "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
