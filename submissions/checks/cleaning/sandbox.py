"""Cleaning in a child process with limits: a file that was written to break a reader may break this one too."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from submissions.checks import children
from submissions.checks.cleaning import Cleaned, Writer


@dataclass(frozen=True)
class Limits:
    """A file is read three times and written once: about four times what its check takes."""

    memory_mib: int = 512
    cpu_seconds: int = 30
    wall_seconds: float = 60
    written_bytes: int = 160 << 20


LIMITS = Limits()


class NotCleaned(Exception):
    """There is no clean copy, and why. `is_final`: another try would end the same way."""

    def __init__(self, reason: str, *, is_final: bool):
        super().__init__(reason)
        self.is_final = is_final


def clean(path: str | Path, into: BinaryIO, writer: Writer, *, limits: Limits = LIMITS) -> Cleaned:
    """Write the clean copy of the file at `path` into an open file. Raises: NotCleaned."""
    request = {
        "path": str(Path(path).resolve()),
        "into": into.fileno(),
        "writer": writer.as_dict(),
        "limits": asdict(limits),
    }
    try:
        answer, _ = children.ask(
            "submissions.checks.cleaning.child", request, seconds=limits.wall_seconds, hand_over=(into.fileno(),)
        )
    except children.NoAnswer as broken:
        raise NotCleaned(str(broken), is_final=False) from broken
    if "problem" in answer:
        raise NotCleaned(answer["problem"], is_final=True)
    return Cleaned.from_dict(answer)
