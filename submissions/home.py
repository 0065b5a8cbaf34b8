"""What the home page of an applicant knows: read once, in a fixed number of queries, then arranged."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from badges.models import Activity, Award
from cohorts.activities import Checklist, Group, Item, checklist
from cohorts.deadlines import Window, evidence_day
from cohorts.meetings import Meeting, seen_by
from cohorts.models import Attendance, Enrollment, Event
from microcred import clock, times
from submissions import next_step
from submissions.countdown import Countdown, count_down
from submissions.letters import closed_sentence, in_words
from submissions.models import Submission, Version
from submissions.slots import Slot, slots_of
from submissions.states import MOVES, OPEN_TO_FILES, WAITING, State
from submissions.timeline import Dated, Station, of_events, stations

PATIENCE = timedelta(seconds=10)
DONE = frozenset({Version.Verdict.READY, Version.Verdict.ADVICE, Version.Verdict.UNREAD})


@dataclass
class Home:
    """One applicant in one cohort at one instant, for a reader in `zone`.

    `enrollment` and `submission` come from `views.mine`. Queries: three, and one for an award, each on first use.
    """

    enrollment: Enrollment
    submission: Submission
    at: datetime
    zone: str

    @property
    def cohort(self):
        return self.enrollment.cohort

    @cached_property
    def today(self):
        return clock.today(self.zone, at=self.at)

    @cached_property
    def all_events(self) -> list[Event]:
        """In time order, cancelled ones too, each with what this person did or said: `status`."""
        said = Attendance.objects.filter(event=OuterRef("pk"), enrollment=self.enrollment).values("status")
        return list(self.cohort.events.in_time_order().annotate(status=Subquery(said[:1])))

    @property
    def events(self) -> list[Event]:
        """Those that take place."""
        return [event for event in self.all_events if not event.cancelled_at]

    @cached_property
    def slots(self) -> list[Slot]:
        return slots_of(self.submission, takes_files=self.takes_files)

    @cached_property
    def window(self) -> Window:
        return self.submission.window(events=self.events)

    @cached_property
    def is_open(self) -> bool:
        return self.window.is_open_at(self.at)

    @property
    def open_until(self) -> datetime:
        """What people are told."""
        return self.window.told_end_at(self.at)

    @property
    def due_without_extension(self) -> date | None:
        """The day it would be, where this person has a later one."""
        day = self.submission.current_round.due_on or evidence_day(self.cohort, events=self.events)
        return day if day != self.window.due_on else None

    @property
    def public_state(self) -> str:
        return self.submission.public_state(events=self.events)

    @property
    def takes_files(self) -> bool:
        return self.is_open and self.submission.state in OPEN_TO_FILES and not self.enrollment.withdrawn_at

    @property
    def slow_since(self) -> datetime:
        """A file that came before this instant and has no verdict yet takes longer than usual."""
        return self.at - PATIENCE

    @property
    def count_in_words(self) -> str:
        return in_words(len(self.slots))

    @property
    def added(self) -> int:
        return sum(slot.is_added for slot in self.slots)

    @cached_property
    def activities(self) -> Checklist:
        """What of the directions is done: by the person's own mark, or by a document that is in."""
        return checklist(self.enrollment, ready={slot.required.pk for slot in self.slots if slot.counts_as in DONE})

    @property
    def still_learning(self) -> bool:
        """Whether the activities still matter."""
        return self.submission.state in OPEN_TO_FILES

    @property
    def to_do(self) -> list[tuple[str, Item]]:
        """Required activities that are left, each with its place."""
        return [(self.place_of(item.activity), item) for item in self.activities.left]

    @property
    def begun_groups(self) -> list[Group]:
        """Those of which something is done; readings that may be left out stand apart."""
        return [group for group in self.activities.groups if group.done and not group.is_optional]

    @property
    def door_is_open(self) -> bool:
        return bool(self.next_meeting and self.next_meeting.is_open_at(self.at))

    @property
    def optional(self) -> list[Item]:
        """Readings that may be left out."""
        items = [item for group in self.activities.groups for item in group.items]
        return [item for item in items if not item.activity.is_required]

    @cached_property
    def meetings(self) -> list[Meeting]:
        """Those of the whole term, cancelled ones too."""
        status = {event.pk: getattr(event, "status", "") for event in self.all_events}
        return seen_by(self.all_events, zone=self.zone, cohort_zone=self.cohort.zone, status=status)

    @cached_property
    def meetings_ahead(self) -> list[Meeting]:
        """Those that are not over, cancelled ones too."""
        return [meeting for meeting in self.meetings if not meeting.is_past_at(self.at)]

    @property
    def next_meeting(self) -> Meeting | None:
        return next((meeting for meeting in self.meetings_ahead if not meeting.event.cancelled_at), None)

    @property
    def cancelled_meetings(self) -> list[Meeting]:
        """Meetings ahead that people may still count on."""
        return [meeting for meeting in self.meetings_ahead if meeting.event.cancelled_at]

    @cached_property
    def decision_on(self):
        return self.submission.decision_on(events=self.events)

    @cached_property
    def begins_on(self):
        """The first day of learning while it is still ahead."""
        days = [one.on for one in self.events if one.kind == Event.Kind.LEARNING_BEGINS]
        return days[0] if days and days[0] > self.today else None

    @property
    def days_to_begin(self) -> int:
        return (self.begins_on - self.today).days if self.begins_on else 0

    @property
    def waits_for_decision(self) -> bool:
        return self.submission.state in WAITING

    @property
    def may_leave(self) -> bool:
        return self.submission.state in MOVES["withdraw"].sources

    @property
    def closed_sentence(self) -> str:
        return closed_sentence(self.submission)

    @property
    def returned_because(self) -> str:
        """What the team wrote when it gave the submission back."""
        event = self.submission.events.filter(move="return_incomplete").last()
        return event.why if event else ""

    @property
    def receipt_ref(self) -> str:
        """The newest receipt, or ""; it came with the enrollment."""
        return getattr(self.enrollment, "receipt_ref", None) or ""

    @cached_property
    def award(self) -> Award | None:
        if self.submission.state != State.AWARDED:
            return None
        return Award.objects.standing().filter(edition=self.cohort.edition_id, person=self.enrollment.person_id).first()

    @cached_property
    def counts_down_to(self) -> datetime | None:
        """What the panel counts down to; nothing once all is handed in or decided."""
        waits = self.submission.state in (State.DRAFT, State.RETURNED, State.REVISION_REQUESTED)
        return self.window.due_at if waits else None

    @cached_property
    def countdown(self) -> Countdown | None:
        return count_down(self.counts_down_to, at=self.at, zone=self.zone) if self.counts_down_to else None

    @property
    def days_left(self) -> int:
        return (times.last_date(self.window.due_at, ZoneInfo(self.zone)) - self.today).days

    @cached_property
    def timeline(self) -> list[Station]:
        revision = None
        if self.submission.current_round.number > 1:
            ends_at = clock.end_of_day(self.window.due_on, self.cohort.zone)
            revision = Dated("Revision due", times.last_date(ends_at, ZoneInfo(self.zone)), ends_at)
        dated = of_events(self.events, len(self.slots), zone=self.zone, revision_due=revision)
        return stations(dated, at=self.at, today=self.today)

    @cached_property
    def step(self) -> next_step.Step:
        return next_step.next_step(self._facts())

    def _facts(self) -> next_step.Facts:
        submission = self.submission
        return next_step.Facts(
            state=submission.state,
            at=self.at,
            days_left=self.days_left,
            is_open=self.is_open,
            is_before_due=self.at < self.window.due_at,
            slots=[
                next_step.Slot(one.required.key, one.required.short_title, one.counts_as, one.is_revision)
                for one in self.slots
            ],
            meeting_today=self._meeting_today(),
            activities_left=[self._activity(item.activity) for item in self.activities.left],
            answers_to_revise=getattr(submission.current_round, "open_rows", 0),
            is_appealed=submission.current_round.appealed_at is not None,
            decision_on=self.decision_on,
            begins_on=self.begins_on,
            receipt_url=f"receipts/{self.receipt_ref}/" if self.receipt_ref else "documents/",
            award_url=self.award.get_absolute_url() if self.award else "",
            team_email=self.cohort.team_email,
        )

    def _meeting_today(self) -> next_step.Meeting | None:
        meeting, takes_part = self.next_meeting, self.still_learning
        if not meeting or not takes_part or meeting.status == Attendance.Status.EXCUSED:
            return None
        starts = meeting.event.starts_at.astimezone(ZoneInfo(self.zone))
        if starts.date() != self.today:
            return None
        where = meeting.event.where if meeting.is_open_at(self.at) else ""
        return next_step.Meeting(meeting.event.title, times.time_of_day(starts), where)

    def _activity(self, one: Activity) -> next_step.Activity:
        return next_step.Activity(one.title, self.place_of(one), one.minutes, one.leads_to)

    def place_of(self, one: Activity) -> str:
        """Where to do it, below this cohort's address: the slot of its document, or its line of the directions."""
        for slot in self.slots:
            if slot.required.pk == one.document_id:
                return f"documents/{slot.required.key}/"
        return f"directions/#activity-{one.key}"
