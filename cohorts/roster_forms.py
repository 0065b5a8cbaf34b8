"""Reading what people type about a roster: the rows, the columns, what is to become of a row, and when to invite."""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django import forms
from django.http import QueryDict

from cohorts import rosters
from cohorts.forms import date_field
from cohorts.models import Cohort
from cohorts.spreadsheets import decoded, tidy
from microcred import clock
from microcred.forms import time_field

LONGEST_FILE = 2 * 1024 * 1024
OF_A_ROW = re.compile(r"^(email|last_name|first_name|organization|leave|back|same)-(\d{1,6})$")
IN_THE_MORNING = time(9)


class RosterForm(forms.Form):
    """A roster, pasted or chosen as a file."""

    text = forms.CharField(
        label="Rows from a spreadsheet, headings included",
        widget=forms.Textarea(attrs={"rows": 10, "class": "plain", "spellcheck": "false"}),
        help_text="Columns: E-mail, Last name, First name, District. Other columns are left out.",
        error_messages={"required": "Paste the rows here, headings included, or choose a file."},
    )
    file = forms.FileField(
        label="Or a CSV file",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text="Commas, semicolons or tabs, as your spreadsheet saves it.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].required = not self.files
        self.fields["text"].validators.clear()  # of a NUL, which is left out as in a file

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if not upload:
            return ""
        if upload.size > LONGEST_FILE:
            raise forms.ValidationError(
                "The file is larger than 2 MB. A roster holds names and addresses only; save it as CSV."
            )
        data = upload.read()
        if data.startswith((b"PK", b"\xd0\xcf")):
            raise forms.ValidationError(
                "This is a workbook. In your spreadsheet choose Save as, CSV, and choose that file."
            )
        if not data.strip(b"\0 \t\r\n"):
            raise forms.ValidationError("The file is empty. Save it again in your spreadsheet, and choose it.")
        return decoded(data)

    @property
    def roster(self) -> str:
        """The text of the file, or what was pasted."""
        return self.cleaned_data["file"] or self.cleaned_data["text"]

    def refuse(self, reason: str) -> None:
        """Say it beside the field that the rows came from."""
        self.add_error("file" if self.cleaned_data.get("file") else "text", reason)


class LayoutForm(forms.Form):
    """Which column of the file holds what."""

    has_headings = forms.BooleanField(label="The first row holds headings", required=False)

    def __init__(self, *args, roster: rosters.Roster, **kwargs):
        layout = roster.layout
        kwargs["initial"] = {**layout.columns, "has_headings": layout.has_headings}
        super().__init__(*args, **kwargs)
        places = [("", "Not in the file"), *((str(place), words) for place, words in enumerate(roster.headings))]
        for column, label in rosters.COLUMNS.items():
            self.fields[column] = forms.ChoiceField(label=label, choices=places, required=column == "email")
        self.order_fields([*rosters.COLUMNS, "has_headings"])

    @property
    def layout(self) -> rosters.Layout:
        chosen = {column: int(place) for column in rosters.COLUMNS if (place := self.cleaned_data[column])}
        return rosters.Layout(self.cleaned_data["has_headings"], chosen)


class InvitingForm(forms.Form):
    """When the new people are invited."""

    invite = forms.ChoiceField(
        label="Invitations", choices=[], widget=forms.RadioSelect, error_messages={"required": "Say when."}
    )
    on = date_field("Day", required=False)
    at = time_field("Time", required=False)

    def __init__(self, *args, cohort: Cohort, count: int, **kwargs):
        tomorrow = clock.today(cohort.zone) + timedelta(days=1)
        kwargs["initial"] = {"invite": "now", "on": tomorrow, "at": IN_THE_MORNING}
        super().__init__(*args, **kwargs)
        self.cohort = cohort
        self.fields["invite"].choices = [  # type: ignore[attr-defined]
            ("now", f"Send {count} invitation{'' if count == 1 else 's'} now"),
            ("then", "Send at a time"),
            ("later", "Not now"),
        ]

    def clean(self) -> dict:
        given = super().clean() or {}
        given["invite_at"] = {"now": clock.now(), "then": self._moment(given)}.get(given.get("invite", ""))
        return given

    def _moment(self, given: Mapping) -> datetime | None:
        if given.get("invite") != "then" or "on" in self.errors or "at" in self.errors:
            return None
        if not (given.get("on") and given.get("at")):
            self.add_error("on", "Choose the day and the time, or send them now.")
            return None
        moment = clock.local_moment(given["on"], given["at"], self.cohort.zone)
        if moment <= clock.now():
            self.add_error("on", "That time has passed. Choose a later one, or send them now.")
        return moment


def choices_of(posted: QueryDict) -> dict[int, dict[str, object]]:
    """What was typed, ticked or chosen of rows, by their number."""
    choices: dict[int, dict[str, object]] = {}
    for name, typed in posted.items():
        if found := OF_A_ROW.match(name):
            choices.setdefault(int(found[2]), {}).update(_choice(found[1], str(typed)))
    return choices


def _choice(name: str, typed: str) -> dict[str, object]:
    match name:
        case "leave":
            return {"leave": True}
        case "back":
            return {"leave": False}
        case "same":
            return {"same": typed == "yes"}
        case "email":
            return {"email": rosters.addressed(tidy(typed, rosters.LONGEST["email"]))[1][:254]}
    return {name: tidy(typed, rosters.LONGEST[name])}
