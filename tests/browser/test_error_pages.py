"""The pages that stand alone when something goes wrong: sound in every width and color, with a way out."""

import pytest
from django.template.loader import render_to_string

from tests.support.browsing import assert_sound_everywhere

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["400", "403_csrf", "413", "429", "500", "503"])
def test_it_says_what_happened_and_where_to_go(page, name):
    html = render_to_string(f"{name}.html", {"reference": "7F3A21C0"})
    page.route("**/gone-wrong/", lambda route: route.fulfill(content_type="text/html", body=html))

    page.goto("/gone-wrong/")

    assert_sound_everywhere(page)
    assert page.locator("main p").count() >= 2
    assert page.locator("main a.btn").count() == 1
