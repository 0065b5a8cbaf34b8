"""How many readers a round needs: as many as the cohort says, and two where a second read was drawn or asked for.

Drawn are submissions whose number falls into the share that the cohort wants read twice: known before anybody reads,
the same whenever it is asked, and of any hundred numbers in a row exactly as many as the percentage says.
"""

from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Greatest

from reviews.models import SecondRead
from submissions.models import Submission

SPREAD = 61  # shares no divisor with 100, so that neighbouring numbers fall far apart


def readers_needed(submission: str = "") -> Case:
    """How many readers the present round needs, as a column of submissions; or of rows that lead to one.

    `submission` is the way there, such as `"enrollment__submission__"`.
    """
    at_least = F(f"{submission}enrollment__cohort__readers_per_submission")
    return Case(When(is_read_twice(submission), then=Greatest(at_least, 2)), default=at_least)


def is_read_twice(submission: str = "") -> Q:
    """Whether a second read was drawn or asked for, as a condition; `submission` is the way there."""
    percent = f"{submission}enrollment__cohort__second_read_percent"
    asked = Exists(SecondRead.objects.standing().filter(submission=OuterRef(f"{submission}pk")))
    return Q(**{f"{percent}__gt": F(f"{submission}number") * SPREAD % 100}) | Q(asked)


def needed_by(submission: Submission) -> int:
    """The same for one submission. Queries: one."""
    return Submission.objects.values_list(readers_needed(), flat=True).get(pk=submission.pk)
