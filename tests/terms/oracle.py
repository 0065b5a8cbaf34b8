"""Who has to get which mail, worked out from the script alone: no model, no query, nothing of the product is asked.

A letter leaves when its cause happens; a reminder at its hour on its reader's clock, to those whom it still concerns.
Mail waits while sending is paused, and while the address is known to be wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.terms.script import ZONE, Applicant, Reviewer, Script, day, instant

EASTERN = ZoneInfo(ZONE)
HALF_A_DAY = timedelta(hours=12)
AN_HOUR = timedelta(hours=1)
LATE_DAYS = 7
AWAKE_FROM, AWAKE_UNTIL = time(8), time(20)
MEETINGS_FOR_A_BADGE = 2
ADMIN = "Priya Raman"


@dataclass(frozen=True)
class Owed:
    """One mail: to whom, what it says (two reminders of one day are one mail), and when it has to leave."""

    to: str
    kinds: frozenset[str]
    at: datetime
    zone: str

    @property
    def local(self) -> datetime:
        """On the clock of whoever gets it."""
        return self.at.astimezone(ZoneInfo(self.zone))


@dataclass(frozen=True)
class Reminder:
    """One reminder as its rule has it: from when, until when it is of use, and what it is about."""

    kind: str
    at: datetime
    useless_at: datetime
    meeting: str = ""


class Oracle:
    def __init__(self, script: Script) -> None:
        self.script = script
        self.pauses = list(zip(self._team("pauses"), self._team("resumes"), strict=True))
        [self.cancelled] = [(deed.about["meeting"], deed.at) for deed in script.team if deed.verb == "cancels"]
        [self.moved] = [deed for deed in script.team if deed.verb == "moves"]
        self.days = script.meetings | {self.moved.about["meeting"]: day(self.moved.about["day"])}

    def owed(self) -> list[Owed]:
        found = [mail for who in self.script.applicants for mail in self._applicants(Story(who, self))]
        found += [mail for reader in self.script.reviewers.values() for mail in self._reviewers(reader)]
        return sorted([*found, *self._admins()], key=lambda mail: (mail.at, mail.to))

    def _team(self, verb: str) -> list[datetime]:
        return [deed.at for deed in self.script.team if deed.verb == verb]

    def unpaused(self, at: datetime) -> datetime:
        return next((end for start, end in self.pauses if start <= at < end), at)

    # Applicants ------------------------------------------------------------------------------------------------------
    def _applicants(self, story: "Story") -> Iterator[Owed]:
        for kind, at in self._letters(story):
            if leaves := story.reachable(at):
                yield Owed(story.name, frozenset({kind}), leaves, story.zone)
        yield from story.on_one_day(self._reminders(story))

    def _letters(self, story: "Story") -> Iterator[tuple[str, datetime]]:
        """Every letter that something caused, with the instant of its cause."""
        who = story.who
        [invited], [again] = self._team("invites"), self._team("invites_again")
        yield "invitation", invited
        if not story.has_joined(again):
            yield "invitation", again
        yield from (("invitation", deed.at) for deed in who.did("is_invited"))
        for deed in who.did("submits", "revises", "replaces"):
            yield story.receipt(deed.at, deed.verb), deed.at
        for deed in who.did("adds_pdf"):  # the next full hour is when the check gets to it
            yield "file-needs-fixing", deed.at.replace(minute=0) + AN_HOUR
        plain = {
            "leaves": "withdrawn", "comes_back": "reinstated", "gets_until": "extension",
            "is_sent_back": "returned-incomplete", "is_appealed": "appeal",
        }  # fmt: skip
        for verb, kind in plain.items():
            yield from ((kind, deed.at) for deed in who.did(verb))
        if story.takes_part(self.moved.at):
            yield "meeting-changed", self.moved.at
        if story.takes_part(self.cancelled[1]):
            yield "meeting-cancelled", self.cancelled[1]
        kinds = {"award": "award", "revise": "revision", "not awarded": "not-awarded"}
        for deed in who.did("is_decided"):
            yield kinds[deed.about["outcome"]], instant(deed.about["out"])
        yield from (("award", at) for at in self._badges(story))

    def _badges(self, story: "Story") -> Iterator[datetime]:
        """The badge of attending when it is given, and the one of both parts with whichever comes second."""
        [given] = self._team("gives_badges")
        if story.meetings_attended() < MEETINGS_FOR_A_BADGE or not story.takes_part(given):
            return
        yield given
        for deed in story.who.did("is_decided"):
            if deed.about["outcome"] == "award":
                yield max(given, instant(deed.about["out"]))

    def _reminders(self, story: "Story") -> Iterator[Reminder]:
        for kind, rule in self.script.rules.items():
            if rule["of"] == "evidence":
                yield from self._of_evidence(story, kind, rule)
            elif rule["of"] == "revision":
                yield from (self._of_day(story.zone, kind, rule, end) for end in story.revisions())
            elif rule["of"] == "meeting":
                yield from self._of_meetings(story, kind, rule)

    def _of_evidence(self, story: "Story", kind: str, rule: dict) -> Iterator[Reminder]:
        for on in (self.script.dates["evidence_due"], *story.extended_to()):
            made = self._of_day(story.zone, kind, rule, on)
            closes = end_of(on + timedelta(days=LATE_DAYS))
            yield Reminder(f"{kind}@{on}", made.at, min(made.useless_at, closes))

    def _of_meetings(self, story: "Story", kind: str, rule: dict) -> Iterator[Reminder]:
        for number, on in self.days.items():
            begins = datetime.combine(on, time(16), EASTERN)
            at = moment(begins, rule, story.zone)
            yield Reminder(kind, at, min(at + HALF_A_DAY, begins), number)

    def _of_day(self, zone: str, kind: str, rule: dict, on: date) -> Reminder:
        end = end_of(on)
        at = moment(end - timedelta(seconds=1), rule, zone)
        until = at + HALF_A_DAY if rule["days"] > 0 else min(at + HALF_A_DAY, end)
        return Reminder(f"{kind}@{on}", at, until)

    # Staff -----------------------------------------------------------------------------------------------------------
    def work_of(self, reader: Reviewer) -> Iterator["Work"]:
        for who in self.script.applicants:
            reads = [deed for deed in who.did("is_read", "is_handed_back") if deed.about["reader"] == reader.first]
            given = [deed.at for deed in who.did("is_given") if deed.about["reader"] == reader.first]
            again = [deed.at for deed in who.did("revises") if given and given[0] < deed.at and _stays(reads)]
            for start in [*given, *again]:
                end = next((deed.at for deed in reads if deed.at >= start), None)
                yield Work(start, end, ready_at=start + AN_HOUR if start in given else start)

    def _reviewers(self, reader: Reviewer) -> Iterator[Owed]:
        name, zone = f"{reader.first} {reader.last}", reader.zone
        for at in self._digests(reader):
            yield Owed(name, frozenset({"reviewer-assigned"}), at, zone)
        for who in self.script.applicants:
            for deed in who.did("is_handed_back"):
                if deed.about["reader"] == reader.first:
                    yield Owed(name, frozenset({"conflict-thanks"}), deed.at, zone)
            for deed in who.did("is_settled"):
                if deed.about["reader"] == reader.first:
                    differed = max(read.at for read in who.did("is_read") if read.at < deed.at)
                    yield Owed(name, frozenset({"settle"}), differed, zone)
        due = self._of_day(zone, "reviews", self.script.rules["reviews"], self.script.dates["reviews_due"])
        if any(work.is_open(due.at) for work in self.work_of(reader)):
            yield Owed(name, frozenset({"reminder-reviews"}), due.at, zone)

    def _digests(self, reader: Reviewer) -> Iterator[datetime]:
        """One mail a day, while its reader is awake, with everything given until then and not begun."""
        untold, last = sorted(self.work_of(reader), key=lambda work: work.ready_at), None
        while untold:
            at = awake(untold[0].ready_at, reader.zone)
            if last and _same_day(at, last, reader.zone):
                at = next_morning(at, reader.zone)
            new = [work for work in untold if work.start <= at]
            untold = [work for work in untold if work not in new]
            if any(work.is_open(at) for work in new):
                yield at
                last = at

    def _admins(self) -> Iterator[Owed]:
        """As host of the meetings: of each change; and each morning after the day on which reviews were due, as long
        as one that was given in time is open.
        """
        yield Owed(ADMIN, frozenset({"hosting"}), self.moved.at, ZONE)
        yield Owed(ADMIN, frozenset({"meeting-cancelled"}), self.cancelled[1], ZONE)
        ends, rule = end_of(self.script.dates["reviews_due"]), self.script.rules["late-reviews"]
        works = [work for reader in self.script.reviewers.values() for work in self.work_of(reader)]
        for later in range(30):
            at = moment(ends - timedelta(seconds=1), rule | {"days": rule["days"] + later}, ZONE)
            if any(work.start < ends and work.is_open(at) for work in works):
                yield Owed(ADMIN, frozenset({"reminder-late-reviews"}), at, ZONE)


@dataclass(frozen=True)
class Work:
    """One reading: given at `start`, finished or given back at `end`, told of from `ready_at`."""

    start: datetime
    end: datetime | None
    ready_at: datetime

    def is_open(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


def _stays(reads: list) -> bool:
    return not any(deed.verb == "is_handed_back" for deed in reads)


class Story:
    """What the script says of one applicant at any instant."""

    def __init__(self, who: Applicant, oracle: Oracle) -> None:
        self.who, self.oracle = who, oracle
        self.name, self.zone = f"{who.first} {who.last}".strip(), who.zone

    def _last(self, at: datetime, *verbs: str) -> str:
        done = [deed.verb for deed in self.who.did(*verbs) if deed.at <= at]
        return done[-1] if done else ""

    def has_joined(self, at: datetime) -> bool:
        return self._last(at, "joins") == "joins"

    def takes_part(self, at: datetime) -> bool:
        return self.has_joined(at) and self._last(at, "leaves", "comes_back") != "leaves"

    def is_away(self, at: datetime) -> bool:
        """Whether mail is known to come back."""
        return self._last(at, "bounces", "is_corrected") == "bounces"

    def reachable(self, at: datetime) -> datetime | None:
        """From `at` on, the first instant at which mail to them leaves."""
        while (leaves := self.oracle.unpaused(at)) and self.is_away(leaves):
            at = next((deed.at for deed in self.who.did("is_corrected") if deed.at > leaves), None)
            if at is None:
                return None
        return leaves

    # Evidence --------------------------------------------------------------------------------------------------------
    def extended_to(self) -> list[date]:
        return [day(deed.about["day"]) for deed in self.who.did("gets_until")]

    def _extended(self, at: datetime) -> date | None:
        days = [day(deed.about["day"]) for deed in self.who.did("gets_until") if deed.at <= at]
        return days[-1] if days else None

    def revisions(self) -> list[date]:
        return [day(deed.about["day"]) for deed in self.who.did("is_decided") if "day" in deed.about]

    def has_submitted(self, at: datetime) -> bool:
        return self._last(at, "submits", "is_sent_back") == "submits"

    def is_asked_to_revise(self, at: datetime) -> bool:
        asked = [instant(deed.about["out"]) for deed in self.who.did("is_decided") if "day" in deed.about]
        return any(out <= at for out in asked) and not self._last(at, "revises")

    def receipt(self, at: datetime, verb: str) -> str:
        if verb == "revises":
            return "revised-received"
        due = end_of(self._extended(at) or self.oracle.script.dates["evidence_due"])
        return "receipt-late" if at >= due + timedelta(minutes=15) else "receipt"

    # Meetings --------------------------------------------------------------------------------------------------------
    def cannot_come(self, meeting: str, at: datetime) -> bool:
        """What they said, unless the meeting was moved since: then they are asked anew."""
        said = [deed.at for deed in self.who.did("cannot_come") if deed.about["meeting"] == meeting and deed.at <= at]
        moved = self.oracle.moved
        return any(not (moved.about["meeting"] == meeting and when < moved.at <= at) for when in said)

    def meetings_attended(self) -> int:
        if self.who.last in self.oracle.script.stays_away:
            return 0
        held = [(deed.about["meeting"], deed.at) for deed in self.oracle.script.team if deed.verb == "marks"]
        return sum(self.takes_part(at) and not self.cannot_come(meeting, at) for meeting, at in held)

    # Reminders -------------------------------------------------------------------------------------------------------
    def concerns(self, reminder: Reminder, at: datetime) -> bool:
        """Whether it is still of use to them at that instant."""
        if not self.takes_part(at) or self.is_away(at):
            return False
        if reminder.meeting:
            number, cancelled_at = self.oracle.cancelled
            is_off = reminder.meeting == number and at >= cancelled_at
            wants = not self._last(at, "wants_none")
            return wants and not is_off and not self.cannot_come(reminder.meeting, at)
        kind, _, on = reminder.kind.partition("@")
        if kind.startswith("revision"):
            return self.is_asked_to_revise(at)
        due = self._extended(at) or self.oracle.script.dates["evidence_due"]
        return due == date.fromisoformat(on) and not self.has_submitted(at)

    def on_one_day(self, reminders: Iterable[Reminder]) -> Iterator[Owed]:
        """Those of one day in one mail, at the time of the first."""
        by_day = defaultdict(list)
        for reminder in reminders:
            if at := self._comes(reminder):
                by_day[at.astimezone(ZoneInfo(self.zone)).date()].append((at, reminder))
        for found in by_day.values():
            kinds = frozenset(f"reminder-{reminder.kind.partition('@')[0]}" for _, reminder in found)
            yield Owed(self.name, kinds, min(at for at, _ in found), self.zone)

    def _comes(self, reminder: Reminder) -> datetime | None:
        """The first instant at which it can leave and concerns them, if that is in time to be of use."""
        changes = [*self.oracle.script.instants, reminder.at]
        for change in sorted(at for at in changes if reminder.at <= at < reminder.useless_at):
            at = awake(self.oracle.unpaused(change), self.zone)
            if at < reminder.useless_at and self.concerns(reminder, at):
                return at
        return None


# Time ----------------------------------------------------------------------------------------------------------------
def end_of(on: date) -> datetime:
    return datetime.combine(on + timedelta(days=1), time(), EASTERN)


def moment(of: datetime, rule: dict, zone: str) -> datetime:
    """When a rule comes due for a reader in `zone`: never between eight in the evening and eight in the morning."""
    place = ZoneInfo(zone) if rule["clock"] == "reader" else EASTERN
    on = of.astimezone(place).date() + timedelta(days=rule["days"])
    return awake(datetime.combine(on, time.fromisoformat(rule["at"]), place), zone)


def awake(at: datetime, zone: str) -> datetime:
    local = at.astimezone(ZoneInfo(zone))
    return at if AWAKE_FROM <= local.time() < AWAKE_UNTIL else next_morning(at, zone)


def next_morning(at: datetime, zone: str) -> datetime:
    local = at.astimezone(ZoneInfo(zone))
    on = local.date() + timedelta(days=local.time() >= AWAKE_FROM)
    return datetime.combine(on, AWAKE_FROM, ZoneInfo(zone))


def _same_day(one: datetime, other: datetime, zone: str) -> bool:
    return one.astimezone(ZoneInfo(zone)).date() == other.astimezone(ZoneInfo(zone)).date()
