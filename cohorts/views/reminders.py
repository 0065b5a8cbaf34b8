"""Reminders of a cohort: the rules, the exact words, what was sent; in a demo, every mail."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from cohorts import planning
from cohorts.models import Cohort, Enrollment
from cohorts.roles import Role, standing_of
from cohorts.views.schedule import run_by_reader
from microcred import clock, letters, outbox
from microcred.models import Message

A_PAGE = 50


@require_safe
def reminders(request, cohort):
    """Each rule with its next time and how many it reaches."""
    found = run_by_reader(request, cohort)
    return render(request, "cohorts/reminders.html", {"cohort": found, "rules": planning.plan(found, at=clock.now())})


@require_POST
def pause(request, cohort):
    """No reminder of this cohort leaves until somebody resumes."""
    found = run_by_reader(request, cohort)
    found.sending_paused_at, found.sending_paused_by = clock.now(), request.user
    found.save(update_fields=["sending_paused_at", "sending_paused_by"])
    messages.success(request, "Reminders are paused. Receipts, decisions and changed meetings still go out.")
    return redirect("cohorts:reminders", cohort=found.slug)


@require_POST
def resume(request, cohort):
    found = run_by_reader(request, cohort)
    found.sending_paused_at = found.sending_paused_by = None
    found.save(update_fields=["sending_paused_at", "sending_paused_by"])
    messages.success(request, "Reminders are on again. What was missed by more than 12 hours is not sent any more.")
    return redirect("cohorts:reminders", cohort=found.slug)


@require_POST
def turn(request, cohort, key):
    """Turn one rule on or off."""
    found = run_by_reader(request, cohort)
    rule = get_object_or_404(found.reminders, key=key)
    rule.is_on = not rule.is_on
    rule.save(update_fields=["is_on"])
    messages.success(request, f"“{rule.name}” is {'on' if rule.is_on else 'off'}.")
    return redirect("cohorts:reminders", cohort=found.slug)


@require_safe
def reminder(request, cohort, key):
    """One reminder, exactly as one person would read it."""
    found = run_by_reader(request, cohort)
    rule = get_object_or_404(found.reminders, key=key)
    people = list(Enrollment.objects.taking_part().filter(cohort=found).select_related("person"))
    chosen = request.GET.get("as", "")
    reader = next((one for one in people if one.ref == chosen), people[0] if people else None)
    context = {"cohort": found, "rule": rule, "people": people, "reader": reader}
    if reader:
        sample = planning.sample(rule, found, reader, at=clock.now())
        context |= {"sample": sample, "sample_body": letters.body_of(sample.html)}
    return render(request, "cohorts/reminder.html", context)


def _readable(cohort: Cohort):
    """The mails of the cohort; in a demo also those that belong to none, such as sign-in codes."""
    belongs = Q(cohort_slug=cohort.slug)
    return Message.objects.filter(belongs | Q(cohort_slug="") if settings.DEMO else belongs)


@require_safe
def sent(request, cohort):
    """What left and what did not, latest first."""
    found = run_by_reader(request, cohort)
    mails = _readable(found).select_related("person").defer("text", "html", "attachment")
    state = request.GET.get("state", "")
    if state in Message.State.values:
        mails = mails.filter(state=state)
    page = Paginator(mails.order_by("-owed_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    query = f"&state={state}" if state else ""
    context = {"cohort": found, "page": page, "state": state, "states": Message.State.choices, "query": query}
    return render(request, "cohorts/sent.html", context)


@require_safe
def mail(request, cohort, pk):
    """One mail as its reader has it; in a demo with its headers, as it would leave now."""
    found = run_by_reader(request, cohort)
    one = get_object_or_404(_readable(found).select_related("person"), pk=pk)
    context = {"cohort": found, "mail": one, "body": letters.body_of(one.html)}
    if settings.DEMO:
        context["headers"] = outbox.as_email(one).message().items()
    return render(request, "cohorts/mail.html", context)


@require_safe
def mailroom(request):
    """The demo's inbox of everybody: an admin's list of sent mail."""
    if not settings.DEMO:
        raise Http404
    cohorts = standing_of(request.user).cohorts.get(Role.ADMIN)
    if not cohorts:
        raise PermissionDenied(
            "The mailroom is open to the admin of the demo. Sign in as admin@example.org to read every mail."
        )
    return redirect("cohorts:sent", cohort=cohorts[0].slug)
