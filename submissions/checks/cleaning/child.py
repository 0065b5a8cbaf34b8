"""The child's side: `python -m submissions.checks.cleaning.child` writes a clean copy into the file it was handed."""

import json
import sys

from submissions.checks.child import confine
from submissions.checks.cleaning import Altered, Writer, clean_here
from submissions.checks.contract import Refusal


def main() -> None:
    """Answer what a reader may miss, or why there is no copy. The file to write is open already; no other one is."""
    request = json.load(sys.stdin)
    with open(request["into"], "w+b", closefd=False) as into:
        confine(**request["limits"])
        try:
            answer = {"missed": clean_here(request["path"], into, Writer(**request["writer"]))}
        except (Refusal, Altered) as problem:
            answer = {"problem": f"{type(problem).__name__}: {problem}"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
