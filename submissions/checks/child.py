"""The child's side: `python -m submissions.checks.child` reads a request from stdin and writes its examination."""

import json
import logging
import resource
import sys
from contextlib import suppress

from submissions.checks.contract import Expectation
from submissions.checks.examination import examine_here

_MIB = 1 << 20


def main() -> None:
    request = json.load(sys.stdin)
    _confine(**request["limits"])
    logging.basicConfig(stream=sys.stderr, format="%(message)s")
    examined = examine_here(request["path"], Expectation.from_dict(request["expectation"]))
    json.dump(examined.as_dict(), sys.stdout)


def _confine(memory_mib: int, cpu_seconds: int) -> None:
    """From here on: so much memory and processor time, and not a byte written to a file."""
    for what, limit in (
        (resource.RLIMIT_AS, memory_mib * _MIB),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # macOS knows no limit of memory
            resource.setrlimit(what, (limit, limit))


if __name__ == "__main__":
    main()
