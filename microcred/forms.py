"""How every form is drawn, and the form of a person's own account."""

import zoneinfo

from django import forms
from django.forms.renderers import TemplatesSetting

from microcred import clock, times
from microcred.models import User

# The zones that people here live in, as they say them; any other zone of the database is offered below.
COMMON_ZONES = {
    "America/New_York": "New York (Eastern)",
    "America/Chicago": "Chicago (Central)",
    "America/Denver": "Denver (Mountain)",
    "America/Phoenix": "Phoenix (Arizona)",
    "America/Los_Angeles": "Los Angeles (Pacific)",
    "America/Anchorage": "Anchorage (Alaska)",
    "Pacific/Honolulu": "Honolulu (Hawaii)",
    "America/Puerto_Rico": "San Juan (Puerto Rico)",
    "Pacific/Guam": "Guam",
}


class Renderer(TemplatesSetting):
    """Label, hint, error and field, in the project's own templates, set once for every page."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


def zone_choices() -> list:
    """Zones with the time on their clocks now: "Phoenix (Arizona), 10:12 AM"."""
    at = clock.now()

    def shown(zone: str, name: str) -> tuple[str, str]:
        return zone, f"{name}, {times.time_of_day(at.astimezone(zoneinfo.ZoneInfo(zone)))}"

    others = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and zone not in COMMON_ZONES)
    others = [zone for zone in others if not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))]
    return [
        *(shown(zone, name) for zone, name in COMMON_ZONES.items()),
        ("Elsewhere", [shown(zone, zone.replace("_", " ")) for zone in others]),
    ]


class ZoneField(forms.ChoiceField):
    """A time zone, chosen by city with its present time beside it."""

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "Your time zone")
        super().__init__(choices=zone_choices, **kwargs)
        self.widget.attrs["data-guess-zone"] = ""


class AccountForm(forms.ModelForm):
    """Names for the badge and for files, time zone, theme and notices."""

    zone = ZoneField()

    class Meta:
        model = User
        fields = (
            "name_on_badge",
            "last_name_for_files",
            "first_name_for_files",
            "zone",
            "theme",
            "uses_shortcuts",
            "wants_meeting_reminders",
        )
        labels = {
            "name_on_badge": "Name on your badge",
            "last_name_for_files": "Last name for file names",
            "first_name_for_files": "First name for file names",
            "theme": "Colors",
        }
        help_texts = {
            "first_name_for_files": "File names use its first letter. Leave it empty if you have one name only.",
            "wants_meeting_reminders": "Notices about deadlines and decisions always come.",
        }
        widgets = {"theme": forms.RadioSelect}
