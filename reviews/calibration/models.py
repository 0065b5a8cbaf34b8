"""Samples with agreed levels, and what each reviewer made of them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from badges.models import Criterion, Edition, Level, Prompt, who_and_when
from cohorts.models import Cohort
from microcred import clock

PERSON = settings.AUTH_USER_MODEL


class SampleQuerySet(models.QuerySet):
    def offered(self):
        """Those that reviewers may score: published and not retired."""
        return self.filter(published_at__isnull=False, retired_at__isnull=True)


class Sample(models.Model):
    """Work without its author's name, whose levels a team has agreed on. Once published it stays as it is."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="samples")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80, help_text="Reviewers see it; it gives no level away.")
    made_at = models.DateTimeField(default=clock.now)
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    carried_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="carried_to",
        help_text="The sample of an earlier edition that this one is a copy of.",
    )  # fmt: skip
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=0, help_text="Counts up with every change of an agreed level.")

    objects: ClassVar = SampleQuerySet.as_manager()

    class Meta:
        app_label = "reviews"
        ordering = ("edition", "number")
        constraints = (
            models.UniqueConstraint(fields=["edition", "number"], name="one_sample_per_number"),
            who_and_when("published_at", "published_by", name="sample_published_who_and_when"),
            who_and_when("retired_at", "retired_by", name="sample_retired_who_and_when"),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(published_at__isnull=False),
                name="sample_retired_was_published",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_offered(self) -> bool:
        return self.published_at is not None and self.retired_at is None


class SampleAnswer(models.Model):
    """What was read under one prompt of the sample's Word file. The file itself is not kept."""

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="answers")
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    words = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "reviews"
        ordering = ("sample", "prompt__number")
        constraints = (models.UniqueConstraint(fields=["sample", "prompt"], name="one_sample_answer_per_prompt"),)

    def __str__(self) -> str:
        return f"Answer to {self.prompt}"


class AgreedLevel(models.Model):
    """The level a team agreed on for one rubric row of a sample, and why."""

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="agreed")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="+")
    level = models.ForeignKey(Level, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        app_label = "reviews"
        ordering = ("sample", "criterion__document__position", "criterion__position")
        constraints = (models.UniqueConstraint(fields=["sample", "criterion"], name="one_agreed_level_per_criterion"),)

    def __str__(self) -> str:
        return f"{self.criterion}: {self.level or 'not agreed'}"


class AttemptQuerySet(models.QuerySet):
    def finished(self):
        return self.filter(finished_at__isnull=False)

    def passed(self):
        return self.filter(passed_at__isnull=False)


class Attempt(models.Model):
    """One go of a reviewer at a sample, for one cohort. It keeps what was asked and what was reached."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="attempts")
    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="calibrations")
    reviewer = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="calibrations")
    number = models.PositiveSmallIntegerField(help_text="Which go at this sample.")
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    needed_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    rows = models.PositiveSmallIntegerField(default=0)
    exact = models.PositiveSmallIntegerField(default=0, help_text="Rows on the agreed level.")
    adjacent = models.PositiveSmallIntegerField(default=0, help_text="Rows on it or on the next one.")
    passed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = AttemptQuerySet.as_manager()

    class Meta:
        app_label = "reviews"
        ordering = ("started_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["sample", "cohort", "reviewer", "number"], name="one_attempt_per_number"),
            models.UniqueConstraint(
                fields=["sample", "cohort", "reviewer"],
                condition=Q(finished_at__isnull=True),
                name="one_open_attempt_per_sample",
            ),
            models.CheckConstraint(
                condition=Q(passed_at__isnull=True) | Q(finished_at__isnull=False), name="attempt_passed_is_finished"
            ),
            models.CheckConstraint(
                condition=Q(exact__lte=models.F("adjacent")) & Q(adjacent__lte=models.F("rows")),
                name="attempt_counts_add_up",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reviewer}, {self.sample}"

    @property
    def is_passed(self) -> bool:
        return self.passed_at is not None

    @property
    def exact_percent(self) -> int:
        """Rounded down: 79.9 is not 80."""
        return 100 * self.exact // self.rows if self.rows else 0


class AttemptScore(models.Model):
    """The level that a reviewer gave one rubric row of a sample, and a note of their own."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="+")
    level = models.ForeignKey(Level, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0, help_text="Counts up with every save; guards against two tabs.")
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        app_label = "reviews"
        ordering = ("attempt", "criterion__document__position", "criterion__position")
        constraints = (
            models.UniqueConstraint(fields=["attempt", "criterion"], name="one_attempt_score_per_criterion"),
        )

    def __str__(self) -> str:
        return f"{self.criterion}: {self.level or 'not scored'}"
