"""One day of a cohort's reminders, before it comes: who gets what at which hour, and who does not for which reason.

The sweep's rows are made in memory, as it would owe them, and played through the day by the decisions of the last look.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import inf
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from cohorts import audiences, last_look, reminders, roles
from cohorts.models import Cohort, Reminder
from cohorts.occasions import Occasion
from cohorts.one_a_day import STATE, Candidate, Mail, Theirs
from cohorts.planning import Reader, handle_of
from microcred import times
from microcred.models import Message, User
from microcred.verdict import Refused

DAY = timedelta(days=1)
AROUND = timedelta(days=4)  # what is due on a day at any place, and what was put off


@dataclass
class Line:
    """One rule on one day: who gets it at which local time, who has it already, and who does not for which reason.

    `kept_back` are those for whom its letter has a hole, by which: they get it once somebody has mended it. `readers`
    are those who get it, to be read as.
    """

    rule: Reminder
    occasion: Occasion
    going: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))
    skipped: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))
    kept_back: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))
    gone: list[User] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)

    @property
    def people(self) -> int:
        return sum(map(len, self.going.values()))

    @property
    def hours(self) -> list[tuple[str, list[User]]]:
        return list(self.going.items())

    @property
    def holes(self) -> list[tuple[str, list[User]]]:
        return list(self.kept_back.items())

    @property
    def reasons(self) -> list[tuple[str, list[User]]]:
        return sorted(self.skipped.items(), key=lambda each: (-len(each[1]), each[0]))


def day(cohort: Cohort, on: date, *, at: datetime) -> list[Line]:
    """What leaves on the day `on` of each reader's calendar, by today's data: what the sweep and the last look do.

    Queries: a few for each audience and for each rule of that day and the day before, none for a person.
    """
    if cohort.closed_at:
        return []
    teams = roles.teams()
    page = Preview(cohort, on, at, teams)
    for concern in _concerns(cohort, on, at, teams):
        page.take(concern)
    page.play()
    return sorted(page.lines.values(), key=lambda line: (line.rule.at, line.rule.key, line.occasion.key))


# Whom the rules of that day concern ----------------------------------------------------------------------------------
class Concern(NamedTuple):
    """One rule that could concern somebody on that day, or on the one before: what could not leave then comes now."""

    rule: Reminder
    occasion: Occasion
    member: audiences.Member
    moment: datetime
    says: dict[str, object] | None


def _concerns(cohort: Cohort, on: date, at: datetime, teams: roles.Teams) -> Iterator[Concern]:
    for rule, occasion in reminders.pairs(_rules(cohort, teams)):
        if due := _about_that_day(rule, occasion, on):
            then = max(at, *due.values())
            members = reminders.judged(rule, occasion, at=then).filter(person__zone__in=list(due))
            if rule.cohort_id != cohort.pk:
                members = members.filter(person__in=people_of(cohort).values("pk"))
            found = list(members.select_related("person").order_by("person__last_name", "person__first_name", "pk"))
            says = reminders.values(rule, occasion, found, at=then)
            for one in found:
                yield Concern(rule, occasion, one, due[one.person.zone], says.get(one.person_id))


def _rules(cohort: Cohort, teams: roles.Teams) -> list[Reminder]:
    """Its own, and those by which other cohorts of the same admins write to its people on the same day."""
    others = reminders.running().filter(is_on=True, cohort__sending_paused_at=None)
    known = [one.key for one in audiences.known()]
    rules = Reminder.objects.filter(Q(cohort=cohort, audience__in=known) | Q(pk__in=others.order_by().values("pk")))
    found = rules.select_related("cohort__edition__badge")
    return [rule for rule in found if teams[rule.cohort.slug] == teams[cohort.slug]]


def people_of(cohort: Cohort) -> QuerySet[User]:
    """Those enrolled in the cohort, and its staff."""
    theirs = Q(enrollments__cohort=cohort) | Q(staff_memberships__cohort=cohort)
    return User.objects.filter(theirs).order_by().distinct()


def _about_that_day(rule: Reminder, occasion: Occasion, on: date) -> dict[str, datetime]:
    """The readers' zones in which the rule is due on that day or the one before, with the instant."""
    place = occasion.cohort.zone
    about = rule.moment(occasion.of, reader=place, cohort=place)
    if abs((about.date() - on).days) > reminders.REACH.days + 1:
        return {}
    return {
        zone: moment
        for zone, moment in reminders.moments(rule, occasion).items()
        if moment.astimezone(ZoneInfo(zone or place)).date() in (on - DAY, on)
    }


