"""What follows from a verdict: which version counts, who is asked or told, and the receipt."""

from datetime import datetime, timedelta

from django.db.models import Q

from cohorts import staff_tasks
from cohorts.models import StaffTask
from microcred import outbox
from submissions import letters, workflow
from submissions.checks import contract
from submissions.checks.catalogue import CATALOGUE
from submissions.models import Submission, Version
from submissions.states import HANDED_IN, State

PATIENCE = timedelta(seconds=10)  # who waits longer may have left the page, and gets a mail
READ_FILE, SAME_FILE, COPY_FILE = "read-file", "same-file", "copy-file"  # what the keys of tasks begin with


def follow(version: Version, submission: Submission, *, at: datetime) -> None:
    """All that `version` has got its verdict for; the caller holds the lock on `submission`."""
    if version.verdict == Version.Verdict.BLOCKED:
        put_back(version, submission)
        _tell_who_left(version, submission, at)
        _tell_the_team(version, submission)
    else:
        _forget_what_was_replaced(version)
        _ask_a_person(version)
    acknowledge(version, submission)


def put_back(version: Version, submission: Submission) -> None:
    """A file that cannot be used takes nobody's place: where an earlier one stood, that one counts again.

    A document that a revision asks for stays open until it is revised: no version of an earlier round stands in for it.
    """
    document = version.document
    document.refresh_from_db(fields=["current"])
    earlier = document.versions.that_count(version.round_number).exclude(pk=version.pk)
    if submission.state not in HANDED_IN and document.required_id in submission.asked_for():
        earlier = earlier.filter(round_number=version.round_number)
    if document.current_id == version.pk and (best := earlier.first()):
        document.current = best
        document.save(update_fields=["current"])


def acknowledge(version: Version, submission: Submission) -> None:
    """The receipt of a replaced file leaves after its check, and only when something else counts than before."""
    if submission.state in (State.SUBMITTED, State.IN_REVIEW):
        workflow.acknowledge(submission, by=version.added_by, at=version.arrived_at)


def _tell_who_left(version: Version, submission: Submission, at: datetime) -> None:
    waited_long = at - version.arrived_at > PATIENCE
    if waited_long or submission.state == State.SUBMITTED:
        worst = next(one for one in version.findings.all() if one.level == contract.BLOCKED)
        outbox.owe([letters.needs_fixing(version, worst.sentence)])


def _tell_the_team(version: Version, submission: Submission) -> None:
    """Of a file that was handed in before it had its verdict: its place is empty now, or an earlier one's again."""
    last = submission.receipts.first()
    title = version.document.required.title
    if submission.state in HANDED_IN and last and last.versions.get(title) == version.number:
        _ask(version, "submitted.blocked", key=READ_FILE)


def _ask_a_person(version: Version) -> None:
    """Put on the staff's list what only a person can tell about this file."""
    unread = next((one.code for one in version.findings.all() if one.level == contract.UNREAD), "")
    if unread:
        _ask(version, unread, key=READ_FILE)
    if other := twin_of(version):
        theirs, mine = other.document.submission.enrollment, version.document.submission.enrollment
        where = "" if theirs.cohort_id == mine.cohort_id else f" in {theirs.cohort}"
        _ask(version, "same.person", key=SAME_FILE, other=f"{theirs.person}{where}")


def _ask(version: Version, code: str, *, key: str, **data) -> None:
    document = version.document
    enrollment = document.submission.enrollment
    staff_tasks.ask(
        enrollment.cohort,
        kind=StaffTask.Kind.READ_FILE,
        key=f"{key}:{version.pk}",
        sentence=CATALOGUE[code].staff.format(title=document.required.short_title, who=enrollment.person, **data),
        enrollment=enrollment,
        url=f"/cohorts/{enrollment.cohort.slug}/files/{version.pk}/",
    )


def task_keys(version: Version) -> list[str]:
    """Of the tasks that ask a person to look at this file."""
    return [f"{key}:{version.pk}" for key in (READ_FILE, SAME_FILE, COPY_FILE)]


def twin_of(version: Version) -> Version | None:
    """The first usable file with the same bytes that somebody else handed in, in any cohort. Queries: one."""
    mine = Q(document__submission__enrollment__person=version.document.submission.enrollment.person_id)
    others = Version.objects.filter(sha256=version.sha256).exclude(verdict=Version.Verdict.BLOCKED).exclude(mine)
    known = others.select_related("document__required", "document__submission__enrollment__cohort")
    return known.select_related("document__submission__enrollment__person").order_by("arrived_at", "pk").first()


def _forget_what_was_replaced(version: Version) -> None:
    """Nobody has to read by hand what was replaced by a file that we could read."""
    earlier = version.document.versions.filter(number__lt=version.number).values_list("pk", flat=True)
    staff_tasks.forget(version.document.submission.enrollment.cohort, [f"{READ_FILE}:{pk}" for pk in earlier])
