"""The last look at reminders that are about to leave: who is done by now gets none, what falls on one day is one mail.

They were owed without words. Here each is judged again by today's data, brought together with what else its reader
would get that day, and written.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from cohorts import feeds, mailing, reminders, roles, staff_tasks
from cohorts.models import Cohort, Enrollment, Event, Reminder, StaffTask
from cohorts.occasions import Occasion
from cohorts.one_a_day import STATE, Candidate, Mail, Theirs
from microcred.models import Message, User
from microcred.verdict import Refused

Key = tuple[int, frozenset[int]]  # a person, and the admins who write to them
Groups = tuple[list[Message], list[Message]]
CHANGED = (
    "state", "reason", "leased_until", "due_at", "useless_at", "merged_into", "subject", "text", "html", "thread",
    "is_optional", "attachment", "attachment_name", "address", "dropped_at",
)  # fmt: skip


@transaction.atomic
def look(rows: list[Message], at: datetime) -> list[Message]:
    """Of the claimed reminders `rows`, those that leave now, written. The others are put off, dropped or merged.

    One mail says what cohorts of the same admins say: the admins of the cohort that it stands with read all of it.
    Two senders never decide about one person at a time. Queries: a dozen for each kind of reminder among them.
    """
    if not rows:
        return []
    people = User.objects.select_for_update().filter(pk__in={row.person_id for row in rows}).order_by("pk")
    by_pk = {person.pk: person for person in people}
    mine, beside = _still_mine(rows), _beside(rows, at)
    for row in (*mine, *beside):
        row.person = by_pk[row.person_id]
    found = _judged([*mine, *beside], at)
    teams = roles.teams()
    told = told_lately(User.objects.filter(pk__in=by_pk), at, teams)
    leaving = []
    for (person, team), (held, others) in _by_team(rows, mine, beside, teams).items():
        in_hand, nearby = ([found[row.pk] for row in group] for group in (held, others))
        if mail := Theirs(in_hand, nearby, told.get((person, team)), _ask_for_words).decide(at):
            leaving.append(_written(mail))
    Message.objects.bulk_update([*mine, *beside], CHANGED, batch_size=500)
    return leaving


def _by_team(rows: list[Message], mine: list[Message], beside: list[Message], teams: roles.Teams) -> dict[Key, Groups]:
    """What this sender holds and what lies beside it, for each person and each team among `rows`."""
    keys = {row.pk: (row.person_id, teams[row.cohort_slug]) for row in (*rows, *beside)}
    groups: dict[Key, Groups] = {keys[row.pk]: ([], []) for row in rows}
    for row in mine:
        groups[keys[row.pk]][0].append(row)
    for row in beside:
        if group := groups.get(keys[row.merged_into_id or row.pk]):
            group[1].append(row)
    return groups


def _still_mine(rows: list[Message]) -> list[Message]:
    """Those of the claimed rows that nobody merged into another mail meanwhile."""
    held = Message.objects.waiting().filter(pk__in=[row.pk for row in rows], leased_until=rows[0].leased_until)
    return list(held.order_by("due_at", "pk"))


def _beside(rows: list[Message], at: datetime) -> list[Message]:
    """What else is owed to the same people within a day, and what an earlier try brought into one mail with `rows`.

    Nothing that waits in a cohort whose sending is paused: it does not leave in the mail of another.
    """
    paused = Cohort.objects.filter(sending_paused_at__isnull=False).values("slug")
    soon = Q(state=STATE.OWED, due_at__lt=at + reminders.AHEAD) & ~Q(cohort_slug__in=paused)
    merged = Q(state=STATE.MERGED, merged_into__in=[row.pk for row in rows])
    theirs = Message.objects.filter(soon | merged, is_reminder=True, person__in={row.person_id for row in rows})
    return list(theirs.exclude(pk__in=[row.pk for row in rows]).order_by("due_at", "pk"))


def told_lately(people: QuerySet[User], at: datetime, teams: roles.Teams) -> dict[Key, datetime]:
    """When each was sent a reminder last by each team, within a day. Queries: one."""
    sent = Message.objects.filter(is_reminder=True, state=STATE.SENT, sent_at__gt=at - timedelta(days=1))
    rows = sent.filter(person__in=people.order_by().values("pk")).order_by("sent_at", "pk")
    told = rows.values_list("person", "cohort_slug", "sent_at")
    return {(person, teams[slug]): sent_at for person, slug, sent_at in told if sent_at}


# Judging again -------------------------------------------------------------------------------------------------------
def _judged(rows: list[Message], at: datetime) -> dict[int, Candidate]:
    """Each row with what it says today, or why it says nothing."""
    kinds = {(row.cohort_slug, row.kind.removeprefix(reminders.KIND)) for row in rows}
    slugs, keys = {slug for slug, _ in kinds}, {key for _, key in kinds}
    rules = list(reminders.running().filter(cohort__slug__in=slugs, key__in=keys))
    pairs = {(rule.cohort.slug, rule.key, occasion.key): (rule, occasion) for rule, occasion in reminders.pairs(rules)}
    together = defaultdict(list)
    for row in rows:
        together[row.cohort_slug, row.kind.removeprefix(reminders.KIND), row.about].append(row)
    known = {(rule.cohort.slug, rule.key): rule for rule in rules}
    found: dict[int, Candidate] = {}
    for (slug, key, about), group in together.items():
        rule, occasion = pairs.get((slug, key, about), (None, None))
        if rule and occasion and rule.is_on:
            found |= _with_values(group, rule, occasion, at)
        else:
            reason = _why_none(known.get((slug, key)))
            found |= {row.pk: Candidate(row, why_not=reason) for row in group}
    return found


def _why_none(rule: Reminder | None) -> str:
    if rule is None:
        return "The reminder was removed, or its cohort has closed."
    return "What it reminds of was moved or cancelled." if rule.is_on else "The reminder was turned off."


def _with_values(rows: list[Message], rule: Reminder, occasion: Occasion, at: datetime) -> dict[int, Candidate]:
    people = [row.person_id for row in rows]
    judged = reminders.judged(rule, occasion, at=at).filter(person__in=people).select_related("person")
    members = {member.person_id: member for member in judged.order_by("pk")}
    values = reminders.values(rule, occasion, members.values(), at=at)
    found = {}
    for row in rows:
        member = members.get(row.person_id)
        says = values.get(row.person_id)
        why_not = "" if says else f"{_why_nothing(member).capitalize()}."
        found[row.pk] = Candidate(row, rule, occasion, member, says, why_not)
    return found


def _why_nothing(member) -> str:
    return member.why_not or reminders.NOTHING_LEFT if member else "not concerned any more"


# Words ---------------------------------------------------------------------------------------------------------------
def _ask_for_words(one: Candidate, refusal: Refused) -> None:
    """A letter with a hole in it is a task for a person."""
    assert one.rule
    staff_tasks.ask(
        one.rule.cohort,
        kind=StaffTask.Kind.LETTER,
        key=f"letter:{one.rule.pk}:{one.rule.version}",
        sentence=f"The reminder “{one.rule}” cannot be sent to {one.row.person}. {refusal}",
        url=f"/cohorts/{one.rule.cohort.slug}/reminders/{one.rule.key}/",
    )


def _written(mail: Mail) -> Message:
    """Its row with the words, and what comes with them: a meeting for the calendar, and the right to do without."""
    assert mail.carrier.rule
    row, parts = mail.carrier.row, [one for one, _ in mail.parts]
    letter = mailing.in_one(mail.carrier.rule.cohort, [part for _, part in mail.parts])
    row.subject, row.text, row.html, row.address = letter.subject, letter.text, letter.html, row.person.email
    row.thread, row.is_optional = _thread(parts[0]), all(one.row.is_optional for one in parts)
    meeting = next((one.occasion for one in parts if one.occasion and one.occasion.kind == Event.Kind.MEETING), None)
    if meeting and meeting.event:
        row.attachment, row.attachment_name = feeds.single(meeting.event, method="PUBLISH"), feeds.MEETING_FILE
    return row


def _thread(one: Candidate) -> str:
    """An applicant's reminders stand with what they speak of; staff's each alone."""
    if not isinstance(one.member, Enrollment) or not one.occasion:
        return ""
    if one.occasion.kind == Event.Kind.MEETING and one.occasion.event:
        return mailing.about_meeting(one.occasion.event, one.member)
    return mailing.about_work(one.member)
