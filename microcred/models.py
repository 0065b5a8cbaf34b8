"""People, and the mail that is owed to them."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from microcred import clock
from microcred.zones import validate_zone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email, password=None, **fields):
        """A person who signs in with `email`; without a password, by a code sent there."""
        user = self.model(email=self.normalize_email(email), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """One person. What they may do follows from their enrollments and staff memberships, not from this row."""

    class Theme(models.TextChoices):
        SYSTEM = "", "As the system"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    email = models.EmailField("e-mail address", unique=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80)
    name_on_badge = models.CharField(max_length=160, blank=True)
    last_name_for_files = models.CharField(max_length=80, blank=True)
    first_name_for_files = models.CharField(max_length=80, blank=True)
    known_as = models.JSONField(
        default=list,
        blank=True,
        help_text="How else they spell their own name on a file, folded; confirmed by them.",
    )
    zone = models.CharField("time zone", max_length=64, blank=True, validators=[validate_zone])
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.SYSTEM, blank=True)
    uses_shortcuts = models.BooleanField("keyboard shortcuts", default=True)
    shows_changes = models.BooleanField("changes shown while scoring", default=True)
    wants_meeting_reminders = models.BooleanField("meeting reminders by e-mail", default=True)
    mail_bounced_at = models.DateTimeField(null=True, blank=True)
    is_staff = models.BooleanField("operator", default=False, help_text="May open the admin site.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name", "last_name"]

    class Meta:
        verbose_name, verbose_name_plural = "person", "people"
        ordering = ("last_name", "first_name", "pk")
        constraints = (models.UniqueConstraint(Lower("email"), name="one_person_per_address"),)

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def badge_name(self) -> str:
        """The name that a badge is issued to."""
        return self.name_on_badge or self.full_name

    @property
    def file_names(self) -> tuple[str, str]:
        """Last and first name as file names use them; single-named people have no first name."""
        if self.last_name_for_files:
            return self.last_name_for_files, self.first_name_for_files
        return self.last_name, self.first_name

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.first_name or self.last_name


OVERDUE_AFTER = timedelta(minutes=30)


class MessageQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=Message.State.OWED)

    def due(self, at):
        """Owed, its time come, and in nobody's hands."""
        return self.waiting().filter(due_at__lte=at).exclude(leased_until__gt=at)

    def call_off(self, at, *, why):
        """Never send those that wait and are in nobody's hands at `at`. How many is returned."""
        free = self.waiting().exclude(leased_until__gt=at)
        return free.update(state=Message.State.SKIPPED, reason=why[:200], leased_until=None, dropped_at=at)

    def overdue(self, at):
        """Owed for so long past their time that something keeps them; nobody's whose mail came back."""
        return self.waiting().filter(due_at__lte=at - OVERDUE_AFTER, person__mail_bounced_at=None)


class Message(models.Model):
    """One e-mail owed to one person. Its key makes it unique: whoever owes it twice owes it once."""

    class State(models.TextChoices):
        OWED = "owed", "Waiting"
        SENT = "sent", "Sent"
        SKIPPED = "skipped", "Not sent"
        MERGED = "merged", "In another mail"
        FAILED = "failed", "Could not be sent"

    key = models.CharField(max_length=200, unique=True, help_text="Rule, event, enrollment and occurrence.")
    kind = models.CharField(max_length=60, help_text="The letter it was made from.")
    about = models.CharField(max_length=80, blank=True, help_text="The occasion that a reminder speaks of.")
    cohort_slug = models.CharField(max_length=80, blank=True)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="messages")
    address = models.EmailField(max_length=254)
    sender = models.CharField(max_length=120, blank=True, help_text="The name it comes from; empty: the site's.")
    thread = models.CharField(max_length=80, blank=True, help_text="The conversation that a mail program shows it in.")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    reply_to = models.EmailField(max_length=254, blank=True)
    is_reminder = models.BooleanField(default=False)
    is_optional = models.BooleanField(default=False, help_text="The reader can turn off mails of this kind.")
    attachment_name = models.CharField(max_length=100, blank=True)
    attachment = models.TextField(blank=True, help_text="An iCalendar file, as text.")
    state = models.CharField(max_length=7, choices=State, default=State.OWED)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was not sent, or what became of it.")
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged", help_text="That says it, too."
    )
    owed_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    useless_at = models.DateTimeField(null=True, blank=True, help_text="After this instant it is not sent any more.")
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True, help_text="When it was settled that it does not leave.")

    objects: ClassVar = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("-due_at", "-pk")
        indexes = (
            models.Index(fields=["due_at"], condition=models.Q(state="owed"), name="message_waiting"),
            models.Index(
                fields=["person", "cohort_slug", "due_at"], condition=models.Q(state="owed"), name="message_before"
            ),
            models.Index(fields=["cohort_slug", "-due_at"], name="message_of_cohort"),
            models.Index(fields=["thread", "sent_at"], condition=~models.Q(thread=""), name="message_of_thread"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="message_sent_and_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} → {self.address}"

    @property
    def ended_at(self) -> datetime:
        """When it left, or when it was settled that it does not; of one that waits, when it is due."""
        return self.sent_at or self.dropped_at or self.due_at

    @property
    def wait_after_failure(self) -> timedelta:
        """How long to leave a refused message alone: 1 minute, doubling, at most 3 hours."""
        return timedelta(minutes=min(2 ** max(self.tries - 1, 0), 180))
