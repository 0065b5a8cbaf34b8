"""A badge and its rubric, an award and its proof, open to everybody; one's own badges."""

import json
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from openbadgeslib import baking

from badges import awards, credentials
from badges.forms import VisibilityForm
from badges.image import badge_svg
from badges.models import Award, Badge, Edition, Program
from microcred import clock

SVG = "image/svg+xml"
LIST_KEPT_SECONDS = 300


@login_not_required
@require_safe
def edition_page(request, slug):
    """The badge as it stands for a term: what it shows, how it is earned, the whole rubric."""
    edition = get_object_or_404(Edition.objects.published().for_page(), slug=slug)
    documents = [document for document in edition.documents.all() if document.is_scored]
    return render(request, "badges/edition.html", {"edition": edition, "scored": documents})


@login_not_required
@require_safe
def edition_image(request, slug):
    edition = get_object_or_404(Edition.objects.published().select_related("badge__program"), slug=slug)
    badge = edition.badge
    return HttpResponse(badge_svg(name=badge.name, level=badge.level, issuer=badge.program.name), content_type=SVG)


@login_not_required
@require_safe
def award_page(request, ref):
    award = get_object_or_404(Award.objects.open_to(request.user).for_page(), ref=ref)
    context = {
        "award": award,
        "kept": award.as_it_was,
        "verdict": awards.verify(award),
        "checked_at": clock.now(),
        "composites": _composites(award),
        **_skills(award),
        "address": credentials.address(award.get_absolute_url()),
        "image": credentials.address(f"/badges/{award.edition.slug}/badge.svg"),
    }
    if award.person == request.user:
        context |= {"form": VisibilityForm(initial={"visibility": award.visibility}), "linkedin": _linkedin(award)}
    return render(request, "badges/award.html", context)


@login_not_required
@require_safe
def award_json(request, ref):
    """The credential; of a withdrawn award only that it was withdrawn."""
    award = get_object_or_404(Award.objects.open_to(request.user), ref=ref)
    if award.revoked_at:
        gone = {"id": credentials.address(award.get_absolute_url()), "revokedAt": award.revoked_at.isoformat()}
        return _open_json(gone, status=410)
    return _open_json(award.credential)


@login_not_required
@require_safe
def award_file(request, ref):
    """The badge file: its picture with the credential inside, for a wallet or a portfolio."""
    award = get_object_or_404(Award.objects.standing().open_to(request.user).for_page(), ref=ref)
    badge = award.edition.badge
    picture = badge_svg(name=badge.name, level=badge.level, issuer=badge.program.name)
    baked = baking.bake_svg(
        picture.encode(),
        json.dumps(award.credential),
        element=baking.SVG_ELEMENT_OB3,
        namespace=baking.SVG_NS_OB3,
        as_text=True,
    )
    disposition = f'attachment; filename="{award.edition.slug}-{award.ref}.svg"'
    return HttpResponse(baked, content_type=SVG, headers={"Content-Disposition": disposition})


@login_not_required
@require_safe
def status_list(request, slug, number):
    """The signed list of withdrawn awards, signed afresh each time it is asked for."""
    program = get_object_or_404(Program.objects.exclude(signing_key=""), slug=slug)
    first = number * credentials.LIST_SIZE
    revoked = list(
        Award.objects.filter(
            revoked_at__isnull=False,
            edition__badge__program=program,
            pk__range=(first, first + credentials.LIST_SIZE - 1),
        ).values_list("pk", flat=True)
    )
    signed = credentials.status_list(program, number, revoked=revoked, at=clock.now())
    answer = _open_json(signed)
    answer["Cache-Control"] = f"public, max-age={LIST_KEPT_SECONDS}"
    return answer


@require_safe
def my_badges(request):
    """What the reader holds, and what is missing of the badges that are made up of others."""
    held = Award.objects.filter(person=request.user).for_list()
    rows = [(award, VisibilityForm(initial={"visibility": award.visibility}, prefix=award.ref)) for award in held]
    kept = {award.edition.badge_id for award, _ in rows if not award.revoked_at}
    begun = Badge.objects.filter(parts__in=kept).exclude(pk__in=kept).select_related("program").distinct()
    return render(request, "badges/mine.html", {"rows": rows, "begun": awards.parts_held(begun, kept)})


@require_POST
def visibility(request, ref):
    """The holder says who sees one award."""
    award = get_object_or_404(Award.objects.standing().filter(person=request.user), ref=ref)
    prefix = ref if f"{ref}-visibility" in request.POST else None
    form = VisibilityForm(request.POST, prefix=prefix)
    if form.is_valid():
        awards.share(award, visibility=form.cleaned_data["visibility"])
        messages.success(request, f"{award.get_visibility_display()} can see this badge now.")
    else:
        messages.error(request, "Choose who can see the badge. Nothing was changed.")
    return redirect("badges:mine" if prefix else award)


def _open_json(data, status=200):
    """JSON that verifiers on other sites may read."""
    return JsonResponse(data, status=status, headers={"Access-Control-Allow-Origin": "*"})


def _composites(award):
    """The badges this one is a part of, with their parts and whether the holder shows them."""
    shown = set(
        Award.objects.standing()
        .filter(person_id=award.person_id)
        .exclude(visibility=Award.Visibility.PRIVATE)
        .values_list("edition__badge_id", flat=True)
    )
    own = set() if award.revoked_at else {award.edition.badge_id}
    return awards.parts_held(award.edition.badge.composites.all(), shown | own)


def _skills(award):
    """The competencies that the award was given for; or how many of the edition's, when nobody said which."""
    kept = award.as_it_was
    domains = (kept.get("framework") or {}).get("domains", [])
    names = {each["key"]: each["name"] for domain in domains for each in domain["competencies"]}
    known = [names[key] for key in kept.get("competencies", []) if key in names]
    shown = [names[key] for key in award.grounds.get("competencies", []) if key in names]
    least = kept.get("competencies_required", 0)
    if shown or not 0 < least < len(known):
        return {"skills": shown or known}
    return {"skills": known, "at_least": least}


def _linkedin(award):
    return "https://www.linkedin.com/profile/add?" + urlencode(
        {
            "startTask": "CERTIFICATION_NAME",
            "name": award.as_it_was["badge"]["name"],
            "organizationName": award.as_it_was["program"]["name"],
            "issueYear": award.issued_at.year,
            "issueMonth": award.issued_at.month,
            "certUrl": credentials.address(award.get_absolute_url()),
            "certId": award.ref,
        }
    )
