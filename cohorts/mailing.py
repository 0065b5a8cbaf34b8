"""Letters of a cohort's edition, addressed to one person."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import prefetch_related_objects

from badges.models import Edition, Letter
from cohorts.models import Cohort, Enrollment, Event
from microcred import letters, outbox
from microcred.models import Message, User
from microcred.verdict import Refused

COMMON = ("first_name", "full_name", "cohort", "badge", "team_email", "site_name", "home_url")


def message(
    cohort: Cohort, person: User, letter: str, *, key: str, values: Mapping[str, object] | None = None, **fields
) -> Message:
    """The edition's letter `letter`, filled in for `person`: an unsaved message to hand to `outbox.owe`.

    `key` makes it unique; `fields` are those of `Message`, such as `due_at`. Queries: one for the letters of an
    edition, however many people it is called for with the same cohort.
    Raises: Refused, when the edition lacks the letter or a placeholder has no value.
    """
    found = letter_of(cohort.edition, letter)
    return compose(
        cohort, person, subject=found.subject, body=found.body, kind=letter, key=key, values=values, **fields
    )


def compose(
    cohort: Cohort,
    person: User,
    *,
    subject: str,
    body: str,
    kind: str,
    key: str,
    values: Mapping[str, object] | None = None,
    **fields,
) -> Message:
    """The same for a given subject and body."""
    letter = letters.compose(
        subject, body, common_values(cohort, person) | dict(values or {}),
        footer=footer(cohort), language=cohort.edition.language,
    )  # fmt: skip
    if fields.get("due_at") is None:
        fields.pop("due_at", None)
    return outbox.message(
        letter, person, key=key, kind=kind, cohort_slug=cohort.slug, reply_to=cohort.team_email,
        sender=f"{cohort} team", **fields,
    )  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One letter of several that share a mail, with its placeholders filled in."""

    subject: str
    body: letters.Markdown


def filled(subject: str, body: str, values: Mapping[str, object]) -> Part:
    """Raises: Refused, when a placeholder has no value."""
    line = " ".join(letters.fill(subject, values).split())
    return Part(line, letters.Markdown(letters.fill(body, values, quote=letters.quoted)))


def in_one(cohort: Cohort, parts: list[Part]) -> letters.Letter:
    """One letter that says what each of `parts` says: the subject and the salutation of the first, then sections."""
    first, *others = parts
    body = letters.Markdown("\n\n".join([first.body, *map(_section, others)]))
    values = {"subject": first.subject, "body": body}
    return letters.compose(
        "{{ subject }}", "{{ body }}", values, footer=footer(cohort), language=cohort.edition.language
    )


def _section(part: Part) -> str:
    first, _, rest = part.body.partition("\n\n")
    body = rest if rest and first.rstrip().endswith(",") else part.body  # people are greeted once
    return f"---\n\n## {letters.quoted(part.subject)}\n\n{body}"


def common_values(cohort: Cohort, person: User) -> dict[str, object]:
    """What every letter may say."""
    return {
        "first_name": person.get_short_name(),
        "full_name": person.full_name,
        "cohort": cohort.name,
        "badge": cohort.edition.badge.name,
        "team_email": cohort.team_email,
        "site_name": settings.SITE_NAME,
        "home_url": address(f"/my/{cohort.slug}/"),
    }


def address(path: str) -> str:
    """The whole address of a page of ours, as a mail needs it; it stands in Markdown unchanged."""
    return letters.Markdown(f"{settings.SITE_URL}{path}")


def footer(cohort: Cohort) -> letters.Markdown:
    """Why the reader gets it, to whom an answer goes, and where notices are chosen."""
    place, team = letters.quoted(f"{cohort}, {cohort.edition.badge.name}"), letters.quoted(cohort.team_email)
    return letters.Markdown(
        f"You get this because the team of {place} has you on its list. Answers go to {team}. "
        f"[Choose which notices you get]({address('/account/')}#notices)"
    )


def about_work(enrollment: Enrollment) -> str:
    """The thread of all mails about what one person hands in."""
    return f"work:{enrollment.ref}"


def about_meeting(event: Event, enrollment: Enrollment) -> str:
    """The thread of a meeting: its invitation, and what changed since."""
    return f"meeting:{event.uid}:{enrollment.ref}"


def has_letter(edition: Edition, key: str) -> bool:
    """Whether the edition has a letter for an occasion on which not every program writes."""
    prefetch_related_objects([edition], "letters")
    return any(letter.key == key for letter in edition.letters.all())


def letter_of(edition: Edition, key: str) -> Letter:
    prefetch_related_objects([edition], "letters")
    for letter in edition.letters.all():
        if letter.key == key:
            return letter
    raise Refused(f"{edition} has no letter “{key}”. Add it to the edition first.")
