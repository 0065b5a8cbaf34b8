"""Reading and checking what people type about cohorts."""

from django import forms
from django.db.models import Q
from django.utils.text import slugify

from badges.models import Badge, Edition
from cohorts import opening, scheduling, series
from cohorts.days import EARLIEST, LATEST, validate_day
from cohorts.models import Cohort, Event
from microcred.forms import ZoneField
from microcred.models import User

KIND = Event.Kind
RESERVED = {"new", "badges", "find"}


def date_field(label: str, **kwargs) -> forms.DateField:
    """A day from the browser's calendar, within the years that there can be a cohort."""
    attrs = {"type": "date", "min": EARLIEST.isoformat(), "max": LATEST.isoformat()}
    widget = forms.DateInput(attrs=attrs, format="%Y-%m-%d")
    wrong = {"invalid": "Write the day as 2026-12-01, or choose it from the calendar."}
    return forms.DateField(label=label, widget=widget, validators=[validate_day], error_messages=wrong, **kwargs)


class JoinForm(forms.Form):
    """What an invited person checks: three things, filled in from the roster."""

    name_on_badge = forms.CharField(label="Name on your badge", max_length=160)
    last_name = forms.CharField(label="Last name for file names", max_length=80)
    first_name = forms.CharField(
        label="First name or initial for file names",
        max_length=80,
        required=False,
        help_text="File names use its first letter. Leave it empty if you have one name only.",
    )
    zone = ZoneField(help_text="Every date is shown to you in this zone, beside the cohort's.")


class CohortForm(forms.ModelForm):
    """A new cohort: which edition, its name, where it is, and its dates."""

    learning_begins = date_field("Learning begins")
    evidence_due = date_field("Evidence due", help_text="Until the end of that day in the cohort's time zone.")
    reviews_due = date_field("Reviews due")
    decisions = date_field("Decisions")
    zone = ZoneField(label="Time zone of the cohort", initial="America/New_York")

    class Meta:
        model = Cohort
        fields = ("edition", "attendance_edition", "name", "slug", "team_email", "zone")
        labels = {
            "edition": "Badge and term",
            "attendance_edition": "Badge for attending the meetings",
            "slug": "Name in addresses",
            "team_email": "Team's e-mail address",
        }
        help_texts = {
            "name": "As people say it: Fall 2023.",
            "slug": "Made of the name when you leave it empty: fall-2023-l2.",
            "team_email": "Questions and answers of people go here.",
        }

    field_order = ("edition", "name", "slug", "team_email", "zone", *(kind.value for kind in scheduling.ORDER))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = Edition.objects.select_related("badge")
        self.fields["edition"].queryset = known.exclude(badge__kind=Badge.Kind.SHARED_LEARNING)
        self.fields["attendance_edition"].queryset = known.filter(badge__kind=Badge.Kind.SHARED_LEARNING)
        self.fields["slug"].required = False
        self.fields["zone"].widget.attrs.pop("data-guess-zone")

    def clean_slug(self):
        edition, name = self.cleaned_data.get("edition"), self.cleaned_data.get("name", "")
        slug = slugify(self.cleaned_data["slug"]) or (opening.free_slug(name, edition) if edition else "")
        if slug in RESERVED:
            raise forms.ValidationError(f"“{slug}” is taken by a page of ours. Choose another.")
        return slug

    def clean(self):
        cleaned = super().clean()
        refuse_misplaced(self, self.dates)
        evidence, zone = cleaned.get("evidence_due"), cleaned.get("zone")
        if evidence and zone and not (verdict := opening.may_be_due(evidence, zone=zone)):
            self.add_error("evidence_due", verdict.reason)
        return cleaned

    @property
    def dates(self) -> dict:
        kinds = (KIND.LEARNING_BEGINS, KIND.EVIDENCE_DUE, KIND.REVIEWS_DUE, KIND.DECISIONS)
        return {kind: self.cleaned_data[kind] for kind in kinds if self.cleaned_data.get(kind)}


def refuse_misplaced(form: forms.BaseForm, dates: dict) -> None:
    """Put a sentence beside every date that cannot stand where it does, seen from the others."""
    for kind, on in dates.items():
        if kind == KIND.LEARNING_BEGINS:
            continue  # the others are measured against it
        verdict = scheduling.may_stand_on(kind, on, dates)
        if not verdict:
            form.add_error(kind, verdict.reason)