# The day -------------------------------------------------------------------------------------------------------------
class Preview:
    """The day `on` of `cohort`: what is owed to whom, and the lines that come of it."""

    def __init__(self, cohort: Cohort, on: date, at: datetime, teams: roles.Teams):
        self.cohort, self.on, self.at = cohort, on, at
        self.lines: dict[tuple[int, str], Line] = {}
        self.owed: dict[int, list[Candidate]] = defaultdict(list)
        self.rows = _written_down(cohort, on)
        self.told, self.team = last_look.told_lately(people_of(cohort), at, teams), teams[cohort.slug]

    def take(self, concern: Concern) -> None:
        """What can still leave is owed, by the row that is there or the one that the sweep would make."""
        rule, occasion, member, moment, says = concern
        row = self.rows.get((rule.cohort.slug, f"{reminders.KIND}{rule.key}", occasion.key, member.person_id))
        row = row or Message(due_at=moment, useless_at=reminders.useless_at(rule, occasion, moment))
        row.person = member.person
        one = Candidate(row, rule, occasion, member, says)
        if row.state != STATE.OWED:
            self._past(one)
        elif why_not := self._why_not(one):
            self._skip(one, why_not)
        else:
            self.owed[member.person_id].append(one)

    def _why_not(self, one: Candidate) -> str:
        assert one.rule and one.row.useless_at
        if why_not := one.member.why_not or ("" if one.rule.is_on else "turned off"):  # type: ignore[union-attr]
            return why_not
        if one.values is None:
            return reminders.NOTHING_LEFT
        return "its time had passed" if one.row.useless_at <= self.at else ""

    def _past(self, one: Candidate) -> None:
        """It left, or will not any more."""
        if one.row.state != STATE.SENT:
            self._skip(one, one.row.reason.rstrip(".") or one.row.get_state_display().lower())
        elif one.row.sent_at and self._is_ours(one, one.row.sent_at):
            self._line(one).gone.append(one.row.person)

    def play(self) -> None:
        """Let the time of all that is owed come, person by person."""
        for person, theirs in self.owed.items():
            self._play(theirs, self.told.get((person, self.team)))
            for one in theirs:
                if one.row.state == STATE.OWED:
                    self._skip(one, "it comes the next morning, after another of that day")
                elif one.row.state == STATE.SKIPPED:
                    self._skip(one, one.row.reason.rstrip("."))

    def _play(self, theirs: list[Candidate], told_at: datetime | None) -> None:
        while waiting := [one for one in theirs if one.row.state == STATE.OWED]:
            now = max(self.at, min(one.due_at for one in waiting))
            mine = sorted((one for one in waiting if one.due_at <= now), key=_in_hand)
            if now.astimezone(ZoneInfo(mine[0].zone)).date() > self.on:
                return
            beside = [one for one in waiting if now < one.due_at < now + reminders.AHEAD]
            if mail := Theirs(mine, beside, told_at, self._keep_back).decide(now):
                mail.carrier.row.state, told_at = STATE.SENT, now
                self._leave(mail, now)

    def _leave(self, mail: Mail, now: datetime) -> None:
        carrier = mail.carrier
        if self._is_ours(carrier, now):
            line = self._line(carrier)
            line.going[_hour(carrier, now)].append(carrier.row.person)
            line.readers.append(Reader(handle_of(carrier.member), carrier.row.person))
        is_ours = carrier.rule and carrier.rule.cohort_id == self.cohort.pk
        for one, _ in mail.parts:
            if one is not carrier:
                self._skip(one, f"merged with “{carrier.rule}”" if is_ours else "merged with a mail of another cohort")

    def _keep_back(self, one: Candidate, refusal: Refused) -> None:
        """It is tried again and again that day; here once is enough."""
        one.row.state = STATE.FAILED
        if self._is_ours(one, one.moment):
            self._line(one).kept_back[str(refusal)].append(one.row.person)

    def _skip(self, one: Candidate, reason: str) -> None:
        if self._is_ours(one, one.moment):
            self._line(one).skipped[reason].append(one.row.person)

    def _is_ours(self, one: Candidate, moment: datetime) -> bool:
        """Whether it belongs to this cohort and to this day."""
        assert one.rule
        return one.rule.cohort_id == self.cohort.pk and moment.astimezone(ZoneInfo(one.zone)).date() == self.on

    def _line(self, one: Candidate) -> Line:
        assert one.rule and one.occasion
        return self.lines.setdefault((one.rule.pk, one.occasion.key), Line(one.rule, one.occasion))


def _written_down(cohort: Cohort, on: date) -> dict[tuple[str, str, str, int], Message]:
    """The reminders about that day that the cohort's people are owed or were: by cohort, kind, occasion and person."""
    noon = datetime.combine(on, time(12), UTC)
    near = Message.objects.filter(is_reminder=True, due_at__range=(noon - AROUND, noon + AROUND))
    rows = near.filter(person__in=people_of(cohort).values("pk")).defer("text", "html", "attachment").order_by()
    return {(row.cohort_slug, row.kind, row.about, row.person_id): row for row in rows}


def _in_hand(one: Candidate) -> tuple[datetime, float]:
    """The order in which a sender takes them up."""
    return one.due_at, one.row.pk or inf


def _hour(one: Candidate, now: datetime) -> str:
    """`9:00 AM their time`; or `5:00 PM cohort time`, with what has moved it."""
    assert one.rule
    zone, own = one.rule.cohort.zone, one.zone
    place, whose = (own, "their time") if one.rule.zone_of == Reminder.Zone.READER else (zone, "cohort time")
    if now == one.moment and now.astimezone(ZoneInfo(place)).time() == one.rule.at:
        return f"{times.time_of_day(one.rule.at)} {whose}"
    here = f"{times.time_of_day(now.astimezone(ZoneInfo(own)))} their time"
    if now == one.moment:
        return f"{here}, moved out of the quiet hours"
    is_late = one.moment.astimezone(ZoneInfo(own)).date() < now.astimezone(ZoneInfo(own)).date()
    return f"{here}, put off from the day before" if is_late else "At once, its time has come"
