"""A person's own page: each section saves by itself, and the file name is shown as it would be."""

import pytest

from cohorts import feeds
from tests.support import factories

pytestmark = pytest.mark.django_db
NAMES = {"name_on_badge": "Dr. Ada Ward", "last_name_for_files": "Ward-Lund", "first_name_for_files": "Åsa"}
HTMX = {"hx-request": "true"}
SHOWN = "Ward-Lund, Å | Level 2 Practice Reflection Guide.docx"


@pytest.fixture
def ada(client):
    person = factories.person(zone="America/Phoenix")
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    ("section", "posted"),
    [
        ("names", NAMES),
        ("zone", {"zone": "Pacific/Guam"}),
        ("notices", {"wants_meeting_reminders": ""}),
        ("colors", {"theme": "dark"}),
        ("keys", {"uses_shortcuts": ""}),
    ],
)
def test_a_section_saves_itself_and_nothing_else(client, ada, section, posted):
    before = dict(vars(ada))

    answer = client.post(f"/account/own/{section}/", posted, follow=True)

    ada.refresh_from_db()
    changed = {name for name in before if not name.startswith("_") and vars(ada)[name] != before[name]}
    assert changed - {"last_login"} == set(posted)
    assert "Saved." in answer.text


def test_what_cannot_be_kept_comes_back_as_it_was_typed(client, ada):
    answer = client.post("/account/own/names/", NAMES | {"name_on_badge": ""})

    ada.refresh_from_db()
    assert (ada.last_name_for_files, answer.context["form"].errors.keys()) == ("", {"name_on_badge"})
    assert 'value="Ward-Lund"' in answer.text and "There is a problem" in answer.text


def test_a_section_that_there_is_not_is_no_page(client, ada):
    assert client.post("/account/own/password/", {}).status_code == 404


def test_a_zone_that_was_chosen_is_not_guessed_over(client, ada):
    assert "data-guess-zone" not in client.get("/account/").text

    ada.zone = ""
    ada.save()

    assert "data-guess-zone" in client.get("/account/").text


def test_the_file_name_is_shown_as_it_is_and_as_it_would_be(client, ada):
    factories.enrollment(who=ada)

    page, typed = client.get("/account/").text, client.get("/account/file-name/", NAMES, headers=HTMX).text

    assert "<strong>Ward, A | Level 2 Practice Reflection Guide.docx</strong>" in page
    assert f"<strong>{SHOWN}</strong>" in typed
    assert "<strong>Ward-Lund, Å - Level 2 Practice Reflection Guide.docx</strong> on your computer" in typed


def test_who_has_one_name_only_leaves_the_first_empty(client, ada):
    factories.enrollment(who=ada)

    client.post("/account/own/names/", NAMES | {"first_name_for_files": "", "last_name_for_files": "Suharto"})

    assert "<strong>Suharto | Level 2 Practice Reflection Guide.docx</strong>" in client.get("/account/").text


def test_nothing_typed_names_no_file(client, ada):
    factories.enrollment(who=ada)

    assert client.get("/account/file-name/", headers=HTMX).text.strip() == ""


def test_who_hands_nothing_in_reads_of_no_file_name(client, ada):
    assert "Your files are called" not in client.get("/account/").text


@pytest.mark.parametrize("count", [1, 4])
def test_it_takes_the_same_queries_in_one_cohort_and_in_several(client, ada, django_assert_num_queries, count):
    edition = factories.edition()
    for _ in range(count):
        factories.enrollment(factories.cohort(of=edition), ada)
    feeds.feed_of(ada)

    with django_assert_num_queries(7):  # session, person, two for the header, the newest cohort, its document, the feed
        client.get("/account/")
