"""The virus scanner: ClamAV over its socket, asked before anything looks into a file. Off without CLAMD_URL."""

import socket
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings

PIECE_BYTES = 64 * 1024
SECONDS = 15  # for one file, all in all
CLEAN, FOUND, TOO_LARGE = b"stream: OK", b" FOUND", b"INSTREAM size limit exceeded"


class Away(Exception):
    """The scanner did not say whether the file is clean. The file is not to blame; it waits."""


def is_infected(path: Path) -> bool:
    """Whether the scanner stops the file at `path`; without a scanner, no.

    Source: clamd(8), INSTREAM: pieces with their length in front, an empty one at the end.
    Raises: Away, with the reason, for everything but a plain yes or no.
    """
    if not settings.CLAMD_URL:
        return False
    with path.open("rb") as file:
        try:
            said = _asked_about(file)
        except OSError as problem:
            raise Away(f"The virus scanner does not answer ({problem}).") from problem
    if said.startswith(TOO_LARGE):
        raise Away("The virus scanner takes no file of this size. Its StreamMaxLength has to be 25M or more.")
    if said != CLEAN and not said.endswith(FOUND):
        raise Away(f"The virus scanner said “{said.decode(errors='replace')[:200]}”.")
    return said != CLEAN


def _asked_about(file: BinaryIO) -> bytes:
    """What the scanner says of the file. Raises: OSError, when it hangs up or its time is over."""
    ends_at = time.monotonic() + SECONDS
    with _line() as line:
        with suppress(ConnectionError):  # it hangs up on what is too large, but says so first
            _send(file, line, ends_at)
        said = b""
        while not said.endswith(b"\0"):
            line.settimeout(_left(ends_at))
            piece = line.recv(PIECE_BYTES)
            if not piece:
                raise ConnectionError("it hung up")
            said += piece
    return said.rstrip(b"\0")


def _send(file: BinaryIO, line: socket.socket, ends_at: float) -> None:
    line.sendall(b"zINSTREAM\0")
    while piece := file.read(PIECE_BYTES):
        line.settimeout(_left(ends_at))
        line.sendall(struct.pack("!L", len(piece)) + piece)
    line.sendall(struct.pack("!L", 0))


def _left(ends_at: float) -> float:
    """Seconds until `ends_at`. Raises: TimeoutError, when there are none."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError(f"not within {SECONDS} seconds")
    return left


def _line() -> socket.socket:
    address = urlsplit(settings.CLAMD_URL)
    if address.scheme == "tcp":
        return socket.create_connection((address.hostname, address.port), timeout=SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(SECONDS)
    try:
        line.connect(address.path)
    except OSError:
        line.close()
        raise
    return line
