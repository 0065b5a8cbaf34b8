"""The child process: the same answer, and never more than its share."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from submissions import checks
from submissions.checks import sandbox
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
    monkeypatch.setattr(sandbox, "_CHILD", (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"))

    examined = checks.examine(paper, papers.expectation())

    assert (examined.verdict, examined.findings[0].code) == ("unread", "read.failed")
    assert examined.canonical_name == "Okafor, D | Level 2 Practice Reflection Guide.docx"
    assert "SIGKILL" in caplog.text


def test_a_name_that_is_no_text_travels_too(paper):
    examined = checks.examine(paper, papers.expectation(received_name="b\udcff\0\n‮.docx"))

    assert examined.verdict == "advice"
