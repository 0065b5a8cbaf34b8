"""What reviewers say of a submission, and what is decided."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Trim
from simple_history.models import HistoricalRecords

from badges.models import Criterion, Level, RequiredDocument, who_and_when
from cohorts import keeping_clear
from cohorts.models import Cohort, Enrollment, Event, StaffMembership
from microcred import clock, letters
from reviews.calibration import models as calibration  # noqa: F401  (Django looks for all models of a floor here)
from reviews.exports import models as exports  # noqa: F401  (as above)
from submissions.models import Round, Submission, WorkflowEvent
from submissions.states import State

PERSON = settings.AUTH_USER_MODEL
READABLE = (State.SUBMITTED, State.IN_REVIEW)
SCORABLE = (*READABLE, State.DECIDED)  # a reader may reopen their review until the decision goes out


class AssignmentQuerySet(models.QuerySet):
    def standing(self):
        """Not handed back."""
        return self.filter(handed_back_at__isnull=True)

    def of(self, person):
        """Theirs to read: see `readable`."""
        return self.readable().filter(reviewer=person)

    def readable(self):
        """Not handed back, of who still reviews in its cohort and is not in conflict with it."""
        return self.standing().while_reviewing().filter(~_in_conflict(), conflict="")

    def while_reviewing(self):
        """Those whose reader is a reviewer of the cohort, or a second reader, until now."""
        return self.filter(_still_reviews())

    def left_behind(self):
        """Those whose reader has left the staff, or cannot sign in any more."""
        return self.filter(~_still_reviews())

    def readings(self):
        """Given to a reader, who scores every row of the round."""
        return self.filter(role=Assignment.Role.READER)

    def settling(self):
        """Given to a second reader, who settles what the readers differ on."""
        return self.filter(role=Assignment.Role.SECOND_READER)

    def unfinished(self):
        return self.standing().filter(Q(review__isnull=True) | Q(review__finished_at__isnull=True))

    def before_an_appeal(self):
        """Given before the submission was appealed: others read it now."""
        return self.filter(_appealed_since())

    def with_present_round(self):
        """Each says whether it is of the last round, without another query."""
        last = Assignment.objects.of_the_last_round().filter(pk=OuterRef("pk"))
        return self.annotate(is_of_the_last_round=Exists(last))

    def of_the_last_round(self):
        """Of the round that counts now, and not overtaken by an appeal."""
        later = Round.objects.filter(submission=OuterRef("submission"), number__gt=OuterRef("round_number"))
        return self.filter(~Exists(later), ~_appealed_since())

    def handed_in(self):
        """Those whose round has been handed in: what a reviewer can open."""
        rounds = Round.objects.filter(submission=OuterRef("submission"), number=OuterRef("round_number"))
        return self.filter(Exists(rounds.filter(submitted_at__isnull=False)))

    def in_load(self):
        """What counts as a reviewer's work, on every page alike: each submission once, read or still to be read.

        While its applicant revises, a submission counts by the round that was read; from then on by the new one.
        What a second reader settles is no reading.
        """
        later = Round.objects.filter(
            submission=OuterRef("submission"), number__gt=OuterRef("round_number"), submitted_at__isnull=False
        )
        read_or_readable = Q(review__finished_at__isnull=False) | Q(submission__state__in=SCORABLE)
        readings = self.standing().handed_in().filter(role=Assignment.Role.READER)
        return readings.filter(read_or_readable, ~Exists(later), ~_appealed_since())

    def to_do(self):
        """What of the load is not finished."""
        return self.in_load().unfinished()

    def in_queue_order(self):
        """Started ones first, then who has waited longest."""
        return self.with_progress().order_by(F("review__started_at").asc(nulls_last=True), "waiting_since", "pk")

    def for_list(self):
        """All that a row of a list prints; `applicant` is empty where the cohort reads blind."""
        person = "submission__enrollment__person"
        name = Trim(Concat(f"{person}__first_name", Value(" "), f"{person}__last_name"))
        return self.select_related("submission", "review").annotate(
            cohort=F("submission__enrollment__cohort__name"),
            applicant=Case(When(submission__enrollment__cohort__reads_blind=False, then=name), default=Value("")),
        )

    def with_submission(self):
        """All that a reviewer's page says of the submission and of its cohort, in the same query."""
        return self.select_related("review", "submission__enrollment__cohort__edition__badge")

    def with_progress(self):
        """`scored` of `rows_to_score` rubric rows, and `waiting_since`; in the same query."""
        scores = Score.objects.filter(review__assignment=OuterRef("pk"), level__isnull=False)
        rounds = Round.objects.filter(submission=OuterRef("submission"), number=OuterRef("round_number"))
        rows = Criterion.objects.filter(
            document__edition=OuterRef("submission__enrollment__cohort__edition"), document__is_scored=True
        )
        open_rows = Round.criteria.through.objects.filter(
            round__submission=OuterRef("submission"), round__number=OuterRef("round_number")
        )
        return self.annotate(
            scored=count_of(scores),
            rows_to_score=Case(When(round_number=1, then=count_of(rows)), default=count_of(open_rows)),
            waiting_since=Subquery(rounds.values("submitted_at")),
        )

    def with_outcome(self):
        """`outcome`: what the first decision after it was, once released; empty before."""
        decided = Decision.objects.released().filter(
            submission=OuterRef("submission"),
            round_number=OuterRef("round_number"),
            made_at__gte=OuterRef("assigned_at"),
        )
        return self.annotate(outcome=Subquery(decided.order_by("released_at").values("outcome")[:1]))

    def with_finish_by(self):
        """`finish_by`: the day on which the cohort wants its reviews."""
        due = Event.objects.standing().filter(
            cohort=OuterRef("submission__enrollment__cohort"), kind=Event.Kind.REVIEWS_DUE
        )
        return self.annotate(finish_by=Subquery(due.order_by("ends_at").values("on")[:1]))

    def with_common_ground(self):
        """`same_organization`: the reviewer works where the applicant does, as far as both have said so."""
        colleagues = StaffMembership.objects.filter(
            cohort=OuterRef("submission__enrollment__cohort"),
            person=OuterRef("reviewer"),
            organization__iexact=OuterRef("submission__enrollment__organization"),
        ).exclude(organization="")
        return self.annotate(same_organization=Exists(colleagues))


