"""What an applicant types when handing in."""

from django import forms

from badges.models import Competency
from submissions.models import Submission
from submissions.slots import Slot


class SubmitForm(forms.Form):
    """Which competency to look for first, what changed; and whether every document is in."""

    competency = forms.ModelChoiceField(
        Competency.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        empty_label=None,
        label="Which competency should reviewers look for first?",
    )
    what_changed = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        label="What did you change?",
        help_text="Your reviewer reads it beside your answers.",
    )

    def __init__(self, *args, submission: Submission, slots: list[Slot], **kwargs):
        super().__init__(*args, **kwargs)
        self.slots = slots
        now = submission.current_round
        offered = submission.enrollment.cohort.edition.competencies.select_related("domain")
        self.fields["competency"].queryset = offered
        self.initial = {"competency": submission.competency_id, "what_changed": now.what_changed}
        if now.number == 1:
            del self.fields["what_changed"]
        if not offered:
            del self.fields["competency"]

    def clean(self):
        if self.open_ends:
            raise forms.ValidationError([slot.to_do for slot in self.open_ends])
        return super().clean()

    @property
    def open_ends(self) -> list[Slot]:
        """Documents that keep this from being submitted."""
        return [slot for slot in self.slots if slot.blocks]
