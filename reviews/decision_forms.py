"""What admins type while they decide and look after people, and what applicants type while they revise."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError

from cohorts.forms import date_field
from cohorts.models import Cohort
from microcred import clock
from microcred.letters import placeholders
from reviews import corrections
from reviews.decisions import Outcome, Proposal
from reviews.models import Decision

ALWAYS = {"first_name", "full_name", "badge", "cohort", "team_email", "site_name", "home_url", "feedback_url", "link"}
ALSO = {
    Outcome.AWARD: set(),
    Outcome.REVISE: {"answers", "rows", "summary", "comments", "documents", "due", "due_day"},
    Outcome.NOT_AWARDED: {"answers", "rows", "summary", "comments"},
}
MUST = {Outcome.AWARD: {"link"}, Outcome.REVISE: {"comments", "due", "link"}, Outcome.NOT_AWARDED: {"comments"}}


class DecisionForm(forms.Form):
    """The outcome that the reviews allow, and for a revision its day."""

    outcome = forms.ChoiceField(widget=forms.RadioSelect)
    due_on = date_field("Revision due", required=False)

    def __init__(self, *args, proposal: Proposal, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(each.value, each.label) for each in proposal.choices]
        self.fields["outcome"].initial = proposal.outcome
        self.fields["due_on"].initial = proposal.due_on
        if Outcome.REVISE not in proposal.choices:
            del self.fields["due_on"]


class LetterForm(forms.ModelForm):
    """The words of a letter. What stands in braces is filled in when it leaves."""

    class Meta:
        model = Decision
        fields = ("subject", "letter")
        help_texts = {"letter": "Markdown: two stars for **bold**, an empty line between paragraphs."}
        widgets = {"letter": forms.Textarea(attrs={"rows": 16})}

    def clean_letter(self) -> str:
        used, outcome = placeholders(self.cleaned_data["letter"]), Outcome(self.instance.outcome)
        if unknown := used - ALWAYS - ALSO[outcome]:
            raise ValidationError(f"Nothing is known as {_braced(unknown)} in this letter. Take it out.")
        if missing := MUST[outcome] - used:
            raise ValidationError(f"The letter needs {_braced(missing)}: put it back where it belongs.")
        return self.cleaned_data["letter"]

    def clean_subject(self) -> str:
        outcome = Outcome(self.instance.outcome)
        if unknown := placeholders(self.cleaned_data["subject"]) - ALWAYS - ALSO[outcome]:
            raise ValidationError(f"Nothing is known as {_braced(unknown)} in this letter. Take it out.")
        return self.cleaned_data["subject"]


class CorrectionForm(forms.Form):
    """The words of a correction."""

    subject = forms.CharField(max_length=200)
    letter = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Say what was wrong and what is right. The decision stays as it is; an appeal changes one.",
    )

    def clean(self) -> dict:
        typed = super().clean() or {}
        for name, words in list(typed.items()):
            if unknown := placeholders(words) - ALWAYS - corrections.PLACEHOLDERS:
                self.add_error(name, f"Nothing is known as {_braced(unknown)} in this letter. Take it out.")
        return typed


def _braced(names: set[str]) -> str:
    return ", ".join(f"{{{{ {name} }}}}" for name in sorted(names))


class ScheduleForm(forms.Form):
    """A day and a time on the cohort's clock."""

    on = date_field("Release on")
    at = forms.TimeField(label="at", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), initial="09:00")

    def __init__(self, *args, cohort: Cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort = cohort

    def clean(self) -> dict:
        found = super().clean() or {}
        if "on" in found and "at" in found:
            found["moment"] = clock.local_moment(found["on"], found["at"], self.cohort.zone)
            if found["moment"] <= clock.now():
                raise ValidationError("That time has passed. Choose a later one, or release now.")
        return found

    @property
    def moment(self) -> datetime:
        return self.cleaned_data["moment"]


class SecondReadRulesForm(forms.ModelForm):
    """When one reader is not enough in a cohort."""

    second_read_percent = forms.IntegerField(
        label="Read twice from the start", help_text="Percent of all submissions, spread evenly. 0: none.",
        min_value=0, max_value=100, widget=forms.NumberInput(attrs={"class": "count"}),
    )  # fmt: skip
    second_read_near_rows = forms.IntegerField(
        label="Read again when nearly met",
        help_text="When one reader finds no more rubric rows than these missing to the badge. 0: never.",
        min_value=0, max_value=100, widget=forms.NumberInput(attrs={"class": "count"}),
    )  # fmt: skip

    class Meta:
        model = Cohort
        fields = ("second_read_percent", "second_read_near_rows", "second_read_not_awarded")
        labels = {"second_read_not_awarded": "Read again before a badge is refused for good"}
        help_texts = {"second_read_not_awarded": "Then nobody is refused on one reader's word."}


class ReasonForm(forms.Form):
    """Why, in words that the person and colleagues read."""

    why = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args, hint: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["why"].help_text = hint
