"""Reading what an admin typed about the staff of a cohort and its rules."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from badges.models import Badge, Edition
from cohorts.models import Cohort, StaffMembership
from microcred.models import User

RANGES = {  # of the rules that are numbers
    "grace_minutes": (0, 1440),
    "late_days": (0, 60),
    "attempts": (1, 9),
    "revision_days": (1, 180),
    "readers_per_submission": (1, 5),
}


class StaffForm(forms.Form):
    """One more person, or one more role of somebody who is here."""

    email = forms.EmailField(label="E-mail address", max_length=User._meta.get_field("email").max_length)
    role = forms.ChoiceField(label="Role", choices=StaffMembership.Role)
    first = forms.CharField(label="First name", max_length=80, required=False)
    last = forms.CharField(label="Last name", max_length=80, required=False)
    organization = forms.CharField(
        label="District or employer",
        max_length=160,
        required=False,
        help_text="A reviewer does not read the work of colleagues.",
    )


class CohortRulesForm(forms.ModelForm):
    """What holds for everybody in one cohort, whatever its badge says."""

    class Meta:
        model = Cohort
        fields = (
            *("name", "team_email", "attendance_edition", "late_days", "grace_minutes", "attempts", "revision_days"),
            *("readers_per_submission", "reads_blind", "shows_reviewer_names"),
        )
        labels = {
            "team_email": "Team’s e-mail address",
            "attendance_edition": "Badge for attending the meetings",
            "late_days": "Days on which late work is taken",
            "grace_minutes": "Minutes of grace",
            "attempts": "Rounds of review at most",
            "revision_days": "Days for a revision",
            "readers_per_submission": "Readers of each submission",
            "reads_blind": "Reviewers do not see applicants’ names",
            "shows_reviewer_names": "Applicants see who reviewed, after release",
        }
        help_texts = {
            "late_days": "After the day on which evidence is due. 0: none is taken.",
            "grace_minutes": "After midnight of that day, still on time. Shown nowhere.",
            "attempts": "",
            "reads_blind": "",
            "shows_reviewer_names": "",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.opened_at:
            del self.fields["attendance_edition"]
        else:
            of_meetings = Edition.objects.select_related("badge").filter(badge__kind=Badge.Kind.SHARED_LEARNING)
            earned = self.fields["attendance_edition"]
            assert isinstance(earned, forms.ModelChoiceField)
            earned.queryset = of_meetings
        for name, (least, most) in RANGES.items():
            said = f"Write a number from {least} to {most}."
            self.fields[name].validators = [MinValueValidator(least, said), MaxValueValidator(most, said)]
            self.fields[name].error_messages |= {"invalid": said, "required": said}
            self.fields[name].widget.attrs |= {"min": least, "max": most}
