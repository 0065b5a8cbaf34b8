"""Our half of the conversation with ClamAV, with a stand-in for the other half."""

import re
import socketserver
import struct
import threading
from datetime import timedelta

import pytest

from cohorts.models import StaffTask
from submissions import checking, scanning
from submissions.models import Version
from submissions.scanning import Away, is_infected
from submissions.states import State
from tests.support.submitting import BEFORE_DUE, add, examine_now, submission_in

BAD = b"the line that every scanner knows"


class Scanner(socketserver.StreamRequestHandler):
    """Reads a stream as clamd does, and stops what holds the known line."""

    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        if self.server.is_silent:
            self.rfile.read(1)  # until the other side is tired of it
            return
        answer = self.server.says or (b"stream: Known.Line FOUND\0" if BAD in content else b"stream: OK\0")
        self.wfile.write(answer)


@pytest.fixture
def scanner(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scanner) as server:
        server.says, server.is_silent = b"", False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


@pytest.mark.parametrize(("content", "infected"), [(b"x" * 200_000, False), (b"x" * 70_000 + BAD, True), (b"", False)])
def test_the_scanner_sees_the_whole_file(scanner, tmp_path, content, infected):
    file = tmp_path / "file.docx"
    file.write_bytes(content)

    assert is_infected(file) is infected


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (b"INSTREAM size limit exceeded. ERROR\0", "StreamMaxLength has to be 25M or more"),
        (b"stream: Can't allocate memory ERROR\0", "said “stream: Can't allocate memory ERROR”"),
        (b"stream: NOT OK\0", "said “stream: NOT OK”"),
        (b"stream: O", "does not answer (it hung up)"),
    ],
)
def test_everything_but_a_plain_yes_or_no_is_no_clean_bill(scanner, tmp_path, says, why):
    scanner.says = says
    file = tmp_path / "file.docx"
    file.write_bytes(b"x")

    with pytest.raises(Away, match=re.escape(why)):
        is_infected(file)


def test_a_scanner_that_never_answers_is_not_waited_for(scanner, tmp_path, monkeypatch):
    monkeypatch.setattr(scanning, "SECONDS", 0.2)
    scanner.is_silent = True
    file = tmp_path / "file.docx"
    file.write_bytes(b"x")

    with pytest.raises(Away, match="does not answer"):
        is_infected(file)


def test_a_file_that_is_gone_is_not_the_scanners_fault(scanner, tmp_path):
    with pytest.raises(FileNotFoundError):
        is_infected(tmp_path / "gone.docx")


@pytest.mark.django_db
def test_a_file_that_the_scanner_stops_is_blocked_before_anybody_opens_it(scanner, before_due):
    document = submission_in(State.DRAFT).documents.first()
    version = add(document, content=b"PK" + BAD, name="Growth Plan.docx", check=False, at=BEFORE_DUE)

    examine_now(version)

    assert version.verdict == Version.Verdict.BLOCKED
    assert [one.code for one in version.findings.all()] == ["virus"]


@pytest.fixture
def nobody(settings):
    """An address at which no scanner answers."""
    with socketserver.TCPServer(("127.0.0.1", 0), Scanner) as gone:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{gone.server_address[1]}"


@pytest.mark.django_db
def test_a_scanner_that_is_away_uses_up_no_try_and_lets_nothing_pass(nobody, before_due, clock):
    version = add(submission_in(State.DRAFT).documents.first(), check=False, at=BEFORE_DUE)

    seen = []
    for number in range(Version.MAX_TRIES + 1):
        clock(BEFORE_DUE + number * checking.SCANNER_AGAIN_IN)
        examine_now(version)
        seen.append((version.verdict, version.tries))

    assert seen == [("checking", 0)] * 4
    assert StaffTask.objects.count() == 0


@pytest.mark.django_db
def test_the_staff_hears_once_a_day_that_files_wait_for_the_scanner(nobody, before_due, clock):
    for document in submission_in(State.DRAFT).documents.all():
        version = add(document, check=False, at=BEFORE_DUE)
        for minutes in (6, 8, 24 * 60):
            clock(BEFORE_DUE + timedelta(minutes=minutes))
            examine_now(version)

    tasks = StaffTask.objects.all()
    assert [one.sentence.partition(" (")[0] for one in tasks] == [
        "Files wait unchecked. The virus scanner does not answer"
    ] * 2
    assert version.verdict == "checking"


@pytest.mark.django_db
def test_once_the_scanner_is_back_the_file_gets_its_verdict(nobody, scanner, settings, before_due, clock):
    back, settings.CLAMD_URL = settings.CLAMD_URL, "tcp://127.0.0.1:1"
    version = add(submission_in(State.DRAFT).documents.first(), check=False, at=BEFORE_DUE)
    examine_now(version)
    waited = version.verdict
    clock(BEFORE_DUE + checking.SCANNER_AGAIN_IN)
    settings.CLAMD_URL = back

    examine_now(version)

    assert (waited, version.verdict, version.tries) == ("checking", "ready", 1)
