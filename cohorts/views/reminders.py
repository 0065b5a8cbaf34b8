"""Reminders of a cohort: the rules, the exact words and people, what was sent; in a demo, every mail."""

from datetime import date

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts import audiences, bounces, keeping_clear, planning, previewing, reminder_rules
from cohorts.models import Cohort, Event, Reminder
from cohorts.reminder_forms import ReminderForm
from cohorts.roles import Role, standing_of
from cohorts.views.schedule import run_by_reader
from microcred import clock, letters, outbox
from microcred.models import Message, User
from microcred.verdict import Refused

A_PAGE = 50
OVERDUE = "overdue"  # in an address: not a state of its own
GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def _rule(cohort: Cohort, key: str) -> Reminder:
    return get_object_or_404(cohort.reminders, key=key)


@require_safe
def reminders(request, cohort):
    """Each rule with its next time and about how many it reaches."""
    found = run_by_reader(request, cohort)
    context = {"cohort": found, "rules": planning.plan(found, at=clock.now()), "on": clock.today(found.zone)}
    return render(request, "cohorts/reminders.html", context)


@require_safe
def preview(request, cohort):
    """One day: who gets what, and who does not for which reason."""
    found, today = run_by_reader(request, cohort), clock.now()
    on = _day(request.GET.get("on", "")) or clock.today(found.zone)
    lines = previewing.day(found, on, at=today) if on >= clock.today(found.zone) else []
    return render(request, "cohorts/reminder_day.html", {"cohort": found, "on": on, "lines": lines})


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


@require_POST
def pause(request, cohort):
    """No mail of this cohort leaves until somebody resumes."""
    found = run_by_reader(request, cohort)
    reminder_rules.pause(found, by=request.user)
    messages.success(request, "Paused. No mail of this cohort leaves until you resume.")
    return redirect("cohorts:reminders", cohort=found.slug)


@require_POST
def resume(request, cohort):
    found = run_by_reader(request, cohort)
    leaving, late = reminder_rules.resume(found)
    messages.success(
        request,
        f"Sending is on again. Of the mails that waited, {leaving} {'leaves' if leaving == 1 else 'leave'} now"
        f" and {late} {'comes' if late == 1 else 'come'} too late to be sent.",
    )
    return redirect("cohorts:reminders", cohort=found.slug)


# One rule ------------------------------------------------------------------------------------------------------------
@require_safe
def reminder(request, cohort, key):
    """One reminder, exactly as one person would read it."""
    found = run_by_reader(request, cohort)
    rule = _rule(found, key)
    context = {"cohort": found, "rule": rule, "may_remove": reminder_rules.may_remove(rule)}
    return render(request, "cohorts/reminder.html", context | _read_as(rule, request.GET.get("as", "")))


def _read_as(rule: Reminder, handle: str) -> dict:
    try:
        sample = planning.sample(rule, handle, at=clock.now())
    except Refused as refusal:
        return {"problem": str(refusal)}
    if sample is None:
        return {}
    body = letters.body_of(sample.letter.html)
    return {"sample": sample, "sample_body": body, "readers": planning.readers(rule, at=clock.now())}


@GET_OR_POST
def new_reminder(request, cohort):
    found = run_by_reader(request, cohort)
    rule = Reminder(cohort=found)
    form = ReminderForm(
        request.POST or None, instance=rule, initial={"at": "09:00", "event_kind": Event.Kind.EVIDENCE_DUE}
    )
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        form.save()
        messages.success(request, f"“{rule}” is on. Read it below as the people do who get it.")
        return redirect("cohorts:reminder", cohort=found.slug, key=rule.key)
    return _form(request, found, rule, form)


@GET_OR_POST
def edit_reminder(request, cohort, key):
    """Change a rule; whoever saw an older version is told, and keeps what they typed."""
    found = run_by_reader(request, cohort)
    rule = _rule(found, key)
    form = ReminderForm(request.POST or None, instance=rule)
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        try:
            reminder_rules.change(rule, seen=form.cleaned_data["seen"] or 0)
        except reminder_rules.Changed:
            theirs = _rule(found, key)
            form.data = form.data.copy()
            form.data["seen"] = theirs.version
            return _form(request, found, rule, form, clash=theirs, status=409)
        messages.success(request, f"Saved. “{rule}” goes out like this from now on.")
        return redirect("cohorts:reminder", cohort=found.slug, key=rule.key)
    return _form(request, found, rule, form)


def _form(request, cohort: Cohort, rule: Reminder, form: ReminderForm, *, clash=None, status: int = 200):
    context = {"cohort": cohort, "rule": rule, "form": form, "clash": clash}
    context |= {"audiences": audiences.known(), "always": sorted(audiences.ALWAYS)}
    if form.is_bound and form.is_valid():
        context |= _read_as(rule, request.POST.get("as", ""))
    return render(request, "cohorts/reminder_form.html", context, status=status)


