"""One person's whole story in a cohort, in order of time: it answers "why did I not get…"."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch

from cohorts.models import ActivityMark, Attendance, Enrollment, StaffNote, StaffTask
from microcred import times
from microcred.models import Message
from reviews import awarding, rescoring, written
from reviews.models import Decision, Review, Score
from submissions.models import Submission, Version, WorkflowEvent
from submissions.states import MOVES


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `body` is folded below it; `url` leads to more; `note` is one to be struck out."""

    at: datetime
    what: str
    more: str = ""
    body: str = ""
    url: str = ""
    tag: str = ""
    kind: str = ""
    note: StaffNote | None = None


KINDS = {
    "steps": "Steps and decisions",
    "files": "Files",
    "mails": "E-mails",
    "learning": "Meetings and activities",
    "scores": "Reviews",
    "staff": "Notes and tasks",
}
TELLERS: list[tuple[str, Callable[..., Iterator[Entry]], bool]] = []


def teller(kind: str, *, is_of_the_term: bool = False):
    """Register what tells entries of this kind; those of the term say nothing of the work, and of its judging."""

    def register(tell):
        TELLERS.append((kind, tell, is_of_the_term))
        return tell

    return register


def of(enrollment: Enrollment, submission: Submission | None, *, is_closed: bool = False) -> list[Entry]:
    """Everything, oldest first; to who keeps clear of the work (`is_closed`), no more than what is of the term.

    The enrollment comes with its people. Queries: thirteen at most, however long it is.
    """
    tellers = [(kind, tell) for kind, tell, is_of_the_term in TELLERS if is_of_the_term or not is_closed]
    told = [replace(entry, kind=kind) for kind, tell in tellers for entry in tell(enrollment, submission)]
    return sorted(told, key=lambda entry: entry.at)


def kinds_of(entries: Iterable[Entry]) -> list[tuple[str, str, int]]:
    """The kinds that there are, each with its name and how many."""
    counts = Counter(entry.kind for entry in entries)
    return [(kind, name, counts[kind]) for kind, name in KINDS.items() if counts[kind]]


@teller("steps", is_of_the_term=True)
def _membership(enrollment: Enrollment, submission) -> Iterator[Entry]:
    if enrollment.invited_at:
        yield Entry(enrollment.invited_at, "Invited", f"by {enrollment.invited_by}")
    if enrollment.joined_at:
        yield Entry(enrollment.joined_at, "Joined the cohort")
    for before in enrollment.moved_from.all():
        if before.withdrawn_at:
            yield Entry(before.withdrawn_at, f"Came from the {before.cohort} cohort", url=_story_of(before))
    if enrollment.withdrawn_at and (there := enrollment.moved_to):
        yield Entry(enrollment.withdrawn_at, f"Moved to the {there.cohort} cohort", url=_story_of(there))
    if enrollment.extended_at:
        until = times.day(enrollment.extended_until) if enrollment.extended_until else "the day of everybody else"
        yield Entry(
            enrollment.extended_at, f"Extension to {until}",
            f"by {enrollment.extended_by}", body=enrollment.extended_because,
        )  # fmt: skip
    if enrollment.withdrawn_at and submission is None:
        yield Entry(enrollment.withdrawn_at, "Withdrew", f"by {enrollment.withdrawn_by}")


def _story_of(enrollment: Enrollment) -> str:
    return f"/cohorts/{enrollment.cohort.slug}/people/{enrollment.ref}/"


@teller("learning", is_of_the_term=True)
def _activities(enrollment: Enrollment, submission) -> Iterator[Entry]:
    for mark in ActivityMark.objects.filter(enrollment=enrollment).select_related("activity"):
        yield Entry(mark.done_at, f"Marked done: {mark.activity.title}")


@teller("learning", is_of_the_term=True)
def _attendance(enrollment: Enrollment, submission) -> Iterator[Entry]:
    for found in Attendance.objects.filter(enrollment=enrollment).select_related("event"):
        minutes = f"{found.minutes} minutes" if found.minutes else ""
        yield Entry(found.event.starts_at, f"{found.event}: {found.get_status_display().lower()}", minutes)


@teller("files")
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


@teller("steps")
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


@teller("steps")
def _decisions(enrollment: Enrollment, submission) -> Iterator[Entry]:
    for decision in Decision.objects.released().filter(submission=submission).select_related("released_by"):
        due = f", due {times.day(decision.due_on)}" if decision.due_on else ""
        by = f"released by {decision.released_by}" if decision.released_by else "released by the schedule"
        yield Entry(decision.released_at, f"{decision.get_outcome_display()}{due}", by, body=decision.letter)


