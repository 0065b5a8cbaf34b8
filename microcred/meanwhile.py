"""Statements that PostgreSQL carries out while their caller goes on with something else."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg2
import structlog
from django.db import connection as database
from psycopg2.extras import wait_select

log = structlog.get_logger(__name__)


class Meanwhile:
    """One statement at a time: what began is finished before the next one begins.

    It runs over a line of its own, outside any transaction. Where that cannot be (SQLite, inside a transaction), and
    for the first one, for which a line is not worth its opening, it runs at once. When the line breaks nobody knows
    what became of the statement, and it runs again over the ordinary one: it has to be of a kind that may.
    """

    def __init__(self) -> None:
        self.line: Any = None  # psycopg2's, asynchronous
        self.cursor: Any = None
        self.owed: tuple[str, Sequence[Any]] | None = None
        self.is_first = True

    def __enter__(self) -> "Meanwhile":
        return self

    def __exit__(self, *raised) -> None:
        try:
            self.finish()
        finally:
            self._hang_up()

    def begin(self, statement: str, parameters: Sequence[Any]) -> None:
        self.finish()
        self.owed = statement, parameters
        if self.is_first or database.vendor != "postgresql" or database.in_atomic_block:
            self.is_first = False
            self.finish()
            return
        try:
            self._dial()
            self.cursor.execute(statement, parameters)
        except psycopg2.Error as problem:
            self._lose(problem)

    def finish(self) -> None:
        """Wait until what began is done. Raises: DatabaseError, when it cannot be."""
        if self.owed and self.line:
            try:
                wait_select(self.line)
            except psycopg2.Error as problem:
                self._lose(problem)
            else:
                self.owed = None
        if self.owed:
            with database.cursor() as cursor:
                cursor.execute(*self.owed)
            self.owed = None

    def _dial(self) -> None:
        if not self.line:
            self.line = psycopg2.connect(**database.get_connection_params(), async_=True)
            wait_select(self.line)
            self.cursor = self.line.cursor()

    def _lose(self, problem: Exception) -> None:
        log.warning("line_to_database_lost", error=type(problem).__name__)
        self._hang_up()

    def _hang_up(self) -> None:
        if self.line:
            with suppress(psycopg2.Error):  # a line that is dead already
                self.line.close()
        self.line = None
