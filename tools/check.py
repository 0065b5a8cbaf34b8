"""Everything that can be said about the code without running the suite; each check in a line.

`--fix` first mends what a program can: the order of imports, the format of code and templates.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from environment import ROOT, enter

SECRET = "check-only-" + "".join(f"{number:02x}" for number in range(60))  # long and varied, and no secret
FLOORS = ("microcred", "badges", "cohorts", "submissions", "reviews")
PRODUCTION = {
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "badges.example.org",
    "SITE_URL": "https://badges.example.org",
    "DATABASE_URL": "postgres://microcred@database/microcred",
    "REDIS_URL": "redis://broker:6379/0",
    "EMAIL_URL": "smtp://mail:25",
}


def main():
    enter("develop")
    if "--fix" in sys.argv:
        for command in fixes():
            subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    with tempfile.TemporaryDirectory() as folder:
        here = {**clean(), "SECRET_KEY": SECRET, "DATABASE_URL": f"sqlite:///{folder}/check.sqlite3"}
        wanted = checks(here)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            passed = pool.map(passes, *zip(*wanted, strict=True))
        failed = [name for (name, *_), fine in zip(wanted, passed, strict=True) if not fine]
    print(f"\n{len(failed)} to mend: {', '.join(failed)}" if failed else "\nAll is well.", flush=True)
    sys.exit(1 if failed else 0)


def clean():
    """The environment without a developer's own settings."""
    mine = {*PRODUCTION, "DEBUG", "DEMO", "STORAGE_URL", "SENTRY_DSN", "CLAMD_URL", "SITE_NAME", "FROM_EMAIL"}
    return {name: value for name, value in os.environ.items() if name not in mine}


def fixes():
    yield tool("ruff", "check", "--fix-only", ".")
    yield tool("ruff", "format", ".")
    yield tool("djade", "--target-version", "5.2", *templates())


def templates():
    return [str(file) for folder in ("templates", *FLOORS) for file in sorted((ROOT / folder).rglob("*.html"))]


def checks(here):
    """Name, command and environment of each; they run side by side, what takes longest begins first."""
    manage = [sys.executable, "manage.py"]
    return [
        ("types", [sys.executable, "-m", "mypy"], here),
        ("style", tool("ruff", "check", "--output-format=concise", "."), here),
        ("format", tool("ruff", "format", "--check", "--output-format=concise", "."), here),
        ("templates", tool("djade", "--check", "--target-version", "5.2", *templates()), here),
        ("floors", tool("lint-imports"), here),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], here),
        ("settings", [*manage, "check", "--deploy", "--fail-level", "WARNING"], {**clean(), **PRODUCTION}),
        ("diagram", [*manage, "workflow_diagram", "--check"], here),
    ]


def tool(name, *arguments):
    """A program of the virtual environment."""
    return [str(Path(sys.executable).parent / name), *arguments]


def passes(name, command, env):
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    line = f"{name:<12}{'ok' if done.returncode == 0 else 'FAILED':<8}{time.monotonic() - began:6.1f} s"
    said = f"\n{(done.stdout + done.stderr).rstrip()}\n" if done.returncode else ""
    print(f"{line}{said}\n", end="", flush=True)  # whole, whoever else speaks
    return done.returncode == 0


if __name__ == "__main__":
    main()
