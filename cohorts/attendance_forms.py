"""Reading and checking what an admin enters about who was at a meeting: rows by hand, or a list of participants."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms

from cohorts import attending, participants, recognizing, spreadsheets
from cohorts.attending import STATUS, Mark
from cohorts.models import Attendance, Enrollment, Event
from cohorts.participants import Participant
from cohorts.recognizing import Seen
from microcred.verdict import Refused

MOST_MINUTES = 600
LONGEST_NOTE = 200
LARGEST_LIST = 1024 * 1024
LONGEST_NUMBER = 9  # digits
MOST_ASKED = 100  # names that only a person can place


def whole_number(typed: str) -> int | None:
    """A row number or key as a form brings it back; None for anything else."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER else None


# By hand -------------------------------------------------------------------------------------------------------------
@dataclass
class Line:
    """One person on the page, as typed or as kept; `problem` stands at `field`."""

    enrollment: Enrollment
    status: str
    minutes: str
    note: str
    is_from_list: bool = False
    wanted: int = 0
    problem: str = ""
    field: str = ""

    @property
    def mark(self) -> Mark:
        return Mark(self.status, whole_number(self.minutes) if self.minutes else None, self.note, self.is_from_list)

    @property
    def is_too_short(self) -> bool:
        return self.status == STATUS.HERE and bool(self.minutes) and (whole_number(self.minutes) or 0) < self.wanted

    def check(self, kept: "Line") -> None:
        """Leave what stands in the way of saving; `kept` is the line as it is recorded."""
        person, minutes = self.enrollment.person, whole_number(self.minutes)
        if self.minutes and (minutes is None or minutes > MOST_MINUTES):
            self.problem, self.field = f"{person}: minutes are a number up to {MOST_MINUTES}.", "minutes"
        elif len(self.note) > LONGEST_NOTE:
            self.problem, self.field = f"{person}: the note takes up to {LONGEST_NOTE} signs.", "note"
        elif self.status == STATUS.MADE_UP and not self.note:
            self.problem, self.field = f"{person}: say how the meeting was made up.", "note"
        elif not self.status and (self.minutes, self.note) != (kept.minutes, kept.note):
            field = "note" if self.note != kept.note else "minutes"
            self.problem, self.field = f"{person}: say whether they were here.", field


class Sheet:
    """The page of one meeting: a line for everybody who takes part. Queries: two."""

    def __init__(self, event: Event, posted: Mapping[str, str] | None = None):
        people = Enrollment.objects.taking_part().filter(cohort=event.cohort_id).select_related("person")
        self.known = {row.enrollment_id: row for row in event.attendances.all()}
        self.wanted = attending.minutes_wanted(event.cohort)
        self.lines = [self._line(one, posted or {}) for one in sorted(people, key=recognizing.in_order)]

    def _line(self, enrollment: Enrollment, posted: Mapping[str, str]) -> Line:
        row = self.known.get(enrollment.pk)
        line = _as_kept(enrollment, row)
        line.wanted = self.wanted
        if f"status-{enrollment.pk}" not in posted:
            return line  # they were not on the page that was sent
        status = posted[f"status-{enrollment.pk}"]
        line.status = status if status in STATUS.values else ""
        line.minutes = posted.get(f"minutes-{enrollment.pk}", "").strip()
        line.note = " ".join(posted.get(f"note-{enrollment.pk}", "").replace("\0", "").split())
        line.check(_as_kept(enrollment, row))
        if not line.problem and row:
            line.is_from_list = row.is_from_list and line.mark == Mark.of(row)
        return line

    def mark_others_here(self) -> None:
        for line in self.lines:
            line.status = line.status or STATUS.HERE

    @property
    def problems(self) -> list[Line]:
        return [line for line in self.lines if line.problem]

    @property
    def marks(self) -> dict[int, Mark]:
        return {line.enrollment.pk: line.mark if line.status else Mark() for line in self.lines}

    @property
    def tally(self) -> list[tuple[str, int]]:
        """How many are kept as what; being made up, and not recorded, are named once there is one."""
        kept = [self.known[pk].status if pk in self.known else "" for pk in self.marks]
        counted = [(value, label, kept.count(value)) for value, label in [*STATUS.choices, ("", "Not recorded")]]
        return [(label, count) for value, label, count in counted if count or value not in (STATUS.MADE_UP, "")]


def _as_kept(enrollment: Enrollment, row: Attendance | None) -> Line:
    if row is None:
        return Line(enrollment, "", "", "")
    return Line(enrollment, row.status, "" if row.minutes is None else str(row.minutes), row.note, row.is_from_list)


