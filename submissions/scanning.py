"""The virus scanner: ClamAV over its socket, asked before anything looks into a file. Off without CLAMD_URL."""

import socket
import struct
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

PIECE_BYTES = 64 * 1024
SECONDS = 60


def is_infected(path: Path) -> bool:
    """Whether the scanner stops the file at `path`; without a scanner, no.

    Source: clamd(8), INSTREAM: pieces with their length in front, an empty one at the end.
    Raises: OSError, when the scanner is away or cannot scan; the file is then tried again later.
    """
    if not settings.CLAMD_URL:
        return False
    address = urlsplit(settings.CLAMD_URL)
    with socket.create_connection((address.hostname, address.port), timeout=SECONDS) as line, path.open("rb") as file:
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
