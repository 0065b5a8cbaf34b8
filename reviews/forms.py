"""Reading what reviewers and admins type."""

from collections.abc import Mapping

from django import forms

from badges.models import Level
from cohorts.models import Cohort
from reviews.models import Assignment
from reviews.scoring import Entry

MOST = 2**31 - 1  # what a whole number in a form may be, so that the database can look for it


class ScoreForm(forms.Form):
    """One rubric row, under the names `q4-level`, `q4-comment`, `q4-note`, `q4-why` and `q4-version`."""

    level = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    comment = forms.CharField(required=False, strip=False)
    note = forms.CharField(required=False, strip=False)
    why = forms.CharField(required=False, max_length=300)
    version = forms.IntegerField(min_value=0, max_value=MOST)

    def __init__(self, question, data):
        super().__init__(data, prefix=f"q{question.number}")
        self.question = question
        self.fields["level"].choices = [(level.rank, level.label) for level in question.levels]

    def entry(self) -> Entry:
        typed = self.cleaned_data
        return Entry(
            self.question.criterion,
            self._level(),
            typed["comment"],
            typed["note"],
            version=typed["version"],
            why=typed["why"],
        )

    def _level(self) -> Level | None:
        chosen = self.cleaned_data["level"]
        return next((level for level in self.question.levels if level.rank == chosen), None)


def speaks_of(number: int, data: Mapping[str, str]) -> bool:
    """Whether a form brings this row, and does not leave it as another tab saved it."""
    return f"q{number}-version" in data and data.get("use-saved") != str(number)


class ConflictForm(forms.Form):
    """Why somebody else should read it."""

    kind = forms.ChoiceField(
        label="Why somebody else should read it", choices=Assignment.Conflict, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="In a sentence",
        help_text="Your cohort team reads it; the applicant does not.",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "plain"}),
    )

    def clean(self):
        if self.cleaned_data.get("kind") == Assignment.Conflict.OTHER and not self.cleaned_data.get("note"):
            self.add_error("note", "Say in a sentence what the reason is.")
        return self.cleaned_data


class SecondReaderForm(forms.Form):
    """Who settles what two readers differ on."""

    who = forms.TypedChoiceField(label="Second reader", coerce=int, empty_value=None)

    def __init__(self, *args, people: list, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {person.pk: person for person in people}
        self.fields["who"].choices = [(person.pk, str(person)) for person in people]

    @property
    def person(self):
        return self.people[self.cleaned_data["who"]]


def cohorts_reviewed_by(person) -> Cohort:
    return Cohort.objects.filter(staff__in=person.staff_memberships.reviewing()).distinct()
