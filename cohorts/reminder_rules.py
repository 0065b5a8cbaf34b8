"""Changing the reminders of a cohort: its rules, a pause for all of them, and a test of one."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from cohorts.models import Cohort, Reminder
from cohorts.planning import Sample
from cohorts.reminders import KIND
from microcred import clock, outbox
from microcred.letters import Letter
from microcred.models import Message, User
from microcred.verdict import ALLOWED, Refused, Verdict

GONE_OUT = (Message.State.SENT, Message.State.MERGED, Message.State.FAILED)
CONTENT = ("event_kind", "days", "at", "zone_of", "audience", "subject", "body")


class Changed(Refused):
    """Somebody else changed the rule meanwhile."""


def alike(one: Reminder, other: Reminder) -> bool:
    """Whether two rules do and say the same."""
    return all(getattr(one, name) == getattr(other, name) for name in (*CONTENT, "is_on"))


def mails_of(rule: Reminder):
    return Message.objects.filter(kind=f"{KIND}{rule.key}", cohort_slug=rule.cohort.slug)


def forget_ahead(rule: Reminder) -> None:
    """Take back what is owed by the rule and has not begun to leave: the next sweep owes it as the rule then is."""
    mails_of(rule).waiting().filter(tries=0, merged=None).delete()


@transaction.atomic
def change(rule: Reminder, *, seen: int) -> None:
    """Keep what was changed of `rule`, whose version `seen` the person had before them.

    Raises: Changed, when there is a newer one.
    """
    if not Reminder.objects.filter(pk=rule.pk, version=seen).update(version=seen + 1):
        raise Changed(f"The reminder “{rule}” is not as you saw it any more.")
    forget_ahead(rule)
    rule.version = seen + 1
    rule.save(update_fields=[*CONTENT, "version"])


@transaction.atomic
def turn(rule: Reminder, *, on: bool) -> None:
    rule.is_on = on
    rule.save(update_fields=["is_on"])
    if not on:
        forget_ahead(rule)


@transaction.atomic
def copy(rule: Reminder) -> Reminder:
    """The same under another name, turned off until somebody has read it."""
    taken = set(Reminder.objects.filter(cohort=rule.cohort_id).values_list("key", flat=True))
    stem = rule.key[:50]
    key = next(name for n in range(1, len(taken) + 2) if (name := f"{stem}-{n + 1}") not in taken)
    fields = {name: getattr(rule, name) for name in CONTENT}
    return Reminder.objects.create(cohort=rule.cohort, key=key, is_on=False, **fields)


def may_remove(rule: Reminder) -> Verdict:
    """Only what never went out. Queries: one."""
    if mails_of(rule).filter(state__in=GONE_OUT).exists():
        return Verdict(f"“{rule}” has gone out, so it stays in the record. Turn it off instead.")
    return ALLOWED


@transaction.atomic
def remove(rule: Reminder) -> None:
    """Raises: Refused, when it has gone out."""
    Reminder.objects.select_for_update().get(pk=rule.pk)
    verdict = may_remove(rule)
    if not verdict:
        raise Refused(verdict.reason)
    forget_ahead(rule)
    rule.delete()


# All of them ---------------------------------------------------------------------------------------------------------
def pause(cohort: Cohort, *, by: User) -> None:
    """No mail of the cohort leaves until somebody resumes, also none that is owed already."""
    cohort.sending_paused_at, cohort.sending_paused_by = clock.now(), by
    cohort.save(update_fields=["sending_paused_at", "sending_paused_by"])


def resume(cohort: Cohort) -> tuple[int, int]:
    """Let mail leave again. How many that waited leave now, and how many come too late to be of use."""
    counted = missed(cohort, at=clock.now())
    cohort.sending_paused_at = cohort.sending_paused_by = None
    cohort.save(update_fields=["sending_paused_at", "sending_paused_by"])
    return counted


def missed(cohort: Cohort, *, at: datetime) -> tuple[int, int]:
    """Of the mails that wait though their time has come: how many still leave, and how many come too late."""
    waiting = Message.objects.due(at).filter(cohort_slug=cohort.slug)
    late = waiting.filter(useless_at__lte=at).count()
    return waiting.count() - late, late


# A test --------------------------------------------------------------------------------------------------------------
def send_test(rule: Reminder, sample: Sample, *, to: User) -> None:
    """Send `sample` to a colleague, marked as a test; it leaves also while sending is paused."""
    letter = Letter(f"Test: {sample.letter.subject}"[:200], sample.letter.text, sample.letter.html)
    key = f"test:{rule.pk}:{uuid4().hex}"
    sender, answers = f"{rule.cohort} team", rule.cohort.team_email
    outbox.owe([outbox.message(letter, to, key=key, kind=f"test-{rule.key}", reply_to=answers, sender=sender)])
