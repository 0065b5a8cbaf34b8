"""A real clamd, with one signature of our own: what it knows is stopped, and what it did not see does not pass."""

import io
import os
import shutil
import signal
import subprocess
import threading
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from microcred import clock
from submissions import checking, scanning
from submissions.states import State
from tests.support.submitting import BEFORE_DUE, add, examine_now, submission_in
from tests.support.working import free_port

pytestmark = pytest.mark.django_db
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"  # in two, so that we are none
CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "own.ndb").write_text(f"Known.Line:0:*:{EICAR.hex()}\n")
    return folder


@contextmanager
def clamd(folder, *, limit="25M", port=None):
    """A scanner at `clamd.sock` in `folder`, as a process; ready when this yields."""
    if not CLAMD:
        pytest.skip("no clamd: install clamav-daemon")
    line = folder / "clamd.sock"
    line.unlink(missing_ok=True)
    (folder / "clamd.conf").write_text(
        f"Foreground true\nDatabaseDirectory {folder}\nLocalSocket {line}\nStreamMaxLength {limit}\n"
        + (f"TCPSocket {port}\nTCPAddr 127.0.0.1\n" if port else "")
        + ("User root\n" if os.geteuid() == 0 else "")
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([CLAMD, f"--config-file={folder}/clamd.conf"], stdout=log, stderr=log)
    try:
        began = time.monotonic()
        while not line.exists():
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() - began < 60, "clamd did not start"
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def running(folder):
    with clamd(folder) as process:
        yield process


@pytest.fixture
def scanner(running, folder, settings):
    settings.CLAMD_URL = f"unix://{folder}/clamd.sock"


@pytest.fixture
def another(tmp_path, folder):
    """A folder for a scanner of this test's own."""
    shutil.copy(folder / "own.ndb", tmp_path)
    return tmp_path


@pytest.fixture
def plan(db):
    with clock.fixed(BEFORE_DUE):
        yield submission_in(State.DRAFT).documents.last()


def zipped(method):
    """The line inside a part of a Word file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as package:
        package.writestr("word/document.xml", b"<w:t>x</w:t>" * 100 + EICAR)
    return file.getvalue()


@pytest.mark.parametrize(
    "content", [EICAR, b"PK" * 100_000 + EICAR, zipped(zipfile.ZIP_STORED), zipped(zipfile.ZIP_DEFLATED)],
    ids=["raw", "far", "stored", "deflated"],
)  # fmt: skip
def test_what_the_scanner_knows_is_blocked(scanner, plan, content):
    version = examine_now(add(plan, content=content, check=False))

    assert (version.verdict, version.tries) == ("blocked", 1)
    assert [one.code for one in version.findings.all()] == ["virus"]


def test_a_clean_document_passes(scanner, plan):
    assert examine_now(add(plan, check=False)).verdict == "ready"


def test_the_largest_upload_is_scanned_to_its_end(scanner, settings, tmp_path):
    file = tmp_path / "large"
    file.write_bytes(b"x" * (settings.UPLOAD_LIMIT_BYTES - len(EICAR)) + EICAR)

    assert scanning.is_infected(file)


def test_over_tcp_it_is_the_same_conversation(another, settings, plan):
    port = free_port()
    settings.CLAMD_URL = f"tcp://127.0.0.1:{port}"
    with clamd(another, port=port):
        bad, good = examine_now(add(plan, content=EICAR, check=False)), examine_now(add(plan, check=False))

    assert (bad.verdict, good.verdict) == ("blocked", "ready")


def test_a_file_that_its_limit_keeps_out_waits_until_the_limit_is_mended(another, settings, plan):
    settings.CLAMD_URL = f"unix://{another}/clamd.sock"
    version = add(plan, content=b"x" * 3_000_000, check=False)
    with clamd(another, limit="1M"):
        with pytest.raises(scanning.Away, match="StreamMaxLength has to be 25M or more"):
            scanning.is_infected(Path(version.file.path))
        seen = examine_now(version).verdict, version.tries
    with clamd(another), clock.fixed(BEFORE_DUE + checking.SCANNER_AGAIN_IN):
        examine_now(version)

    assert seen == ("checking", 0)
    assert (version.verdict, version.findings.get().code) == ("blocked", "type.text")


def test_a_scanner_that_dies_over_a_file_costs_it_nothing(another, settings, plan):
    settings.CLAMD_URL = f"unix://{another}/clamd.sock"
    version = add(plan, check=False)
    with clamd(another) as process:
        process.send_signal(signal.SIGSTOP)  # it has taken the line and is at it
        threading.Timer(0.3, process.kill).start()
        examine_now(version)
        seen = (version.verdict, version.tries)
    with clamd(another), clock.fixed(BEFORE_DUE + checking.SCANNER_AGAIN_IN):
        examine_now(version)

    assert seen == ("checking", 0)
    assert (version.verdict, version.tries) == ("ready", 1)
