"""The people of a cohort: the list, and finding one of them from anywhere."""

import csv
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from cohorts.context import leads_somewhere
from cohorts.models import Cohort, Enrollment
from microcred import clock
from reviews import finding, people
from reviews.views.overview import run_by

ASKED = ("show", "q", "done", "not-done")  # what of an address says who is in the list


@require_safe
def index(request: HttpRequest, cohort: str) -> HttpResponse:
    """Everyone, or those that the address asks for; a search that finds one person leads to their story."""
    ours = run_by(request, cohort, known=people.with_dates(Cohort.objects.all()))
    documents = list(ours.edition.documents.all())
    choices, chosen = people.filters(ours, len(documents)), request.GET.get("show", "")
    found, activity = asked_for(request, ours, choices)
    sort = people.sort_of(request.GET.get("sort", ""))
    listed = people.listed(found, documents).order_by(*sort.order)
    page = Paginator(listed, people.PER_PAGE).get_page(request.GET.get("page"))
    words = _typed(request, "q")
    if words and page.paginator.count == 1:
        return redirect("reviews:person", cohort=ours.slug, ref=page.object_list[0].ref)
    kept = {key: value for key, value in request.GET.items() if key in ASKED and value}
    context = {
        "cohort": ours,
        "page": page,
        "rows": people.rows(page.object_list, _sheet(ours, documents, clock.now())),
        "query": f"&{urlencode(kept | ({'sort': sort.key} if sort.key else {}))}",
        "columns": [(each, f"?{urlencode(kept | {'sort': each.key})}") for each in sort.columns],
        "asked": urlencode(kept) or "show=",
        "choices": [(key, each) for key, each in choices.items() if each.is_chip or key == chosen],
        "chosen": chosen,
        "choice": choices.get(chosen, choices[""]),
        "activity": activity,
        "words": words,
        "near": finding.near(ours.enrollments.all(), words) if words and not page.paginator.count else [],
        "meetings": ours.meetings_held,
        "import_url": _import_url(ours),
    }
    return render(request, "reviews/people.html", context)


def _import_url(ours: Cohort) -> str:
    return f"/cohorts/{ours.slug}/people/import/" if leads_somewhere("/cohorts/{cohort}/people/import/") else ""


def _sheet(ours: Cohort, documents, at) -> people.Sheet:
    return people.Sheet(ours, tuple(documents), ours.due_on, at)


def _typed(request: HttpRequest, key: str) -> str:
    """What the address says under `key`, without the NUL that no database takes."""
    return request.GET.get(key, "").replace("\0", "").strip()


def asked_for(request: HttpRequest, ours: Cohort, choices) -> tuple[QuerySet[Enrollment], dict | None]:
    """The people that the address asks for, and in words the activity that it names."""
    found = people.with_facts(ours.enrollments.all(), ours)
    if choice := choices.get(request.GET.get("show", "")):
        found = found.filter(choice.who)
    if words := _typed(request, "q"):
        found = people.found(found, words)
    for key in ("done", "not-done"):
        if asked := _typed(request, key):
            activity = get_object_or_404(ours.edition.activities, key=asked)
            has_done = people.has_done(activity)
            return found.filter(people.STAYS, has_done if key == "done" else ~has_done), {"is": activity, "how": key}
    return found, None


@require_safe
def roster(request: HttpRequest, cohort: str) -> HttpResponse:
    """Everyone as a CSV file that a spreadsheet opens, without letting it take a cell for a formula."""
    ours = run_by(request, cohort, known=people.with_dates(Cohort.objects.all()))
    documents = list(ours.edition.documents.all())
    listed = people.listed(people.with_facts(ours.enrollments.all(), ours), documents)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{ours.slug}-roster.csv"'
    response.write("\ufeff")
    sheet = csv.writer(response)
    titles = [document.short_title for document in documents]
    sheet.writerow(["Last name", "First name", "E-mail", "District", "Meetings", *titles, "Status", "Submission"])
    for row in people.rows(listed.iterator(chunk_size=500), _sheet(ours, documents, clock.now())):
        boxes = ["yes" if is_in else "no" for _, is_in in row.boxes]
        cells = [row.last_name, row.first_name, row.email, row.organization, row.meetings, *boxes]
        sheet.writerow([_plain(cell) for cell in [*cells, row.status.words, row.short_number]])
    return response


def _plain(cell) -> str:
    """As text, also where a spreadsheet would look past leading space, or read a full-width sign as a narrow one."""
    text = str(cell)
    is_formula = text.startswith(("\t", "\r")) or text.lstrip().startswith(tuple("=+-@＝＋－＠"))
    return f"'{text}" if is_formula else text


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """A person in any cohort that the reader leads: straight to their story, or a short list to choose from."""
    ours = Cohort.objects.run_by(request.user)
    if not ours.exists():
        raise Http404
    words = _typed(request, "q")
    hits = finding.anywhere(ours, words) if words else []
    if len(hits) == 1:
        return redirect("reviews:person", cohort=hits[0].cohort.slug, ref=hits[0].ref)
    near = finding.near(Enrollment.objects.filter(cohort__in=ours), words) if words and not hits else []
    return render(request, "reviews/find.html", {"words": words, "hits": hits, "near": near, "most": finding.MOST})
