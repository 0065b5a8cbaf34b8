"""Every page that anybody may open, in Chromium: no error, and nothing axe finds; narrow and dark as well.

Those of applicants are in test_every_state.py, in each of their states.
"""

import pytest

from tests.browser.test_every_state import FILES, pages_of_applicants
from tests.support.access import asked, pages, routes, rows
from tests.support.browsing import sign_in
from tests.support.journey import Someone
from tests.support.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

READERS = ("anonymous", "reviewer", "admin")


def opened_by(role):
    """The routes whose page this role is the first of them to get."""
    for row in rows():
        method, name = asked(row)
        if method == "GET" and role == next((one for one in READERS if row[one] == "200"), ""):
            yield name


def test_no_page_is_left_out():
    of_applicants = set(pages_of_applicants()) | FILES

    assert {name for role in READERS for name in opened_by(role)} | of_applicants == pages()


def leads_to_page(client, address):
    """Whether a reader gets a page there, not a file to keep."""
    response = client.get(address)
    b"".join(response)  # a file is closed once it was read
    return response.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("role", READERS)
def test_every_page_is_sound(role, clock, client, live_server, open_page, axe):
    world, patterns = World.at_the_desk(clock), dict(routes())
    reader = Someone(open_page(), axe, set())
    if role != "anonymous":
        client.force_login(world.person(role))
        sign_in(reader.page, world.person(role), at=live_server.url)
    faults = []
    for address in (world.address(name, patterns[name]) for name in opened_by(role)):
        try:
            if leads_to_page(client, address):
                reader.goes_to(address)
        except AssertionError as fault:
            faults.append(str(fault))

    assert not faults, "\n".join(faults)
