"""Writing to people of a cohort: each gets their own mail, with their own words filled in, once."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from badges.models import RequiredDocument
from badges.placeholders import is_to_begin_with
from cohorts import deadlines, mailing
from cohorts.models import Cohort, Enrollment, WrittenLetter
from microcred import outbox, times
from microcred.letters import placeholders
from microcred.models import Message, User
from microcred.verdict import Refused
from reviews import written
from submissions.models import Document, Submission, Version
from submissions.states import OPEN_TO_FILES

MOST = 500  # people of one letter
NAMED = 3  # people whom a refusal names
WORDS = {
    "first_name": "their first name",
    "full_name": "their whole name",
    "missing_documents": "the documents that are not in",
    "deadline": "when their evidence is due, in their time and the cohort’s",
    "badge": "the badge",
    "cohort": "the cohort",
    "team_email": "the team’s address",
    "home_url": "the address of their home page",
}
IS_IN = (Version.Verdict.READY, Version.Verdict.ADVICE, Version.Verdict.UNREAD)


@dataclass(frozen=True)
class Draft:
    """A letter as it was typed, to be filled in for each of some people."""

    cohort: Cohort
    batch: str
    subject: str
    body: str
    due_at: datetime
    saved_as: str = ""

    def for_(self, enrollment: Enrollment) -> Message:
        """Exactly the mail that this person gets. Raises: Refused, as `mailing.compose`."""
        return mailing.compose(
            self.cohort, enrollment.person, subject=self.subject, body=self.body, kind=written.KIND,
            key=written.key_of(self.batch, enrollment), values=values_of(enrollment), due_at=self.due_at,
        )  # fmt: skip

    def print_of(self, people: Iterable[Enrollment], when: str) -> str:
        """What was read before it is sent: the same words, the same people, the same time, or another print."""
        parts = [self.subject, self.body, when, *sorted(each.ref for each in people)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def addressed(people: QuerySet[Enrollment], cohort: Cohort) -> list[Enrollment]:
    """Each with all that a letter can say of them. Queries: four, whatever their number."""
    slots = Prefetch("submission__documents", Document.objects.select_related("current"))
    with_work = people.select_related("person", "submission").prefetch_related("submission__rounds", slots)
    found = list(with_work.order_by("person__last_name", "person__first_name", "pk")[:MOST])
    prefetch_related_objects([cohort.edition], "documents")
    for each in found:
        each.cohort = cohort
    return found


def _missing(enrollment: Enrollment) -> list[RequiredDocument]:
    slots = enrollment.submission.documents.all() if hasattr(enrollment, "submission") else []
    is_in = {slot.required_id for slot in slots if slot.current and slot.current.verdict in IS_IN}
    return [document for document in enrollment.cohort.edition.documents.all() if document.pk not in is_in]


def values_of(enrollment: Enrollment) -> dict[str, object]:
    """The person's own words; those that are empty make a letter that uses them impossible. From `addressed`."""
    return {
        "missing_documents": _and([document.short_title for document in _missing(enrollment)]),
        "deadline": _deadline(enrollment),
    }


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _deadline(enrollment: Enrollment) -> str:
    """Until when they can hand in; nothing once that is no longer theirs to do."""
    work: Submission | None = getattr(enrollment, "submission", None)
    if enrollment.withdrawn_at or (work and work.state not in OPEN_TO_FILES):
        return ""
    due_on = work.current_round.due_on if work else None
    end = deadlines.window(enrollment, due_on=due_on).due_at
    return str(times.deadline(end, reader=enrollment.person.zone, cohort=enrollment.cohort.zone))


def empty_for(draft: Draft, people: Iterable[Enrollment]) -> list[str]:
    """A sentence for each placeholder that has no value for somebody, with their names."""
    used = placeholders(draft.subject) | placeholders(draft.body)
    told = []
    for name in sorted(used):
        lacking = [each for each in people if name in (own := values_of(each)) and not own[name]]
        if lacking:
            told.append(f"{_names(lacking)}: “{name.replace('_', ' ')}” is empty.")
    return told


def unreachable(people: Iterable[Enrollment]) -> list[str]:
    """A sentence for those whose mail came back."""
    gone = [each for each in people if each.person.mail_bounced_at]
    return [f"{_names(gone)}: mail to this address came back."] if gone else []


def _names(people: list[Enrollment]) -> str:
    more = f" and {len(people) - NAMED} more" if len(people) > NAMED else ""
    return ", ".join(str(each.person) for each in people[:NAMED]) + more


@transaction.atomic
def send(draft: Draft, people: list[Enrollment], *, by: User, instead_of: WrittenLetter | None = None) -> WrittenLetter:
    """Owe each of them their mail, and keep what was written; a letter that it takes the place of is called off.

    Raises: Refused, when the same form was sent before, when the letter would come out empty for somebody, or when
    the one before it has begun to leave.
    """
    if told := empty_for(draft, people):
        raise Refused(" ".join(told))
    letter, is_new = WrittenLetter.objects.get_or_create(
        batch=draft.batch,
        defaults={
            "cohort": draft.cohort, "subject": draft.subject, "body": draft.body, "saved_as": draft.saved_as,
            "reached": len(people), "due_at": draft.due_at, "written_by": by,
        },
    )  # fmt: skip
    if not is_new:
        raise Refused("This letter was sent already. Nothing was sent twice.")
    if instead_of:
        written.replace(instead_of, by=by)
    outbox.owe([draft.for_(each) for each in people])
    return letter


@dataclass(frozen=True)
class Start:
    """Something to start from: a letter that colleagues kept, or one of the edition's that fits anybody."""

    key: str
    name: str
    subject: str
    body: str


def starts(cohort: Cohort) -> list[Start]:
    """Queries: two."""
    reminders = {rule.get("letter") for rule in cohort.edition.reminders}
    kept = cohort.written_letters.exclude(saved_as="")
    own = {
        letter.saved_as: Start(f"own-{letter.pk}", letter.saved_as, letter.subject, letter.body)
        for letter in reversed(kept)
    }
    fitting = [
        Start(letter.key, letter.key.replace("-", " ").capitalize(), letter.subject, letter.body)
        for letter in cohort.edition.letters.all()
        if letter.key not in reminders
        and is_to_begin_with(letter.key)
        and placeholders(letter.subject + letter.body) <= set(WORDS)
    ]
    return [*own.values(), *fitting]
