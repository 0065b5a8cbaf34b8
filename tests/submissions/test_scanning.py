"""Our half of the conversation with ClamAV, with a stand-in for the other half."""

import socketserver
import struct
import threading

import pytest

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
        answer = self.server.says or (b"stream: Known.Line FOUND\0" if BAD in content else b"stream: OK\0")
        self.wfile.write(answer)


@pytest.fixture
def scanner(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scanner) as server:
        server.says = b""
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


@pytest.mark.parametrize(("content", "infected"), [(b"x" * 200_000, False), (b"x" * 70_000 + BAD, True), (b"", False)])
def test_the_scanner_sees_the_whole_file(scanner, tmp_path, content, infected):
    file = tmp_path / "file.docx"
    file.write_bytes(content)

    assert is_infected(file) is infected


def test_a_scanner_that_cannot_scan_is_a_fault_not_a_clean_bill(scanner, tmp_path):
    scanner.says = b"INSTREAM size limit exceeded. ERROR\0"
    file = tmp_path / "file.docx"
    file.write_bytes(b"x")

    with pytest.raises(OSError, match="size limit"):
        is_infected(file)


@pytest.mark.django_db
def test_a_file_that_the_scanner_stops_is_blocked_before_anybody_opens_it(scanner, before_due):
    document = submission_in(State.DRAFT).documents.first()
    version = add(document, content=b"PK" + BAD, name="Growth Plan.docx", check=False, at=BEFORE_DUE)

    examine_now(version)

    assert version.verdict == Version.Verdict.BLOCKED
    assert [one.code for one in version.findings.all()] == ["virus"]


@pytest.mark.django_db
def test_a_scanner_that_is_away_uses_up_no_try(settings, before_due):
    version = add(submission_in(State.DRAFT).documents.first(), check=False, at=BEFORE_DUE)
    with socketserver.TCPServer(("127.0.0.1", 0), Scanner) as gone:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{gone.server_address[1]}"

    for _ in range(Version.MAX_TRIES + 1):
        with pytest.raises(Away):
            examine_now(version)

    version.refresh_from_db()
    assert (version.verdict, version.tries, version.leased_until) == ("checking", 0, None)
