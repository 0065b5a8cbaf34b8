"""What vobject (Radicale, older Python servers) reads in calendars: a JSON list of them on stdin, entries on stdout.

Run in a process of its own: it keeps the zones it has met for the next calendar.
"""

import json
import sys
from datetime import UTC, datetime, timedelta

import vobject


def entries(text: str) -> list[dict]:
    return [entry(event) for event in vobject.readOne(text).vevent_list]


def entry(event) -> dict:
    return {
        "uid": event.uid.value,
        "starts": moment(event.dtstart.value),
        "ends": moment(ending(event)),
        "summary": event.summary.value,
        "status": event.status.value,
        "sequence": int(event.sequence.value),
    }


def ending(event):
    """Without an end, RFC 5545 (3.6.1): a day lasts that day, a moment no time."""
    if hasattr(event, "dtend"):
        return event.dtend.value
    starts = event.dtstart.value
    return starts if isinstance(starts, datetime) else starts + timedelta(days=1)


def moment(value) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else f"{value}"


print(json.dumps([entries(text) for text in json.load(sys.stdin)]))
