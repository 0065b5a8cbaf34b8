"""Who learns together, in which role, until when."""

import secrets
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import get_random_string

from badges.models import Activity, Edition, who_and_when
from cohorts.days import validate_day
from microcred import clock, times
from microcred.remembering import Remembered
from microcred.zones import place, validate_zone

PERSON = settings.AUTH_USER_MODEL
QUIET_FROM, QUIET_UNTIL = time(20), time(8)  # no reminder arrives between them, on the reader's clock


def secret() -> str:
    """48 hexadecimal digits that nobody guesses."""
    return secrets.token_hex(24)


def reference() -> str:
    """A short public name for a row: ten letters and digits, none of which look alike."""
    return get_random_string(10, "23456789abcdefghjkmnpqrstvwxyz")


class CohortQuerySet(models.QuerySet):
    def run_by(self, person):
        """Those that `person` is an admin of; the operator runs every one."""
        return self.all() if person.is_superuser else self._with_role(person, StaffMembership.Role.ADMIN)

    def directed_by(self, person):
        return self._with_role(person, StaffMembership.Role.DIRECTOR)

    def attended_by(self, person):
        return self.filter(Exists(Enrollment.objects.joined().filter(cohort=OuterRef("pk"), person=person)))

    def _with_role(self, person, *roles):
        return self.filter(Exists(StaffMembership.objects.filter(cohort=OuterRef("pk"), person=person, role__in=roles)))

    def running(self):
        return self.filter(opened_at__isnull=False, closed_at__isnull=True)


