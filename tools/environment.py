"""The ground of every launcher: a virtual environment that holds exactly what a lock file names.

A launcher is started by whatever Python a machine has. This file must therefore be readable by
old ones too, so that they can say what is missing instead of failing on grammar.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
OLDEST = (3, 11)
LOCKS = ("runtime", "develop")  # each holds all of the one before


def stop(sentence):
    """End the launcher with a sentence for the person who started it."""
    sys.exit("\n  " + sentence.replace("\n", "\n  ") + "\n")


def enter(lock):
    """Go on inside a virtual environment that has what `lock` names; made and filled when needed."""
    if sys.version_info < OLDEST:
        stop(
            "Microcred needs Python 3.11 or newer; this is {}.{}.\n"
            "If a newer one is installed, name it: make PYTHON=python3.13 …".format(*sys.version_info[:2])
        )
    folder = _folder()
    python = folder / "bin" / "python"
    if Path(sys.prefix) == folder:
        return
    try:
        if not python.exists():
            _make(folder)
        if not _holds(folder, lock):
            _fill(folder, lock)
    except KeyboardInterrupt:
        stop("Stopped. The next start goes on with the installation.")
    os.chdir(str(ROOT))
    os.execv(str(python), [str(python), *sys.argv])  # noqa: S606


def _folder():
    """`.venv`; beside it `.venv-3.13` and so on, when it belongs to another Python."""
    usual = ROOT / ".venv"
    mine = "{}.{}".format(*sys.version_info[:2])
    made_by = usual / "pyvenv.cfg"
    if not made_by.exists() or "version = " + mine + "." in made_by.read_text():
        return usual
    return ROOT / (".venv-" + mine)


def _make(folder):
    print(f"Making a virtual environment in {folder.name} …", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as failure:
        said = (failure.stdout + failure.stderr).strip()
        if not os.access(str(ROOT), os.W_OK):
            stop(f"The folder {ROOT} cannot be written to. Copy Microcred to one of your own.")
        stop(f"Python could not make a virtual environment. It said:\n{said}")


def _stamp(folder, lock):
    return folder / "locks" / lock


def _digest(lock):
    return hashlib.sha256((ROOT / "requirements" / (lock + ".txt")).read_bytes()).hexdigest()


def _holds(folder, lock):
    """Whether this lock, or one that contains it, is installed as it stands today."""
    enough = LOCKS[LOCKS.index(lock) :]
    return any(_stamp(folder, name).exists() and _stamp(folder, name).read_text() == _digest(name) for name in enough)


def _fill(folder, lock):
    print(f"Installing the packages that requirements/{lock}.txt names; once, about a minute …", flush=True)
    if not any(_run(command) for command in _installers(folder, lock)):
        stop(
            "The packages could not be installed; the lines above say why.\n"
            "Most often there is no network: connect, and start again. What was fetched is kept."
        )
    _stamp(folder, lock).parent.mkdir(exist_ok=True)
    _stamp(folder, lock).write_text(_digest(lock))


def _installers(folder, lock):
    """Commands to try in turn: for developers uv, which is several times faster, then pip, which is always there."""
    python = str(folder / "bin" / "python")
    arguments = ["--require-hashes", "-r", str(ROOT / "requirements" / (lock + ".txt"))]
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if lock != "runtime" and _run([*pip, "--require-hashes", "-r", str(_only(folder, "uv", lock))]):
        yield [python, "-m", "uv", "pip", "install", "--quiet", "--python", python, *arguments]
    yield [*pip, *arguments]


def _only(folder, package, lock):
    """A requirements file with one package of the lock and its hashes."""
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements" / (lock + ".txt")).read_text())
    file = folder / (package + ".txt")
    file.write_text(next(entry for entry in entries if entry.startswith(package + "==")))
    return file


def _run(command):
    return subprocess.run(command, check=False).returncode == 0
