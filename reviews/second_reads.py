"""How many readers a round needs: as many as the cohort says, and two where a second read was drawn or asked for.

Drawn are submissions whose number falls into the share that the cohort wants read twice: known before anybody reads,
the same whenever it is asked, and of any hundred numbers in a row exactly as many as the percentage says.
"""

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Greatest
from django.urls import reverse

from cohorts import staff_tasks
from cohorts.models import StaffTask
from microcred.models import User
from microcred.verdict import Refused
from reviews import permissions
from reviews.models import SecondRead
from submissions import workflow
from submissions.models import Submission

SPREAD = 61  # shares no divisor with 100, so that neighbouring numbers fall far apart


def readers_needed(submission: str = "") -> Case:
    """How many readers the present round needs, as a column of submissions; or of rows that lead to one.

    `submission` is the way there, such as `"enrollment__submission__"`.
    """
    rules = f"{submission}enrollment__cohort__"
    drawn = Q(**{f"{rules}second_read_percent__gt": F(f"{submission}number") * SPREAD % 100})
    asked = Exists(SecondRead.objects.standing().filter(submission=OuterRef(f"{submission}pk")))
    at_least = F(f"{rules}readers_per_submission")
    return Case(When(drawn | Q(asked), then=Greatest(at_least, 2)), default=at_least)


def needed_by(submission: Submission) -> int:
    """The same for one submission. Queries: one."""
    return Submission.objects.values_list(readers_needed(), flat=True).get(pk=submission.pk)


@transaction.atomic
def ask(submission: Submission, *, why: str, by: User) -> SecondRead:
    """A reader or an admin wants another pair of eyes. Raises: Refused, when it has them, or no reason is given."""
    current = workflow.locked(submission)
    if not (may := permissions.may_ask_for_second_read(by, current)):
        raise Refused(may.reason)
    if not why.strip():
        raise Refused("Write why another reader should read it: your team reads it.")
    return want(current, SecondRead.Reason.ASKED, why=why, by=by)


def want(submission: Submission, reason: str, *, why: str = "", by: User | None = None) -> SecondRead:
    """Have the present round read twice. The submission is locked; staff find the reader."""
    asked = SecondRead.objects.create(
        submission=submission,
        round_number=submission.current_round.number,
        reason=reason,
        why=why.strip(),
        asked_by=by,
    )
    cohort, because = submission.enrollment.cohort, f": {asked.why}" if asked.why else "."
    staff_tasks.ask(
        cohort,
        kind=StaffTask.Kind.CONFLICT,
        key=f"second-read/{asked.pk}",
        sentence=f"{submission} needs another reader. {asked.get_reason_display()}{because}",
        enrollment=submission.enrollment,
        url=reverse("reviews:assigning", args=[cohort.slug]),
    )
    return asked
