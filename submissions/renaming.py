"""Taking our name for a file: our copy is renamed, nothing on anybody's computer."""

from datetime import datetime

from django.db import transaction

from microcred import clock
from microcred.models import User
from submissions.checks import naming
from submissions.models import Version

THEIR_OWN = {"person.near", "person.initial"}  # another spelling, initial or short form of the same name
MOST = 20  # spellings remembered of one person


def take_our_name(version: Version) -> None:
    """One click; what was said about the name is settled by it, and how they spell their own name is remembered."""
    _set(version, clock.now())


def undo(version: Version) -> None:
    """Back to the name it came with, and to what we knew before."""
    _set(version, None)


@transaction.atomic
def _set(version: Version, renamed_at: datetime | None) -> None:
    version.renamed_at = renamed_at
    version.judge_again()
    if spelling := _spelling(version):
        _remember(version.document.submission.enrollment.person_id, spelling, is_theirs=bool(renamed_at))


def _spelling(version: Version) -> str:
    """Their own name as the file has it, folded; nothing when it named somebody else."""
    said = [one.data for one in version.findings.all() if one.code == "name.person"]
    return next((naming.fold(data["found"]) for data in said if data.get("reason") in THEIR_OWN), "")


def _remember(pk: int, spelling: str, *, is_theirs: bool) -> None:
    person = User.objects.select_for_update().get(pk=pk)
    others = [known for known in person.known_as if known != spelling]
    person.known_as = [*others, spelling][-MOST:] if is_theirs else others
    person.save(update_fields=["known_as"])
