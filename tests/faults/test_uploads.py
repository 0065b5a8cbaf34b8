"""Uploads as they come over the wire to the server of a service: cut, lying, without a length, too long, orphaned."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from microcred import clock
from submissions import tasks, uploads
from submissions.models import Version
from tests.faults.conftest import environment, wait_for
from tests.support import factories
from tests.support.working import free_port

pytestmark = pytest.mark.django_db(transaction=True)
MIB = 1024 * 1024
BOUNDARY = "between-the-parts"


@pytest.fixture(scope="module")
def web(django_db_setup, tmp_path_factory):
    """gunicorn with one process, which keeps files in a folder of its own."""
    folder, port = tmp_path_factory.mktemp("web"), free_port()
    told = environment(folder=folder / "files", REDIS_URL="redis://127.0.0.1:1/0", DEBUG="1")
    options = (f"--bind=127.0.0.1:{port}", "--worker-class=gthread", "--threads=4", "--no-control-socket")
    command = [sys.executable, "-m", "gunicorn", "microcred.wsgi", *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--worker-class=gthread", "--threads=4"], env=told, stdout=log, stderr=log
        )
    wait_for(lambda: answers(port))
    yield SimpleNamespace(pid=process.pid, port=port, files=folder / "files")
    process.terminate()
    process.wait(30)


@pytest.fixture(autouse=True)
def files(web, settings):
    settings.MEDIA_ROOT = str(web.files)
    yield
    shutil.rmtree(web.files, ignore_errors=True)


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(b"GET /health/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b" 200 " in line.recv(100)
    except OSError:
        return False


@pytest.fixture
def slot(client, transactional_db):
    """The address of a slot whose applicant is signed in."""
    enrollment = factories.enrollment(factories.cohort(late_days=3000))
    client.force_login(enrollment.person)
    address = f"/my/{enrollment.cohort.slug}/documents/growth-plan/"
    client.get(address)
    return address


@pytest.fixture
def post(web, client, slot):
    """`post(content, …)`: a form with a file, in our own bytes; what comes back, or b"" when nobody answers."""
    token = client.cookies["csrftoken"].value
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())

    def now(content, *, cut_at=None, length=None, chunked=False, after=lambda: None):
        body = form(token, content)
        size = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body) if length is None else length}"
        head = (
            f"POST {slot} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\nConnection: close\r\n"
            f"HX-Request: true\r\nX-CSRFToken: {token}\r\n{size}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", web.port), timeout=60) as line:
            line.sendall(head.encode())
            send(line, in_chunks(body) if chunked else [body[:cut_at]])
            after()
            return b"" if cut_at is not None else everything(line)

    return now


def form(token, content):
    start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
    return (
        f'{start}name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n{start}name="file"; filename="plan.docx"\r\n\r\n'.encode()
        + content
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )


def in_chunks(body):
    for start in range(0, len(body), MIB):
        piece = body[start : start + MIB]
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def send(line, pieces):
    try:
        for piece in pieces:
            line.sendall(piece)
    except ConnectionError:
        pass  # the server has heard enough


def everything(line):
    said = b""
    try:
        while piece := line.recv(65536):
            said += piece
    except ConnectionError:
        pass
    return said


def nothing_is_kept(settings):
    files = [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]
    return not files and not Version.objects.exists()


def test_what_arrives_whole_is_received(post, web):
    answer = post(b"whole")

    assert answer.startswith(b"HTTP/1.1 302 ")
    (kept,) = web.files.rglob("*.bin")
    assert kept.read_bytes() == b"whole"


def test_an_upload_cut_anywhere_leaves_nothing(post, settings):
    places = random.Random(7)

    for _ in range(10):
        post(b"x" * MIB, cut_at=places.randrange(MIB))

    wait_for(lambda: nothing_is_kept(settings))
    assert post(b"whole").startswith(b"HTTP/1.1 302 ")
    assert Version.objects.get().number == 1


@pytest.mark.parametrize("length", [0, 300, 500_000])
def test_a_length_that_lies_leaves_nothing(post, settings, length):
    answer = post(b"x" * MIB, length=length)

    assert b" 500 " not in answer.partition(b"\r\n")[0]
    assert nothing_is_kept(settings)


def test_without_a_length_nothing_is_read(post, settings):
    answer = post(b"x" * 30 * MIB, chunked=True)

    assert answer.partition(b"\r\n")[0] in (b"", b"HTTP/1.1 422 Unprocessable Entity")
    assert nothing_is_kept(settings)


def test_what_is_too_large_is_told_and_not_kept(post, settings):
    answer = post(b"x" * (25 * MIB + 1))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert uploads.TOO_LARGE.encode() in answer
    assert nothing_is_kept(settings)


def test_what_a_killed_server_had_begun_to_receive_goes_after_an_hour(post, web, settings):
    def kill():
        wait_for(lambda: list(uploads.incoming().iterdir()))
        children = Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)

    post(b"x" * MIB, cut_at=MIB // 2, after=kill)
    left = list(uploads.incoming().iterdir())
    with clock.fixed(clock.now() + uploads.CUT_AFTER):
        tasks.remove_cut_uploads()

    assert len(left) == 1
    assert nothing_is_kept(settings)
