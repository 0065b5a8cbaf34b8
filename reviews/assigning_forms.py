"""Reading what admins and reviewers type about who reads what: a reader, how much each takes, a conflict."""

from dataclasses import dataclass

from django import forms
from django.db.models import Q, Value
from django.db.models.functions import Concat, Trim

from cohorts.models import Cohort
from microcred.models import User
from microcred.verdict import Refused
from reviews.models import DeclaredConflict
from reviews.staffing import Reader

MOST = 2**31 - 1  # what a whole number in a form may be, so that the database can look for it
MOST_TAKEN = 500  # submissions a reviewer can say to take


@dataclass(frozen=True)
class Wish:
    """Who shall read instead of whom; nobody is None. `sure`: the consequence was read."""

    was: int | None
    reader: User | None
    is_sure: bool
    with_draft: bool


class ReaderForm(forms.Form):
    """Who reads one submission instead of `was`; empty: nobody."""

    was = forms.IntegerField(required=False, min_value=0, max_value=MOST)
    reader = forms.IntegerField(required=False, min_value=0, max_value=MOST)
    sure = forms.BooleanField(required=False)
    draft = forms.BooleanField(required=False)

    def wish(self) -> Wish:
        """Raises: Refused, when that reader is nobody we know."""
        if self.is_valid():
            typed = self.cleaned_data
            reader = User.objects.filter(pk=typed["reader"]).first() if typed["reader"] is not None else None
            if reader or typed["reader"] is None:
                return Wish(typed["was"], reader, typed["sure"], typed["draft"])
        raise Refused("That reviewer is not on the list. Load the page again.")


class CapacityForm(forms.Form):
    """How many submissions each reviewer takes, under the names `takes-7`: the key of the membership."""

    def __init__(self, data=None, *, readers: list[Reader]):
        super().__init__(data)
        self.readers = readers
        for reader in readers:
            self.fields[self._name(reader)] = forms.IntegerField(
                label=f"{reader.person} takes up to",
                initial=reader.takes,
                min_value=0,
                max_value=MOST_TAKEN,
                widget=forms.NumberInput(attrs={"class": "count"}),
                error_messages={
                    "required": f"Write how many {reader.person} takes; 0 for none.",
                    "invalid": f"Write how many {reader.person} takes as a number.",
                    "max_value": f"{reader.person} can take at most {MOST_TAKEN}.",
                    "min_value": f"Write how many {reader.person} takes; 0 for none.",
                },
            )

    @staticmethod
    def _name(reader: Reader) -> str:
        return f"takes-{reader.membership.pk}"

    @property
    def rows(self):
        return [(reader, self[self._name(reader)]) for reader in self.readers]

    def save(self) -> None:
        """Keep what has changed."""
        for reader in self.readers:
            takes = self.cleaned_data[self._name(reader)]
            if takes != reader.takes:
                reader.membership.takes_up_to = takes
                reader.membership.save(update_fields=["takes_up_to"])


class ReasonedForm(forms.Form):
    """Why somebody must not judge: a kind, and a sentence where none fits."""

    kind = forms.ChoiceField(
        label="Why",
        choices=[("", "– choose –"), *DeclaredConflict.Kind.choices],
        error_messages={"required": "Choose why."},
    )
    note = forms.CharField(label="In a sentence", help_text="Only your team reads it.", required=False, max_length=1000)

    field_order = ("about", "person", "other", "organization", "kind", "note")  # first whom, then why

    def clean(self):
        typed = self.cleaned_data
        if typed.get("kind") == DeclaredConflict.Kind.OTHER and not typed.get("note", "").strip():
            self.add_error("note", "Say in a sentence what the reason is.")
        return typed


class ConcernForm(ReasonedForm):
    """Whom an applicant does not want to read their work: in their words, for they do not know who reads."""

    about = forms.CharField(
        label="Who",
        help_text="Their name or e-mail address, as you know it.",
        max_length=160,
        error_messages={"required": "Write whom you mean."},
    )


class MatchForm(forms.Form):
    """Whom of the staff an applicant means."""

    person = forms.ModelChoiceField(
        User.objects.none(), label="Whom they mean", empty_label="– choose –",
        error_messages={"required": "Choose whom they mean, or set it aside."},
    )  # fmt: skip

    def __init__(self, data=None, *, people):
        super().__init__(data)
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)
        person.queryset = people


class ConflictForm(ReasonedForm):
    """A conflict declared beforehand, with a person of the roster or with an organization."""

    person = forms.ModelChoiceField(
        User.objects.none(), label="Who must not judge", empty_label="– choose –",
        error_messages={"required": "Choose who must not judge."},
    )  # fmt: skip
    other = forms.CharField(
        label="A person",
        help_text="Their name as it stands on the roster, their e-mail address or the number of their submission.",
        required=False,
        max_length=160,
    )
    organization = forms.CharField(label="Or a district or employer", required=False, max_length=160)

    def __init__(self, data=None, *, cohort: Cohort, people, by_name: bool = True):
        super().__init__(data)
        self.cohort = cohort
        judges = self.fields["person"]
        assert isinstance(judges, forms.ModelChoiceField)
        judges.queryset = people
        if not by_name:
            del self.fields["other"]
            self._ask_for_an_organization()

    def _ask_for_an_organization(self) -> None:
        field = self.fields["organization"]
        field.label, field.required = "District or employer", True
        field.error_messages["required"] = "Write which district or employer."
        field.help_text = (
            f"{self.cohort} is read without names. When a text tells you whose it is, hand it back from your queue."
        )

    def clean_other(self) -> User | None:
        """The one person of the roster who is meant."""
        words = self.cleaned_data["other"].strip()
        if not words:
            return None
        found = list(_named(self.cohort, words)[:2])
        if not found:
            raise forms.ValidationError(f"Nobody of {self.cohort} is called “{words}”.")
        if len(found) > 1:
            raise forms.ValidationError(f"Several people are called “{words}”. Write an e-mail address or a number.")
        return found[0].person

    def clean(self):
        typed = super().clean()
        other, organization = typed.get("other"), typed.get("organization", "").strip()
        if "other" in self.fields and "other" not in self.errors and bool(other) == bool(organization):
            both = "Write either a person or a district; declare the other one separately."
            self.add_error("other", both if other else "Write whom, or which district or employer.")
        if other and other == typed.get("person"):
            self.add_error("other", "Nobody judges their own work anyway. Write somebody else.")
        return typed


def _named(cohort: Cohort, words: str):
    """Enrollments of those who are called so, or have that address or number."""
    full = Trim(Concat("person__first_name", Value(" "), "person__last_name"))
    matches = Q(full_name__iexact=" ".join(words.split())) | Q(person__email__iexact=words)
    number = words.lstrip("#")
    if number.isdecimal() and len(number) <= 9:
        matches |= Q(submission__number=int(number))
    return cohort.enrollments.annotate(full_name=full).filter(matches).select_related("person").order_by("pk")
