"""The way in: an invitation explains on GET and joins on POST. It signs nobody in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from cohorts import invitations
from cohorts.forms import JoinForm
from cohorts.models import Enrollment, Event
from microcred.verdict import Refused


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    """For strangers, what it is and the way to sign in; for the invited, three fields; for others, the way out."""
    enrollment = get_object_or_404(
        Enrollment.objects.select_related("cohort__edition__badge__program", "person", "invited_by"), invitation=token
    )
    is_theirs = request.user == enrollment.person
    if is_theirs and enrollment.joined_at:
        return redirect(f"/my/{enrollment.cohort.slug}/")
    form = JoinForm(request.POST or None, initial=_from_roster(enrollment)) if is_theirs else None
    if request.method == "POST" and form and form.is_valid() and _join(request, enrollment, form.cleaned_data):
        return redirect(f"/my/{enrollment.cohort.slug}/")
    dates = {event.kind: event for event in enrollment.cohort.events.exclude(kind=Event.Kind.MEETING)}
    context = {"enrollment": enrollment, "cohort": enrollment.cohort, "form": form, "is_theirs": is_theirs}
    return render(request, "cohorts/invitation.html", context | {"dates": dates})


def _from_roster(enrollment: Enrollment) -> dict[str, str]:
    person = enrollment.person
    last, first = person.file_names
    return {
        "name_on_badge": person.badge_name,
        "last_name": last,
        "first_name": first,
        "zone": person.zone or enrollment.cohort.zone,
    }


def _join(request, enrollment: Enrollment, names: dict) -> bool:
    try:
        invitations.join(enrollment, request.user, **names)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, f"Welcome to the {enrollment.cohort} cohort. Your first step is below.")
    return True
