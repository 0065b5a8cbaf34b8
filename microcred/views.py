"""Pages that belong to no floor: account, help, health and errors."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from microcred.forms import AccountForm


def account(request):
    """A person's own names, zone and notices."""
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved. Pages now show times in the zone you chose.")
        return redirect("account")
    return render(request, "microcred/account.html", {"form": form})


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
