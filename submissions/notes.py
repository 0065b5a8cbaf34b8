"""What an applicant says of each answer that they revised."""

from django.db import transaction

from microcred import clock
from microcred.verdict import Refused
from submissions.models import RevisionNote, Round, Submission
from submissions.states import State
from submissions.workflow import locked


def keep(submission: Submission, said: dict[int, str]) -> None:
    """Keep what was typed, by the key of the row it is about; an empty text takes the note away.

    Rows that are not in `said`, and rows that the round does not ask for, stay as they are.
    Raises: Refused, when the revised work was handed in meanwhile.
    """
    with transaction.atomic():
        current = locked(submission)
        if current.state != State.REVISION_REQUESTED:
            raise Refused("You have resubmitted already, so what you typed just now was not added.")
        now = current.current_round
        for criterion in now.criteria.filter(pk__in=said):
            _keep(now, criterion.pk, said[criterion.pk].replace("\0", "").strip())


def _keep(now: Round, criterion: int, text: str) -> None:
    if text:
        now.notes.update_or_create(criterion_id=criterion, defaults={"text": text, "saved_at": clock.now()})
    else:
        now.notes.filter(criterion=criterion).delete()


def of(submission: Submission) -> list[RevisionNote]:
    """Those of the present round, in the order of its rows. Queries: one in a revision, none before."""
    if not submission.is_revision:
        return []
    return list(submission.current_round.notes.select_related("criterion__prompt", "criterion__document"))
