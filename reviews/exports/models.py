"""One export that was asked for, and who took it. The row is the truth; the broker only hurries."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cohorts.models import Cohort, reference
from microcred import clock
from submissions.models import Version

PERSON = settings.AUTH_USER_MODEL


class ExportQuerySet(models.QuerySet):
    def visible_to(self, person):
        """Those of the cohorts they run, and those they asked for while they still do."""
        return self.filter(cohort__in=Cohort.objects.run_by(person))

    def waiting(self):
        """Neither made nor given up."""
        return self.filter(made_at__isnull=True, failed_at__isnull=True)

    def in_nobodys_hands(self, at):
        return self.waiting().exclude(leased_until__gt=at)

    def outdated(self, at):
        """Made so long ago that the file goes."""
        return self.filter(made_at__lte=at - Export.KEPT, removed_at__isnull=True)


class Export(models.Model):
    """A job that makes one file out of a cohort."""

    class Kind(models.TextChoices):
        ROSTER = "roster", "Roster and results"
        SCORES = "scores", "Scores"
        ORIGINALS = "originals", "Documents as they came"
        COPIES = "copies", "Documents as reviewers get them"
        LOG = "log", "Log"

    class Form(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel"
        ZIP = "zip", "ZIP"

    KEPT = timedelta(days=7)
    MAX_TRIES = 3

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="exports")
    ref = models.CharField(max_length=10, default=reference, unique=True, editable=False, help_text="In addresses.")
    kind = models.CharField(max_length=9, choices=Kind)
    form = models.CharField(max_length=4, choices=Form)
    narrowed_to = models.JSONField(default=dict, blank=True, help_text="What a filtered list was filtered by.")
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    file = models.FileField(max_length=120, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    missed = models.JSONField(default=list, blank=True, help_text="Parts that are not in it, each in a sentence.")
    versions = models.ManyToManyField(
        Version, blank=True, related_name="exports", help_text="Whose bytes or scores are in it."
    )
    removed_at = models.DateTimeField(null=True, blank=True, help_text="When the file was removed again.")

    objects: ClassVar = ExportQuerySet.as_manager()

    class Meta:
        app_label = "reviews"
        ordering = ("-asked_at", "-pk")
        indexes = (
            models.Index(
                fields=["asked_at"], condition=Q(made_at__isnull=True, failed_at__isnull=True), name="export_waiting"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(made_at__isnull=True) | Q(failed_at__isnull=True), name="export_made_or_failed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_form_display()}"

    def get_absolute_url(self) -> str:
        """Queries: reads the cohort; select it first."""
        return f"/cohorts/{self.cohort.slug}/exports/{self.ref}/"

    @property
    def is_under_way(self) -> bool:
        return self.made_at is None and self.failed_at is None

    @property
    def kept_until(self) -> datetime | None:
        return self.made_at + self.KEPT if self.made_at else None

    @property
    def counted(self) -> str:
        """`18 rows`, `1 document`: what it has done so far."""
        return self._in_words(self.done)

    @property
    def progress(self) -> str:
        """`18 of 42 rows`."""
        return f"{self.done} of {self._in_words(self.total)}"

    def _in_words(self, count: int) -> str:
        thing = "document" if self.form == self.Form.ZIP else "row"
        return f"{count} {thing}{'' if count == 1 else 's'}"


class ExportReading(models.Model):
    """Somebody took the file of an export."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="readings")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        app_label = "reviews"
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.person} took {self.export}"
