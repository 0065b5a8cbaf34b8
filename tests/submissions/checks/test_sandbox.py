"""The child process: the same answer, and never more than its share."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from submissions import checks
from submissions.checks import children
from tests.hostile import parts
from tests.submissions.checks import papers

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "paper.docx"
    path.write_bytes(papers.filled())
    return path


def comparable(examined):
    return replace(examined, seconds=0, peak_mib=0)


def test_the_child_says_what_we_would_say(paper):
    there, here = checks.examine(paper, papers.expectation()), checks.examine_here(paper, papers.expectation())

    assert comparable(there) == comparable(here)
    assert 0 < there.seconds < 5
    assert 5 < there.peak_mib < 64


def test_the_child_knows_neither_django_nor_any_package():
    script = "import sys, submissions.checks.child; print(*sorted({m.partition('.')[0] for m in sys.modules}))"

    loaded = subprocess.run(
        [sys.executable, "-S", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert {"submissions", "badges"} <= set(loaded)
    assert not set(loaded) & {"django", "docx", "lxml", "nh3", "microcred"}


def test_a_child_that_takes_too_long_is_ended(paper, caplog):
    examined = checks.examine(paper, papers.expectation(), limits=checks.Limits(wall_seconds=0.01))

    assert (examined.verdict, examined.findings[0].code) == ("unread", "read.failed")
    assert "timed out" in caplog.text


def test_a_child_that_takes_too_much_memory_is_for_a_person(tmp_path, caplog):
    path = tmp_path / "large.docx"
    path.write_bytes(papers.written("".join(papers.line(f"{number} " * 40) for number in range(14_000))))

    examined = checks.examine(path, papers.expectation(), limits=checks.Limits(memory_mib=30))

    assert (examined.verdict, examined.findings[0].code) == ("unread", "read.failed")
    assert caplog.records


def test_a_child_that_is_killed_is_for_a_person(paper, monkeypatch, caplog):
    monkeypatch.setattr(children, "_PYTHON", (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"))

    examined = checks.examine(paper, papers.expectation())

    assert (examined.verdict, examined.findings[0].code) == ("unread", "read.failed")
    assert examined.canonical_name == "Okafor, D | Level 2 Practice Reflection Guide.docx"
    assert "SIGKILL" in caplog.text


def test_a_name_that_is_no_text_travels_too(paper):
    examined = checks.examine(paper, papers.expectation(received_name="b\udcff\0\n‮.docx"))

    assert examined.verdict == "advice"


INSIDE = """
import sys
sys.stdin = open({request!r})
from submissions.checks import child
child.examine_here = lambda *_: {act}
child.main()
"""


@pytest.mark.parametrize(
    "act",
    [
        "__import__('socket').socket()",
        "__import__('socket').create_connection(('127.0.0.1', 9))",
        "__import__('subprocess').run(['true'])",
        "__import__('os').fork()",
        "__import__('os').remove('nothing')",
        "open('written', 'w')",
        "open('written', 'ab')",
        "__import__('ctypes').CDLL(None)",
    ],
)
def test_the_child_reaches_for_nothing_but_the_file(tmp_path, act):
    request = tmp_path / "request.json"
    limits = {"memory_mib": 512, "cpu_seconds": 10, "wall_seconds": 20}
    request.write_text(json.dumps({"path": "", "expectation": papers.expectation().as_dict(), "limits": limits}))
    script = INSIDE.format(request=str(request), act=act)

    done = subprocess.run([sys.executable, "-S", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("PermissionError: The child may not use ")
    assert not (ROOT / "written").exists()


def test_nothing_is_left_of_a_child(paper, monkeypatch, caplog):
    """Neither a child that ended well nor one that was ended waits for its parent, and none leaves a file."""
    children = []

    class Watched(subprocess.Popen):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            children.append(self.pid)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    for limits in (checks.Limits(), checks.Limits(wall_seconds=0.05), checks.Limits(memory_mib=12)):
        checks.examine(paper, papers.expectation(), limits=limits)

    assert len(children) == 3
    for child in children:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)
    assert [path.name for path in paper.parent.iterdir()] == ["paper.docx"]


def test_a_child_whose_parent_died_ends_by_itself():
    script = "from submissions.checks import child; child.confine(512, 10, -4.9); import time; time.sleep(60)"

    done = subprocess.run([sys.executable, "-S", "-c", script], cwd=ROOT, capture_output=True, check=False)

    assert done.returncode == -signal.SIGALRM


def test_memory_that_runs_out_is_for_a_person(tmp_path, caplog):
    path = tmp_path / "large.docx"
    path.write_bytes(parts.attribute(20 << 20))

    examined = checks.examine(path, papers.expectation(), limits=checks.Limits(memory_mib=60))

    assert (examined.verdict, examined.findings[0].code) == ("unread", "read.failed")
    assert "MemoryError" in caplog.text
