"""Checking in a child process with limits, so that no file can take the worker with it."""

import json
import logging
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from submissions.checks.contract import Examination, Expectation
from submissions.checks.examination import failed

_ROOT = Path(__file__).resolve().parents[2]
# Without site packages and the environment: the checks need the standard library, and start in a blink.
_CHILD = (sys.executable, "-E", "-s", "-S", "-X", "utf8", "-m", "submissions.checks.child")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Many times what the worst genuine file took: 2.7 s and 73 MiB."""

    memory_mib: int = 512
    cpu_seconds: int = 10
    wall_seconds: float = 20


LIMITS = Limits()


def examine(path: str | Path, expectation: Expectation, *, limits: Limits = LIMITS) -> Examination:
    """Look at the file in a child process. Never raises: what goes wrong on our side ends as "unread"."""
    request = {"path": str(Path(path).resolve()), "expectation": expectation.as_dict(), "limits": asdict(limits)}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            _CHILD,
            input=json.dumps(request).encode(),
            capture_output=True,
            cwd=_ROOT,
            env={},
            timeout=limits.wall_seconds,
            check=True,
        )
        if done.stderr:
            logger.error("A document could not be checked: %s", done.stderr.decode(errors="replace")[-4000:])
        return Examination.from_dict(json.loads(done.stdout))
    except (subprocess.SubprocessError, OSError, ValueError, KeyError, TypeError) as broken:
        said = (getattr(broken, "stderr", None) or b"").decode(errors="replace")[-4000:]
        logger.error("A document could not be checked: %s %s", broken, said)
        return failed(expectation)