class Cohort(Remembered):
    """One run of an edition."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="cohorts")
    attendance_edition = models.ForeignKey(
        Edition,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attended_cohorts",
        help_text="The badge that attending the meetings earns.",
    )
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    zone = models.CharField("time zone", max_length=64, default="America/New_York", validators=[validate_zone])
    team_email = models.EmailField()
    grace_minutes = models.PositiveSmallIntegerField(default=15, help_text="Counts as on time; shown nowhere.")
    late_days = models.PositiveSmallIntegerField(default=7, help_text="Late work taken for so many days; 0: none.")
    attempts = models.PositiveSmallIntegerField(default=2, help_text="Rounds of review at most.")
    revision_days = models.PositiveSmallIntegerField(default=28)
    readers_per_submission = models.PositiveSmallIntegerField(default=1)
    second_read_percent = models.PositiveSmallIntegerField(default=20, help_text="Of all submissions, drawn by number.")
    second_read_near_rows = models.PositiveSmallIntegerField(
        default=1, help_text="Another reader when no more rows than these are missing to the badge; 0: none."
    )
    second_read_not_awarded = models.BooleanField(default=True, help_text="Nobody is refused on one reader's word.")
    calibration_percent = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Of the agreed levels of a sample, before live work; empty: no sample."
    )
    reads_blind = models.BooleanField(default=True, help_text="Reviewers do not see applicants' names.")
    shows_reviewer_names = models.BooleanField(default=False, help_text="Applicants see who reviewed, after release.")
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sending_paused_at = models.DateTimeField(null=True, blank=True)
    sending_paused_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = CohortQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "slug")
        constraints = (
            who_and_when("opened_at", "opened_by", name="cohort_opened_who_and_when"),
            who_and_when("closed_at", "closed_by", name="cohort_closed_who_and_when"),
            who_and_when("sending_paused_at", "sending_paused_by", name="cohort_paused_who_and_when"),
            models.CheckConstraint(condition=Q(attempts__gte=1), name="cohort_takes_an_attempt"),
            models.CheckConstraint(condition=Q(readers_per_submission__gte=1), name="cohort_has_a_reader"),
            models.CheckConstraint(condition=Q(second_read_percent__lte=100), name="cohort_second_read_percent"),
            models.CheckConstraint(
                condition=Q(calibration_percent__isnull=True) | Q(calibration_percent__range=(1, 100)),
                name="cohort_calibration_percent",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/cohorts/{self.slug}/"

    @property
    def place(self) -> str:
        """Whose clock it keeps: `Eastern Time`."""
        return place(self.zone)


class EventQuerySet(models.QuerySet):
    def meetings(self):
        return self.filter(kind=Event.Kind.MEETING)

    def standing(self):
        return self.filter(cancelled_at__isnull=True)

    def in_time_order(self):
        return self.order_by("starts_at", "pk")


class Event(Remembered):
    """A dated thing of a cohort.

    People think of it as a day, and a meeting as local times on that day: these are kept as they were entered.
    `starts_at` and `ends_at` are the instants worked out from them; for a day without a time, `ends_at` is the first
    instant after it.
    """

    class Kind(models.TextChoices):
        LEARNING_BEGINS = "learning_begins", "Learning begins"
        MEETING = "meeting", "Community of Practice"
        EVIDENCE_DUE = "evidence_due", "Evidence due"
        REVIEWS_DUE = "reviews_due", "Reviews due"
        REVISIONS_DUE = "revisions_due", "Revisions due"
        DECISIONS = "decisions", "Decisions"

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=15, choices=Kind)
    number = models.PositiveSmallIntegerField(default=1, help_text="Which meeting of the term.")
    title = models.CharField(max_length=120)
    on = models.DateField("date", validators=[validate_day])
    starts = models.TimeField("from", null=True, blank=True)
    ends = models.TimeField("to", null=True, blank=True)
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)
    where = models.URLField("meeting link", max_length=400, blank=True)
    bring = models.CharField(max_length=200, blank=True, help_text="What to bring.")
    host = models.ForeignKey(PERSON, on_delete=models.SET_NULL, null=True, blank=True, related_name="hosted_events")
    counts_for_attendance = models.BooleanField(default=True)
    uid = models.UUIDField(default=uuid4, editable=False, unique=True)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    moved_from = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it would have begun, before people were told otherwise."
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = EventQuerySet.as_manager()

    class Meta:
        ordering = ("cohort", "starts_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["cohort", "kind", "number"], name="one_event_per_number"),
            models.CheckConstraint(
                condition=Q(kind="meeting", starts__isnull=False, ends__isnull=False)
                | (~Q(kind="meeting") & Q(starts__isnull=True, ends__isnull=True)),
                name="event_only_meetings_have_times",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="event_ends_after_start"),
            who_and_when("cancelled_at", "cancelled_by", name="event_cancelled_who_and_when"),
        )

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs):
        self.work_out_instants()
        super().save(*args, **kwargs)

    def clean(self):
        if self.kind == self.Kind.MEETING and not (self.starts and self.ends):
            raise ValidationError({"starts": "A meeting needs the time it begins and the time it ends."})
        if self.starts and self.ends and self.ends <= self.starts:
            raise ValidationError({"ends": "The meeting has to end after it begins, on the same day."})
        if self.on:
            validate_day(self.on)
            self.work_out_instants()

    def work_out_instants(self):
        """Fill `starts_at` and `ends_at` from the local date and times, by the rules of the cohort's zone."""
        zone = self.cohort.zone
        if self.starts and self.ends:
            self.starts_at = clock.local_moment(self.on, self.starts, zone)
            self.ends_at = clock.local_moment(self.on, self.ends, zone)
        else:
            self.starts_at = clock.end_of_day(self.on - timedelta(days=1), zone)
            self.ends_at = clock.end_of_day(self.on, zone)

    @property
    def is_meeting(self) -> bool:
        return self.kind == self.Kind.MEETING


class EnrollmentQuerySet(models.QuerySet):
    def joined(self):
        return self.filter(joined_at__isnull=False)

    def taking_part(self):
        """Joined and not withdrawn."""
        return self.joined().filter(withdrawn_at__isnull=True)

    def visible_to(self, person):
        """An applicant's own; for an admin, those of their cohorts."""
        return self.filter(Q(person=person) | Q(cohort__in=Cohort.objects.run_by(person)))


