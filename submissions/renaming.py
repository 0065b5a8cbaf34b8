"""Taking our name for a file: our copy is renamed, nothing on anybody's computer."""

from django.db import transaction

from microcred import clock
from submissions.models import Version

OK = "ok"


def take_our_name(version: Version) -> None:
    """One click; what was said about the name is settled by it."""
    _set(version, clock.now())


def undo(version: Version) -> None:
    """Back to the name it came with."""
    _set(version, None)


@transaction.atomic
def _set(version: Version, renamed_at) -> None:
    version.renamed_at = renamed_at
    if version.verdict in (Version.Verdict.READY, Version.Verdict.ADVICE):
        said = [one for one in version.findings.all() if one.level != OK]
        left = [one for one in said if not (renamed_at and one.is_about_name)]
        version.verdict = Version.Verdict.ADVICE if left else Version.Verdict.READY
    version.save(update_fields=["renamed_at", "verdict"])