# From a list ---------------------------------------------------------------------------------------------------------
class ListForm(forms.Form):
    """A list of participants, chosen or pasted; its text is kept in the form until it is saved."""

    file = forms.FileField(
        label="List of participants",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text="The CSV file that Zoom gives under Reports, Meeting history, Participants, Export.",
    )
    text = forms.CharField(
        label="Or paste it",
        required=False,
        max_length=LARGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 6, "class": "plain", "spellcheck": "false"}),
    )

    def clean(self):
        """Leave who was there in `participants`."""
        cleaned = super().clean() or {}
        upload, where = cleaned.get("file"), "file" if self.files else "text"
        if upload and upload.size > LARGEST_LIST:
            self.add_error("file", "The file is larger than 1 MB. Choose the list of one meeting.")
        elif upload:
            cleaned["text"] = spreadsheets.decoded(upload.read())
        if not self.errors and not (cleaned.get("text") or "").strip():
            self.add_error(where, "Choose the file, or paste its lines.")
        if not self.errors:
            try:
                self.participants = participants.read(cleaned["text"])
            except Refused as refusal:
                self.add_error(where, str(refusal))
        return cleaned


@dataclass
class Question:
    """A name in the list of which only a person can say who it is; `chosen` is the key of who was said."""

    number: int
    seen: Seen
    chosen: int | None


@dataclass
class Outcome:
    """What saving would make of one person; `was` is what it changes."""

    enrollment: Enrollment
    mark: Mark
    was: str
    is_change: bool

    @property
    def label(self) -> str:
        return STATUS(self.mark.status).label


class Reading:
    """A list of participants beside the people of the cohort, with the answers given so far. Queries: four."""

    def __init__(self, event: Event, listed: list[Participant], posted: Mapping[str, str]):
        self.event = event
        self.known = recognizing.known(event.cohort)
        self.seen = [self.known.recognize(one) for one in listed]
        self.people = {one.pk: one for one in self.known.people}
        asked = [
            Question(place, one, self._answer(place, one, posted))
            for place, one in enumerate(self.seen)
            if not (one.is_staff or one.has_left) and one.how in ("", recognizing.REMEMBERED)
        ]
        asked.sort(key=lambda question: not question.seen.perhaps and not question.seen.enrollment)
        self.questions, self.unasked = asked[:MOST_ASKED], len(asked[MOST_ASKED:])
        self.kept = {row.enrollment_id: row for row in event.attendances.all()}

    def _answer(self, place: int, seen: Seen, posted: Mapping[str, str]) -> int | None:
        """Whom the admin named: in the list of all, or by saying yes to whom we thought of."""
        default = str(seen.enrollment.pk) if seen.enrollment else ""
        said = posted.get(f"who-{place}", default) or posted.get(f"yes-{place}", "")
        return key if (key := whole_number(said)) in self.people else None

    @property
    def sure(self) -> list[Seen]:
        return [one for one in self.seen if one.enrollment and one.how != recognizing.REMEMBERED]

    @property
    def staff(self) -> int:
        return sum(one.is_staff for one in self.seen)

    @property
    def gone(self) -> int:
        return sum(one.has_left for one in self.seen)

    @property
    def left_out(self) -> int:
        return sum(question.chosen is None for question in self.questions)

    @property
    def answers(self) -> list[tuple[Participant, Enrollment]]:
        return [(each.seen.participant, self.people[each.chosen]) for each in self.questions if each.chosen]

    @property
    def minutes(self) -> dict[int, int]:
        """How long each who was recognized was there, by enrollment."""
        listed: dict[int, list[Participant]] = {}
        pairs = [(one.participant, one.enrollment) for one in self.sure if one.enrollment] + self.answers
        for participant, enrollment in pairs:
            listed.setdefault(enrollment.pk, []).append(participant)
        return {pk: participants.minutes_of(theirs) for pk, theirs in listed.items()}

    @property
    def outcomes(self) -> list[Outcome]:
        """Everybody who takes part, with what saving would record."""
        minutes = self.minutes
        return [self._outcome(one, minutes.get(one.pk)) for one in self.known.people]

    def _outcome(self, enrollment: Enrollment, minutes: int | None) -> Outcome:
        """Being in the list for long enough is being here; else what was recorded by hand stays."""
        row = self.kept.get(enrollment.pk)
        was = Mark.of(row) if row else Mark()
        wanted = attending.minutes_wanted(self.event.cohort)
        if minutes is not None and minutes >= wanted:
            mark = Mark(STATUS.HERE, minutes, was.note, is_from_list=True)
        elif was.status and not was.is_from_list:
            mark = was
        else:
            mark = Mark(STATUS.ABSENT, minutes, is_from_list=True)
        before = row.get_status_display() if row and row.status != mark.status else ""
        return Outcome(enrollment, mark, before, is_change=mark != was)

    @property
    def marks(self) -> dict[int, Mark]:
        return {one.enrollment.pk: one.mark for one in self.outcomes}
