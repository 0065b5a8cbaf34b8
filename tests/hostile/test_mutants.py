"""Thousands of good files with something wrong: each gets a verdict, and none is our own failure."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from submissions import checks
from tests.hostile import case, mutants
from tests.submissions.checks import papers

pytestmark = pytest.mark.files
ROOT = Path(__file__).resolve().parents[2]
SHARD, SHARDS = 1_500, 4
MOST_GROWN_MIB, MOST_SECONDS = 16, 5


def codes_of(examined):
    return [finding.code for finding in examined.findings]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_mutant_gets_a_verdict(shard):
    """In one process for all, so that memory that is kept would be seen."""
    command = [sys.executable, "-m", "tests.hostile.mutants", str(shard * SHARD), str(SHARD)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)

    found = json.loads(done.stdout)
    assert found["failed"] == {}
    assert sum(found["told"].values()) == SHARD
    assert min(found["told"][verdict] for verdict in ("ready", "advice", "blocked")) > SHARD / 50
    assert found["peak_mib"] - found["early_mib"] < MOST_GROWN_MIB
    assert found["longest"] < MOST_SECONDS


@pytest.mark.parametrize("tens", range(10))
def test_the_child_says_of_mutants_what_we_would_say(tmp_path, tens, caplog):
    for number in range(tens * 597, tens * 597 + 10):
        path = tmp_path / f"{number}"
        path.write_bytes(mutants.mutant(number))

        there, here = checks.examine(path, papers.expectation()), checks.examine_here(path, papers.expectation())

        assert (codes_of(there), there.answers, there.sha256) == (codes_of(here), here.answers, here.sha256)
    assert not caplog.records


def test_a_failure_of_ours_would_be_seen(monkeypatch):
    monkeypatch.setattr("submissions.checks.package.Package.refuse_dtd", lambda _package: 1 / 0)

    found = mutants.examined(range(40))

    assert found["failed"]
    assert "ZeroDivisionError" in next(iter(found["failed"].values()))


def test_a_file_that_ends_too_early_is_damaged_wherever_it_ends(tmp_path):
    """Cut off before, behind and within each header of the zip, and in the middle of what follows it."""
    content, path = case.base(), tmp_path / "received"
    headers = [found.start() for found in re.finditer(rb"PK[\x01-\x06][\x02-\x06]", content)]
    middles = [(one + other) // 2 for one, other in zip(headers, headers[1:], strict=False)]
    cuts = {place + more for place in headers for more in (-1, 1, 4, 20, 30)} | set(middles) | {len(content) - 1}

    said = {}
    for cut in sorted(cut for cut in cuts if 0 <= cut < len(content)):
        path.write_bytes(content[:cut])
        said[cut] = codes_of(checks.examine_here(path, papers.expectation()))

    assert len(said) > 100
    assert {cut: codes for cut, codes in said.items() if codes != ["open.damaged"]} == {1: ["type.text"]}
