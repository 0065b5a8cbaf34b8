"""The table of who gets what at which address, and the routes of the site."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

TABLE = Path(__file__).parents[1] / "access.tsv"


def rows() -> list[dict[str, str]]:
    """The lines of the table: a route, and the expected answer to each role."""
    with TABLE.open(encoding="utf-8") as file:
        lines = (line for line in file if line.strip() and not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t"))


def asked(row: dict[str, str]) -> tuple[str, str]:
    """Method and name of a line: `GET` unless it says `POST name`."""
    method, _, name = row["route"].rpartition(" ")
    return method or "GET", name


def pages() -> set[str]:
    """The names of those that somebody gets."""
    return {asked(row)[1] for row in rows() if asked(row)[0] == "GET" and "200" in row.values()}


def routes(resolver=None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the site with its whole name."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", pattern
