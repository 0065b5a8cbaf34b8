"""What can be earned, and by which criteria."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from microcred import clock


def who_and_when(moment: str, person: str, *, name: str) -> models.CheckConstraint:
    """Both set or both empty: nothing is decided by nobody, and nobody decides at no time."""
    return models.CheckConstraint(
        condition=Q(**{f"{moment}__isnull": True, f"{person}__isnull": True})
        | Q(**{f"{moment}__isnull": False, f"{person}__isnull": False}),
        name=name,
    )


class Program(models.Model):
    """Who issues badges."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=160)
    url = models.URLField()
    email = models.EmailField()
    description = models.TextField(blank=True)
    signing_key = models.TextField(blank=True, editable=False, help_text="Ed25519 private key, PEM.")

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Framework(models.Model):
    """One version of a competency profile."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=160)
    version = models.CharField(max_length=40)
    source = models.CharField(max_length=240, blank=True)

    def __str__(self) -> str:
        return f"{self.name}, {self.version}"


class Domain(models.Model):
    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="domains")
    key = models.SlugField()
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("framework", "position")
        constraints = (
            models.UniqueConstraint(fields=["framework", "key"], name="one_domain_per_key"),
            models.UniqueConstraint(fields=["framework", "position"], name="one_domain_per_position"),
        )

    def __str__(self) -> str:
        return self.name


class Competency(models.Model):
    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="competencies")
    key = models.SlugField()
    name = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "competencies"
        ordering = ("domain", "position")
        constraints = (
            models.UniqueConstraint(fields=["domain", "key"], name="one_competency_per_key"),
            models.UniqueConstraint(fields=["domain", "position"], name="one_competency_per_position"),
        )

    def __str__(self) -> str:
        return self.name


class Badge(models.Model):
    """What can be earned, whatever the term."""

    class Kind(models.TextChoices):
        PRACTICE = "practice", "Practice"
        SHARED_LEARNING = "shared_learning", "Shared learning"
        COMPOSITE = "composite", "Composite"

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="badges")
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=15, choices=Kind)
    description = models.TextField()
    earned_by = models.TextField(help_text="How it is earned, in a sentence for the public page.")
    parts = models.ManyToManyField("self", symmetrical=False, related_name="composites", blank=True)
    related = models.ManyToManyField("self", blank=True)

    class Meta:
        ordering = ("level", "name", "pk")

    def __str__(self) -> str:
        return self.name


class EditionQuerySet(models.QuerySet):
    def open_to_change(self):
        return self.filter(frozen_at__isnull=True)

    def published(self):
        """Those that a cohort has begun to use: anybody may read them."""
        return self.filter(frozen_at__isnull=False)

    def for_page(self):
        """All that the public page prints, in a handful of queries whatever its length."""
        return self.select_related("badge__program").prefetch_related(
            "competencies", "documents__criteria__levels", "documents__criteria__prompt"
        )


class Edition(models.Model):
    """A badge as it stands for one term. Frozen once a cohort that uses it has opened; after that only succeeded."""

    class PassRule(models.TextChoices):
        EVERY = "every", "Every criterion at its passing level"
        COUNT = "count", "At least so many criteria at their passing level"
        GROUP = "group", "At least so many criteria of each group at their passing level"

    badge = models.ForeignKey(Badge, on_delete=models.PROTECT, related_name="editions")
    slug = models.SlugField(max_length=80, unique=True)
    term = models.CharField(max_length=60)
    succeeds = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor")
    directions = models.TextField(blank=True, help_text="Markdown; what an applicant reads first.")
    language = models.CharField(max_length=12, default="en-US")
    name_pattern = models.CharField(max_length=80, default="{last}, {initial} | {title}")
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, null=True, blank=True)
    competencies = models.ManyToManyField(Competency, blank=True, related_name="editions")
    competencies_required = models.PositiveSmallIntegerField(default=0, help_text="How many must be shown.")
    pass_rule = models.CharField(max_length=5, choices=PassRule, default=PassRule.EVERY)
    pass_count = models.PositiveSmallIntegerField(default=0, help_text="For the rules that count.")
    meetings_required = models.PositiveSmallIntegerField(default=0)
    meeting_minutes_required = models.PositiveSmallIntegerField(default=0)
    reminders = models.JSONField(default=list, blank=True, help_text="The rules a new cohort starts with.")
    frozen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar = EditionQuerySet.as_manager()

    class Meta:
        ordering = ("badge__level", "badge__name", "-created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=["badge", "term"], name="one_edition_per_term"),
            models.CheckConstraint(
                condition=Q(pass_rule="every") | Q(pass_count__gte=1), name="edition_counting_needs_a_count"
            ),
        )

    def __str__(self) -> str:
        return f"{self.badge}, {self.term}"

    @property
    def is_frozen(self) -> bool:
        return self.frozen_at is not None


class EditionChange(models.Model):
    """That somebody changed one part of an edition on its pages."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="changes")
    place = models.CharField(max_length=240, help_text="Where in the edition, as its addresses say it.")
    sentence = models.CharField(max_length=240, help_text="What was done: Changed the letter “award”.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.sentence


class Letter(models.Model):
    """One letter of an edition: Markdown with placeholders."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="letters")
    key = models.SlugField(max_length=60)
    subject = models.CharField(max_length=160)
    body = models.TextField()

    class Meta:
        ordering = ("edition", "key")
        constraints = (models.UniqueConstraint(fields=["edition", "key"], name="one_letter_per_key"),)

    def __str__(self) -> str:
        return self.key


class Activity(models.Model):
    """A step of the directions."""

    class Kind(models.TextChoices):
        READ = "read", "Read"
        WATCH = "watch", "Watch"
        LESSON = "lesson", "Lesson"
        DOWNLOAD = "download", "Download"
        WRITE = "write", "Write"

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="activities")
    key = models.SlugField(max_length=60)
    group = models.CharField(max_length=80)
    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=8, choices=Kind)
    is_required = models.BooleanField(default=True)
    url = models.URLField(max_length=400, blank=True)
    leads_to = models.CharField(max_length=80, blank=True, help_text="Where the link leads, for people.")
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    document = models.ForeignKey(
        "RequiredDocument",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="activities",
        help_text="Done when this document is ready.",
    )
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "activities"
        ordering = ("edition", "position")
        constraints = (
            models.UniqueConstraint(fields=["edition", "key"], name="one_activity_per_key"),
            models.UniqueConstraint(fields=["edition", "position"], name="one_activity_per_position"),
        )

    def __str__(self) -> str:
        return self.title


class RequiredDocument(models.Model):
    """One Word document to hand in."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="documents")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=160)
    short_title = models.CharField(max_length=80)
    aliases = models.JSONField(default=list, blank=True, help_text="Other titles that count as this one.")
    intro = models.TextField(blank=True, help_text="What the template says first.")
    is_scored = models.BooleanField(default=False, help_text="Reviewers score its criteria.")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("edition", "position")
        constraints = (
            models.UniqueConstraint(fields=["edition", "key"], name="one_document_per_key"),
            models.UniqueConstraint(fields=["edition", "position"], name="one_document_per_position"),
        )

    def __str__(self) -> str:
        return self.title


class Prompt(models.Model):
    """A question inside a required document, with its stable printed code."""

    document = models.ForeignKey(RequiredDocument, on_delete=models.CASCADE, related_name="prompts")
    code = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    section = models.CharField(max_length=120, blank=True, help_text="A heading printed before it.")
    text = models.TextField()
    hint = models.TextField(blank=True)
    min_words = models.PositiveSmallIntegerField(default=20)

    class Meta:
        ordering = ("document", "number")
        constraints = (
            models.UniqueConstraint(fields=["document", "code"], name="one_prompt_per_code"),
            models.UniqueConstraint(fields=["document", "number"], name="one_prompt_per_number"),
        )

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"


class Criterion(models.Model):
    """A rubric row: of one prompt, or of a whole document."""

    document = models.ForeignKey(RequiredDocument, on_delete=models.CASCADE, related_name="criteria")
    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, null=True, blank=True, related_name="criteria")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=160)
    group = models.CharField(max_length=80, blank=True, help_text="Rows that a rule of groups counts together.")
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "criteria"
        ordering = ("document", "position")
        constraints = (
            models.UniqueConstraint(fields=["document", "key"], name="one_criterion_per_key"),
            models.UniqueConstraint(fields=["document", "position"], name="one_criterion_per_position"),
        )

    def __str__(self) -> str:
        return self.title


