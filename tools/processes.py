"""Child processes of a launcher: each in a session of its own, with its own log, stopped in order.

Ctrl-C in a terminal reaches the launcher only; it then stops the others one by one. What a killed
launcher left behind is found by the process groups that it noted, and stopped at the next start.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from environment import ROOT


class Child:
    def __init__(self, name, command, *, log, env):
        self.name, self.log = name, log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )

    @property
    def ended(self):
        return self.process.poll() is not None

    def ask_to_stop(self):
        """The leader only: it knows how to end its own children, and lets them finish."""
        if not self.ended:
            self.process.terminate()

    def wait(self, seconds):
        """Wait for the end; after `seconds`, end the whole group."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            end_group(self.process.pid)
            self.process.wait()

    def last_lines(self, count=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


class Notebook:
    """Which groups are ours, on disk, for the launcher that comes after a killed one."""

    def __init__(self, file):
        self.file = file

    def write(self, children):
        self.file.write_text(json.dumps({child.name: child.process.pid for child in children}))

    def stop_leftovers(self):
        """Names of the groups that were found running and ended."""
        noted = json.loads(self.file.read_text()) if self.file.exists() else {}
        found = [name for name, group in noted.items() if _is_ours(group)]
        for name in found:
            os.killpg(noted[name], signal.SIGTERM)
        deadline = time.monotonic() + 5
        for name in found:
            while _is_ours(noted[name]) and time.monotonic() < deadline:
                time.sleep(0.1)
            end_group(noted[name])
        self.clear()
        return found

    def clear(self):
        self.file.unlink(missing_ok=True)


def end_group(group):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _is_ours(group):
    """Whether a process of this group runs from our folder; numbers of groups are used again."""
    return any(number == group and str(ROOT) in command for number, command in _running())


def _running():
    """Group and command line of every process."""
    if Path("/proc/self/stat").exists():
        yield from _running_by_proc()
        return
    listing = subprocess.run(["ps", "-A", "-o", "pgid=,command="], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        group, _, command = line.strip().partition(" ")
        yield int(group), command


def _running_by_proc():
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, group = (folder / "stat").read_text().rpartition(") ")[2].split()[:3]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended while we looked
        if state != "Z":
            yield int(group), command
