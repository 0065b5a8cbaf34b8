"""Checking in a child process with limits, so that no file can take the worker with it."""

import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from submissions.checks import children
from submissions.checks.contract import Examination, Expectation
from submissions.checks.examination import failed

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
        answer, complaint = children.ask("submissions.checks.child", request, seconds=limits.wall_seconds)
        if complaint:
            logger.error("A document could not be checked: %s", complaint)
        return Examination.from_dict(answer)
    except (children.NoAnswer, ValueError, KeyError, TypeError) as broken:
        logger.error("A document could not be checked: %s", broken)
        return failed(expectation)