class Enrollment(models.Model):
    """One applicant in one cohort, from the invitation on."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="enrollments")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="enrollments")
    ref = models.CharField(max_length=10, default=reference, unique=True, editable=False, help_text="In addresses.")
    organization = models.CharField("district or employer", max_length=160, blank=True)
    invitation = models.CharField(max_length=48, default=secret, unique=True, editable=False)
    invited_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    joined_at = models.DateTimeField(null=True, blank=True)
    extended_until = models.DateField(null=True, blank=True, validators=[validate_day])
    extended_at = models.DateTimeField(null=True, blank=True)
    extended_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    extended_because = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    moved_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="moved_from",
        help_text="Their place in the cohort they went on to.",
    )  # fmt: skip

    objects: ClassVar = EnrollmentQuerySet.as_manager()

    class Meta:
        ordering = ("cohort", "person__last_name", "person__first_name", "pk")
        constraints = (
            models.UniqueConstraint(fields=["cohort", "person"], name="one_enrollment_per_person_and_cohort"),
            who_and_when("invited_at", "invited_by", name="enrollment_invited_who_and_when"),
            who_and_when("extended_at", "extended_by", name="enrollment_extended_who_and_when"),
            who_and_when("withdrawn_at", "withdrawn_by", name="enrollment_withdrawn_who_and_when"),
        )

    def __str__(self) -> str:
        return f"{self.person} in {self.cohort}"


class StaffMembershipQuerySet(models.QuerySet):
    def reviewing(self):
        """Reviewers and second readers, as long as they can sign in."""
        roles = (StaffMembership.Role.REVIEWER, StaffMembership.Role.SECOND_READER)
        return self.filter(role__in=roles, person__is_active=True)


class StaffMembership(Remembered):
    """One person's role in one cohort."""

    class Role(models.TextChoices):
        REVIEWER = "reviewer", "Reviewer"
        SECOND_READER = "second_reader", "Second reader"
        ADMIN = "admin", "Cohort admin"
        DIRECTOR = "director", "Program director"

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="staff")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="staff_memberships")
    role = models.CharField(max_length=13, choices=Role)
    organization = models.CharField("district or employer", max_length=160, blank=True)
    takes_up_to = models.PositiveSmallIntegerField(default=8, help_text="Submissions a reviewer takes on.")

    objects: ClassVar = StaffMembershipQuerySet.as_manager()

    class Meta:
        ordering = ("cohort", "role", "person__last_name", "person__first_name", "pk")
        constraints = (models.UniqueConstraint(fields=["cohort", "person", "role"], name="one_membership_per_role"),)

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display().lower()} of {self.cohort}"


class AttendanceQuerySet(models.QuerySet):
    def earning(self, minutes: int):
        """Those that count towards a badge for attending which asks for so many minutes of a meeting."""
        long_enough = Q(minutes__isnull=True) | Q(minutes__gte=minutes)
        stayed = Q(status=Attendance.Status.HERE) & long_enough
        return self.filter(
            stayed | Q(status=Attendance.Status.MADE_UP),
            event__counts_for_attendance=True,
            event__cancelled_at__isnull=True,
        )


class Attendance(models.Model):
    """Whether one applicant was at one meeting; or said beforehand that they cannot come."""

    class Status(models.TextChoices):
        HERE = "here", "Here"
        EXCUSED = "excused", "Excused"
        ABSENT = "absent", "Absent"
        MADE_UP = "made_up", "Made up"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="attendances")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="attendances")
    status = models.CharField(max_length=7, choices=Status)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="How a missed meeting was made up, or why excused.")
    is_from_list = models.BooleanField(default=False, help_text="Read from a list of participants, not by hand.")
    recorded_at = models.DateTimeField(default=clock.now)
    recorded_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ("event", "enrollment")
        constraints = (
            models.UniqueConstraint(fields=["event", "enrollment"], name="one_attendance_per_meeting"),
            models.CheckConstraint(condition=~Q(status="made_up", note=""), name="attendance_made_up_says_how"),
        )

    def __str__(self) -> str:
        return f"{self.enrollment.person}: {self.get_status_display().lower()}"

    def earns(self, minutes: int) -> bool:
        """Whether it counts towards a badge that asks for so many minutes; unknown minutes count."""
        if self.status == self.Status.HERE:
            return self.minutes is None or self.minutes >= minutes
        return self.status == self.Status.MADE_UP


