"""A person's own page: names, time zone, notices, colors, keys. Each section saves by itself."""

from copy import copy

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from badges.names import canonical_name, safe_name
from cohorts import feeds
from cohorts.models import Enrollment
from microcred.forms import KeysForm, NamesForm, NoticesForm, OwnZoneForm, ThemeForm
from microcred.models import User

# Address of a section: its form, and what is said once it is saved.
SECTIONS = {
    "names": (NamesForm, "Saved. New badges and new downloads carry these names."),
    "zone": (OwnZoneForm, "Saved. Pages and e-mails now show times in the zone you chose."),
    "notices": (NoticesForm, "Saved. Notices about deadlines and decisions go on coming."),
    "colors": (ThemeForm, "Saved."),
    "keys": (KeysForm, "Saved."),
}


@require_safe
def account(request):
    return _page(request)


@require_http_methods(["GET", "HEAD", "POST"])
def save(request, section):
    """Keep one section; what cannot be kept comes back as it was typed. A reload leads to the whole page."""
    if section not in SECTIONS:
        raise Http404
    if request.method != "POST":
        return redirect("cohorts:account")
    form_class, said = SECTIONS[section]
    form = form_class(request.POST, instance=copy(request.user))
    if not form.is_valid():
        return _page(request, section, form)
    form.save()
    messages.success(request, said)
    return redirect("cohorts:account")


def _page(request, section: str = "", bound=None):
    forms = {key: form(instance=request.user) for key, (form, _) in SECTIONS.items()} | (
        {section: bound} if bound else {}
    )
    context = {"forms": forms, "form": bound, "file_name": _file_name(request.user, *request.user.file_names)}
    return render(request, "cohorts/account.html", context | feeds.addresses(request.user))


@require_POST
def new_feed(request):
    """Make the old address of one's calendar useless and hand out a new one."""
    feeds.reset(feeds.feed_of(request.user))
    messages.success(request, "Your calendar has a new address. Subscribe again with it; the old one no longer works.")
    return redirect("cohorts:account")


@require_safe
def file_name(request):
    """How a file would be named with the names being typed: a part of the page, for htmx."""
    if not request.htmx:
        return redirect("cohorts:account")
    typed = (request.GET.get(field, "")[:80] for field in ("last_name_for_files", "first_name_for_files"))
    return render(request, "cohorts/_file_name.html", {"file_name": _file_name(request.user, *typed)})


def _file_name(person: User, last: str, first: str) -> dict[str, str] | None:
    """A document of the newest cohort, as pages and as downloads name it. Queries: two."""
    theirs = Enrollment.objects.joined().filter(person=person).select_related("cohort__edition")
    enrollment = theirs.order_by("-joined_at", "-pk").first()
    document = enrollment.cohort.edition.documents.first() if enrollment else None
    if not document or not f"{last}{first}".strip():
        return None
    pattern = enrollment.cohort.edition.name_pattern
    names = {"shown": canonical_name, "download": safe_name}
    return {key: name(last, first, document.title, pattern=pattern) for key, name in names.items()}
