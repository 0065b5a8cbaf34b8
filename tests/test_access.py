"""Every route × every role has an expected answer; a route without a line in access.tsv fails."""

import csv
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.support.world import ROLES, World

TABLE = Path(__file__).with_name("access.tsv")
OTHERS_OWN = ("admin:", "mfa_")  # Django's admin site and allauth's second factors guard themselves


def rows():
    with TABLE.open(encoding="utf-8") as file:
        lines = (line for line in file if line.strip() and not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter="\t"))


def asked(row):
    """Method and name of a line: `GET` unless it says `POST name`."""
    method, _, name = row["route"].rpartition(" ")
    return method or "GET", name


def routes(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from routes(pattern, namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", pattern


def answer(client, method, address):
    """The status of one request; whatever it did is undone."""
    with transaction.atomic():
        response = client.generic(method, address)
        status, _ = response.status_code, b"".join(response)  # a file is closed once it was read
        transaction.set_rollback(True)
    return str(status)


def test_every_route_has_its_line_and_every_line_its_route():
    named = {name for name, _ in routes() if not name.startswith(OTHERS_OWN)}

    assert {asked(row)[1] for row in rows()} == named


@pytest.mark.django_db
def test_the_answer_to_each_role_is_the_expected_one(clock):
    world, patterns = World.at_the_desk(clock), dict(routes())
    clients = {role: Client() for role in ROLES}
    for role in ROLES[1:]:
        clients[role].force_login(world.person(role))

    found = {}
    for row in rows():
        method, name = asked(row)
        address = world.address(name, patterns[name])
        found[row["route"]] = {role: answer(clients[role], method, address) for role in ROLES}

    assert found == {row["route"]: {role: row[role] for role in ROLES} for row in rows()}