class AttendanceChange(models.Model):
    """One save of who was at a meeting: what each row was before and after, so that it can be undone."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="attendance_changes")
    before = models.JSONField(help_text="By enrollment, the row as it was; null where there was none.")
    after = models.JSONField()
    is_from_list = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-pk",)
        constraints = (who_and_when("undone_at", "undone_by", name="attendance_change_undone_who_and_when"),)

    def __str__(self) -> str:
        return f"Attendance of {self.event}"


class MeetingName(models.Model):
    """How somebody calls themselves in meetings, as an admin recognized them: a name, or an address."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="meeting_names")
    name = models.CharField(max_length=200, help_text="Folded: small letters, no marks.")
    recognized_at = models.DateTimeField(default=clock.now)
    recognized_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("enrollment", "name")
        constraints = (models.UniqueConstraint(fields=["enrollment", "name"], name="one_meeting_name_each"),)

    def __str__(self) -> str:
        return self.name


class ActivityMark(models.Model):
    """An applicant's own word that they have done an activity."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="marks")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("done_at", "pk")
        constraints = (models.UniqueConstraint(fields=["enrollment", "activity"], name="one_mark_per_activity"),)

    def __str__(self) -> str:
        return f"{self.activity} done"


class Reminder(Remembered):
    """One reminder rule of a cohort: so many days from an event, at a local time, to whom it concerns."""

    class Audience(models.TextChoices):
        NOT_SUBMITTED = "not_submitted", "People who have not submitted"
        EXPECTED = "expected", "Everyone who has not said they cannot come"
        REVIEWERS = "reviewers", "Reviewers with work left"
        LATE_REVIEWS = "late_reviews", "Admins, each day while a reviewer is late"
        REVISING = "revising", "People asked for a revision"

    class Zone(models.TextChoices):
        READER = "reader", "The reader's time zone"
        COHORT = "cohort", "The cohort's time zone"

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="reminders")
    key = models.SlugField(max_length=60)
    event_kind = models.CharField(max_length=15, choices=Event.Kind)
    days = models.SmallIntegerField(help_text="Days from the event; before it is negative.")
    at = models.TimeField("time of day")
    zone_of = models.CharField(max_length=6, choices=Zone, default=Zone.READER)
    audience = models.CharField(max_length=13, choices=Audience)
    subject = models.CharField(max_length=160)
    body = models.TextField()
    is_on = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="Counts up with every change.")

    class Meta:
        ordering = ("cohort", "event_kind", "days", "key")
        constraints = (models.UniqueConstraint(fields=["cohort", "key"], name="one_reminder_per_key"),)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """`Two weeks`."""
        return self.key.replace("-", " ").capitalize()

    @property
    def when(self) -> str:
        """`14 days before evidence due, 9:00 AM their time`."""
        event = Event.Kind(self.event_kind).label
        thing = f"a {event}" if self.event_kind == Event.Kind.MEETING else event.lower()
        count = abs(self.days)
        side = "before" if self.days < 0 else "after"
        days = f"{count} day{'' if count == 1 else 's'} {side} {thing}" if count else f"The day of {thing}"
        clock_of = "their time" if self.zone_of == self.Zone.READER else "cohort time"
        return f"{days}, {times.time_of_day(self.at)} {clock_of}"

    def moment(self, of: datetime, *, reader: str, cohort: str) -> datetime:
        """When it is due for a reader in the zone `reader`, about something at the instant `of`.

        Days are counted on the clock that the rule names; nothing comes in the quiet hours of the reader's.
        """
        own = ZoneInfo(reader or cohort)
        place = own if self.zone_of == self.Zone.READER else ZoneInfo(cohort)
        day = of.astimezone(place).date() + timedelta(days=self.days)
        local = datetime.combine(day, self.at, place).astimezone(own)
        if QUIET_UNTIL <= local.time() < QUIET_FROM:
            return local.astimezone(UTC)
        morning = local.date() + timedelta(days=local.time() >= QUIET_FROM)
        return datetime.combine(morning, QUIET_UNTIL, own).astimezone(UTC)


class CalendarFeed(models.Model):
    """The secret address of one person's calendar."""

    person = models.OneToOneField(PERSON, on_delete=models.CASCADE, related_name="calendar_feed")
    secret = models.CharField(max_length=48, default=secret, unique=True)

    def __str__(self) -> str:
        return f"Calendar of {self.person}"


class StaffTaskQuerySet(models.QuerySet):
    def open(self):
        return self.filter(done_at__isnull=True)


