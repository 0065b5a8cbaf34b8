"""What an applicant hands in: versions are only ever added, events only ever appended."""

from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from badges.models import Competency, Criterion, Prompt, RequiredDocument, who_and_when
from cohorts import deadlines, keeping_clear
from cohorts.models import Cohort, Enrollment, Event, secret
from microcred import clock, times
from submissions.checks import contract
from submissions.checks.catalogue import entry_of
from submissions.states import GOING_ON, HANDED_IN, PUBLIC_LABELS, State

PERSON = settings.AUTH_USER_MODEL


def slots_and_rounds() -> tuple:
    """Lookups for what an applicant's pages print: rounds, each with `open_rows`, and slots with their findings.

    A slot knows as `refused_since` the key of a file that came after the one that counts and could not be used.
    """
    set_aside = Version.objects.filter(document=models.OuterRef("pk")).set_aside()
    refused = {"refused_since": models.Subquery(set_aside.values("pk")[:1])}
    return (
        models.Prefetch("rounds", Round.objects.annotate(open_rows=models.Count("criteria"))),
        models.Prefetch("documents", Document.objects.select_related("required", "current").annotate(**refused)),
        "documents__current__findings",
    )


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, person):
        """An applicant's own; for an admin those of their cohorts, but for what they must keep clear of.

        Reviewers come by their assignments. Queries: those of `keeping_clear`.
        """
        run = Q(enrollment__cohort__in=Cohort.objects.run_by(person))
        closed = Q(enrollment__in=keeping_clear.closed_to(person))
        return self.filter(Q(enrollment__person=person) | (run & ~closed))

    def handed_in(self):
        return self.filter(state__in=HANDED_IN)


