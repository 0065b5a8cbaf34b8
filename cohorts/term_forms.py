"""Reading and checking what an admin types to begin the next term."""

from django import forms

from cohorts import next_term
from cohorts.forms import date_field
from cohorts.models import Cohort, Event

NEEDED = frozenset({Event.Kind.LEARNING_BEGINS, Event.Kind.EVIDENCE_DUE})


class TermForm(forms.Form):
    """Which term, and on which day it begins: all else follows from last term."""

    term = forms.CharField(label="Term of the badge", max_length=60, help_text="As people say it: Spring 2024.")
    name = forms.CharField(
        label="Name of the cohort",
        max_length=80,
        required=False,
        help_text="The same as its term when you leave it empty.",
    )
    begins = date_field("Learning begins")

    def __init__(self, *args, cohort: Cohort, **kwargs):
        self.cohort = cohort
        super().__init__(*args, **kwargs)

    def clean_name(self):
        return self.cleaned_data["name"] or self.cleaned_data.get("term", "")

    def clean_begins(self):
        begins = self.cleaned_data["begins"]
        if not (verdict := next_term.may_begin(self.cohort, begins)):
            raise forms.ValidationError(verdict.reason)
        return begins


class DaysForm(forms.Form):
    """Every date of the new term, each to be changed; a meeting without a day is left out."""

    def __init__(self, data=None, *, rows: list[next_term.Proposed], cohort: Cohort):
        self.rows, self.cohort = rows, cohort
        super().__init__(data, initial={row.name: row.on for row in rows})
        for row in rows:
            self.fields[row.name] = date_field(row.event.title, required=row.event.kind in NEEDED)

    def clean(self):
        cleaned = super().clean()
        for row in self.rows:
            row.on = cleaned.get(row.name) or row.on
        kept = [row for row in self.rows if cleaned.get(row.name)]
        next_term.noted(kept, self.cohort)
        for name, reason in next_term.problems(kept, self.cohort).items():
            self.add_error(name, reason)
        return cleaned

    @property
    def lines(self) -> list[tuple]:
        """Each event with its field."""
        return [(row, self[row.name]) for row in self.rows]

    @property
    def days(self) -> dict:
        return {row.event.pk: row.on for row in self.rows if self.cleaned_data.get(row.name)}
