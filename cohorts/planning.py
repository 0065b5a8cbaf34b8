"""What the reminders of a cohort are going to do: when next, for about how many, in which words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cohorts import audiences, mailing, reminders
from cohorts.models import Cohort, Enrollment, Reminder
from cohorts.occasions import Occasion
from microcred import letters
from microcred.letters import Letter
from microcred.models import User
from microcred.verdict import Refused

WORKED_OUT = "(worked out for each person when it leaves)"


# The schedule --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Planned:
    """One rule with the moment at which it leaves next in the cohort's zone, and for about how many."""

    rule: Reminder
    next_at: datetime | None
    about: int = 0


def plan(cohort: Cohort, *, at: datetime) -> list[Planned]:
    """Every rule of the cohort in the order of the term. Queries: two or three for each audience, none for a person."""
    rules = list(cohort.reminders.all())
    soonest: dict[int, tuple[datetime, Occasion]] = {}
    for rule, occasion in reminders.pairs(rules):
        moment = rule.moment(occasion.of, reader=cohort.zone, cohort=cohort.zone)
        if moment > at and (rule.pk not in soonest or moment < soonest[rule.pk][0]):
            soonest[rule.pk] = (moment, occasion)
    counted: dict[tuple[str, str], int] = {}
    found = [_planned(rule, soonest.get(rule.pk), counted, at) for rule in rules]
    return sorted(found, key=lambda planned: (planned.next_at is None, planned.next_at or at, planned.rule.key))


def _planned(rule: Reminder, soonest: tuple[datetime, Occasion] | None, counted: dict, at: datetime) -> Planned:
    if soonest is None:
        return Planned(rule, None)
    moment, occasion = soonest
    same = (rule.audience, occasion.key)
    if same not in counted:
        counted[same] = reminders.judged(rule, occasion, at=at).filter(why_not="").count()
    return Planned(rule, moment, counted[same])


# One person ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Reader:
    """Somebody whom a rule can concern, as the page names them."""

    handle: str
    person: User
    why_not: str = ""


@dataclass(frozen=True)
class Sample:
    """The reminder as one person would read it, as far as today can tell."""

    letter: Letter
    reader: Reader


def readers(rule: Reminder, *, at: datetime) -> list[Reader]:
    """Everyone whom the rule could concern next. Queries: as `plan`, and one."""
    return [
        Reader(handle_of(member), member.person, member.why_not) for member in _members(rule, occasion_of(rule, at), at)
    ]


def occasion_of(rule: Reminder, at: datetime) -> Occasion | None:
    """What the rule speaks of next, or else what it spoke of last."""
    found = sorted(
        (occasion for _, occasion in reminders.pairs([rule])), key=lambda one: (bool(one.extended_to), one.of)
    )
    ahead = (one for one in found if rule.moment(one.of, reader=one.cohort.zone, cohort=one.cohort.zone) > at)
    return next(ahead, found[-1] if found else None)


def _members(rule: Reminder, occasion: Occasion | None, at: datetime) -> Iterable[Any]:
    if occasion is None:
        return []
    judged = reminders.judged(rule, occasion, at=at).select_related("person")
    return judged.order_by("person__last_name", "person__first_name", "pk")


def handle_of(member) -> str:
    return member.ref if isinstance(member, Enrollment) else f"staff-{member.pk}"


def sample(rule: Reminder, handle: str, *, at: datetime) -> Sample | None:
    """The reminder as the person with that handle would read it, or else the first who gets it; none for nobody.

    What only the day itself can tell is marked as such. Raises: Refused, when a placeholder is unknown.
    """
    occasion = occasion_of(rule, at)
    members = sorted(_members(rule, occasion, at), key=lambda one: (handle_of(one) != handle, bool(one.why_not)))
    member = members[0] if members else None
    if member is None or occasion is None:
        return None
    audience = audiences.of(rule.audience)
    values: dict[str, object] = dict.fromkeys(audience.words, WORKED_OUT)
    values |= mailing.common_values(rule.cohort, member.person)
    values |= audience.values(rule, occasion, [member], at).get(member.pk, {})
    letter = mailing.in_one(rule.cohort, [mailing.filled(rule.subject, rule.body, values)])
    return Sample(letter, Reader(handle_of(member), member.person, member.why_not))


def hole(rule: Reminder, *, at: datetime) -> str:
    """Why the letter cannot be written for somebody known now, with their name; empty when it can for everybody."""
    unknown = letters.placeholders(rule.subject + rule.body) - audiences.of(rule.audience).placeholders
    if unknown:
        named = ", ".join(f"{{{{ {name} }}}}" for name in sorted(unknown))
        return f"This audience has no {named}. Take a placeholder from the list."
    occasion = occasion_of(rule, at)
    members = list(_members(rule, occasion, at))
    says = reminders.values(rule, occasion, members, at=at) if occasion else {}
    for member in (one for one in members if one.person_id in says):
        try:
            mailing.filled(rule.subject, rule.body, says[member.person_id])
        except Refused as refusal:
            return f"For {member.person} it would come out with a hole. {refusal}"
    return ""