class StaffTask(models.Model):
    """Something only a person can do: look at a file, answer a bounce, find another reader."""

    class Kind(models.TextChoices):
        READ_FILE = "read_file", "Look at a file by hand"
        CONFLICT = "conflict", "Find another reader"
        MAIL = "mail", "Correct an address"
        LETTER = "letter", "Mend a letter"
        CONCERN = "concern", "See to what an applicant told"

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="tasks")
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.CASCADE, null=True, blank=True, related_name="staff_tasks"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=120, help_text="One task per key, however often it is asked for.")
    sentence = models.TextField()
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = StaffTaskQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["cohort", "key"], name="one_staff_task_per_key"),
            who_and_when("done_at", "done_by", name="staff_task_done_who_and_when"),
        )

    def __str__(self) -> str:
        return self.sentence


class StaffNote(models.Model):
    """What colleagues should know of a person. Only staff read it; it can be struck out, never erased."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="staff_notes")
    text = models.TextField()
    written_at = models.DateTimeField(default=clock.now)
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("written_at", "pk")
        constraints = (who_and_when("struck_at", "struck_by", name="staff_note_struck_who_and_when"),)

    def __str__(self) -> str:
        return f"Note on {self.enrollment}"


class Deed(models.Model):
    """What somebody did in a cohort where no other row tells of it; the log does."""

    class Kind(models.TextChoices):
        STEPS = "steps", "Submissions and decisions"
        REVIEWS = "reviews", "Reviews"

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="deeds")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, null=True, blank=True, related_name="deeds")
    kind = models.CharField(max_length=7, choices=Kind)
    said = models.CharField(max_length=200, help_text="What was done, in words.")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.said


class RecordReading(models.Model):
    """Staff read a person's whole record, or looked at the person's pages as they see them. The person is shown it."""

    class Form(models.TextChoices):
        STORY = "story", "Your whole story"
        SEEN = "seen", "Your pages, as you see them"

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="readings")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=5, choices=Form)
    at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When they left the pages again.")

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.person} read {self.enrollment}"


class PeopleSearch(models.Model):
    """Staff looked for somebody by name and were shown people of this cohort. What they typed is not kept."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="searches")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    found = models.PositiveSmallIntegerField(help_text="How many people of the cohort were shown.")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.person} searched {self.cohort}"


class WrittenLetter(models.Model):
    """What staff wrote to some people of a cohort: the words before each person's own were filled in."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="written_letters")
    batch = models.CharField(max_length=48, unique=True, help_text="One form, one batch: pressing twice sends once.")
    subject = models.CharField(max_length=160)
    body = models.TextField()
    saved_as = models.CharField(max_length=60, blank=True, help_text="The name under which colleagues start from it.")
    reached = models.PositiveIntegerField(help_text="How many people it went to.")
    due_at = models.DateTimeField()
    written_at = models.DateTimeField(default=clock.now)
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    called_off_at = models.DateTimeField(null=True, blank=True, help_text="What had not left by then never leaves.")
    called_off_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-written_at", "-pk")
        constraints = (who_and_when("called_off_at", "called_off_by", name="written_letter_called_off_who_and_when"),)

    def __str__(self) -> str:
        return self.subject


class RosterImport(models.Model):
    """A roster on its way into a cohort: the text, how it is read, what was chosen of its rows, and what it made."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="imports")
    ref = models.CharField(max_length=10, default=reference, unique=True, editable=False, help_text="In addresses.")
    text = models.TextField()
    has_headings = models.BooleanField(null=True, blank=True, help_text="Empty: as the text looks.")
    columns = models.JSONField(null=True, blank=True, help_text="Which column holds what, by place; empty: a guess.")
    choices = models.JSONField(default=dict, blank=True, help_text="By row number: put right, left out, same person.")
    begun_at = models.DateTimeField(default=clock.now)
    begun_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made = models.JSONField(default=dict, blank=True, help_text="Whom it added and what it changed; what undoing left.")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-begun_at", "-pk")
        constraints = (
            who_and_when("done_at", "done_by", name="import_done_who_and_when"),
            who_and_when("undone_at", "undone_by", name="import_undone_who_and_when"),
        )

    def __str__(self) -> str:
        return f"Roster of {self.cohort}"
