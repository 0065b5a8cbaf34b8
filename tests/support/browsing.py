"""Chromium for tests: fresh pages that complain about every error they meet."""

import os
import shutil
from contextlib import contextmanager

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000  # milliseconds, for a machine that does much else
COLOR_RULES = ("color-contrast", "link-in-text-block")
ROOM_RULES = (*COLOR_RULES, "scrollable-region-focusable")  # that of axe's which less room can break
PHONE = 390  # pixels; below this nothing appears that was not there
# What reaches past the right edge of the page, unless something around it scrolls by itself.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}`)"""


def find_chromium():
    """Path of the Chromium to use, or None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium():
    path = find_chromium()
    if not path:
        pytest.skip("no Chromium: install it, or name one in CHROMIUM")
    expect.set_options(timeout=PATIENCE)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def pages(browser, *, base_url, tolerated=()):
    """Yields a function that opens pages; at the end none of them may have met an error.

    `tolerated`: parts of messages that a test provokes on purpose, such as "status of 404".
    """
    contexts, complaints = [], []

    def open_one(**options):
        context = browser.new_context(base_url=base_url, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        _listen(page, complaints)
        return page

    yield open_one

    for context in contexts:
        context.close()
    unexpected = [text for text in complaints if not any(part in text for part in tolerated)]
    assert unexpected == [], "The browser met errors:\n" + "\n".join(unexpected)


def sign_in(page, person, *, at):
    """Lets `person` in on the server `at` that address without a form: that one has its own tests."""
    client = Client()
    client.force_login(person)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": at}])


def _listen(page, complaints):
    """Broken content policies and failed requests reach us as console errors too."""

    def note(message):
        if message.type == "error":
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))


def assert_sound_everywhere(page, *, widths=(1280, 390, 320)):
    """Wide, on a phone and at 320 pixels, in light and in dark: nothing that axe finds, nothing to push sideways.

    Dark changes colors and nothing else, so there only the rules about color are asked once more;
    what is narrower than a phone changes what there is room for, so there only the rules about that are.
    """
    page.emulate_media(reduced_motion="reduce")
    for width in widths:
        is_smaller = width < PHONE
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="light")
        assert_accessible(page, f"{width} wide", only=ROOM_RULES if is_smaller else ())
        assert page.evaluate(TOO_WIDE) == [], f"{page.url} is too wide for {width} pixels"
        if not is_smaller:
            page.emulate_media(color_scheme="dark")
            assert_accessible(page, f"{width} wide, dark", only=COLOR_RULES)


def assert_accessible(page, how="", *, only=()):
    """No violation that axe can find, as the page is shown now; `only` these rules are asked, if any are named."""
    # axe must not load our style sheets anew ("preload"): it would look for their parts at the page's address
    rules = {"runOnly": {"type": "rule", "values": list(only)}} if only else {}
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"resultTypes": ["violations"], "preload": False, **rules}
    results = AxeResults(page.evaluate("(options) => axe.run(options)", options))
    assert results.violations_count == 0, f"{page.url} {how}\n{results.generate_report()}"
