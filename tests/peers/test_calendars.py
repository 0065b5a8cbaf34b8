"""Our calendars as other programs read them: ical.js, libical and vobject, each in a process of its own.

No two of them share code, and none is what we write with. A term lies across both changes of the clocks; the machine
that reads stands somewhere else than the cohort.
"""

import json
import os
import shutil
import subprocess
import sys
from ctypes.util import find_library
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from cohorts import feeds, scheduling
from cohorts.models import Event
from microcred.clock import local_moment
from microcred.models import Message
from tests.support import factories

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

HERE = Path(__file__).parent
COHORT_ZONES = ("America/New_York", "America/Phoenix", "Pacific/Honolulu", "Pacific/Guam", "Asia/Kathmandu")
MACHINE_ZONES = ("UTC", "America/New_York", "Asia/Kolkata")
DAYS = (date(2023, 9, 11), date(2023, 11, 4), date(2023, 11, 6), date(2024, 3, 9), date(2024, 3, 11), date(2024, 6, 3))
STARTS, ENDS = time(16), time(17, 30)
TITLE = "Community of Practice 1: “naïve” questions, a; b \\ c, with a title that has to be folded, 第一回"


def command(peer):
    """How to start the reader `peer`; skips the test where it is not installed."""
    if peer == "ical.js":
        node = shutil.which("node") or pytest.skip("no Node.js to run ical.js: install nodejs and npm")
        if not (HERE / "node_modules" / "ical.js").exists():
            pytest.skip("ical.js is not installed: npm ci --prefix tests/peers")
        return [node, HERE / "read_ical_js.mjs"]
    if peer == "libical" and not find_library("ical"):
        pytest.skip("no libical: install Debian's libical3")
    return [sys.executable, HERE / f"read_{peer}.py"]


def entries(peer, *calendars, zone="UTC"):
    """What `peer` finds in each of the calendars, on a machine whose clock is that of `zone`."""
    texts = json.dumps([calendar.decode() for calendar in calendars])
    environment = {**os.environ, "TZ": zone}
    reading = subprocess.run(
        command(peer), input=texts, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert (reading.returncode, reading.stderr) == (0, "")
    return [sorted(found, key=lambda entry: entry["starts"]) for found in json.loads(reading.stdout)]


def enrolled(zone):
    """Somebody in a cohort of that zone which meets at four on every one of the days."""
    cohort = factories.cohort(zone=zone)
    cohort.events.all().delete()
    for number, on in enumerate(DAYS, start=1):
        Event.objects.create(
            cohort=cohort, kind=Event.Kind.MEETING, number=number, title=TITLE, on=on, starts=STARTS, ends=ENDS,
            bring="One question;\nand, if you like, a colleague",
        )  # fmt: skip
    Event.objects.create(cohort=cohort, kind=Event.Kind.EVIDENCE_DUE, title="Evidence due", on=date(2023, 11, 30))
    Event.objects.create(cohort=cohort, kind=Event.Kind.DECISIONS, title="Decisions", on=date(2023, 12, 15))
    return factories.enrollment(cohort)


def said(moment):
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def right(zone):
    """The instants of the meetings, from the rules of the zone and not from the calendar."""
    return [tuple(said(local_moment(on, at, zone)) for at in (STARTS, ENDS)) for on in DAYS]


@pytest.mark.parametrize("machine", MACHINE_ZONES)
@pytest.mark.parametrize("peer", ["ical.js", "libical", "vobject"])
def test_every_meeting_is_at_its_instant(peer, machine):
    calendars = [feeds.personal(enrolled(zone).person) for zone in COHORT_ZONES]

    read = entries(peer, *calendars, zone=machine)

    meetings = [
        [(entry["starts"], entry["ends"]) for entry in found if entry["summary"].startswith(TITLE)] for found in read
    ]
    assert meetings == [right(zone) for zone in COHORT_ZONES]


@pytest.mark.parametrize("peer", ["ical.js", "libical", "vobject"])
class TestEachPeer:
    def test_two_cohorts_in_two_zones_stand_in_one_calendar(self, peer):
        east, guam = enrolled("America/New_York"), enrolled("Pacific/Guam")
        factories.enrollment(guam.cohort, east.person)

        [read] = entries(peer, feeds.personal(east.person))

        found = sorted((entry["starts"], entry["ends"]) for entry in read if entry["summary"].startswith(TITLE))
        assert found == sorted(right("America/New_York") + right("Pacific/Guam"))

    def test_a_deadline_is_the_last_minute_and_a_day_is_a_day(self, peer):
        [read] = entries(peer, feeds.personal(enrolled("America/New_York").person))

        others = {entry["summary"]: entry["starts"] for entry in read if not entry["summary"].startswith(TITLE)}
        assert others == {
            "Evidence due (Fall 2023)": "2023-12-01T04:59:00Z",
            "Decisions (Fall 2023)": "2023-12-15",
        }

    def test_long_and_odd_words_come_through(self, peer):
        [read] = entries(peer, feeds.personal(enrolled("America/New_York").person))

        assert read[0]["summary"] == f"{TITLE} (Fall 2023)"

    def test_what_moved_and_what_was_cancelled_keep_their_identity(self, peer, clock):
        clock(datetime(2023, 9, 1, tzinfo=UTC))
        enrollment = enrolled("America/New_York")
        before = feeds.personal(enrollment.person)
        moved, cancelled = enrollment.cohort.events.meetings().order_by("number")[:2]
        moved.on = date(2023, 9, 12)
        scheduling.change(moved)
        scheduling.cancel(cancelled, by=enrollment.person)

        old, new = entries(peer, before, feeds.personal(enrollment.person))

        assert [entry["uid"] for entry in new] == [entry["uid"] for entry in old]
        changes = [(entry["starts"], entry["status"], entry["sequence"]) for entry in new[:3]]
        assert changes == [
            ("2023-09-12T20:00:00Z", "CONFIRMED", 1),
            ("2023-11-04T20:00:00Z", "CANCELLED", 1),
            ("2023-11-06T21:00:00Z", "CONFIRMED", 0),
        ]

    def test_what_comes_with_a_mail_is_read_too(self, peer, clock):
        clock(datetime(2023, 9, 1, tzinfo=UTC))
        enrollment = enrolled("America/New_York")
        moved, cancelled = enrollment.cohort.events.meetings().order_by("number")[:2]
        moved.on = date(2023, 9, 12)
        scheduling.change(moved)
        scheduling.cancel(cancelled, by=enrollment.person)
        attached = [mail.attachment.encode() for mail in Message.objects.order_by("pk")]

        [[first], [second]] = entries(peer, *attached)

        assert (first["uid"], first["starts"], first["sequence"]) == (str(moved.uid), "2023-09-12T20:00:00Z", 1)
        assert (second["uid"], second["status"], second["sequence"]) == (str(cancelled.uid), "CANCELLED", 1)

    def test_a_meeting_alone_is_read_too(self, peer):
        event = enrolled("Pacific/Guam").cohort.events.meetings().get(number=1)

        [[read]] = entries(peer, feeds.single(event).encode())

        assert (read["uid"], read["starts"]) == (str(event.uid), "2023-09-11T06:00:00Z")
