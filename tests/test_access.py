"""Every route × every role has an expected answer; a route without a line in access.tsv fails."""

import pytest
from django.db import transaction
from django.test import Client

from tests.support.access import asked, routes, rows
from tests.support.world import ROLES, World

OTHERS_OWN = ("admin:", "mfa_")  # Django's admin site and allauth's second factors guard themselves


@pytest.fixture
def answers(clock):
    """`answers(roles_of)`: what each of the roles that `roles_of` names for a line is answered, by route."""
    world, patterns = World.at_the_desk(clock), dict(routes())
    clients = {role: Client() for role in ROLES}
    for role in ROLES[1:]:
        clients[role].force_login(world.person(role))

    def ask(roles_of):
        found = {}
        for row in rows():
            method, name = asked(row)
            address = world.address(name, patterns[name])
            found[row["route"]] = {role: answer(clients[role], method, address) for role in roles_of(row)}
        return found

    return ask


def answer(client, method, address):
    """The status of one request; whatever it did is undone."""
    with transaction.atomic():
        response = client.generic(method, address)
        status, _ = response.status_code, b"".join(response)  # a file is closed once it was read
        transaction.set_rollback(True)
    return str(status)


def expected(roles_of):
    return {row["route"]: {role: row[role] for role in roles_of(row)} for row in rows()}


def all_of_them(row):
    return ROLES


def whom_it_serves_best(row):
    """The one role for which most of the code behind a route runs: a page rather than a way on, that than a refusal."""
    return [min(ROLES, key=lambda role: (role == "anonymous" and row[role] != "200", row[role]))]


def test_every_route_has_its_line_and_every_line_its_route():
    named = {name for name, _ in routes() if not name.startswith(OTHERS_OWN)}

    assert {asked(row)[1] for row in rows()} == named


@pytest.mark.django_db
@pytest.mark.sqlite  # who may is decided by our code
def test_the_answer_to_each_role_is_the_expected_one(answers):
    assert answers(all_of_them) == expected(all_of_them)


@pytest.mark.django_db
@pytest.mark.postgres  # and the statements behind each route are sent there, too
def test_every_route_answers_whom_it_serves(answers):
    assert answers(whom_it_serves_best) == expected(whom_it_serves_best)
