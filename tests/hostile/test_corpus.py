"""Every kind of odd or hostile file gets the verdict that its kind deserves, from the real child."""

import pytest

from submissions import checks
from tests.hostile import links, parts, texts, zips
from tests.submissions.checks import papers

pytestmark = pytest.mark.files
CASES = {case.name: case for case in (*zips.CASES, *parts.CASES, *links.CASES, *texts.CASES)}
LIMITS = checks.Limits(cpu_seconds=20, wall_seconds=300)  # the machine may be slow and busy; memory is as it is
MOST_MIB = 256


@pytest.mark.parametrize("name", CASES)
def test_each_kind_gets_its_verdict(name, tmp_path, caplog):
    case, path = CASES[name], tmp_path / "received"
    path.write_bytes(case.make())

    examined = checks.examine(path, papers.expectation(), limits=LIMITS)

    said = tuple(finding.code for finding in examined.findings if finding.level != "ok")
    assert (examined.verdict, said) == (case.verdict, case.says)
    assert not case.reason or examined.findings[0].data["reason"] == case.reason
    assert 0 < examined.peak_mib < MOST_MIB
    assert not caplog.records
