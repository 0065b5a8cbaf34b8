"""What prints on purpose: the directions on two sheets, a receipt on one."""

import re

import pytest

from badges import editions
from badges.models import Edition
from submissions.states import State
from tests.support import factories
from tests.support.journey import LIBRARY
from tests.support.submitting import BEFORE_DUE, submission_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MARGIN = dict.fromkeys(("top", "right", "bottom", "left"), "12mm")


def sheets(page, paper):
    """How many there are."""
    printed = page.pdf(format=paper, margin=MARGIN)
    return len(re.findall(rb"/Type\s*/Page\b", printed))


@pytest.fixture
def dana(clock, client, live_server, page):
    """Somebody who has submitted in the library's own edition, signed in on `page`."""
    clock(BEFORE_DUE)
    editions.load_all(LIBRARY)
    cohort = factories.cohort(of=Edition.objects.get(slug="l2-practice"))
    submission = submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Dana", "Okafor"))
    client.force_login(submission.enrollment.person)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([session])
    return submission


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_the_directions_print_on_two_sheets_and_the_receipt_on_one(dana, page, paper):
    place = f"/my/{dana.enrollment.cohort.slug}"
    page.goto(f"{place}/directions/")
    directions = sheets(page, paper)
    page.goto(f"{place}/receipts/{dana.reference}/")

    assert (directions, sheets(page, paper)) == (2, 1)


def test_a_printed_receipt_has_each_fingerprint_whole(dana, page):
    page.goto(f"/my/{dana.enrollment.cohort.slug}/receipts/{dana.reference}/")
    whole = dana.receipts.get().files[0]["sha256"]
    shown = page.locator("code", has_text=re.compile(f"^{whole}$"))
    on_screen = shown.is_visible()
    page.emulate_media(media="print")

    assert (on_screen, shown.is_visible()) == (False, True)
    assert not page.get_by_role("button", name="Print or save as PDF").is_visible()