def _still_reviews():
    """Whether the reader is one of the cohort, or a second reader, until now."""
    roles = StaffMembership.objects.reviewing()
    return Exists(roles.filter(cohort=OuterRef("submission__enrollment__cohort"), person=OuterRef("reviewer")))


def _in_conflict():
    """Whether it was declared of a reader and an applicant that they do not judge each other.

    Of an organization it is looked at when it is declared, and written down in `conflict`.
    """
    reader, applicant = OuterRef("reviewer"), OuterRef("submission__enrollment__person")
    declared = DeclaredConflict.objects.standing().filter(cohort=OuterRef("submission__enrollment__cohort"))
    return Exists(declared.filter(Q(person=reader, other=applicant) | Q(person=applicant, other=reader)))


def _appealed_since():
    appeals = WorkflowEvent.objects.filter(submission=OuterRef("submission"), move="appeal")
    return Exists(appeals.filter(at__gte=OuterRef("assigned_at")))


def count_of(rows):
    """How many of a correlated queryset, as a column."""
    return Coalesce(Subquery(rows.order_by().values(_=Value(1)).annotate(n=Count("pk")).values("n")), 0)


class Assignment(models.Model):
    """Who reads a submission in a round, and in which role."""

    class Role(models.TextChoices):
        READER = "reader", "Reader"
        SECOND_READER = "second_reader", "Second reader"

    class Conflict(models.TextChoices):
        KNOWS = "knows", "I know this person"
        RELATIVE = "relative", "We are related"
        EMPLOYER = "employer", "Same district or employer"
        COACHED = "coached", "I coached this work"
        OTHER = "other", "Another reason"

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="assignments")
    round_number = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=13, choices=Role, default=Role.READER)
    assigned_at = models.DateTimeField(default=clock.now)
    assigned_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    handed_back_at = models.DateTimeField(null=True, blank=True)
    handed_back_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # why it went back; of what stands, because it was decided by then, why its reader reads no more of it
    conflict = models.CharField(max_length=8, choices=Conflict, blank=True)
    conflict_note = models.TextField(blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When a mail told the reviewer of it.")

    objects: ClassVar = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ("assigned_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["submission", "round_number", "reviewer"], name="one_assignment_per_reviewer_and_round"
            ),
            models.UniqueConstraint(
                fields=["submission", "round_number", "role"],
                condition=Q(role="second_reader", handed_back_at__isnull=True),
                name="one_second_reader_per_round",
            ),
            who_and_when("handed_back_at", "handed_back_by", name="assignment_handed_back_who_and_when"),
        )

    def __str__(self) -> str:
        return f"{self.reviewer} reads {self.submission}, round {self.round_number}"

    @property
    def before(self) -> int:
        """The round that this one follows."""
        return self.round_number - 1

    def beside(self) -> AssignmentQuerySet:
        """All that stands in the same round of the same submission."""
        return Assignment.objects.standing().filter(submission=self.submission_id, round_number=self.round_number)

    @property
    def settles(self) -> bool:
        return self.role == self.Role.SECOND_READER

    @property
    def begun(self) -> "Review | None":
        """The review, once started. Queries: reads the review; select it first."""
        return getattr(self, "review", None)

    @property
    def is_finished(self) -> bool:
        """Queries: reads the review; select it first."""
        return bool(self.begun and self.begun.finished_at)

    def is_overtaken(self) -> bool:
        """Whether a later round, or an appeal, came after it. Queries: one; none for a row of `with_present_round`."""
        if (is_present := getattr(self, "is_of_the_last_round", None)) is None:
            is_present = Assignment.objects.of_the_last_round().filter(pk=self.pk).exists()
        return not is_present


class DeclaredConflictQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(taken_back_at__isnull=True)

    def about(self, person):
        """Whichever side of it `person` is on."""
        return self.filter(Q(person=person) | Q(other=person))


class DeclaredConflict(models.Model):
    """That somebody must not judge the work of a person, or of an organization: said beforehand, by whom it may be."""

    class Kind(models.TextChoices):
        RELATIVE = "relative", "Related"
        COACHED = "coached", "Coached the work"
        EMPLOYER = "employer", "Same district or employer"
        KNOWS = "knows", "Know each other"
        OTHER = "other", "Another reason"

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="declared_conflicts")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", help_text="Who must not judge.")
    other = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    organization = models.CharField("district or employer", max_length=160, blank=True)
    kind = models.CharField(max_length=8, choices=Kind)
    note = models.TextField(blank=True)
    declared_at = models.DateTimeField(default=clock.now)
    declared_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = DeclaredConflictQuerySet.as_manager()

    class Meta:
        ordering = ("cohort", "person__last_name", "person__first_name", "declared_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(other__isnull=False, organization="") | (Q(other__isnull=True) & ~Q(organization="")),
                name="conflict_with_a_person_or_an_organization",
            ),
            models.CheckConstraint(condition=~Q(other=F("person")), name="conflict_is_with_somebody_else"),
            who_and_when("taken_back_at", "taken_back_by", name="conflict_taken_back_who_and_when"),
        )

    def __str__(self) -> str:
        return f"{self.person} and {self.other or self.organization}: {self.get_kind_display().lower()}"


class ConcernQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(settled_at__isnull=True)


class Concern(models.Model):
    """That an applicant does not want somebody to read their work, in their words: they do not know who reads."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="concerns")
    about = models.CharField(max_length=160, help_text="Whom they mean, as they wrote it.")
    kind = models.CharField(max_length=8, choices=DeclaredConflict.Kind)
    note = models.TextField(blank=True)
    told_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    why = models.TextField(blank=True, help_text="Why it was set aside; empty where a conflict was declared.")

    objects: ClassVar = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ("-told_at", "-pk")
        constraints = (who_and_when("settled_at", "settled_by", name="concern_settled_who_and_when"),)

    def __str__(self) -> str:
        return f"{self.enrollment.person} about {self.about}"


class SecondReadQuerySet(models.QuerySet):
    def standing(self):
        """Asked for in the round that counts now, and not before an appeal."""
        appeals = WorkflowEvent.objects.filter(submission=OuterRef("submission"), move="appeal")
        later = Round.objects.filter(submission=OuterRef("submission"), number__gt=OuterRef("round_number"))
        return self.filter(~Exists(later), ~Exists(appeals.filter(at__gte=OuterRef("asked_at"))))


class SecondRead(models.Model):
    """That a round is read by another person too, and why. Once asked for, it stays: no later score takes it back."""

    class Reason(models.TextChoices):
        ASKED = "asked", "Asked for"
        NEAR_PASS = "near_pass", "Nearly meets the rubric"
        NOT_AWARDED = "not_awarded", "Would not be awarded"

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="second_reads")
    round_number = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=11, choices=Reason)
    why = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: the rule."
    )

    objects: ClassVar = SecondReadQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(reason="asked") | Q(asked_by__isnull=False), name="second_read_asked_by_somebody"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.submission}, round {self.round_number}"


class ReviewQuerySet(models.QuerySet):
    def finished(self):
        return self.filter(finished_at__isnull=False)

    def readable_by(self, person):
        """Their own always. For an admin those of their cohorts. None of work that they must keep clear of.

        A colleague's, finished, for who still has the role: a reader's, to the other reader once that one has finished
        too, and to the second reader once all have; the second reader's, to those readers. After an appeal, none of
        those before it.
        """
        together = {
            "submission": OuterRef("assignment__submission"), "round_number": OuterRef("assignment__round_number")
        }  # fmt: skip
        with_them = Assignment.objects.of(person).filter(~_appealed_since(), **together)
        spoken = with_them.filter(review__finished_at__isnull=False)
        still_reading = Assignment.objects.unfinished().readings().filter(**together)
        colleagues = Review.objects.finished().filter(
            Exists(spoken) | (Exists(with_them.settling()) & ~Exists(still_reading)),
            assignment__in=Assignment.objects.standing().filter(~_appealed_since()).values("pk"),
        )
        run = Q(assignment__submission__enrollment__cohort__in=Cohort.objects.run_by(person))
        closed = Q(assignment__submission__enrollment__in=keeping_clear.closed_to(person))
        return self.filter(Q(assignment__reviewer=person) | Q(pk__in=colleagues.values("pk")) | run).exclude(closed)


class Review(models.Model):
    """What one reviewer says of one submission in one round."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="review")
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True, help_text="When it was first opened again.")
    handed_over_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="handed_over_to",
        help_text="The review of another reader that it was begun with.",
    )  # fmt: skip

    objects: ClassVar = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ("started_at", "pk")

    def __str__(self) -> str:
        return f"Review by {self.assignment.reviewer}"


