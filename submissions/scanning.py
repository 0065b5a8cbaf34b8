"""The virus scanner: ClamAV over its socket, asked before anything looks into a file. Off without CLAMD_URL."""

import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

PIECE_BYTES = 64 * 1024
SECONDS = 60


class Away(OSError):
    """Nobody answers at the scanner's address; the file is not to blame."""


def is_infected(path: Path) -> bool:
    """Whether the scanner stops the file at `path`; without a scanner, no.

    Source: clamd(8), INSTREAM: pieces with their length in front, an empty one at the end.
    Raises: Away; or OSError, when the scanner cannot scan this file. It is then tried again later.
    """
    if not settings.CLAMD_URL:
        return False
    with _line() as line, path.open("rb") as file:
        line.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE_BYTES):
            line.sendall(struct.pack("!L", len(piece)) + piece)
        line.sendall(struct.pack("!L", 0))
        said = line.makefile("rb").read().rstrip(b"\0")
    if said.endswith(b"FOUND"):
        return True
    if not said.endswith(b"OK"):
        raise OSError(f"The virus scanner said: {said.decode(errors='replace')[:200]}")
    return False


def _line() -> socket.socket:
    address = urlsplit(settings.CLAMD_URL)
    try:
        return socket.create_connection((address.hostname, address.port), timeout=SECONDS)
    except OSError as problem:
        raise Away(f"The virus scanner does not answer: {problem}") from problem
