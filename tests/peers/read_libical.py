"""What libical (GNOME Calendar, KOrganizer) reads in calendars: a JSON list of them on stdin, their entries on stdout.

Run in a process of its own: a C library may take the process along.
"""

import json
import sys
from ctypes import CDLL, Structure, c_char_p, c_int, c_long, c_void_p
from ctypes.util import find_library
from datetime import UTC, date, datetime


class Time(Structure):
    _fields_ = [(name, c_int) for name in "year month day hour minute second is_date is_daylight".split()] + [
        ("zone", c_void_p)
    ]


library = CDLL(find_library("ical"))
TEXTS = {"uid": "icalcomponent_get_uid", "summary": "icalcomponent_get_summary"}
for name, answer, takes in (
    ("icalparser_parse_string", c_void_p, [c_char_p]),
    ("icalcomponent_string_to_kind", c_int, [c_char_p]),
    ("icalcomponent_count_errors", c_int, [c_void_p]),
    ("icalcomponent_get_first_component", c_void_p, [c_void_p, c_int]),
    ("icalcomponent_get_next_component", c_void_p, [c_void_p, c_int]),
    ("icalcomponent_get_dtstart", Time, [c_void_p]),
    ("icalcomponent_get_dtend", Time, [c_void_p]),
    ("icalcomponent_get_sequence", c_int, [c_void_p]),
    ("icalcomponent_get_status", c_int, [c_void_p]),
    ("icalproperty_status_to_string", c_char_p, [c_int]),
    ("icaltime_as_timet_with_zone", c_long, [Time, c_void_p]),
    *((name, c_char_p, [c_void_p]) for name in TEXTS.values()),
):
    function = getattr(library, name)
    function.restype, function.argtypes = answer, takes


def entries(text: str) -> list[dict]:
    calendar = library.icalparser_parse_string(text.encode())
    if not calendar or library.icalcomponent_count_errors(calendar):
        sys.exit("libical finds errors in it")
    return [entry(component) for component in components(calendar, b"VEVENT")]


def components(calendar, kind: bytes):
    kind_number = library.icalcomponent_string_to_kind(kind)
    found = library.icalcomponent_get_first_component(calendar, kind_number)
    while found:
        yield found
        found = library.icalcomponent_get_next_component(calendar, kind_number)


def entry(component) -> dict:
    return {
        **{name: getattr(library, function)(component).decode() for name, function in TEXTS.items()},
        "starts": moment(library.icalcomponent_get_dtstart(component)),
        "ends": moment(library.icalcomponent_get_dtend(component)),
        "status": library.icalproperty_status_to_string(library.icalcomponent_get_status(component)).decode(),
        "sequence": library.icalcomponent_get_sequence(component),
    }


def moment(time: Time) -> str:
    if time.is_date:
        return f"{date(time.year, time.month, time.day)}"
    instant = datetime.fromtimestamp(library.icaltime_as_timet_with_zone(time, time.zone), UTC)
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


print(json.dumps([entries(text) for text in json.load(sys.stdin)]))