class DatesForm(forms.Form):
    """The days of a cohort that there is one of each."""

    learning_begins = date_field("Learning begins")
    evidence_due = date_field("Evidence due")
    reviews_due = date_field("Reviews due", required=False)
    decisions = date_field("Decisions", required=False)
    revisions_due = date_field("Revisions due", required=False, help_text="Offered for every revision.")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, cohort: Cohort, **kwargs):
        self.cohort = cohort
        initial = {**scheduling.dates_of(cohort), "seen": scheduling.version_of_dates(cohort)}
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self):
        cleaned = super().clean()
        dates = {kind: on for kind, on in cleaned.items() if on and kind in KIND}
        refuse_misplaced(self, dates)
        meetings = self.cohort.events.meetings().standing().in_time_order()
        begins, evidence = dates.get(KIND.LEARNING_BEGINS), dates.get(KIND.EVIDENCE_DUE)
        for meeting in meetings:
            if begins and meeting.on < begins:
                self.add_error("learning_begins", f"{meeting} is before that day. Move the meeting first.")
            if evidence and meeting.on > evidence:
                self.add_error("evidence_due", f"{meeting} is after that day. Move the meeting first.")
        return cleaned

    def events(self) -> list[Event]:
        """The cohort's events with the days that were changed or added, unsaved."""
        known = {event.kind: event for event in self.cohort.events.exclude(kind=KIND.MEETING)}
        changed = []
        for kind in filter(KIND.values.__contains__, self.changed_data):
            on = self.cleaned_data[kind]
            event = known.get(kind) or Event(cohort=self.cohort, kind=kind, title=KIND(kind).label)
            if on:
                event.on = on
                changed.append(event)
        return changed


class MeetingForm(forms.ModelForm):
    """One meeting: day, hours, place, host."""

    on = date_field("Date")
    where = forms.URLField(
        label="Meeting link",
        required=False,
        max_length=400,
        assume_scheme="https",
        help_text="People see it from 15 minutes before.",
        error_messages={"invalid": "Write the whole address, such as https://meet.example.org/room."},
    )

    class Meta:
        model = Event
        fields = ("title", "on", "starts", "ends", "where", "bring", "host", "counts_for_attendance")
        labels = {"title": "Name", "counts_for_attendance": "Counts for attendance", "bring": "What to bring"}
        help_texts = {"bring": ""}
        error_messages = {
            "title": {"required": "Give the meeting a name."},
            "starts": {"required": "Say when it begins.", "invalid": "Write the time as 17:30."},
            "ends": {"required": "Say when it ends.", "invalid": "Write the time as 17:30."},
        }
        widgets = {
            "starts": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["starts"].required = self.fields["ends"].required = True
        self.fields["on"].error_messages["required"] = "Choose a day."
        cohort = self.instance.cohort
        may_host = Q(pk__in=cohort.staff.values("person")) | Q(pk=self.instance.host_id)
        self.fields["host"].queryset = User.objects.filter(may_host)
        self.fields["host"].empty_label = "Nobody yet"
        if cohort.attendance_edition:
            self.fields["counts_for_attendance"].label = f"Counts for {cohort.attendance_edition.badge}"

    def clean_on(self):
        on = self.cleaned_data["on"]
        verdict = scheduling.may_stand_on(KIND.MEETING, on, scheduling.dates_of(self.instance.cohort))
        if not verdict:
            raise forms.ValidationError(verdict.reason)
        return on


class ChangeForm(MeetingForm):
    """The same for a meeting that stands; it remembers what its reader saw."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.sequence

    def _post_clean(self):
        super()._post_clean()
        if not self.errors:
            before = Event.objects.select_related("cohort").get(pk=self.instance.pk)
            if not (verdict := scheduling.may_move(self.instance, before)):
                self.add_error("on", verdict.reason)


class NewMeetingForm(MeetingForm):
    """A new one, or several like it at one rhythm."""

    count = forms.IntegerField(label="How many", min_value=1, max_value=series.MOST, initial=1, required=False)
    every = forms.ChoiceField(label="Then", choices=series.Every.choices, required=False)

    def clean_count(self) -> int:
        return self.cleaned_data["count"] or 1
