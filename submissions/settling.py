"""A person's answer to what a check asks: a remark kept, a file let go, a file looked at by hand."""

from django.db import transaction

from cohorts import staff_tasks
from cohorts.models import StaffTask
from microcred import clock, outbox
from microcred.models import User
from microcred.verdict import Refused
from submissions import letters, verdicts, workflow
from submissions.checks import contract
from submissions.checks.catalogue import say
from submissions.models import Finding, Version
from submissions.states import OPEN_TO_FILES


@transaction.atomic
def keep(version: Version, *, by: User) -> None:
    """The applicant has read the remarks that may stay, and keeps the file as it is."""
    version.findings.filter(fix="keep", settled_at=None).update(settled_at=clock.now(), settled_by=by)
    version.judge_again()


def let_go(version: Version, *, by: User) -> None:
    """The applicant needs no more help with a file that could not be used; it stays among the versions."""
    blocking = version.findings.filter(level=contract.BLOCKED, settled_at=None)
    blocking.update(settled_at=clock.now(), settled_by=by)


@transaction.atomic
def looked_at(version: Version, *, by: User) -> None:
    """Staff have opened the file and it is what it should be. Who looked, and when, stays written."""
    workflow.locked(version.document.submission)
    asked = version.findings.filter(level=contract.UNREAD, settled_at=None)
    if asked.update(settled_at=clock.now(), settled_by=by):
        _say(version, say("ok.looked"))
        version.judge_again()
    _done(version, by=by)


def ask_for_another(version: Version, *, by: User, why: str) -> None:
    """The file cannot be used after all: the applicant reads why, and an earlier version counts again if there is one.

    Raises: Refused, without a reason, when the submission takes no files any more, or when the file is out already.
    """
    if not why.strip():
        raise Refused("Write why: the applicant reads it.")
    with transaction.atomic():
        submission = workflow.locked(version.document.submission)
        if submission.state not in OPEN_TO_FILES:
            raise Refused("This submission takes no files now. Send it back as incomplete first.")
        if not submission.window().is_open_at(clock.now()):
            raise Refused("The time for handing in is over. Give an extension first, then ask.")
        version.refresh_from_db(fields=["verdict"])
        if version.verdict == Version.Verdict.BLOCKED:
            raise Refused("This file does not count any more, and the applicant knows. Nothing was sent.")
        version.verdict = Version.Verdict.BLOCKED
        version.save(update_fields=["verdict"])
        asked = _say(version, say("team.asks", note=why.strip()))
        verdicts.put_back(version, submission)
        outbox.owe([letters.needs_fixing(version, f"{asked.sentence}. {why.strip()}")])
        verdicts.acknowledge(version, submission)
        _done(version, by=by)


def _say(version: Version, said: contract.Finding) -> Finding:
    last = version.findings.order_by("position").last()
    return version.findings.create(
        position=last.position + 1 if last else 1,
        code=said.code,
        level=said.level,
        sentence=said.sentence,
        fix=said.fix,
        data=dict(said.data),
    )


def _done(version: Version, *, by: User) -> None:
    cohort = version.document.submission.enrollment.cohort
    for task in StaffTask.objects.filter(cohort=cohort, key__in=verdicts.task_keys(version)):
        staff_tasks.done(task, by=by)
