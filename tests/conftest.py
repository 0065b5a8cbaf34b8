"""What every test may ask for: a clock, a mailbox, a real worker, a real browser."""

import gc
import os
from contextlib import ExitStack

import hypothesis
import pytest
from django.conf import settings

from microcred import clock as house_clock
from tests.support import browsing, factories, working

# No example is timed: a busy machine says nothing about the code.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


def pytest_addoption(parser):
    parser.addoption("--rewrite", action="store_true", help="write the pages that tests compare anew")


LONGEST = {
    *("faults", "terms", "test_access.py", "test_canaries.py"),
    *("test_journey.py", "test_reviewing.py", "test_by_keyboard.py", "test_without_scripts.py", "test_every_page.py"),
}
DATABASES = {"db", "transactional_db"}
COUNTING = {"django_assert_num_queries", "django_assert_max_num_queries"}


def pytest_configure():
    """What no environment says: cheap passwords, static files that nobody collected, and disks that need not last."""
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    os.fsync = lambda handle: None


def pytest_collection_modifyitems(items):
    """What no database can change is tried once, on SQLite: what reaches none, and how many statements a page sends.

    What takes longest begins first: at the end it would keep one process busy and the others waiting.
    """
    for item in items:
        once = counts_for_a_page(item) or not uses_database(item)
        if once and not item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.sqlite)
    items.sort(key=lambda item: not LONGEST.intersection(item.path.parts))


def pytest_collection_finish():
    """What was imported by now stays: nobody searches it for garbage again and again while the tests run."""
    gc.collect()
    gc.freeze()


def uses_database(item):
    """Without one of these, pytest-django lets nobody reach a database."""
    return item.get_closest_marker("django_db") is not None or not DATABASES.isdisjoint(item.fixturenames)


def counts_for_a_page(item):
    """How many statements a page sends is up to the page; what they find is asked for by its other tests."""
    return "client" in item.fixturenames and not COUNTING.isdisjoint(item.fixturenames)


@pytest.fixture
def clock():
    """Hold the clock of the house: `clock(instant)`; again for a later one."""
    with ExitStack() as holds:
        yield lambda instant: holds.enter_context(house_clock.fixed(instant))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite in a file: the server's and the worker's threads write to it as they would in a demo."""
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        file = tmp_path_factory.mktemp("database") / "microcred.sqlite3"
        database.setdefault("TEST", {})["NAME"] = str(file)


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """Started when the database is a file already: threads must not share one connection in memory."""
    return live_server


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path):
    """Uploads land in the test's own folder, wherever the settings would put them."""
    settings.MEDIA_ROOT = str(tmp_path / "files")


@pytest.fixture(autouse=True)
def names_from_one():
    factories.start_anew()


@pytest.fixture
def mailbox(mailoutbox):
    """The mails that left so far."""
    return mailoutbox


@pytest.fixture(scope="session")
def broker_url():
    with working.broker() as url:
        yield url


@pytest.fixture
def worker(transactional_db, broker_url):
    """A real Celery worker on a real broker; what is committed is worked off."""
    with working.worker(broker_url) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    with browsing.chromium() as chromium:
        yield chromium


@pytest.fixture
def open_page(browser, live_server, request):
    """Opens a page of its own, with its own cookies: one call for each person of a story."""
    marker = request.node.get_closest_marker("browser")
    tolerated = marker.kwargs.get("tolerated", ()) if marker else ()
    with browsing.pages(browser, base_url=live_server.url, tolerated=tolerated) as open_one:
        yield open_one


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def axe():
    """Call it with a page: there must be no accessibility violation on it."""
    return browsing.assert_accessible
