"""Reading and checking what people type about reminders."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.text import slugify

from cohorts import audiences, planning
from cohorts.models import Event, Reminder
from microcred import clock
from microcred.forms import LetterField, time_field

BEFORE, AFTER = "before", "after"
MOST_DAYS = 120


# What the form of a cohort's rule and that of an edition's have in common --------------------------------------------
def count_field() -> forms.IntegerField:
    return forms.IntegerField(label="Days", min_value=0, max_value=MOST_DAYS, help_text="0: on the day itself.")


def side_field() -> forms.ChoiceField:
    return forms.ChoiceField(label="Before or after", choices=((BEFORE, "days before"), (AFTER, "days after")))


def clock_field() -> forms.TimeField:
    quiet = "What would arrive between 8 PM and 8 AM on the reader’s clock waits until 8 AM."
    return time_field("Time of day", help_text=quiet)


def offer(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def offer_known(fields: Mapping[str, forms.Field]) -> None:
    """Offer the audiences that there are, and what they can be reminded of."""
    known = audiences.known()
    kinds = {kind for audience in known for kind in audience.kinds}
    offer(fields["audience"], [(one.key, one.label) for one in known])
    offer(fields["event_kind"], [choice for choice in Event.Kind.choices if choice[0] in kinds])


def count_of(days: int) -> dict[str, object]:
    """What the fields show for so many days from the event."""
    return {"count": abs(days), "side": AFTER if days > 0 else BEFORE}


def days_of(cleaned: Mapping[str, Any]) -> int:
    return cleaned["count"] * (1 if cleaned["side"] == AFTER else -1)


def kinds_fault(cleaned: Mapping[str, Any]) -> str:
    """Why these people cannot be reminded of that; empty when they can."""
    audience = audiences.of(cleaned["audience"]) if cleaned.get("audience") else None
    if not audience or not cleaned.get("event_kind") or cleaned["event_kind"] in audience.kinds:
        return ""
    named = " or ".join(f"“{Event.Kind(kind).label}”" for kind in audience.kinds)
    return f"For these people count from {named}."


# A cohort's rule -----------------------------------------------------------------------------------------------------
class ReminderForm(forms.ModelForm):
    """When, to whom, and what a reminder says."""

    name = forms.CharField(label="Name", max_length=50, help_text="For your team: Two weeks.")
    count = count_field()
    side = side_field()
    at = clock_field()
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Reminder
        fields = ("audience", "event_kind", "at", "zone_of", "subject", "body")
        labels = {
            "audience": "Who", "event_kind": "Counted from", "zone_of": "On whose clock", "body": "Text",
        }  # fmt: skip
        help_texts = {"body": "Markdown. Words in braces are filled in for each person."}
        widgets = {"body": forms.Textarea(attrs={"rows": 12})}
        field_classes: ClassVar = {"subject": LetterField, "body": LetterField}

    field_order = ("name", "audience", "count", "side", "event_kind", "at", "zone_of", "subject", "body")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer_known(self.fields)
        self.initial = {**self.initial, **count_of(self.instance.days or 0), "seen": self.instance.version}
        if self.instance.pk:
            del self.fields["name"]

    def clean_name(self) -> str:
        key = slugify(self.cleaned_data["name"])
        if not key:
            raise forms.ValidationError("Give it a name with a letter or a digit in it.")
        if self.instance.cohort.reminders.filter(key=key).exists() or key in ("new", "preview", "sent"):
            raise forms.ValidationError("There is a reminder of that name. Choose another.")
        self.instance.key = key
        return key

    def clean(self):
        """A rule has to fit together."""
        cleaned = super().clean() or {}
        if wrong := kinds_fault(cleaned):
            self.add_error("event_kind", wrong)
        if "count" in cleaned and "side" in cleaned:
            self.instance.days = days_of(cleaned)
        return cleaned

    def full_clean(self):
        """The letter must come out whole for everybody known now, too."""
        super().full_clean()
        if self.is_bound and not self.errors and (problem := planning.hole(self.instance, at=clock.now())):
            self.add_error("body", problem)
