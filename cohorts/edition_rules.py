"""The reminder rules that an edition brings along: what each means, what is odd about one, and the form of one.

The edition holds them as plain data, since the floor below knows neither events nor audiences.
"""

from collections.abc import Mapping
from datetime import time
from typing import Any

from django import forms

from badges.edition_forms import PartForm
from badges.editions import places
from cohorts import audiences
from cohorts.models import Event, Reminder
from cohorts.reminder_forms import (
    clock_field,
    count_field,
    count_of,
    days_of,
    kinds_fault,
    offer,
    offer_known,
    side_field,
)
from microcred import letters

CHOICES = {
    "event_kind": ("counted from", Event.Kind.values),
    "audience": ("for", Reminder.Audience.values),
    "zone_of": ("on the clock of", Reminder.Zone.values),
}


def fault(rule: Mapping[str, Any]) -> str:
    """What in a rule nobody here knows, as files can bring it; empty when all is known."""
    for name, (words, known) in CHOICES.items():
        if rule[name] not in known:
            return f"The reminder “{rule['key']}” is {words} “{rule[name]}”. Write one of: {', '.join(known)}."
    return ""


def unsaved(rule: Mapping[str, Any], **fields) -> Reminder:
    """The rule as a cohort's own, with its words in `fields`. It has no fault."""
    kept = {name: rule[name] for name in ("key", "event_kind", "days", "zone_of", "audience")}
    return Reminder(at=time.fromisoformat(rule["at"]), **kept, **fields)


def said(rule: Mapping[str, Any]) -> str:
    """`14 days before evidence is due, 9:00 AM their time · People who have not submitted`."""
    if odd := fault(rule):
        return odd
    known = unsaved(rule)
    return f"{known.when} · {known.get_audience_display()}"


class RuleForm(PartForm):
    """When, to whom, and which of the edition's letters."""

    names = ("event_kind", "days", "at", "zone_of", "audience", "letter")
    title = forms.CharField(label="Name", max_length=50, help_text="For your team: Two weeks.")
    audience = forms.ChoiceField(label="Who")
    count = count_field()
    side = side_field()
    event_kind = forms.ChoiceField(label="Counted from")
    at = clock_field()
    zone_of = forms.ChoiceField(label="On whose clock", choices=Reminder.Zone)
    letter = forms.ChoiceField(label="Letter", help_text="Its words are changed among the letters of this edition.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer_known(self.fields)
        known = [(letter["key"], letter["subject"]) for letter in self.whole["letters"]]
        offer(self.fields["letter"], [(key, f"{key.replace('-', ' ').capitalize()}: {line}") for key, line in known])
        if not self.is_new:
            del self.fields["title"]

    def shown(self, found):
        return super().shown(found) | count_of(found["days"])

    def clean(self):
        """A rule has to fit together, and its letter has to find words for those it goes to."""
        cleaned = super().clean() or {}
        if wrong := kinds_fault(cleaned):
            self.add_error("event_kind", wrong)
        if cleaned.get("letter") and cleaned.get("audience") and (wrong := self._hole(cleaned)):
            self.add_error("letter", wrong)
        return cleaned

    def _hole(self, cleaned) -> str:
        letter = places.entry(self.whole, ("letters", cleaned["letter"]))
        says = letters.placeholders(letter["subject"] + letter["body"])
        unknown = sorted(says - audiences.of(cleaned["audience"]).placeholders)
        if not unknown:
            return ""
        return f"This letter says {{{{ {unknown[0]} }}}}, which is not known of these people. Choose another letter."

    @property
    def part(self):
        chosen = {name: self.cleaned_data[name] for name in ("event_kind", "zone_of", "audience", "letter")}
        return chosen | {"days": days_of(self.cleaned_data), "at": f"{self.cleaned_data['at']:%H:%M}"}