@require_POST
def turn(request, cohort, key):
    """Turn one rule on or off."""
    found = run_by_reader(request, cohort)
    rule = _rule(found, key)
    reminder_rules.turn(rule, on=not rule.is_on)
    messages.success(request, f"“{rule.name}” is {'on' if rule.is_on else 'off'}.")
    return redirect("cohorts:reminders", cohort=found.slug)


@require_POST
def copy_reminder(request, cohort, key):
    found = run_by_reader(request, cohort)
    made = reminder_rules.copy(_rule(found, key))
    messages.success(request, f"Copied as “{made}”. It is off until you turn it on.")
    return redirect("cohorts:edit_reminder", cohort=found.slug, key=made.key)


@GET_OR_POST
def remove_reminder(request, cohort, key):
    """Take away a rule that never went out."""
    found = run_by_reader(request, cohort)
    rule = _rule(found, key)
    if request.method != "POST":
        context = {"cohort": found, "rule": rule, "may_remove": reminder_rules.may_remove(rule)}
        return render(request, "cohorts/reminder_removal.html", context)
    try:
        reminder_rules.remove(rule)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"“{rule}” is removed.")
    return redirect("cohorts:reminders", cohort=found.slug)


@require_POST
def test_reminder(request, cohort, key):
    """Send the reminder to whoever asks, as the chosen person would read it."""
    found = run_by_reader(request, cohort)
    rule, chosen = _rule(found, key), request.POST.get("as", "")
    context = _read_as(rule, chosen)
    if sample := context.get("sample"):
        reminder_rules.send_test(rule, sample, to=request.user)
        messages.success(request, f"A test is on its way to {request.user.email}, as {sample.reader.person} reads it.")
    else:
        messages.error(request, context.get("problem", "Nobody takes part yet, so there is nothing to fill in."))
    return redirect(f"{request.path.removesuffix('testing/')}?{urlencode({'as': chosen})}")


# What was sent -------------------------------------------------------------------------------------------------------
def _readable(cohort: Cohort, reader: User):
    """The mails of the cohort, but for those to people whose work `reader` must keep clear of: letters tell of it.

    In a demo also those that belong to no cohort, such as sign-in codes.
    """
    belongs = Q(cohort_slug=cohort.slug)
    mails = Message.objects.filter(belongs | Q(cohort_slug="") if settings.DEMO else belongs)
    return mails.exclude(person__in=_closed(cohort, reader))


def _closed(cohort: Cohort, reader: User):
    """The people whose mail `reader` does not read. Their own came to them."""
    return keeping_clear.closed_to(reader, cohort).exclude(person=reader).values("person")


@require_safe
def sent(request, cohort):
    """What left and what did not, latest first; of one person, where somebody looks for them."""
    found = run_by_reader(request, cohort)
    mails = _readable(found, request.user).select_related("person", "merged_into").defer("text", "html", "attachment")
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()
    if state in Message.State.values:
        mails = mails.filter(state=state)
    if state == OVERDUE:
        mails = mails.overdue(clock.now())
    for word in words.split():
        named = Q(person__first_name__icontains=word) | Q(person__last_name__icontains=word)
        mails = mails.filter(named | Q(address__icontains=word))
    page = Paginator(mails.order_by("-due_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    chosen = {name: value for name, value in (("state", state), ("q", words)) if value}
    query = f"&{urlencode(chosen)}" if chosen else ""
    context = {"cohort": found, "page": page, "state": state, "words": words, "query": query}
    context["not_shown"] = _closed(found, request.user).count()
    states = [*Message.State.choices, *([(OVERDUE, "Held up")] if state == OVERDUE else [])]
    return render(request, "cohorts/sent.html", context | {"states": states})


@require_safe
def mail(request, cohort, pk):
    """One mail as its reader has it; in a demo with its headers, as it would leave now."""
    found = run_by_reader(request, cohort)
    one = get_object_or_404(_readable(found, request.user).select_related("person", "merged_into"), pk=pk)
    context = {"cohort": found, "mail": one, "body": letters.body_of(one.html)}
    if settings.DEMO and one.text:
        context["headers"] = outbox.as_email(one).message().items()
    return render(request, "cohorts/mail.html", context)


@require_POST
def address_works(request, cohort, ref):
    """Mail to a person came back; somebody knows better."""
    found = run_by_reader(request, cohort)
    enrollment = get_object_or_404(found.enrollments.select_related("person"), ref=ref)
    bounces.works_again(enrollment.person, by=request.user)
    messages.success(request, f"Mail to {enrollment.person.email} is sent again, also what waited.")
    return redirect(f"/cohorts/{found.slug}/people/{enrollment.ref}/")


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