class Submission(models.Model):
    """All that an enrollment hands in."""

    enrollment = models.OneToOneField(Enrollment, on_delete=models.CASCADE, related_name="submission")
    number = models.PositiveIntegerField(unique=True, help_text="What people say: 0417.")
    reference = models.CharField(max_length=20, unique=True, help_text="What receipts print: L2-0417-K.")
    state = models.CharField(max_length=18, choices=State, default=State.DRAFT)
    state_before = models.CharField(max_length=18, choices=State, blank=True, help_text="Before a withdrawal.")
    competency = models.ForeignKey(Competency, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        indexes = (models.Index(fields=["state"], name="submission_by_state"),)

    def __str__(self) -> str:
        return f"Submission {self.short_number}"

    @property
    def short_number(self) -> str:
        return f"{self.number:04}"

    @property
    def current_round(self) -> "Round":
        """The last round. Queries: reads the rounds unless they are prefetched."""
        return max(self.rounds.all(), key=lambda one: one.number)

    @property
    def is_revision(self) -> bool:
        """Whether what is added and handed in now answers a revision request. Queries: as `current_round`."""
        return self.current_round.number > 1

    def window(self, *, events=None) -> deadlines.Window:
        """Until when files of this round are taken. Queries: rounds, cohort and events; prefetch or give them."""
        return deadlines.window(self.enrollment, due_on=self.current_round.due_on, events=events)

    def public_state(self, *, events=None) -> str:
        """What the applicant reads. Queries: as `window`."""
        match self.state:
            case State.SUBMITTED:
                return self._submitted_in_words(events)
            case State.IN_REVIEW | State.DECIDED:
                if self.current_round.appealed_at:
                    return "Being reviewed again, by other readers"
                day = self.decision_on(events=events)
                return f"Being reviewed. Decision by {times.day(day)}" if day else "Being reviewed"
            case State.REVISION_REQUESTED:
                return f"Revision asked for, due {times.day(self.window(events=events).due_on)}"
        return PUBLIC_LABELS[State(self.state)]

    def _submitted_in_words(self, events) -> str:
        now = self.current_round
        if now.number > 1:
            return "Revised version received"
        if not (now.is_late and now.submitted_at):
            return "Submitted"
        late = self.window(events=events).days_late_at(now.submitted_at)
        return f"Submitted, {late} day{'s' if late > 1 else ''} late" if late else "Submitted"

    def decision_on(self, *, events=None) -> date | None:
        """The day by which the applicant hears; none for a revision, and none after an appeal.

        Queries: reads the events of the cohort unless they are prefetched or given.
        """
        if self.current_round.number > 1 or self.current_round.appealed_at:
            return None
        known = self.enrollment.cohort.events.all() if events is None else events
        return next((event.on for event in known if event.kind == Event.Kind.DECISIONS), None)

    def asked_for(self) -> set[int]:
        """Keys of the required documents that this round asks for again; empty in the first.

        Queries: in a later round its documents, unless prefetched.
        """
        now = self.current_round
        return {one.pk for one in now.documents.all()} if now.number > 1 else set()


class Round(models.Model):
    """One go at handing in: the first, or one that a revision request opened."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField(null=True, blank=True, help_text="A revision's own day; the first has the cohort's.")
    documents = models.ManyToManyField(
        RequiredDocument, blank=True, related_name="+", help_text="Asked for again; empty in the first round."
    )
    criteria = models.ManyToManyField(
        Criterion, blank=True, related_name="+", help_text="Still open; empty in the first round, where all are."
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    is_late = models.BooleanField(default=False)
    frozen_at = models.DateTimeField(null=True, blank=True, help_text="From here on its versions stay.")
    appealed_at = models.DateTimeField(null=True, blank=True, help_text="Since then others read it again.")
    what_changed = models.TextField(
        blank=True, help_text="In the applicant's words, from when there was one text for all questions."
    )

    class Meta:
        ordering = ("submission", "number")
        constraints = (
            models.UniqueConstraint(fields=["submission", "number"], name="one_round_per_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="round_counts_from_one"),
        )

    def __str__(self) -> str:
        return f"Round {self.number} of {self.submission}"

    def open_criteria(self) -> list[Criterion]:
        """What is to be scored: the rows still open, or in the first round every row of the scored documents."""
        asked = self.criteria.select_related("document").order_by("document__position", "position")
        if self.number > 1:
            return list(asked)
        scored = Criterion.objects.filter(document__edition=self.submission.enrollment.cohort.edition_id)
        return list(
            scored.filter(document__is_scored=True)
            .select_related("document")
            .order_by("document__position", "position")
        )


class RevisionNote(models.Model):
    """What the applicant says of one row that a round asks for again: what changed, in their words."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="notes")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("round", "criterion__document__position", "criterion__position")
        constraints = (models.UniqueConstraint(fields=["round", "criterion"], name="one_note_per_row_and_round"),)

    def __str__(self) -> str:
        return f"Note on {self.criterion}"


class WorkflowEvent(models.Model):
    """One move that was made. Appended, never changed: history page, audit trail, source of every message."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="events")
    move = models.CharField(max_length=20)
    source = models.CharField(max_length=18, choices=State)
    target = models.CharField(max_length=18, choices=State)
    round_number = models.PositiveSmallIntegerField()
    actor = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: the system."
    )
    at = models.DateTimeField()
    why = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.move}: {self.source} → {self.target}"


class Document(models.Model):
    """One slot: a required document of one submission, and the version that counts now."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="documents")
    required = models.ForeignKey(RequiredDocument, on_delete=models.PROTECT, related_name="+")
    current = models.ForeignKey("Version", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("submission", "required__position")
        constraints = (models.UniqueConstraint(fields=["submission", "required"], name="one_slot_per_document"),)

    def __str__(self) -> str:
        return f"{self.required} of {self.submission}"

    EMPTY = "empty"

    def state_in(self, round_: Round, asked: set[int]) -> str:
        """`empty`, or the verdict on the version that counts; a document asked for again is empty until revised.

        Queries: reads the current version; select it first.
        """
        if self.current is None or (self.required_id in asked and self.current.round_number < round_.number):
            return self.EMPTY
        return self.current.verdict


class VersionQuerySet(models.QuerySet):
    def visible_to(self, person):
        """The files of an applicant's own submission; for an admin, those of their cohorts."""
        return self.filter(document__submission__in=Submission.objects.visible_to(person))

    def awaiting_check(self, at):
        """Without a verdict, and in no worker's hands."""
        return self.filter(verdict=Version.Verdict.CHECKING).exclude(leased_until__gt=at)

    def for_checking(self):
        """All that a check asks of a version, in one query."""
        return self.select_related(
            "document__required__edition__badge__program",
            "document__submission__enrollment__cohort",
            "document__submission__enrollment__person",
        )

    def awaiting_copy(self, at):
        """Usable, without the clean copy that reviewers need, and in no worker's hands.

        Of what has come to its end no copy is missed: so the sweep's cost does not grow from term to term.
        """
        names_showing = Q(clean_copy__is_nameless=False, document__submission__enrollment__cohort__reads_blind=True)
        lacking = Q(clean_copy__isnull=True) | Q(clean_copy__made_at=None) | names_showing
        going_on = self.filter(document__submission__state__in=GOING_ON)
        usable = going_on.exclude(verdict__in=(Version.Verdict.CHECKING, Version.Verdict.BLOCKED))
        return usable.filter(lacking, clean_copy__given_up_at=None).exclude(clean_copy__leased_until__gt=at)

    def set_aside(self):
        """Files that could not be used and came after the one that counts, newest first."""
        unsettled = models.Exists(
            Finding.objects.filter(version=models.OuterRef("pk"), level=Version.Verdict.BLOCKED, settled_at=None)
        )
        later = self.filter(
            unsettled, verdict=Version.Verdict.BLOCKED, number__gt=models.F("document__current__number")
        )
        return later.order_by("-number")

    def that_count(self, round_number: int):
        """Those a submission may stand on in that round, best first: never blocked, the newest, none from later."""
        return self.exclude(verdict=Version.Verdict.BLOCKED).filter(round_number__lte=round_number).order_by("-number")


def new_key() -> str:
    """Where bytes lie: a generated key, nothing of what a person typed."""
    key = secret()
    return f"{key[:2]}/{key}.bin"


def storage_key(version: "Version", received_name: str) -> str:
    return new_key()


class Version(models.Model):
    """One uploaded file of a slot. Its bytes are kept as they came."""

    class Verdict(models.TextChoices):
        CHECKING = "checking", "Checking…"
        READY = "ready", "Ready"
        ADVICE = "advice", "Check this"
        BLOCKED = "blocked", "Fix this"
        UNREAD = "unread", "We will check this by hand"

    MAX_TRIES = 3
    MOST = 20  # of one slot

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    round_number = models.PositiveSmallIntegerField(default=1)
    received_name = models.CharField(max_length=255)
    canonical_name = models.CharField(max_length=255, blank=True)
    renamed_at = models.DateTimeField(null=True, blank=True, help_text="When the applicant took our name for it.")
    file = models.FileField(upload_to=storage_key, max_length=120)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    arrived_at = models.DateTimeField(help_text="When the request began to arrive.")
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.CHECKING)
    checked_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    words = models.PositiveIntegerField(default=0)
    outside = models.TextField(blank=True, help_text="Text outside any answer area.")
    seconds = models.FloatField(null=True, blank=True, help_text="What the check took.")
    peak_mib = models.FloatField(null=True, blank=True)

    objects: ClassVar = VersionQuerySet.as_manager()

    class Meta:
        ordering = ("document", "number")
        constraints = (models.UniqueConstraint(fields=["document", "number"], name="one_version_per_number"),)
        indexes = (models.Index(fields=["arrived_at"], condition=Q(verdict="checking"), name="version_awaiting_check"),)

    def __str__(self) -> str:
        return f"Version {self.number} of {self.document}"

    def get_absolute_url(self) -> str:
        """Where the file is handed out to those who may have it."""
        return f"/documents/{self.pk}/file/"

    @property
    def is_readable(self) -> bool:
        """Whether we could look into it. Queries: the answers, unless prefetched."""
        return bool(self.words or self.outside or self.answers.all())

    def open_findings(self) -> "list[Finding]":
        """What the check says, without what a person has settled since. Queries: the findings, unless prefetched."""
        return self._unsettled(self.findings.all())

    def _unsettled(self, findings) -> "list[Finding]":
        renamed = self.renamed_at is not None
        return [one for one in findings if not (one.settled_at or (renamed and one.is_about_name))]

    def judge_again(self) -> None:
        """Take the verdict from what nobody has settled yet; a file that cannot be used stays so.

        Locks the row: a worker or the team may have judged it since it was read. Call it inside a transaction.
        """
        now = Version.objects.select_for_update().only("verdict").get(pk=self.pk)
        self.verdict = now.verdict
        if self.verdict not in (self.Verdict.CHECKING, self.Verdict.BLOCKED):
            left = self._unsettled(Finding.objects.filter(version=self))
            self.verdict = contract.verdict_of(tuple(contract.Finding(one.code, one.level, "") for one in left))
        self.save(update_fields=["renamed_at", "verdict"])

    @property
    def filed_as(self) -> str:
        """The name under which our copy is kept."""
        return self.canonical_name or self.received_name

    def copy_for(self, cohort: Cohort) -> "CleanCopy | None":
        """What reviewers of `cohort` may have of it, once it is made. Queries: reads it; select it first."""
        copy: CleanCopy | None = getattr(self, "clean_copy", None)
        if copy is None or copy.made_at is None or (cohort.reads_blind and not copy.is_nameless):
            return None
        return copy

    @property
    def shown_name(self) -> str:
        """Our name for it once the applicant took it; else the name it came with."""
        return self.canonical_name if self.renamed_at and self.canonical_name else self.received_name


class CleanCopy(models.Model):
    """The Word file of a version as reviewers get it: the same words without who wrote them, where and with what."""

    MAX_TRIES = 3

    version = models.OneToOneField(Version, on_delete=models.CASCADE, related_name="clean_copy")
    file = models.FileField(max_length=120, blank=True)
    size_bytes = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    is_nameless = models.BooleanField(default=False, help_text="The printed name is gone, too: for who reads blind.")
    missed = models.JSONField(default=list, blank=True, help_text="What was left out and a reader may miss.")
    pictures = models.JSONField(
        default=dict, blank=True, help_text="{mark: {type, begins, size_bytes}}: those that a browser can show."
    )
    made_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True, help_text="When a person was asked instead.")
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("version",)
        verbose_name_plural = "clean copies"

    def __str__(self) -> str:
        return f"Clean copy of {self.version}"