class Level(models.Model):
    """One step of a rubric row. Rank 1 is the lowest; one level of a row is the one that passes."""

    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="levels")
    rank = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    label = models.CharField(max_length=60)
    text = models.TextField()
    is_passing = models.BooleanField(default=False, help_text="The lowest level that meets the criterion.")

    class Meta:
        ordering = ("criterion", "-rank")
        constraints = (
            models.UniqueConstraint(fields=["criterion", "rank"], name="one_level_per_rank"),
            models.UniqueConstraint(
                fields=["criterion"], condition=Q(is_passing=True), name="one_passing_level_per_criterion"
            ),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=5), name="level_rank_1_to_5"),
        )

    def __str__(self) -> str:
        return self.label


class AwardQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(revoked_at__isnull=True)

    def given_for(self, *editions):
        """Those of the editions, and of badges made up of theirs."""
        keys = [edition.pk for edition in editions if edition]
        wholes = Badge.objects.filter(parts__editions__in=keys)
        return self.filter(Q(edition__in=keys) | Q(edition__badge__in=wholes.values("pk")))

    def open_to(self, person):
        """Those that `person` (or anybody without an account) may see by their address."""
        shared = ~Q(visibility=Award.Visibility.PRIVATE)
        return self.filter(shared | Q(person=person)) if person.is_authenticated else self.filter(shared)

    def for_page(self):
        return self.select_related("edition__badge__program", "person")

    def for_list(self):
        """All that a list of awards prints, in one query: the large texts stay where they are."""
        return self.select_related("edition__badge__program").defer("as_it_was", "credential", "grounds")


class Award(models.Model):
    """An issued badge. It keeps the edition as it was."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", "Everyone"
        LINK = "link", "People with the link"
        PRIVATE = "private", "Only me"

    ref = models.CharField(max_length=24, unique=True)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="awards")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="awards")
    name = models.CharField(max_length=160, help_text="The name on the badge.")
    grounds = models.JSONField(default=dict, help_text="What it was given for, in words of the floor that decided.")
    as_it_was = models.JSONField(default=dict, help_text="The edition on the day of the award.")
    credential = models.JSONField(default=dict, help_text="Open Badges 3.0, signed.")
    visibility = models.CharField(max_length=7, choices=Visibility, default=Visibility.LINK)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_because = models.TextField(blank=True)

    objects: ClassVar = AwardQuerySet.as_manager()

    class Meta:
        ordering = ("-issued_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["edition", "person"], condition=Q(revoked_at__isnull=True), name="one_standing_award"
            ),
            who_and_when("revoked_at", "revoked_by", name="award_revoked_who_and_when"),
        )

    def __str__(self) -> str:
        return f"{self.edition.badge} for {self.name}"

    def get_absolute_url(self) -> str:
        return f"/awards/{self.ref}/"
