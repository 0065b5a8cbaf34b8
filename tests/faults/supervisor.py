"""A worker that is started again whenever it dies, as systemd would do it; ends when its input does.

It prints the number of each worker's process group. Forking spares the imports, so that dying twenty times is quick.
"""

import gc
import os
import select
import signal
import sys
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import django
import kombu.transport.redis  # noqa: F401 - imported once, not after every death

from microcred.celery import app

OPTIONS = ("--concurrency=2", "--loglevel=INFO", "--without-mingle", "--without-gossip", "--without-heartbeat")

KILLS_THE_CHILD = b"kills the child that reads it"  # as no file we know of can
KILLS_THE_WORKER = b"kills the worker that looks at it"
DYING_CHILD = (sys.executable, "-S", "-c", "import os; os.kill(os.getpid(), 9)")


def main():
    django.setup()
    app.loader.import_default_modules()
    be_poisoned()
    gc.freeze()
    while True:
        worker = start()
        print(worker, flush=True)
        watch(worker)


def be_poisoned():
    """Some files kill the child that reads them, some the worker; failed tries follow each other at once."""
    from submissions import checking, checks
    from submissions.checks import children

    examine = checks.examine

    def or_die(path, expectation):
        content = Path(path).read_bytes()
        if KILLS_THE_WORKER in content:
            os.kill(os.getpid(), signal.SIGKILL)
        with patch.object(children, "_PYTHON", DYING_CHILD if KILLS_THE_CHILD in content else children._PYTHON):
            return examine(path, expectation)

    checks.examine = or_die
    checking.AGAIN_IN = timedelta(0)


def start():
    worker = os.fork()
    if not worker:
        os.setsid()
        os.dup2(2, 1)  # its banner goes where its log goes
        app.worker_main(["worker", *OPTIONS])
        os._exit(0)
    return worker


def watch(worker):
    while os.waitpid(worker, os.WNOHANG) == (0, 0):
        if select.select([sys.stdin], [], [], 0.05)[0]:
            os.killpg(worker, signal.SIGKILL)
            sys.exit()


if __name__ == "__main__":
    main()
