"""Reading what a holder chose."""

from django import forms

from badges.models import Award


class VisibilityForm(forms.Form):
    """Who can see one award."""

    visibility = forms.ChoiceField(label="Who can see this", choices=Award.Visibility)
