"""Reading and checking what people type about reminders."""

from django import forms
from django.utils.text import slugify

from cohorts import audiences, planning
from cohorts.models import Event, Reminder
from microcred import clock

BEFORE, AFTER = "before", "after"
MOST_DAYS = 120


def _offer(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class ReminderForm(forms.ModelForm):
    """When, to whom, and what a reminder says."""

    name = forms.CharField(label="Name", max_length=50, help_text="For your team: Two weeks.")
    count = forms.IntegerField(label="Days", min_value=0, max_value=MOST_DAYS, help_text="0: on the day itself.")
    side = forms.ChoiceField(label="Before or after", choices=((BEFORE, "days before"), (AFTER, "days after")))
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Reminder
        fields = ("audience", "event_kind", "at", "zone_of", "subject", "body")
        labels = {
            "audience": "Who", "event_kind": "Counted from", "at": "Time of day", "zone_of": "On whose clock",
            "body": "Text",
        }  # fmt: skip
        help_texts = {
            "at": "What would arrive between 8 PM and 8 AM on the reader’s clock waits until 8 AM.",
            "body": "Markdown. Words in braces are filled in for each person.",
        }
        widgets = {
            "at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "body": forms.Textarea(attrs={"rows": 12}),
        }

    field_order = ("name", "audience", "count", "side", "event_kind", "at", "zone_of", "subject", "body")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = audiences.known()
        kinds = {kind for audience in known for kind in audience.kinds}
        _offer(self.fields["audience"], [(one.key, one.label) for one in known])
        _offer(self.fields["event_kind"], [choice for choice in Event.Kind.choices if choice[0] in kinds])
        days = self.instance.days or 0
        seen = self.instance.version
        self.initial = {**self.initial, "count": abs(days), "side": AFTER if days > 0 else BEFORE, "seen": seen}
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
        audience = audiences.of(cleaned["audience"]) if cleaned.get("audience") else None
        if audience and cleaned.get("event_kind") and cleaned["event_kind"] not in audience.kinds:
            named = " or ".join(f"“{Event.Kind(kind).label}”" for kind in audience.kinds)
            self.add_error("event_kind", f"For these people count from {named}.")
        if "count" in cleaned and "side" in cleaned:
            self.instance.days = cleaned["count"] * (1 if cleaned["side"] == AFTER else -1)
        return cleaned

    def full_clean(self):
        """The letter must come out whole for everybody known now, too."""
        super().full_clean()
        if self.is_bound and not self.errors and (problem := planning.hole(self.instance, at=clock.now())):
            self.add_error("body", problem)
