"""The hint of upload.js: what a person reads on choosing a file is what the check of that file would say."""

import pytest
from playwright.sync_api import expect

from submissions import checking, hints, workflow
from tests.submissions.checks import papers
from tests.support import factories
from tests.support.submitting import BEFORE_DUE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILES = {
    "Ward, A | Level 2 Growth Plan.docx": papers.filled(),
    "Ward_A L2 growth-plan (1).docx": papers.filled(),
    "Wa\u0301rd, A ｜ Level 2 Growth Plan.docx": papers.filled(),
    "Plan “é” 🌱 <b> %20 &amp; + ;.docx": papers.filled(),
    "Okafor, D - Level 2 Growth Plan.docx": papers.filled(),
    "plan.docm": papers.filled(),
    "plan.pdf": b"%PDF-1.7\n",
    "plan.docx": b"",
    "~$plan.docx": b"\x0bAda" + bytes(150),
}


@pytest.fixture
def ada(clock):
    clock(BEFORE_DUE)
    return factories.enrollment(who=factories.person("Ada", "Ward"))


@pytest.fixture
def form(ada, client, live_server, page):
    """The form of her growth plan."""
    client.force_login(ada.person)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([session])
    page.goto(f"/my/{ada.cohort.slug}/documents/growth-plan/")
    return page.locator("form.add")


def choose(form, name, content):
    form.locator("input[type=file]").set_input_files({"name": name, "mimeType": "", "buffer": content})
    return form.locator("[data-chosen] p")


def test_the_hint_says_what_the_check_would_say(form, ada):
    required = workflow.begin(ada).documents.get(required__key="growth-plan").required

    for name, content in FILES.items():
        expected = checking.expected(required, last="Ward", first="Ada", received_name=name)
        hint = hints.hint(expected, size=len(content), head=content[: hints.HEAD_BYTES])
        shown = choose(form, name, content)

        expect(shown).to_have_text([f"{name}, {max(1, round(len(content) / 1024))} KB", hint.words])
        expect(shown.last).to_have_class(hint.tone)
        expect(form.get_by_role("button", name="Add this file")).to_be_enabled()


@pytest.mark.browser(tolerated=("ERR_FAILED",))
def test_without_an_answer_the_file_can_be_added_all_the_same(form, page):
    page.route("**/hint/", lambda route: route.abort())

    shown = choose(form, "plan.docx", b"")

    expect(shown).to_have_text(["plan.docx, 1 KB", "We check it when you add it."])
    expect(form.get_by_role("button", name="Add this file")).to_be_enabled()
