"""Reading a comment that is worth using again."""

from django import forms
from django.db.models import QuerySet

from badges.models import Criterion
from cohorts.models import Cohort
from reviews.models import SavedComment


class RowField(forms.ModelChoiceField):
    """The rubric rows of some editions; where there are several, each says its badge."""

    def __init__(self, cohorts: QuerySet[Cohort]):
        rows = Criterion.objects.filter(document__edition__cohorts__in=cohorts, document__is_scored=True).distinct()
        super().__init__(
            rows.select_related("document__edition__badge").order_by(
                "document__edition", "document__position", "position"
            ),
            label="For",
            empty_label="Every row",
            required=False,
            help_text="It stands first under the comment of its row.",
        )
        self.says_badge = len({one.edition_id for one in cohorts}) > 1

    def label_from_instance(self, row: Criterion) -> str:
        return f"{row.document.edition.badge}: {row.title}" if self.says_badge else row.title


class SavedCommentForm(forms.ModelForm):
    """A comment worth using again."""

    class Meta:
        model = SavedComment
        fields = ("cohort", "title", "text", "criterion")
        labels = {"title": "Short name", "text": "Comment"}
        help_texts = {"title": "What the button says."}

    def __init__(self, *args, cohorts: QuerySet[Cohort], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cohort"] = forms.ModelChoiceField(cohorts, empty_label=None)
        self.fields["criterion"] = RowField(cohorts)
        if len(cohorts) == 1:
            self.fields["cohort"].widget = forms.HiddenInput()
            self.initial["cohort"] = cohorts[0].pk

    def clean(self):
        row, cohort = self.cleaned_data.get("criterion"), self.cleaned_data.get("cohort")
        if row and cohort and row.document.edition_id != cohort.edition_id:
            self.add_error("criterion", f"{cohort} does not score that row. Choose one of its own, or every row.")
        return self.cleaned_data
