"""Resolve requirements/*.in into *.txt: exact versions, hashes, and no address of any registry.

Versions stay as they are unless an .in file asks otherwise; `--upgrade` takes the newest that fit.
"""

import subprocess
import sys

from environment import LOCKS, ROOT, enter

OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header"]


def main():
    enter("develop")
    for lock in LOCKS:
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *OPTIONS, *sys.argv[1:]]
        command += [f"requirements/{lock}.in", "-o", f"requirements/{lock}.txt"]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
