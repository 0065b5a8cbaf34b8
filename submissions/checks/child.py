"""The child's side: `python -m submissions.checks.child` reads a request from stdin and writes its examination."""

import json
import logging
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from submissions.checks.contract import Expectation
from submissions.checks.examination import examine_here

_MIB = 1 << 20
_FILES = 16  # open at once: the three of every process, the document, a module or two
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_OUTSIDE = {"socket", "subprocess", "shutil", "tempfile", "ctypes", "os", "pty", "fcntl"}
_LOOKING = {"os.listdir", "os.scandir"}


def main() -> None:
    request = json.load(sys.stdin)
    confine(**request["limits"])
    logging.basicConfig(stream=sys.stderr, format="%(message)s")
    examined = examine_here(request["path"], Expectation.from_dict(request["expectation"]))
    json.dump(replace(examined, peak_mib=peak_mib()).as_dict(), sys.stdout)


def confine(memory_mib: int, cpu_seconds: int, wall_seconds: float, written_bytes: int = 0) -> None:
    """From here on: so much memory and time, no other process, no network, no other file to write to."""
    for what, limit in (
        (resource.RLIMIT_AS, memory_mib * _MIB),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_FSIZE, written_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # macOS knows no limit of memory
            resource.setrlimit(what, (limit, limit))
    signal.setitimer(signal.ITIMER_REAL, wall_seconds + 5)  # should the parent have died before it could end us
    sys.addaudithook(_stay_inside)


def _stay_inside(event: str, arguments: tuple[Any, ...]) -> None:
    """Raises: PermissionError, when code that reads a document reaches for anything but bytes to read."""
    is_writing = event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING
    if is_writing or (event.partition(".")[0] in _OUTSIDE and event not in _LOOKING):
        raise PermissionError(f"The child may not use {event}")


def peak_mib() -> float:
    """The most memory this process has held: its own, not what its parent had when it was started."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024, 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / _MIB if sys.platform == "darwin" else peak / 1024, 1)


if __name__ == "__main__":
    main()