class Score(models.Model):
    """A level and a comment for one criterion. Its version guards against two tabs."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    comment = models.TextField(blank=True)
    private_note = models.TextField(blank=True, help_text="For staff; never shown to the applicant.")
    why = models.CharField(
        max_length=300, blank=True, help_text="Why the level changed in a review opened again; for staff."
    )
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=clock.now)

    history = HistoricalRecords()

    class Meta:
        ordering = ("review", "criterion__position")
        constraints = (models.UniqueConstraint(fields=["review", "criterion"], name="one_score_per_criterion"),)

    def __str__(self) -> str:
        return f"{self.criterion}: {self.level or 'not scored'}"


class SavedCommentQuerySet(models.QuerySet):
    def usable_by(self, person):
        """One's own, and those that the cohort's team shared."""
        return self.filter(Q(person=person) | Q(person=None) | Q(shared_at__isnull=False))

    def editable_by(self, person):
        """One's own; nobody's are the admins' of their cohort."""
        return self.filter(Q(person=person) | Q(person=None, cohort__in=Cohort.objects.run_by(person)))


class SavedComment(models.Model):
    """A comment worth using again: one's own, or shared by the cohort's team."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="saved_comments")
    person = models.ForeignKey(
        PERSON, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_comments",
        help_text="Empty: shared with every reviewer.",
    )  # fmt: skip
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=60)
    text = models.TextField()
    shared_at = models.DateTimeField(null=True, blank=True)
    shared_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = SavedCommentQuerySet.as_manager()

    class Meta:
        ordering = ("title", "pk")
        constraints = (who_and_when("shared_at", "shared_by", name="saved_comment_shared_who_and_when"),)

    def __str__(self) -> str:
        return self.title

    @property
    def is_shared(self) -> bool:
        return self.person_id is None or self.shared_at is not None


class DecisionQuerySet(models.QuerySet):
    def in_hand(self):
        """Made, and neither released nor taken back."""
        return self.filter(reopened_at__isnull=True, released_at__isnull=True)

    def released(self):
        return self.filter(released_at__isnull=False)

    def due(self, at):
        """Scheduled for an instant that has come."""
        return self.in_hand().filter(release_at__lte=at)


class Decision(models.Model):
    """What was decided of one round: made, then released. Released decisions are never edited."""

    class Outcome(models.TextChoices):
        AWARD = "award", "Badge awarded"
        REVISE = "revise", "Revision"
        NOT_AWARDED = "not_awarded", "Not awarded"

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="decisions")
    round_number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=11, choices=Outcome)
    criteria = models.ManyToManyField(Criterion, blank=True, related_name="+", help_text="Those still to be met.")
    documents = models.ManyToManyField(RequiredDocument, blank=True, related_name="+", help_text="Asked for again.")
    due_on = models.DateField(null=True, blank=True)
    subject = models.CharField(max_length=200)
    letter = models.TextField(help_text="Markdown; from the release on, as it left.")
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    release_at = models.DateTimeField(null=True, blank=True, help_text="Scheduled for this instant.")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: the schedule."
    )
    read_at = models.DateTimeField(null=True, blank=True, help_text="When its applicant first opened it here.")
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("submission", "round_number", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["submission", "round_number"],
                condition=Q(reopened_at__isnull=True, released_at__isnull=True),
                name="one_decision_in_hand_per_round",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="revise") | Q(due_on__isnull=False), name="decision_revision_has_a_day"
            ),
            who_and_when("reopened_at", "reopened_by", name="decision_reopened_who_and_when"),
        )

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} for {self.submission}"

    @property
    def as_html(self) -> str:
        """Safe HTML of the letter as it left."""
        return letters.as_html(self.letter)


class Correction(models.Model):
    """A letter that says what was wrong in one that went out. Both stay as they left."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="corrections")
    subject = models.CharField(max_length=200)
    letter = models.TextField(help_text="Markdown, as it left.")
    sent_at = models.DateTimeField(default=clock.now)
    sent_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("sent_at", "pk")

    def __str__(self) -> str:
        return f"Correction to “{self.decision}”"

    @property
    def as_html(self) -> str:
        """Safe HTML of it."""
        return letters.as_html(self.letter)
