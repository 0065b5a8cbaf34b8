"""How every form is drawn, and what people choose for themselves."""

import zoneinfo

from django import forms
from django.forms.renderers import TemplatesSetting

from microcred import clock, letters, times
from microcred.models import User
from microcred.verdict import Refused

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


class LetterField(forms.CharField):
    """What a letter says. Words in braces are taken as the placeholders they mean, however they were typed."""

    def clean(self, value) -> str:
        try:
            return letters.tidied(super().clean(value))
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


def time_field(label: str, **kwargs) -> forms.TimeField:
    """A time of day as the browser asks for it."""
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget, error_messages={"invalid": "Write the time as 17:30."}, **kwargs)


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


class NamesForm(forms.ModelForm):
    """A person's name as the badge and as file names have it."""

    class Meta:
        model = User
        fields = ("name_on_badge", "last_name_for_files", "first_name_for_files")
        labels = {
            "name_on_badge": "Name on your badge",
            "last_name_for_files": "Last name for file names",
            "first_name_for_files": "First name for file names",
        }
        help_texts = {
            "first_name_for_files": "File names use its first letter. Leave it empty if you have one name only.",
        }

    def __init__(self, *args, instance: User, **kwargs):
        last, first = instance.file_names
        used = {"name_on_badge": instance.badge_name, "last_name_for_files": last, "first_name_for_files": first}
        super().__init__(*args, instance=instance, initial=used, **kwargs)
        self.fields["name_on_badge"].required = self.fields["last_name_for_files"].required = True


class OwnZoneForm(forms.ModelForm):
    """The zone in which a person reads every time."""

    zone = ZoneField()

    class Meta:
        model = User
        fields = ("zone",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.zone:  # chosen before: the browser has no say
            self.fields["zone"].widget.attrs.pop("data-guess-zone")


class NoticesForm(forms.ModelForm):
    """Which mails come."""

    class Meta:
        model = User
        fields = ("wants_meeting_reminders",)
        labels = {"wants_meeting_reminders": "Remind me of meetings by e-mail"}
        help_texts = {"wants_meeting_reminders": "A meeting that moves or is cancelled is always told."}


class ThemeForm(forms.ModelForm):
    """Light or dark."""

    class Meta:
        model = User
        fields = ("theme",)
        labels = {"theme": "Colors"}
        widgets = {"theme": forms.RadioSelect}


class KeysForm(forms.ModelForm):
    """Whether single keys do something."""

    class Meta:
        model = User
        fields = ("uses_shortcuts",)
        labels = {"uses_shortcuts": "Use single keys while scoring"}
