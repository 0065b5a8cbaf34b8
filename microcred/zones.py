"""Time zones as people know them."""

import zoneinfo

from django.core.exceptions import ValidationError

# What people say for a zone, whatever the season; others are named by their abbreviation on the day.
SPOKEN = {
    "America/New_York": "ET",
    "America/Chicago": "CT",
    "America/Denver": "MT",
    "America/Los_Angeles": "PT",
}
# The place whose clock it is, in a sentence; others go by their city.
PLACES = {
    "America/New_York": "Eastern Time",
    "America/Chicago": "Central Time",
    "America/Denver": "Mountain Time",
    "America/Los_Angeles": "Pacific Time",
    "America/Phoenix": "Arizona",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
}


def place(zone: str) -> str:
    """`Eastern Time`, `Arizona`, `Kathmandu`."""
    return PLACES.get(zone) or zone.rsplit("/", 1)[-1].replace("_", " ")


def validate_zone(name: str) -> None:
    if name and name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone we know. Choose one from the list.")


def spoken(zone: str, at) -> str:
    """What people call `zone` at the instant `at`: "ET", "MST", "UTC+5:45"."""
    if zone in SPOKEN:
        return SPOKEN[zone]
    local = at.astimezone(zoneinfo.ZoneInfo(zone))
    name = local.tzname() or ""
    if name and name[0] not in "+-":
        return name
    sign, minutes = ("-" if local.utcoffset().days < 0 else "+"), abs(int(local.utcoffset().total_seconds())) // 60
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")
