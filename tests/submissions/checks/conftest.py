"""What tests of the checks share."""

import pytest

from submissions import checks
from tests.submissions.checks import papers


@pytest.fixture
def examine(tmp_path):
    """Examine these bytes in this process; changes go to the expectation."""

    def look(content: bytes, **changes) -> checks.Examination:
        path = tmp_path / "received"
        path.write_bytes(content)
        return checks.examine_here(path, papers.expectation(**changes))

    return look


@pytest.fixture
def said(examine):
    """Verdict and codes for these bytes, without the ones that say all is well."""

    def look(content: bytes, **changes) -> tuple[str, list[str]]:
        examined = examine(content, **changes)
        return examined.verdict, [finding.code for finding in examined.findings if finding.level != "ok"]

    return look
