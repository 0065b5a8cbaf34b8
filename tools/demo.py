"""Start Microcred with a demo term, on this machine, for one person to look at.

Everything it needs is a Python and, once, a network. What it keeps is in `var`; delete that folder
to begin again.
"""

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import quote

from environment import ROOT, VAR, enter, stop
from processes import Child, Notebook

DATABASE = VAR / "demo.sqlite3"
LOGS = VAR / "log"
PASSWORD = "microcred-demo"  # the sign-in page of a demo shows it
PEOPLE = (
    ("applicant@example.org", "applicant", "Dana Okafor hands in her work"),
    ("reviewer@example.org", "reviewer", "scores what is assigned"),
    ("second@example.org", "second reader", "scores what is assigned, as the second pair of eyes"),
    ("admin@example.org", "cohort admin", "runs the cohort, reads every mail it sent"),
    ("director@example.org", "program director", "sees the cohorts at a glance"),
)
SECONDS_TO_START = 60
SECONDS_TO_STOP = {"web": 3, "beat": 1, "worker": 3, "broker": 2}  # together under ten


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or asked for the end."""


def main():
    began = time.monotonic()
    port = wanted_port()
    enter("runtime")
    lock = take_folder()
    notebook, children = Notebook(VAR / "demo.processes"), []
    for name in notebook.stop_leftovers():
        print(f"Stopped the {name} that an earlier demo left behind.", flush=True)
    refuse_taken(port)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, be_stopped)
    try:
        run(port, notebook, children, began)
    except Stopped:
        print("\nStopping …", flush=True)
    finally:
        stop_all(children)
        notebook.clear()
        lock.close()
    print("Stopped. What you did is kept; `make demo` goes on from here.")


def be_stopped(number, frame):
    raise Stopped


def wanted_port():
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        stop(f"PORT has to be a number from 1 to 65535, not “{text}”.")
    return int(text)


def take_folder():
    """The lock that says that a demo runs in this folder; the system lets it go when we end, however we end."""
    try:
        LOGS.mkdir(parents=True, exist_ok=True)
        lock = (VAR / "demo.lock").open("a+")
    except OSError as problem:
        stop(f"The folder {VAR} cannot be written to ({problem.strerror}).\nCopy Microcred to a folder of your own.")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        where = lock.read().strip() or "It is just starting"
        stop(f"A demo runs in this folder already. {where}; Ctrl-C in its own window stops it.")
    lock.truncate(0)
    return lock


def refuse_taken(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            stop(f"Port {port} is for the system only. Take a higher one: make demo PORT=8000")
        except OSError:
            stop(f"Port {port} is taken by another program. Choose another one: make demo PORT={port % 60000 + 1}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(port, notebook, children, began):
    broker_port, address = free_port(), f"http://localhost:{port}"
    env = environment(address, broker_port)

    def start(name, *command):
        children.append(Child(name, [sys.executable, *command], log=fresh_log(name), env=env))
        notebook.write(children)

    start("broker", "tools/broker.py", str(broker_port), str(VAR / "valkey"))
    wait_for(lambda: listens(broker_port), children)
    prepare(env)
    start("web", *web_command(port))
    start("worker", *celery("worker", "--pool=prefork", "--concurrency=2", "--prefetch-multiplier=1"))
    start("beat", *celery("beat", f"--schedule={VAR / 'beat'}", "--pidfile="))
    wait_for(lambda: answers(f"http://127.0.0.1:{port}/health/"), children)
    (VAR / "demo.lock").write_text(f"Open {address}")
    announce(address, time.monotonic() - began)
    while True:
        complain_if_ended(children)
        time.sleep(0.5)


def environment(address, broker_port):
    """What the demo says to the settings; nothing of it is known to the code."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DEBUG", "STORAGE_URL", "SENTRY_DSN")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "microcred.settings",
        "DEMO": "1",
        "SECRET_KEY": secret_key(),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "SITE_URL": address,
        "DATABASE_URL": database_url(DATABASE),
        "REDIS_URL": f"redis://127.0.0.1:{broker_port}/0",
        "EMAIL_URL": "dummymail://",  # every mail can be read in the demo's outbox
    }


def database_url(file):
    return "sqlite:///" + quote(str(file))


def secret_key():
    file = VAR / "secret-key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(60))
    return file.read_text()


def prepare(env):
    """A database with a demo term, and the static files. An interrupted first start leaves none behind."""
    manage(env, "collectstatic", "--noinput", "--verbosity=0")
    if DATABASE.exists():
        manage(env, "migrate", "--noinput", "--verbosity=0")
        return
    print("Making the demo term …", flush=True)
    making = DATABASE.with_suffix(".making")
    for file in VAR.glob(making.name + "*"):
        file.unlink()
    env = {**env, "DATABASE_URL": database_url(making)}
    manage(env, "migrate", "--noinput", "--verbosity=0")
    manage(env, "demo_cohort")
    making.rename(DATABASE)


def manage(env, *command):
    """Run a management command to its end."""
    with fresh_log(command[0]).open("wb") as log:
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=env, stdout=log, stderr=log, check=False
        )
    if done.returncode:
        lines = (LOGS / f"{command[0]}.log").read_text(errors="replace").strip().splitlines()[-12:]
        stop(f"`manage.py {' '.join(command)}` failed. The end of what it said:\n\n" + "\n".join(lines))


def fresh_log(name):
    file = LOGS / f"{name}.log"
    file.unlink(missing_ok=True)
    return file


def web_command(port):
    return (
        "-m",
        "gunicorn",
        "microcred.wsgi",
        f"--bind=127.0.0.1:{port}",
        "--worker-class=gthread",
        "--workers=2",
        "--threads=4",
        "--graceful-timeout=2",
        "--no-control-socket",
    )


def celery(*command):
    return ("-m", "celery", "--app=microcred", *command, "--loglevel=INFO")


def wait_for(ready, children):
    deadline = time.monotonic() + SECONDS_TO_START
    while not ready():
        complain_if_ended(children)
        if time.monotonic() > deadline:
            stop(f"It did not start within {SECONDS_TO_START} seconds. The logs are in {LOGS}.")
        time.sleep(0.1)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  (an address of ours)
            return answer.status == 200
    except urllib.error.HTTPError as problem:
        stop(f"The health page answers {problem.code}: {problem.read().decode(errors='replace')[:300]}\nSee {LOGS}.")
    except OSError:
        return False


def complain_if_ended(children):
    for child in children:
        if child.ended:
            stop(f"The {child.name} ended by itself. The end of {child.log}:\n\n{child.last_lines()}")


def announce(address, seconds):
    width = max(len(email) for email, _, _ in PEOPLE)
    roles = max(len(role) for _, role, _ in PEOPLE)
    print(f"\nMicrocred is ready after {seconds:.0f} s:  {address}\n")
    for email, role, does in PEOPLE:
        print(f"  {email:{width}}  {role:{roles}}  {does}")
    print(f"\nPassword for everyone: {PASSWORD}\nLogs: {LOGS.relative_to(ROOT)}/    Ctrl-C stops it all.\n", flush=True)


def stop_all(children):
    """First those who take work on, then those who do it, the broker last."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    waiting = [child for child in children if child.name != "broker"]
    for child in waiting:
        child.ask_to_stop()
    for child in waiting + [child for child in children if child.name == "broker"]:
        child.ask_to_stop()
        child.wait(SECONDS_TO_STOP[child.name])


if __name__ == "__main__":
    main()
