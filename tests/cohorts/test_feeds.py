"""Calendars for other programs: read again as those programs read them, by the VTIMEZONE alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from icalendar import Calendar

from cohorts import feeds, scheduling, zone_rules
from cohorts.models import CalendarFeed, Event
from tests.support import factories

ZONES = [
    "America/New_York",
    "Pacific/Guam",
    "Pacific/Honolulu",
    "America/Phoenix",
    "Asia/Kathmandu",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Africa/Casablanca",
]


def read(data):
    calendar = Calendar.from_ical(data)
    return calendar, {str(entry["summary"]).split(" (")[0]: entry for entry in calendar.walk("VEVENT")}


def instant(entry, name="dtstart"):
    """What a program makes of the local time that stands in the file."""
    return entry[name].dt.astimezone(UTC)


def offset_by_rules(component, moment):
    """The offset that the observances of a VTIMEZONE give at a naive UTC moment: the latest onset decides."""
    from dateutil.rrule import rrulestr

    latest = None
    for part in component.subcomponents:
        start, before = part["dtstart"].dt, part["tzoffsetfrom"].td
        local = moment + before
        onset = start
        if "rrule" in part:
            onset = rrulestr(part["rrule"].to_ical().decode(), dtstart=start).before(local, inc=True)
        if onset and onset <= local and (latest is None or onset - before > latest[0]):
            latest = (onset - before, part["tzoffsetto"].td)
    return latest[1] if latest else None


@pytest.mark.parametrize("zone", ZONES)
def test_the_rules_of_a_zone_give_the_offsets_that_the_zone_has(zone):
    from zoneinfo import ZoneInfo

    component = Calendar.from_ical(zone_rules.timezone(zone, 2023, 2024).to_ical())
    moments = [datetime(2023, 1, 15, 12) + timedelta(hours=30 * step) for step in range(560)]  # noqa: DTZ001

    wrong = [
        moment
        for moment in moments
        if offset_by_rules(component, moment) != moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    ]

    assert wrong == []


def test_eastern_time_is_written_with_the_rule_of_2007():
    text = zone_rules.timezone("America/New_York", 2023, 2023).to_ical().decode().replace("\r\n", "\n")

    assert "DTSTART:20070311T020000\nRRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3\n" in text
    assert "DTSTART:20071104T020000\nRRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11\n" in text


@pytest.mark.django_db
class TestOnePersonsFeed:
    @pytest.fixture
    def enrollment(self):
        return factories.enrollment()

    def feed(self, enrollment):
        return read(feeds.personal(enrollment.person))

    def test_the_three_meetings_are_at_the_right_instants(self, enrollment):
        _, entries = self.feed(enrollment)
        meetings = [instant(entries[f"Community of Practice {number}"]) for number in (1, 2, 3)]

        assert [f"{moment:%m-%d %H:%M}Z" for moment in meetings] == ["09-11 20:00Z", "10-16 20:00Z", "11-06 21:00Z"]

    def test_times_name_the_cohorts_zone_and_the_zone_is_there(self, enrollment):
        calendar, entries = self.feed(enrollment)

        assert entries["Community of Practice 3"]["dtstart"].params["tzid"] == "America/New_York"
        assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["America/New_York"]

    def test_evidence_is_due_in_the_last_minute_of_the_day(self, enrollment):
        _, entries = self.feed(enrollment)

        assert instant(entries["Evidence due"]) == datetime(2023, 12, 1, 4, 59, tzinfo=UTC)

    def test_an_extension_is_the_persons_own(self, enrollment):
        enrollment.extended_until, enrollment.extended_by = date(2023, 12, 4), enrollment.person
        enrollment.extended_at = enrollment.joined_at
        enrollment.save()

        _, entries = self.feed(enrollment)

        assert instant(entries["Evidence due"]) == datetime(2023, 12, 5, 4, 59, tzinfo=UTC)

    def test_a_day_without_a_time_is_a_day(self, enrollment):
        _, entries = self.feed(enrollment)

        assert entries["Learning begins"]["dtstart"].dt == date(2023, 9, 1)

    def test_applicants_do_not_read_when_reviews_are_due(self, enrollment):
        reviewer = factories.staff(enrollment.cohort)

        assert "Reviews due" not in self.feed(enrollment)[1]
        assert "Reviews due" in self.feed(reviewer)[1]

    def test_it_has_neither_method_nor_uid_of_its_own(self, enrollment):
        calendar, _ = self.feed(enrollment)

        assert ("METHOD" in calendar, "UID" in calendar) == (False, False)

    def test_a_change_keeps_the_uid_and_raises_the_sequence(self, enrollment):
        meeting = Event.objects.get(title="Community of Practice 3")
        _, before = self.feed(enrollment)

        meeting.on = date(2023, 11, 7)
        scheduling.change(meeting)

        _, after = self.feed(enrollment)
        old, new = before["Community of Practice 3"], after["Community of Practice 3"]
        assert (old["uid"], old["sequence"], new["sequence"]) == (new["uid"], 0, 1)
        assert instant(new) == datetime(2023, 11, 7, 21, tzinfo=UTC)

    def test_a_cancelled_meeting_says_so(self, enrollment, clock):
        clock(datetime(2023, 10, 20, tzinfo=UTC))
        scheduling.cancel(Event.objects.get(title="Community of Practice 3"), by=enrollment.person)

        entry = self.feed(enrollment)[1]["Community of Practice 3"]
        assert (entry["status"], entry["sequence"]) == ("CANCELLED", 1)

    def test_cohorts_of_others_are_not_in_it(self, enrollment):
        elsewhere = factories.cohort()

        uids = {str(entry["uid"]) for entry in self.feed(enrollment)[1].values()}
        assert not uids & {str(event.uid) for event in elsewhere.events.all()}

    @pytest.mark.parametrize("count", [1, 4])
    def test_it_takes_the_same_queries_however_many_cohorts(self, django_assert_num_queries, count):
        ada = factories.person()
        for _ in range(count):
            factories.enrollment(factories.cohort(), ada)
        factories.staff(factories.cohort(), ada)

        with django_assert_num_queries(5):  # staffed cohorts, their events, hosted ones, enrollments, their events
            feeds.personal(ada)

    def test_it_is_found_by_its_secret_only_and_kept_nowhere(self, client, enrollment):
        secret = feeds.feed_of(enrollment.person).secret

        answer = client.get(f"/feeds/{secret}.ics")

        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert client.get(f"/feeds/{secret[:-1]}.ics").status_code == 404

    def test_a_new_address_ends_the_old_one(self, client, enrollment):
        old = feeds.feed_of(enrollment.person).secret
        client.force_login(enrollment.person)

        client.post(f"/my/{enrollment.cohort.slug}/calendar/new-address/")

        new = CalendarFeed.objects.get().secret
        assert [client.get(f"/feeds/{secret}.ics").status_code for secret in (old, new)] == [404, 200]

    def test_the_calendar_page_offers_both_kinds_of_address(self, client, enrollment):
        client.force_login(enrollment.person)

        page = client.get(f"/my/{enrollment.cohort.slug}/calendar/").text

        secret, host = CalendarFeed.objects.get().secret, settings.SITE_URL.split("//")[1]
        assert f'value="{settings.SITE_URL}/feeds/{secret}.ics"' in page
        assert f'href="webcal://{host}/feeds/{secret}.ics"' in page

    def test_one_meeting_alone_can_be_taken_along(self, client, enrollment):
        client.force_login(enrollment.person)

        answer = client.get(f"/my/{enrollment.cohort.slug}/calendar/3/meeting.ics")

        assert list(read(answer.content)[1]) == ["Community of Practice 3"]

    def test_who_has_left_takes_no_meeting_along(self, client, enrollment):
        enrollment.withdrawn_at, enrollment.withdrawn_by = enrollment.joined_at, enrollment.person
        enrollment.save()
        client.force_login(enrollment.person)

        assert client.get(f"/my/{enrollment.cohort.slug}/calendar/3/meeting.ics").status_code == 403

    def test_it_names_the_site_and_neither_the_person_nor_the_way_in(self, enrollment):
        Event.objects.meetings().update(where="https://meet.example.org/room", bring="Your plan")

        calendar, entries = self.feed(enrollment)

        assert calendar["x-wr-calname"] == settings.SITE_NAME
        assert entries["Community of Practice 3"]["description"] == "Bring: Your plan"
        assert b"meet.example.org" not in calendar.to_ical()
