"""The page of one document: adding, what the check says, and the one fix that goes with it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from badges.word.package import unpack
from submissions import permissions, reading, workflow
from submissions.models import DocumentAccess, Submission, Version
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, examine_now, fill_guide, submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, address):
    """The page of a slot as text, without line breaks inside it."""
    return lambda key="growth-plan": " ".join(client.get(address(f"documents/{key}/")).content.decode().split())


def test_an_empty_slot_offers_the_form_and_the_template(page, slots):
    shown = page()

    assert "Add your Level 2 Growth Plan" in shown
    assert 'enctype="multipart/form-data"' in shown
    assert "I work in Google Docs" in shown


def test_the_form_works_as_rendered_without_scripts(client, address, slots, ada):
    content = fill_guide(slots["growth-plan"].required, person=ada.person)

    response = client.post(
        address("documents/growth-plan/"), {"file": SimpleUploadedFile("plan.docx", content)}, follow=True
    )

    assert response.redirect_chain == [(address("documents/growth-plan/"), 302)]
    assert b"Checking" in response.content


def test_a_card_that_waits_asks_again_each_second(page, slots):
    add(slots["growth-plan"], at=BEFORE_DUE, check=False)

    assert 'hx-trigger="every 1s"' in page()


def test_the_verdict_is_spoken_once_to_a_fragment_and_not_to_a_page(client, address, slots):
    add(slots["growth-plan"], at=BEFORE_DUE)
    url = address("documents/growth-plan/")

    fragment, whole = client.get(url, headers={"HX-Request": "true"}), client.get(url)

    voice = re.compile(rb'id="verdict-voice">([^<]*)<')
    assert voice.search(fragment.content)[1] == b"Growth Plan: Ready"
    assert voice.search(whole.content)[1] == b""
    assert b"every 1s" not in whole.content


@pytest.mark.parametrize("place", ("", "documents/", "documents/growth-plan/"))
def test_what_a_verdict_changes_elsewhere_is_on_the_same_page(client, address, slots, place):
    add(slots["growth-plan"], at=BEFORE_DUE)

    shown = client.get(address(place)).content.decode()

    asked = re.search(rf'data-after-verdict hx-get="{address(place)}".* hx-select-oob="([^"]*)"', shown)
    for part in asked[1].split(","):
        assert shown.count(f'id="{part.removeprefix("#")}"') == 1


def test_a_check_that_takes_long_says_so(page, slots, clock):
    from datetime import timedelta

    add(slots["growth-plan"], at=BEFORE_DUE, check=False)
    clock(BEFORE_DUE + timedelta(seconds=11))

    assert "This is taking longer than usual. You can leave; we will e-mail you" in page()


def test_one_click_takes_our_name_and_one_gives_it_back(client, address, page, slots):
    version = add(slots["growth-plan"], name="plan v3.docx", at=BEFORE_DUE)
    rename = address("documents/growth-plan/rename/")
    before = page()
    client.post(rename)
    renamed = page()
    client.post(rename, {"undo": "1"})

    assert "Check the name" in before
    assert "Renamed. Our copy is now “Ward, A | Level 2 Growth Plan.docx”." in renamed
    assert '<span class="done">' in renamed
    assert "Check the name" in page()
    version.refresh_from_db()
    assert version.received_name == "plan v3.docx"


def test_a_file_in_the_wrong_slot_is_moved_with_one_click(client, address, page, slots, ada):
    content = fill_guide(slots["reflection-guide"].required, person=ada.person)
    add(slots["growth-plan"], content=content, name="x.docx", at=BEFORE_DUE)
    before = page()

    response = client.post(address("documents/growth-plan/move/reflection-guide/"))

    assert "Move it to the Reflection Guide" in before
    assert response.url == address("documents/reflection-guide/")
    assert examine_now(Version.objects.latest("pk")).verdict == "advice"
    assert "Not added yet" in page()


def test_a_good_file_is_not_moved(client, address, slots):
    version = add(slots["growth-plan"], at=BEFORE_DUE)

    client.post(address("documents/growth-plan/move/reflection-guide/"))

    slots["growth-plan"].refresh_from_db()
    assert slots["growth-plan"].current == version


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"%PDF-1.7", "plan.pdf", "This is a PDF. We need the Word file (.docx)"),
        (b"", "plan.docx", "The file is empty"),
        (b"PK\x03\x04 broken", "plan.docx", "does not open"),
    ],
)
def test_what_is_no_word_file_is_kept_and_said(content, name, sentence, page, slots):
    add(slots["growth-plan"], content=content, name=name, at=BEFORE_DUE)

    shown = page()

    assert sentence in shown
    assert "Fix this" in shown
    assert "See what we read" not in shown
    assert Version.objects.get().verdict == "blocked"


def test_the_blank_template_is_blocked(client, address, page, slots):
    blank = client.get(address("documents/growth-plan/template/")).content
    add(slots["growth-plan"], content=blank, at=BEFORE_DUE)

    assert "This is the blank Growth Plan. Nothing has been filled in yet" in page()


def test_the_template_has_the_name_in_it_and_a_name_that_windows_takes(client, address, slots):
    response = client.get(address("documents/growth-plan/template/"))

    assert response["Content-Disposition"] == 'attachment; filename="Ward, A - Level 2 Growth Plan.docx"'
    assert b"Ward, Ada" in unpack(response.content)["word/document.xml"]


def test_what_we_read_stands_under_its_question(client, address, slots):
    add(slots["growth-plan"], text="We will meet every second week and write down what we tried", at=BEFORE_DUE)

    response = client.get(address("documents/growth-plan/answers/"))

    assert b"What will you work on?" in response.content
    assert b"We will meet every second week and write down what we tried (1)." in response.content
    assert DocumentAccess.objects.get().form == "text"


def test_earlier_versions_stay_readable(client, address, page, slots):
    add(slots["growth-plan"], text="The first words that were written down here", at=BEFORE_DUE)
    add(slots["growth-plan"], text="The second words that were written down here", at=BEFORE_DUE)

    first = client.get(address("documents/growth-plan/versions/1/")).content

    assert b"The first words" in first
    assert "Version 2" in page()


def test_a_frozen_round_takes_nothing_and_says_why(client, before_due):
    submission = submission_in(State.IN_REVIEW)
    client.force_login(submission.enrollment.person)
    url = f"/my/{submission.enrollment.cohort.slug}/documents/growth-plan/"

    response = client.post(url, {"file": SimpleUploadedFile("x.docx", b"x")})

    assert response.status_code == 422
    assert "This submission is now “Being reviewed”. Its documents stay as they are." in response.content.decode()
    assert b'type="file"' not in client.get(url).content


def test_a_revision_asks_for_its_document_and_names_it(client, before_due):
    submission = submission_in(State.REVISION_REQUESTED)
    client.force_login(submission.enrollment.person)
    place = f"/my/{submission.enrollment.cohort.slug}/documents/"

    asked = client.get(f"{place}reflection-guide/").content
    template = client.get(f"{place}reflection-guide/template/")

    assert b"Add your revised Level 2 Practice Reflection Guide" in asked
    assert "REVISED.docx" in template["Content-Disposition"]
    assert b"Add your" not in client.get(f"{place}growth-plan/").content


def test_what_a_revision_does_not_ask_for_stays_unless_it_is_replaced(client, before_due):
    submission = submission_in(State.REVISION_REQUESTED)
    guide, plan = submission.documents.all()
    before = plan.current.pk
    add(guide, text="More specific actions that our team did take", at=BEFORE_DUE)

    receipt = workflow.submit(submission, by=submission.enrollment.person, at=BEFORE_DUE)

    plan.refresh_from_db()
    assert plan.current.pk == before
    assert [file["version"] for file in receipt.files] == [2, 1]


def test_any_document_may_be_replaced_while_revising(client, before_due):
    submission = submission_in(State.REVISION_REQUESTED)
    guide, plan = submission.documents.all()
    client.force_login(submission.enrollment.person)
    assert b"#add" in client.get(f"/my/{submission.enrollment.cohort.slug}/documents/").content
    add(guide, text="More specific actions that our team did take", at=BEFORE_DUE)
    add(plan, text="A plan that follows from what the readers wrote", at=BEFORE_DUE)

    receipt = workflow.submit(submission, by=submission.enrollment.person, at=BEFORE_DUE)

    assert [(file["version"], file["name"]) for file in receipt.files] == [
        (2, "Ward, A | Level 2 Practice Reflection Guide REVISED.docx"),
        (2, "Ward, A | Level 2 Growth Plan REVISED.docx"),
    ]
    assert reading.versions_of(submission, 1)[plan.required_id].number == 1


def test_a_blocked_file_can_be_mended_in_a_revision_all_the_same(before_due):
    submission = submission_in(State.REVISION_REQUESTED)
    plan = submission.documents.get(required__key="growth-plan")
    Version.objects.filter(pk=plan.current_id).update(verdict="blocked")
    plan.refresh_from_db()

    assert permissions.may_add(submission.enrollment.person, plan, at=BEFORE_DUE)


def test_what_a_file_says_is_shown_as_text(client, address, slots):
    add(slots["growth-plan"], text="We wrote <script>alert(1)</script> in the middle of it", at=BEFORE_DUE)

    response = client.get(address("documents/growth-plan/answers/"))

    assert b"<script>alert(1)" not in response.content
    assert b"&lt;script&gt;alert(1)" in response.content


@pytest.mark.parametrize("count", [1, 4])
def test_the_documents_take_the_same_queries_however_many_there_are(
    count, client, before_due, django_assert_max_num_queries
):
    cohort = factories.cohort()
    for number in range(3, 2 + count):
        cohort.edition.documents.create(key=f"m{number}", title=f"M {number}", short_title="M", position=number)
    submission = submission_in(State.DRAFT, cohort=cohort)
    client.force_login(submission.enrollment.person)

    with django_assert_max_num_queries(10):
        response = client.get(f"/my/{cohort.slug}/documents/")

    assert response.content.count(b'<article class="slot') == submission.documents.count()


def test_a_slot_that_the_edition_lacks_does_not_exist(client, address, slots):
    assert client.get(address("documents/nothing/")).status_code == 404
    assert Submission.objects.count() == 1
