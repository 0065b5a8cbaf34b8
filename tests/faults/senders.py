"""Two senders that are killed and started again, each on a machine whose clock somebody set wrong meanwhile.

They die and come back with every line of the input; what is said back is how often they were killed.
"""

import gc
import os
import signal
import sys
import time
from datetime import timedelta

import django

WRONG = (timedelta(0), timedelta(hours=1), -timedelta(hours=1))


def main():
    django.setup()
    from microcred import outbox  # once, not after every death

    gc.freeze()
    running = []
    for deaths, line in enumerate(sys.stdin):
        end(running)
        running = [] if line == "stop\n" else [start(outbox, WRONG[(deaths + each) % 3]) for each in range(2)]
        print(deaths, flush=True)
    end(running)


def end(running):
    for pid in running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def start(outbox, wrong):
    from microcred import clock

    pid = os.fork()
    if not pid:
        right = clock.own
        clock.own = lambda: right() + wrong
        while True:
            time.sleep(0 if outbox.send_due() else 0.02)
    return pid


if __name__ == "__main__":
    main()
