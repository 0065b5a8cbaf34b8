"""Running one of our own modules in a child process: it takes JSON, answers JSON, and may die without us."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
# Without site packages and the environment: the checks need the standard library, and start in a blink.
_PYTHON = (sys.executable, "-E", "-s", "-S", "-X", "utf8", "-m")
_TAIL = 4000  # signs of what a child complained of


class NoAnswer(Exception):
    """The child died, took too long or said no JSON; with the end of what it complained of."""


def ask(module: str, request: Mapping, *, seconds: float, hand_over: tuple[int, ...] = ()) -> tuple[Any, str]:
    """What the child answers, and its complaint; `hand_over`: descriptors it inherits. Raises: NoAnswer."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            (*_PYTHON, module),
            input=json.dumps(request).encode(),
            capture_output=True,
            cwd=_ROOT,
            env={},
            pass_fds=hand_over,
            timeout=seconds,
            check=True,
        )
        return json.loads(done.stdout), _end(done.stderr)
    except (subprocess.SubprocessError, OSError, ValueError) as broken:
        raise NoAnswer(f"{broken} {_end(getattr(broken, 'stderr', None))}") from broken


def _end(complaint: bytes | None) -> str:
    return (complaint or b"").decode(errors="replace")[-_TAIL:]
