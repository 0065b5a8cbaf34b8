"""The people of a cohort: the list, and finding one of them from anywhere."""

from urllib.parse import urlencode

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cohorts import records
from cohorts.context import leads_somewhere
from cohorts.models import Cohort, Enrollment
from microcred import clock
from reviews import conflicts, finding, narrowing, people
from reviews.views.overview import run_by

ASKED = ("show", "q", *narrowing.KEYS)  # what of an address says who is in the list


@require_safe
def index(request: HttpRequest, cohort: str) -> HttpResponse:
    """Everyone, or those that the address asks for; a search that finds one person leads to their story.

    Of whoever the reader keeps clear of it shows name and meetings, and only where the list itself tells no more.
    """
    ours = run_by(request, cohort, known=conflicts.with_reader(people.with_dates(Cohort.objects.all()), request.user))
    documents = list(ours.edition.documents.all())
    choices, chosen = people.filters(ours, len(documents)), request.GET.get("show", "")
    found, narrowed = asked_for(request, ours, len(documents))
    sort = people.sort_of(request.GET.get("sort", ""))
    closed = conflicts.closed_in(ours, request.user)
    tells = bool(chosen or narrowed or sort.tells_of_work)
    not_shown = found.filter(pk__in=closed).count() if closed and tells else 0
    if not_shown:
        found = found.exclude(pk__in=closed)
    listed = people.listed(found, documents).order_by(*sort.order)
    page = Paginator(listed, people.PER_PAGE).get_page(request.GET.get("page"))
    words = _typed(request, "q")
    if words and page.paginator.count == 1:
        return redirect("reviews:person", cohort=ours.slug, ref=page.object_list[0].ref)
    kept = {key: value for key, value in request.GET.items() if key in ASKED and value}
    context = {
        "cohort": ours,
        "page": page,
        "rows": people.rows(page.object_list, _sheet(ours, documents, clock.now(), closed)),
        "not_shown": not_shown,
        "query": f"&{urlencode(kept | ({'sort': sort.key} if sort.key else {}))}",
        "columns": [(each, f"?{urlencode(kept | {'sort': each.key})}") for each in sort.columns],
        "asked": urlencode(kept) or "show=",
        "choices": [(key, each) for key, each in choices.items() if each.is_chip or key == chosen],
        "chosen": chosen,
        "choice": choices[chosen],
        "narrowed": narrowed,
        "words": words,
        "near": finding.near(ours.enrollments.all(), words) if words and not page.paginator.count else [],
        "meetings": ours.meetings_held,
        "import_url": _import_url(ours),
    }
    return render(request, "reviews/people.html", context)


def _import_url(ours: Cohort) -> str:
    return f"/cohorts/{ours.slug}/people/import/" if leads_somewhere("/cohorts/{cohort}/people/import/") else ""


def _sheet(ours: Cohort, documents, at, closed: frozenset[int]) -> people.Sheet:
    return people.Sheet(ours, tuple(documents), ours.due_on, at, closed)


def _typed(request: HttpRequest, key: str) -> str:
    """What the address says under `key`, without the NUL that no database takes."""
    return request.GET.get(key, "").replace("\0", "").strip()


def asked_for(request: HttpRequest, ours: Cohort, documents: int) -> tuple[QuerySet[Enrollment], str]:
    """The people that the address asks for, and in words what narrows the list to them; never more than it says."""
    choice = people.filters(ours, documents).get(request.GET.get("show", ""))
    if choice is None:
        raise Http404
    found = people.with_facts(ours.enrollments.all(), ours, documents).filter(choice.who)
    if words := _typed(request, "q"):
        found = people.found(found, words)
    try:
        narrowed = narrowing.of(ours, {key: _typed(request, key) for key in narrowing.KEYS})
    except ObjectDoesNotExist as gone:
        raise Http404 from gone
    return (found.filter(narrowed.who), narrowed.words) if narrowed else (found, "")


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """A person in any cohort that the reader leads: straight to their story, or a short list. It is written down."""
    ours = Cohort.objects.run_by(request.user)
    if not ours.exists():
        raise Http404
    words = _typed(request, "q")
    hits = finding.anywhere(ours, words) if words else []
    near = finding.near(Enrollment.objects.filter(cohort__in=ours), words) if words and not hits else []
    records.were_shown(hits or near, by=request.user)
    if len(hits) == 1:
        return redirect("reviews:person", cohort=hits[0].cohort.slug, ref=hits[0].ref)
    return render(request, "reviews/find.html", {"words": words, "hits": hits, "near": near, "most": finding.MOST})
