"""Reading what reviewers and admins type about samples."""

from collections.abc import Iterable
from dataclasses import replace

from django import forms
from django.http import QueryDict

from badges.models import Edition, Level
from cohorts.models import Cohort
from reviews.calibration.models import Sample
from reviews.calibration.readiness import USUAL_PERCENT
from reviews.calibration.samples import Entry, Row

MOST = 2**31 - 1  # what a whole number in a form may be, so that the database can look for it


class RowForm(forms.Form):
    """One rubric row, under the names `q4-level` and `q4-text`."""

    level = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    text = forms.CharField(required=False, strip=False, max_length=20_000)

    def __init__(self, row: Row, data):
        super().__init__(data, prefix=f"q{row.number}")
        self.row = row
        self.fields["level"].choices = [(level.rank, level.label) for level in row.levels]

    def entry(self) -> Entry:
        return Entry(self.row.criterion, self._level(), self.cleaned_data["text"].replace("\r\n", "\n"))

    def _level(self) -> Level | None:
        chosen = self.cleaned_data["level"]
        return next((level for level in self.row.levels if level.rank == chosen), None)


class ScoredRowForm(RowForm):
    """The same with the version of the row that the page was made from: `q4-version`."""

    version = forms.IntegerField(min_value=0, max_value=MOST)

    def entry(self) -> Entry:
        return replace(super().entry(), version=self.cleaned_data["version"])


class VersionForm(forms.Form):
    """Which version of a sample the page was made from."""

    version = forms.IntegerField(min_value=0, max_value=MOST)


def typed_in(posted: QueryDict, rows: Iterable[Row]) -> tuple[list[Entry], int] | None:
    """What was typed, said on each of `rows`, and the version of the page; None, when it does not match the rubric."""
    page, forms_of_rows = VersionForm(posted), [RowForm(row, posted) for row in rows]
    if not page.is_valid() or not all(form.is_valid() for form in forms_of_rows):
        return None
    entries = [form.entry() for form in forms_of_rows]
    for form, entry in zip(forms_of_rows, entries, strict=True):
        form.row.say(entry)
    return entries, page.cleaned_data["version"]


class FileForm(forms.Form):
    """A Word file in the form of the edition, for one of its scored documents."""

    document = forms.ModelChoiceField(queryset=None, label="Which document", empty_label=None)
    file = forms.FileField(
        label="Word file",
        help_text="Written into this edition’s template. Take names and places out of it first: reviewers read it.",
        error_messages={"required": "Choose a Word file.", "empty": "This file is empty. Choose another one."},
        widget=forms.FileInput(attrs={"accept": ".docx"}),
    )

    def __init__(self, *args, edition: Edition, **kwargs):
        super().__init__(*args, **kwargs)
        scored = edition.documents.filter(is_scored=True)
        self.fields["document"].queryset = scored
        if len(scored) == 1:
            self.fields["document"].widget = forms.HiddenInput()
            self.fields["document"].initial = scored[0]

    def add_problem(self, sentence: str) -> None:
        """What came to light when the file arrived or was read."""
        self.errors.pop("file", None)
        self.add_error("file", sentence)


class SampleForm(FileForm):
    """A new sample: a name, and its first file."""

    title = forms.CharField(
        label="Name", max_length=80, help_text="Reviewers see it, so it says nothing about the levels: Sample A."
    )
    field_order = ("title", "document", "file")


class AskingForm(forms.ModelForm):
    """Whether a cohort asks its reviewers for a sample first, and how many agreed levels are enough."""

    asks = forms.BooleanField(label="Reviewers score a sample before live work", required=False)
    calibration_percent = forms.IntegerField(
        label="Rows on the agreed level that are enough, in percent",
        min_value=1,
        max_value=100,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )

    class Meta:
        model = Cohort
        fields = ("calibration_percent",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["asks"] = self.instance.calibration_percent is not None
        self.initial["calibration_percent"] = self.instance.calibration_percent or USUAL_PERCENT

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("asks"):
            cleaned["calibration_percent"] = None
        elif not self.errors and not Sample.objects.offered().filter(edition=self.instance.edition_id).exists():
            self.add_error("asks", "Publish a sample first. Without one, nobody could begin to review.")
        return cleaned
