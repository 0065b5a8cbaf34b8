"""The child's side: `python -m submissions.checks.cleaning.child` writes a clean copy into the file it was handed."""

import json
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from submissions.checks.child import confine
from submissions.checks.cleaning import Altered, Writer, clean_here
from submissions.checks.contract import Refusal


def main() -> None:
    """Answer what became of it, or why there is no copy. The file to write is open already; no other one is."""
    request = json.load(sys.stdin)
    with open(request["into"], "w+b", closefd=False) as into:
        confine(**request["limits"])
        json.dump(_cleaned(request["path"], into, Writer(**request["writer"])), sys.stdout)


def _cleaned(path: str, into: BinaryIO, writer: Writer) -> dict[str, Any]:
    try:
        return asdict(clean_here(path, into, writer))
    except (Refusal, Altered) as problem:
        return {"problem": f"{type(problem).__name__}: {problem}"}


if __name__ == "__main__":
    main()
