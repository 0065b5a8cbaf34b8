"""Cleaning in a child process with limits: a file that was written to break a reader may break this one too."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from submissions.checks.cleaning import Writer

_ROOT = Path(__file__).resolve().parents[3]
_CHILD = (sys.executable, "-E", "-s", "-S", "-X", "utf8", "-m", "submissions.checks.cleaning.child")


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


def clean(path: str | Path, into: BinaryIO, writer: Writer, *, limits: Limits = LIMITS) -> tuple[str, ...]:
    """Write the clean copy of the file at `path` into an open file; what a reader may miss. Raises: NotCleaned."""
    request = {
        "path": str(Path(path).resolve()),
        "into": into.fileno(),
        "writer": writer.as_dict(),
        "limits": asdict(limits),
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            _CHILD,
            input=json.dumps(request).encode(),
            capture_output=True,
            cwd=_ROOT,
            env={},
            pass_fds=(into.fileno(),),
            timeout=limits.wall_seconds,
            check=True,
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as broken:
        said = (getattr(broken, "stderr", None) or b"").decode(errors="replace")[-4000:]
        raise NotCleaned(f"{broken} {said}", is_final=False) from broken
    if "problem" in answer:
        raise NotCleaned(answer["problem"], is_final=True)
    return tuple(answer["missed"])
