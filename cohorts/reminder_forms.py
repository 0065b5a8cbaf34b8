"""Reading and checking what people type about reminders."""

from django import forms
from django.utils.text import slugify

from cohorts import audiences, planning
from cohorts.models import Event, Reminder
from microcred import clock

BEFORE, AFTER = "before", "after"
MOST_DAYS = 120


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
            "at": "Between 8 PM and 8 AM on the reader’s clock nothing arrives: it waits until 8 AM.",
            "body": "Markdown. Words in braces are filled in for each person; the list is beside.",
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
        self.fields["audience"].choices = [(one.key, one.label) for one in known]
        self.fields["event_kind"].choices = [choice for choice in Event.Kind.choices if choice[0] in kinds]
        days = self.instance.days or 0
        self.initial |= {"count": abs(days), "side": AFTER if days > 0 else BEFORE, "seen": self.instance.version}
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
        """A rule has to fit together, and its letter must come out whole for everybody known now."""
        cleaned = super().clean()
        audience = audiences.of(cleaned["audience"]) if cleaned.get("audience") else None
        if audience and cleaned.get("event_kind") and cleaned["event_kind"] not in audience.kinds:
            named = " or ".join(f"“{Event.Kind(kind).label}”" for kind in audience.kinds)
            self.add_error("event_kind", f"For these people count from {named}.")
        if "count" in cleaned and "side" in cleaned:
            self.instance.days = cleaned["count"] * (1 if cleaned["side"] == AFTER else -1)
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        if not self.errors and (problem := planning.hole(self.instance, at=clock.now())):
            self.add_error("body", problem)
