"""The dated things of a cohort in their order, and the place of today among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from cohorts.models import Event
from microcred import times
from submissions.letters import in_words

STEP = 5  # per cent
SHOWN = (Event.Kind.LEARNING_BEGINS, Event.Kind.MEETING, Event.Kind.EVIDENCE_DUE, Event.Kind.DECISIONS)


@dataclass(frozen=True)
class Station:
    """One dated thing: `now` is how far today lies on the way to the next one, for the last that is past."""

    title: str
    on: date
    note: str = ""
    by: bool = False
    is_past: bool = False
    is_next: bool = False
    now: int | None = None


@dataclass(frozen=True)
class Dated:
    """What a station is made from; `ends_at` is when it is over."""

    title: str
    on: date
    ends_at: datetime
    note: str = ""
    by: bool = False


def stations(dated: Iterable[Dated], *, at: datetime, today: date) -> list[Station]:
    """Those over are past; the last of them says where today lies, in steps of five."""
    rows = sorted(dated, key=lambda one: one.ends_at)
    past = sum(one.ends_at <= at for one in rows)
    shown = []
    for position, one in enumerate(rows):
        is_past, is_next = position < past, position == past
        now = _place(one.on, rows[past].on, today) if position == past - 1 and past < len(rows) else None
        note = times.days_between(today, one.on).capitalize() if is_next and not one.note else one.note
        shown.append(Station(one.title, one.on, note, one.by, is_past, is_next, now))
    return shown


def _place(before: date, after: date, today: date) -> int:
    whole = (after - before).days
    share = 100 * (today - before).days / whole if whole > 0 else 100
    return min(max(STEP * round(share / STEP), 0), 100)


def of_events(events: Iterable[Event], documents: int, *, zone: str, revision_due: Dated | None = None) -> list[Dated]:
    """The standing events that concern an applicant in `zone`; each may carry `status`, what they did at a meeting."""
    rows = [
        _of_event(event, documents, ZoneInfo(zone))
        for event in events
        if event.kind in SHOWN and not event.cancelled_at
    ]
    return [*rows, revision_due] if revision_due else rows


def _of_event(event: Event, documents: int, zone: ZoneInfo) -> Dated:
    """Meetings and the evidence are instants, so their day is the reader's; the other days are the same everywhere."""
    match event.kind:
        case Event.Kind.MEETING:
            note = {"here": "You attended", "excused": "You were excused"}.get(getattr(event, "status", "") or "", "")
            return Dated(event.title, event.starts_at.astimezone(zone).date(), event.ends_at, note)
        case Event.Kind.EVIDENCE_DUE:
            return Dated(
                "Evidence due",
                times.last_date(event.ends_at, zone),
                event.ends_at,
                f"All {in_words(documents)} documents",
            )
        case Event.Kind.DECISIONS:
            return Dated("Decision", event.on, event.ends_at, "Sent by e-mail", by=True)
    return Dated(event.title, event.on, event.starts_at)
