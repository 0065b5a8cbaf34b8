"""Calendars that other programs read: one person's feed, and one meeting alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Prefetch
from icalendar import Calendar
from icalendar import Event as Entry
from icalendar.prop import vCalAddress, vDuration, vText

from cohorts import deadlines, zone_rules
from cohorts.models import CalendarFeed, Cohort, Enrollment, Event, StaffMembership, secret
from microcred.models import User

KIND = Event.Kind
MEETING_FILE = "meeting.ics"
HOME = "/"
WHOLE_DAYS = {KIND.LEARNING_BEGINS, KIND.DECISIONS}
FOR_STAFF_ONLY = {KIND.REVIEWS_DUE}


@dataclass(frozen=True)
class Dated:
    """An event as it concerns one person: their own end, when they have an extension."""

    event: Event
    cohort: Cohort
    due_at: datetime
    extended_at: datetime | None = None
    page: str = ""

    @property
    def url(self) -> str:
        """Where its reader finds more: the calendar of those who take part, or for staff their own home."""
        return settings.SITE_URL + (self.page or f"/my/{self.cohort.slug}/calendar/")

    @property
    def changed_at(self) -> datetime:
        return max(self.event.changed_at, self.extended_at or self.event.changed_at)


def feed_of(person: User) -> CalendarFeed:
    return CalendarFeed.objects.get_or_create(person=person)[0]


def addresses(person: User) -> dict[str, str]:
    """Both kinds of address of a person's feed: the web's, and the one that calendar programs open. A secret."""
    feed = f"{settings.SITE_URL}/feeds/{feed_of(person).secret}.ics"
    return {"feed": feed, "webcal": f"webcal://{feed.split('//', 1)[1]}"}


def reset(feed: CalendarFeed) -> None:
    """A new address; the old one is dead from now on."""
    feed.secret = secret()
    feed.save(update_fields=["secret"])


def personal(person: User) -> bytes:
    """Meetings and deadlines of all of a person's cohorts, and the meetings that they host. Queries: five."""
    return _calendar(_dated(person), name=settings.SITE_NAME)


def single(event: Event, *, method: str = "", page: str = "") -> str:
    """One meeting alone, as a file or beside a mail; `method` tells a mail program what to do with it."""
    return together([event], method=method, page=page)


def together(events: Sequence[Event], *, method: str = "", page: str = "") -> str:
    """Some meetings of one cohort as one file."""
    rows = [Dated(event, event.cohort, event.ends_at, page=page) for event in events]
    return _calendar(rows, name=events[0].title, method=method).decode()


def _dated(person: User) -> list[Dated]:
    events = Prefetch("events", Event.objects.in_time_order())
    theirs = Enrollment.objects.taking_part().filter(person=person, cohort__opened_at__isnull=False)
    found: dict[int, Dated] = {}
    staffed = Cohort.objects.filter(
        pk__in=StaffMembership.objects.filter(person=person).values("cohort"), opened_at__isnull=False
    )
    for cohort in staffed.prefetch_related(events):
        found |= {event.pk: Dated(event, cohort, event.ends_at, page=HOME) for event in cohort.events.all()}
    hosted = Event.objects.filter(host=person, cohort__opened_at__isnull=False).select_related("cohort")
    found |= {event.pk: Dated(event, event.cohort, event.ends_at, page=HOME) for event in hosted}
    for enrollment in theirs.select_related("cohort").prefetch_related(
        Prefetch("cohort__events", Event.objects.in_time_order())
    ):
        found |= {dated.event.pk: dated for dated in _of_applicant(enrollment)}
    return list(found.values())


def _of_applicant(enrollment: Enrollment) -> Iterable[Dated]:
    cohort = enrollment.cohort
    for event in cohort.events.all():
        if event.kind == KIND.EVIDENCE_DUE:
            due_at = deadlines.window(enrollment).due_at
            yield Dated(event, cohort, due_at, enrollment.extended_at)
        elif event.kind not in FOR_STAFF_ONLY:
            yield Dated(event, cohort, event.ends_at)


def _calendar(rows: Iterable[Dated], *, name: str, method: str = "") -> bytes:
    rows = list(rows)
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//Cohorts//EN")
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    else:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", vDuration(timedelta(hours=12), params={"VALUE": "DURATION"}))
        calendar.add("x-published-ttl", "PT12H")
    for zone in sorted({row.cohort.zone for row in rows}):
        years = [row.event.on.year for row in rows if row.cohort.zone == zone]
        calendar.add_component(zone_rules.timezone(zone, min(years), max(years)))
    for row in rows:
        calendar.add_component(_entry(row, method=method))
    return calendar.to_ical()


def _entry(row: Dated, *, method: str) -> Entry:
    event, place, entry = row.event, ZoneInfo(row.cohort.zone), Entry()
    entry.add("uid", str(event.uid))
    entry.add("sequence", event.sequence + (row.due_at != event.ends_at))
    entry.add("dtstamp", row.changed_at)
    entry.add("summary", f"{event.title} ({row.cohort})")
    if event.is_meeting:
        entry.add("dtstart", event.starts_at.astimezone(place))
        entry.add("dtend", event.ends_at.astimezone(place))
        if event.bring:
            entry.add("description", f"Bring: {event.bring}")
    elif event.kind in WHOLE_DAYS:
        entry.add("dtstart", event.on)
    else:  # the day's last minute, as pages say it
        entry.add("dtstart", (row.due_at - timedelta(minutes=1)).astimezone(place))
    if not event.is_meeting:
        entry.add("transp", "TRANSPARENT")  # a day or a deadline keeps nobody from meeting somebody else
    # The way in stands on that page from 15 minutes before; a feed's address is passed on too easily for it.
    entry.add("url", row.url)
    entry.add("status", "CANCELLED" if event.cancelled_at or method == "CANCEL" else "CONFIRMED")
    if method:
        organizer = vCalAddress(f"mailto:{row.cohort.team_email}")
        organizer.params["cn"] = vText(f"{row.cohort} team")
        entry["organizer"] = organizer
    return entry