@teller("steps")
def _awards(enrollment: Enrollment, submission) -> Iterator[Entry]:
    for award in awarding.of_person(enrollment):
        badge = f"{award.edition.badge} badge"
        yield Entry(award.issued_at, f"{badge} issued", url=award.get_absolute_url())
        if award.revoked_at:
            by = f"by {award.revoked_by}"
            yield Entry(award.revoked_at, f"{badge} withdrawn", by, body=award.revoked_because, tag="warn")


@teller("scores")
def _reviews(enrollment: Enrollment, submission) -> Iterator[Entry]:
    """Who finished reading; what they scored once its decision is out, and never before."""
    if submission is None:
        return
    out = Decision.objects.released().filter(
        submission=submission,
        round_number=OuterRef("assignment__round_number"),
        released_at__gte=OuterRef("finished_at"),
    )
    finished = Review.objects.finished().filter(assignment__submission=submission).annotate(is_out=Exists(out))
    scores = Score.objects.select_related("criterion", "level")
    for review in finished.select_related("assignment__reviewer").prefetch_related(Prefetch("scores", scores)):
        given = review.assignment
        round_ = f", round {given.round_number}" if given.round_number > 1 else ""
        rows = "\n".join(_row(score) for score in review.scores.all()) if review.is_out else ""
        assert review.finished_at
        yield Entry(review.finished_at, f"Review finished{round_}", f"by {given.reviewer}", body=rows)


def _row(score: Score) -> str:
    said = f"{score.criterion.title}: {score.level.label if score.level else 'not scored'}"
    return f"{said}. {score.comment}" if score.comment else said


@teller("scores")
def _second_thoughts(enrollment: Enrollment, submission) -> Iterator[Entry]:
    """Reviews that were opened again after they had been finished, and the levels that changed since."""
    opened = Review.objects.filter(assignment__submission=submission, reopened_at__isnull=False)
    reviews = {review.pk: review for review in opened.select_related("assignment__reviewer")} if submission else {}
    since = {pk: review.reopened_at for pk, review in reviews.items() if review.reopened_at}
    for review in reviews.values():
        yield Entry(since[review.pk], "Review opened again", f"by {review.assignment.reviewer}")
    for change in rescoring.of(reviews.values()):
        if change.at >= since[change.review_id]:
            said = f"{change.criterion}: {change.was} → {change.now}"
            yield Entry(change.at, said, f"by {change.by}", body=change.why)


@teller("staff")
def _notes(enrollment: Enrollment, submission) -> Iterator[Entry]:
    for note in StaffNote.objects.filter(enrollment=enrollment).select_related("written_by", "struck_by"):
        more = f"by {note.written_by}" + (f", struck out by {note.struck_by}" if note.struck_at else "")
        yield Entry(note.written_at, "Note", more, note=note)


@teller("staff")
def _tasks(enrollment: Enrollment, submission) -> Iterator[Entry]:
    for task in StaffTask.objects.filter(enrollment=enrollment).select_related("done_by"):
        done = f"done by {task.done_by}, {times.day(task.done_at.date())}" if task.done_at else "to do"
        yield Entry(task.created_at, f"Task: {task.sentence}", done, url=task.url, tag="" if task.done_at else "todo")


@teller("mails")
def _mails(enrollment: Enrollment, submission) -> Iterator[Entry]:
    mails = Message.objects.filter(person=enrollment.person_id, cohort_slug=enrollment.cohort.slug)
    known = ("key", "kind", "subject", "text", "state", "reason", "due_at", "sent_at", "dropped_at", "address")
    for mail in mails.only(*known):
        more = {
            Message.State.SENT: f"sent to {mail.address}",
            Message.State.OWED: f"waiting to leave for {mail.address}",
        }.get(Message.State(mail.state), mail.reason or mail.get_state_display())
        bad, batch = mail.state == Message.State.FAILED, written.batch_of(mail)
        yield Entry(
            mail.ended_at, f"E-mail: {mail.subject}", more, body=mail.text, tag="bad" if bad else "",
            url=written.address_of(enrollment.cohort, batch) if batch else "",
        )  # fmt: skip


def lately(entries: Iterable[Entry], at: datetime) -> tuple[list[Entry], list[Entry]]:
    """What has happened by `at`, and what lies ahead, such as a mail that waits for its day."""
    told = list(entries)
    return [entry for entry in told if entry.at <= at], [entry for entry in told if entry.at > at]
