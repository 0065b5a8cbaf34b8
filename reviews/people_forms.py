"""What admins type about people: more time, a note, what is right instead, where they go on, a letter."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from cohorts import deadlines
from cohorts.forms import date_field
from cohorts.models import Cohort, Enrollment, secret
from microcred import clock, times
from microcred.forms import LetterField, time_field
from microcred.letters import placeholders
from reviews.writing import WORDS


class ExtensionForm(forms.Form):
    """Until when, and why. Reminders for the earlier day stop."""

    until = date_field("Evidence is due on")
    because = forms.CharField(
        label="Why", widget=forms.Textarea(attrs={"rows": 3}), required=False, help_text="For staff only."
    )
    takes_days = forms.BooleanField(label="Yes, take days away from them", required=False)

    def __init__(self, *args, cohort: Cohort, chosen: Iterable[Enrollment] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort, self.chosen = cohort, list(chosen)
        if not self._losing(self.data.get("until", "")):
            del self.fields["takes_days"]

    def _losing(self, until: str | date) -> dict[Enrollment, date]:
        """Those who have more time than that already, and until when."""
        later = {each: each.extended_until for each in self.chosen if each.extended_until}
        return {each: day for each, day in later.items() if str(until) < str(day)}

    def clean_until(self) -> date:
        until, due = self.cleaned_data["until"], max([deadlines.evidence_day(self.cohort), *self._rounds()])
        if until <= due:
            whom = "for everybody" if due == deadlines.evidence_day(self.cohort) else "already"
            raise ValidationError(f"Evidence is due {due:%B} {due.day} {whom}. Choose a later day.")
        if until < clock.today(self.cohort.zone):
            raise ValidationError("That day has passed. Choose today or a later day.")
        return until

    def _rounds(self) -> list[date]:
        """The days of those who revise, or complete what was sent back."""
        found = [each.submission.current_round.due_on for each in self.chosen if hasattr(each, "submission")]
        return [day for day in found if day]

    def clean(self) -> dict:
        given = super().clean() or {}
        losing = self._losing(given["until"]) if "until" in given else {}
        if losing and not given.get("takes_days"):
            who = "; ".join(f"{each.person} has until {times.day(day)}" for each, day in losing.items())
            raise ValidationError(f"This is earlier than what they were told. {who}. Tick the box if you mean it.")
        return given


class ReinstatementForm(forms.Form):
    """Why somebody comes back, if there is something to say."""

    why = forms.CharField(
        label="Why", widget=forms.Textarea(attrs={"rows": 3}), required=False, help_text="For staff only."
    )


class NoteForm(forms.Form):
    """What colleagues should know."""

    text = forms.CharField(
        label="Note for colleagues", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only staff read it. It can be struck out later, not erased.",
    )  # fmt: skip


class CorrectionForm(forms.Form):
    """How a person is called and reached. It `reads` so now; whoever `seen` it read otherwise is told."""

    first_name = forms.CharField(max_length=80, required=False)
    last_name = forms.CharField(max_length=80)
    email = forms.EmailField(label="E-mail address", max_length=254)
    organization = forms.CharField(label="District or employer", max_length=160, required=False)

    def __init__(self, data=None, *, now: Mapping[str, str]):
        super().__init__(data, initial=dict(now))
        self.reads = ", ".join(filter(None, now.values()))

    def clean(self) -> dict:
        if self.data.get("seen", self.reads) != self.reads:
            raise ValidationError(
                f"Someone else changed this while you were writing. It reads “{self.reads}” now. What you typed is "
                "below: save it again to keep yours."
            )
        return super().clean() or {}


class MoveForm(forms.Form):
    """Where somebody goes on."""

    def __init__(self, *args, cohorts: QuerySet[Cohort], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"] = forms.ModelChoiceField(cohorts, label="Move to", to_field_name="slug", empty_label=None)


class WritingForm(forms.Form):
    """A letter to some people, and when it leaves. Words in braces are taken as the placeholder they mean."""

    batch = forms.CharField(widget=forms.HiddenInput, max_length=48, initial=secret)
    instead_of = forms.CharField(widget=forms.HiddenInput, max_length=48, required=False)
    subject = LetterField(max_length=160)
    body = LetterField(
        label="Letter", max_length=20_000, widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Markdown: two stars for **bold**, an empty line between paragraphs.",
    )  # fmt: skip
    when = forms.ChoiceField(
        label="Send", choices=[("now", "Now"), ("later", "At a time")], widget=forms.RadioSelect, initial="now"
    )
    on = date_field("Day", required=False)
    at = time_field("Time", required=False, initial="09:00")
    saved_as = forms.CharField(
        label="Keep it for next time as", max_length=60, required=False,
        help_text="A name under which colleagues of this cohort can start from it.",
    )  # fmt: skip

    def __init__(self, *args, cohort: Cohort, **kwargs):
        super().__init__(*args, **kwargs)
        self.cohort = cohort

    def clean_subject(self) -> str:
        return _known(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        return _known(self.cleaned_data["body"])

    def clean(self) -> dict:
        given = super().clean() or {}
        given["due_at"] = clock.now()
        if given.get("when") == "later":
            given["due_at"] = self._moment(given.get("on"), given.get("at"))
        return given

    def _moment(self, on, at) -> datetime | None:
        if "on" in self.errors or "at" in self.errors:
            return None
        if not (on and at):
            self.add_error("on", "Choose the day and the time, or send it now.")
            return None
        moment = clock.local_moment(on, at, self.cohort.zone)
        if moment <= clock.now():
            self.add_error("on", "That time has passed. Choose a later one, or send it now.")
        return moment


def _known(text: str) -> str:
    """Raises: ValidationError, for a placeholder that nobody knows."""
    if unknown := placeholders(text) - set(WORDS):
        names = ", ".join(f"{{{{ {name} }}}}" for name in sorted(unknown))
        raise ValidationError(f"Nothing is known as {names} in this letter. Take it out.")
    return text
