"""What becomes of one person's reminders when some are due: one mail a day, none in the quiet hours, none with a hole.

Here it is only decided, on the rows that are handed in: the last look keeps what comes of it, the preview of a day
throws it away, and so neither can say what the other does not do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cohorts import audiences, mailing, reminders
from cohorts.models import Reminder
from cohorts.occasions import Occasion
from microcred.models import Message
from microcred.verdict import Refused

IN_OTHER_HANDS = timedelta(minutes=1)
ASK_AGAIN = timedelta(minutes=15)  # for a letter that somebody has to mend
STATE = Message.State


@dataclass(frozen=True)
class Candidate:
    """One reminder of one person, with what its letter says, or with the reason why it says nothing any more."""

    row: Message
    rule: Reminder | None = None
    occasion: Occasion | None = None
    member: audiences.Member | None = None
    values: Mapping[str, object] | None = None
    why_not: str = ""

    @property
    def due_at(self) -> datetime:
        return self.row.due_at

    @property
    def of(self) -> datetime:
        assert self.occasion
        return self.occasion.of

    @property
    def zone(self) -> str:
        assert self.rule
        return self.row.person.zone or self.rule.cohort.zone

    @property
    def moment(self) -> datetime:
        assert self.rule and self.occasion
        return self.rule.moment(self.occasion.of, reader=self.zone, cohort=self.rule.cohort.zone)


@dataclass(frozen=True)
class Mail:
    """One mail that leaves now: the reminder whose row carries it, and all that it says, in their order."""

    carrier: Candidate
    parts: list[tuple[Candidate, mailing.Part]]


@dataclass(frozen=True)
class Theirs:
    """What one person would get: what this sender holds, what lies beside it, and when they got the last reminder.

    `keep_back` is told of each whose letter has a hole, and which: that one is tried again later.
    """

    mine: list[Candidate]
    beside: list[Candidate]
    told_at: datetime | None
    keep_back: Callable[[Candidate, Refused], None]

    def decide(self, at: datetime) -> Mail | None:
        """The mail that leaves now, if any; what becomes of the other rows is written on them."""
        wanted = [one for one in self.mine if self._is_wanted(one, at)]
        if not wanted:
            self._set_free(at)
            return None
        zone = wanted[0].zone
        if any(_is_leaving(one.row, at) for one in self.beside):
            _put_off(wanted, at + IN_OTHER_HANDS)
        elif reminders.is_quiet(at, zone):
            _put_off(wanted, reminders.next_morning(at, zone))
        elif self.told_at and self.told_at >= _midnight(at, zone):
            _another_day(wanted, reminders.next_morning(at, zone), at)
        else:
            together = [one for one in self.beside if not one.why_not and _belongs(one, at, zone)]
            return self._in_one(reminders.in_order([*wanted, *together]), wanted, at)
        return None

    def _is_wanted(self, one: Candidate, at: datetime) -> bool:
        row = one.row
        if one.why_not:
            return _close(row, STATE.SKIPPED, one.why_not, at)
        if row.useless_at and row.useless_at <= at:
            return _close(row, STATE.SKIPPED, "Its time had passed before it could be sent.", at)
        if one.moment > at:  # they moved to another time zone, or the rule was changed
            row.due_at, row.leased_until = one.moment, None
            return False
        return True

    def _set_free(self, at: datetime) -> None:
        """What an earlier try had merged into a mail that does not leave any more stands for itself again."""
        for one in self.beside:
            if one.row.state == STATE.MERGED:
                one.row.state, one.row.merged_into, one.row.reason, one.row.due_at = STATE.OWED, None, "", at
                one.row.dropped_at = None

    def _in_one(self, parts: list[Candidate], wanted: list[Candidate], at: datetime) -> Mail | None:
        """All of `parts` in one mail: the row of the first that this sender holds carries it."""
        words = [(one, part) for one in parts if (part := self._words(one))]
        carrier = next((one for one, _ in words if one in wanted), None)
        if not carrier:
            return None
        for one, _ in words:
            if one is not carrier:
                _close(one.row, STATE.MERGED, f"Said in the mail “{carrier.rule}” of the same day.", at)
                one.row.merged_into = carrier.row
        return Mail(carrier, words)

    def _words(self, one: Candidate) -> mailing.Part | None:
        """What it says; nothing, and it is put off, when that has a hole."""
        assert one.rule and one.values is not None
        try:
            return mailing.filled(one.rule.subject, one.rule.body, one.values)
        except Refused as refusal:
            _put_off([one], one.row.due_at + ASK_AGAIN)
            self.keep_back(one, refusal)
            return None


def _is_leaving(row: Message, at: datetime) -> bool:
    """Whether another sender has it written and in hand."""
    return bool(row.leased_until and row.leased_until > at and row.html)


def _belongs(one: Candidate, at: datetime, zone: str) -> bool:
    """Whether it is for the same day, or was in the same mail at an earlier try."""
    place = ZoneInfo(zone)
    is_today = one.moment.astimezone(place).date() == at.astimezone(place).date()
    return is_today or one.row.state == STATE.MERGED


def _midnight(at: datetime, zone: str) -> datetime:
    return datetime.combine(at.astimezone(ZoneInfo(zone)).date(), time.min, ZoneInfo(zone))


def _put_off(wanted: list[Candidate], until: datetime) -> None:
    """Leave them for later; whether they are of use then is seen then."""
    for one in wanted:
        one.row.due_at, one.row.leased_until = until, None


def _another_day(wanted: list[Candidate], morning: datetime, at: datetime) -> None:
    """Their reader had a reminder today: they come tomorrow, where that is of use."""
    for one in wanted:
        assert one.rule and one.occasion
        one.row.useless_at = reminders.useless_at(one.rule, one.occasion, morning)
        if one.row.useless_at <= morning:
            _close(one.row, STATE.SKIPPED, "One reminder a day: another had left that day.", at)
    _put_off(wanted, morning)


def _close(row: Message, state: str, reason: str, at: datetime) -> bool:
    row.state, row.reason, row.leased_until, row.dropped_at = state, reason, None, at
    return False