class Finding(models.Model):
    """What one check says of a version."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    level = models.CharField(max_length=7)
    sentence = models.TextField()
    fix = models.CharField(max_length=20, blank=True)
    data = models.JSONField(default=dict, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When a person answered what it asks.")
    settled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("version", "position")
        constraints = (
            models.UniqueConstraint(fields=["version", "position"], name="one_finding_per_position"),
            who_and_when("settled_at", "settled_by", name="finding_settled_who_and_when"),
        )

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"

    @property
    def is_about_name(self) -> bool:
        return self.code.startswith("name.")

    @property
    def then(self) -> str:
        """What to do about it, in a sentence or two."""
        return entry_of(self.code).then.format_map(self.data)


class Answer(models.Model):
    """The text found for one prompt in one version."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="answers")
    prompt = models.ForeignKey(Prompt, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    html = models.TextField(blank=True, help_text="Safe: written by our own reader, cleaned once more.")
    words = models.PositiveIntegerField(default=0)
    found_by = models.CharField(max_length=6, blank=True)
    asked = models.TextField(blank=True, help_text="The question as it stands in this file, where it was reworded.")

    class Meta:
        ordering = ("version", "prompt__number")
        constraints = (models.UniqueConstraint(fields=["version", "prompt"], name="one_answer_per_prompt"),)

    def __str__(self) -> str:
        return f"Answer to {self.prompt.code}"


class Receipt(models.Model):
    """Proof of what was handed in and when. Its address works for good."""

    ref = models.CharField(max_length=24, unique=True)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="receipts")
    round_number = models.PositiveSmallIntegerField()
    received_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)
    files = models.JSONField(help_text="[{title, name, size_bytes, sha256, arrived_at}]")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"Receipt {self.ref}"

    @property
    def versions(self) -> dict[str, int]:
        """The number of the version that was handed in, by the title of its document."""
        return {file["title"]: file["version"] for file in self.files}

    @property
    def shown_files(self) -> list[dict]:
        """The files with the moment each arrived, as `at`."""
        return [{**file, "at": datetime.fromisoformat(file["arrived_at"])} for file in self.files]


class DocumentAccess(models.Model):
    """One reading of a document by somebody: education records ask for it."""

    class Form(models.TextChoices):
        ORIGINAL = "original", "The file as it came"
        CLEAN = "clean", "The copy for reviewers"
        TEXT = "text", "What we read in it"
        PICTURES = "pictures", "Pictures in its answers"
        SCORES = "scores", "What reviewers said of it"

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="accesses")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    form = models.CharField(max_length=8, choices=Form)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.person} read {self.version}"
