"""What an applicant types when handing in, and what a browser tells of a file that was chosen."""

from django import forms

from badges.models import Competency
from submissions.hints import HEAD_BYTES
from submissions.models import Submission
from submissions.slots import Slot


class ChosenFile(forms.Form):
    """The name of a file, its size, and its first bytes as two hexadecimal digits each."""

    name = forms.CharField(max_length=1000, strip=False)
    size = forms.IntegerField(min_value=0)
    head = forms.RegexField(rf"^(?:[0-9a-f]{{2}}){{0,{HEAD_BYTES}}}$", required=False)

    def clean_head(self):
        return bytes.fromhex(self.cleaned_data["head"])


class SubmitForm(forms.Form):
    """Which competency to look for first; and whether every document is in."""

    competency = forms.ModelChoiceField(
        Competency.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        empty_label=None,
        label="Which competency should reviewers look for first?",
    )

    def __init__(self, *args, submission: Submission, slots: list[Slot], **kwargs):
        super().__init__(*args, **kwargs)
        self.slots = slots
        offered = submission.enrollment.cohort.edition.competencies.select_related("domain")
        self.fields["competency"].queryset = offered
        self.initial = {"competency": submission.competency_id}
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
