"""One person's whole story in a cohort, in order of time: it answers "why did I not get…"."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from cohorts.models import ActivityMark, Attendance, Enrollment
from microcred import times
from microcred.models import Message
from reviews.models import Decision
from submissions.models import Submission, Version, WorkflowEvent
from submissions.states import MOVES


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `body` is folded below it; `url` leads to more."""

    at: datetime
    what: str
    more: str = ""
    body: str = ""
    url: str = ""
    tag: str = ""


TELLERS: list[Callable[..., Iterator[Entry]]] = []


def teller(tell):
    TELLERS.append(tell)
    return tell


def of(enrollment: Enrollment, submission: Submission | None) -> list[Entry]:
    """Everything, oldest first. The enrollment comes with its people. Queries: six, however long it is."""
    told = [entry for tell in TELLERS for entry in tell(enrollment, submission)]
    return sorted(told, key=lambda entry: entry.at)


@teller
def _membership(enrollment: Enrollment, submission) -> Iterator[Entry]:
    if enrollment.invited_at:
        yield Entry(enrollment.invited_at, "Invited", f"by {enrollment.invited_by}")
    if enrollment.joined_at:
        yield Entry(enrollment.joined_at, "Joined the cohort")
    if enrollment.extended_at:
        until = times.day(enrollment.extended_until) if enrollment.extended_until else "the day of everybody else"
        yield Entry(
            enrollment.extended_at, f"Extension to {until}",
            f"by {enrollment.extended_by}", body=enrollment.extended_because,
        )  # fmt: skip
    if enrollment.withdrawn_at and submission is None:
        yield Entry(enrollment.withdrawn_at, "Withdrew", f"by {enrollment.withdrawn_by}")


@teller
def _activities(enrollment: Enrollment, submission) -> Iterator[Entry]:
    for mark in ActivityMark.objects.filter(enrollment=enrollment).select_related("activity"):
        yield Entry(mark.done_at, f"Marked done: {mark.activity.title}")


@teller
def _attendance(enrollment: Enrollment, submission) -> Iterator[Entry]:
    for found in Attendance.objects.filter(enrollment=enrollment).select_related("event"):
        minutes = f"{found.minutes} minutes" if found.minutes else ""
        yield Entry(found.event.starts_at, f"{found.event}: {found.get_status_display().lower()}", minutes)


@teller
def _files(enrollment: Enrollment, submission) -> Iterator[Entry]:
    versions = Version.objects.filter(document__submission=submission) if submission else Version.objects.none()
    for version in versions.select_related("document__required").prefetch_related("findings"):
        findings = [finding.sentence for finding in version.findings.all() if finding.level != "ok"]
        yield Entry(
            version.arrived_at,
            f"{version.document.required.short_title}, version {version.number}: {version.get_verdict_display()}",
            version.received_name, body="\n".join(findings), tag=TAGS[Version.Verdict(version.verdict)],
        )  # fmt: skip


TAGS = {
    Version.Verdict.CHECKING: "",
    Version.Verdict.READY: "",
    Version.Verdict.ADVICE: "warn",
    Version.Verdict.BLOCKED: "bad",
    Version.Verdict.UNREAD: "todo",
}
SAID = {
    "submit": "Submitted",
    "replace": "Replaced a document",
    "return_incomplete": "Sent back as incomplete",
    "start_review": "Review started",
    "decide": "Decision made, not released",
    "reopen": "Decision taken back",
    "appeal": "Appeal taken up",
    "withdraw": "Withdrew",
    "reinstate": "Came back",
}


@teller
def _moves(enrollment: Enrollment, submission) -> Iterator[Entry]:
    """All but releases, which tell more as decisions."""
    if submission is None:
        return
    for event in WorkflowEvent.objects.filter(submission=submission).exclude(move="release").select_related("actor"):
        own = event.actor_id == enrollment.person_id
        by = "" if own else f"by {event.actor}" if event.actor else "by the system"
        said = SAID.get(event.move, MOVES[event.move].label)
        round_ = f", round {event.round_number}" if event.round_number > 1 else ""
        yield Entry(event.at, f"{said}{round_}", by, body=event.why)


@teller
def _decisions(enrollment: Enrollment, submission) -> Iterator[Entry]:
    for decision in Decision.objects.released().filter(submission=submission).select_related("released_by"):
        due = f", due {times.day(decision.due_on)}" if decision.due_on else ""
        by = f"released by {decision.released_by}" if decision.released_by else "released by the schedule"
        yield Entry(decision.released_at, f"{decision.get_outcome_display()}{due}", by, body=decision.letter)


@teller
def _mails(enrollment: Enrollment, submission) -> Iterator[Entry]:
    mails = Message.objects.filter(person=enrollment.person_id, cohort_slug=enrollment.cohort.slug)
    for mail in mails.only("subject", "text", "state", "reason", "due_at", "sent_at", "address"):
        more = {
            Message.State.SENT: f"sent to {mail.address}",
            Message.State.OWED: f"waiting to leave for {mail.address}",
        }.get(Message.State(mail.state), mail.reason or mail.get_state_display())
        bad = mail.state == Message.State.FAILED
        yield Entry(
            mail.sent_at or mail.due_at, f"E-mail: {mail.subject}", more, body=mail.text, tag="bad" if bad else ""
        )


def lately(entries: Iterable[Entry], at: datetime) -> tuple[list[Entry], list[Entry]]:
    """What has happened by `at`, and what lies ahead, such as a mail that waits for its day."""
    told = list(entries)
    return [entry for entry in told if entry.at <= at], [entry for entry in told if entry.at > at]
