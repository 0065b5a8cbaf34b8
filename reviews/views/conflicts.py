"""Conflicts declared beforehand: all of a cohort for its admins, one's own for a reviewer."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cohorts import keeping_clear
from cohorts.models import Cohort, StaffMembership
from microcred.models import User
from microcred.verdict import Refused
from reviews import conflicts
from reviews.assigning_forms import ConflictForm
from reviews.digests import counted
from reviews.forms import cohorts_reviewed_by
from reviews.models import Concern, DeclaredConflict
from reviews.views.assigning import cohort_run_by
from reviews.views.own import only_for_reviewers

PAGE = 50
JUDGES = (StaffMembership.Role.REVIEWER, StaffMembership.Role.SECOND_READER, StaffMembership.Role.ADMIN)


# All of a cohort -----------------------------------------------------------------------------------------------------
def index(request, cohort):
    """What was declared, and which organizations are the same; POST declares one more."""
    cohort = cohort_run_by(request, cohort)
    form = ConflictForm(request.POST or None, cohort=cohort, people=judges_of(cohort))
    if request.method == "POST" and form.is_valid() and _declare(request, cohort, form, **_typed(form)):
        return redirect("reviews:conflicts", cohort.slug)
    declared = DeclaredConflict.objects.standing().filter(cohort=cohort).exclude(other=request.user)
    page = {
        "cohort": cohort,
        "form": form,
        "page": Paginator(declared.select_related("person", "other", "declared_by"), PAGE).get_page(
            request.GET.get("page")
        ),
        "shared": conflicts.shared_workplaces(cohort),
        "told": _told(request, cohort),
    }
    return render(request, "reviews/conflicts.html", page, status=422 if form.errors else 200)


def _told(request, cohort: Cohort) -> QuerySet[Concern]:
    """What applicants told and nobody has seen to, but for those whose work the reader keeps clear of."""
    told = Concern.objects.waiting().filter(enrollment__cohort=cohort).select_related("enrollment__person")
    return told.exclude(enrollment__in=keeping_clear.closed_to(request.user, cohort)).order_by("told_at", "pk")


def judges_of(cohort: Cohort) -> QuerySet[User]:
    """Those of its staff whom a conflict can be about."""
    return User.objects.filter(staff_memberships__cohort=cohort, staff_memberships__role__in=JUDGES).distinct()


def _typed(form: ConflictForm) -> dict:
    typed = form.cleaned_data
    return {
        "person": typed["person"],
        "other": typed.get("other"),
        "organization": typed["organization"],
        "kind": typed["kind"],
        "note": typed["note"],
    }


def _declare(request, cohort: Cohort, form: ConflictForm, **said) -> bool:
    """Whether it was written down; if not, the form says why."""
    try:
        _, returned = conflicts.declare(cohort, by=request.user, **said)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    back = f" {counted(returned, 'submission')} went back, to another reader." if returned else ""
    messages.success(request, f"Noted. It holds from now on.{back}")
    return True


@require_POST
def remove(request, cohort, pk):
    """It is no conflict any more; never one's own side of one."""
    cohort = cohort_run_by(request, cohort)
    standing = DeclaredConflict.objects.standing().filter(cohort=cohort).exclude(person=request.user)
    declared = get_object_or_404(standing.exclude(other=request.user).select_related("person", "cohort"), pk=pk)
    conflicts.take_back(declared, by=request.user)
    messages.success(request, f"Removed. {declared.person} can be given such work again.")
    return redirect("reviews:conflicts", cohort.slug)


# One's own -----------------------------------------------------------------------------------------------------------
def own(request):
    """What a reviewer declared, cohort by cohort; POST declares one more. People by name only where names are shown."""
    only_for_reviewers(request.user)
    cohorts = list(cohorts_reviewed_by(request.user).filter(closed_at=None).select_related("edition__badge"))
    slug = request.POST.get("cohort") or request.GET.get("cohort") or (cohorts[0].slug if cohorts else "")
    cohort = next((one for one in cohorts if one.slug == slug), None)
    if cohort is None:
        if slug:
            raise Http404
        return render(request, "reviews/own_conflicts.html", {"declared": [], "form": None})
    form = _own_form(request, cohort)
    if request.method == "POST" and form.is_valid() and _declare(request, cohort, form, **_typed(form)):
        return redirect(f"{request.path}?cohort={cohort.slug}")
    page = {
        "form": form,
        "in_cohort": cohort,
        "cohorts": cohorts,
        "declared": _own(request.user).select_related("cohort", "other"),
    }
    return render(request, "reviews/own_conflicts.html", page, status=422 if form.errors else 200)


def _own_form(request, cohort: Cohort) -> ConflictForm:
    """The same form, about the reader themself."""
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None:
        data["person"] = str(request.user.pk)
    people = User.objects.filter(pk=request.user.pk)
    return ConflictForm(data, cohort=cohort, people=people, by_name=not cohort.reads_blind)


def _own(person: User):
    """What a person said of themself. What others said of them may name somebody they should not see."""
    return DeclaredConflict.objects.standing().filter(person=person, declared_by=person)


@require_POST
def remove_own(request, pk):
    only_for_reviewers(request.user)
    declared = get_object_or_404(_own(request.user).select_related("cohort"), pk=pk)
    conflicts.take_back(declared, by=request.user)
    messages.success(request, "Removed. Your team can give you such work again.")
    return redirect("reviews:own_conflicts")
