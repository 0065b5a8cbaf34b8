"""The directions: the program's words, with its steps, documents and dates in their places."""

import re

import pytest

from cohorts.models import Enrollment
from tests.support.submitting import BEFORE_DUE, add

pytestmark = pytest.mark.django_db


def write(enrollment: Enrollment, text: str) -> None:
    enrollment.cohort.edition.directions = text
    enrollment.cohort.edition.save()


def test_sections_stand_in_their_order_with_what_they_name(client, ada, address):
    write(
        ada,
        "Welcome.\n\n## Start\n\nTake this.\n\n{template growth-plan}\n\n"
        "## Stages\n\nRead *them*.\n\n## What to hand in\n\nTwo <b>files</b>.\n\n{documents}\n",
    )

    page = client.get(address("directions/"))

    sections = page.context["sections"]
    assert [(one.title, one.group and one.group.name) for one in sections] == [
        ("", None), ("Start", None), ("Stages", "Stages"), ("What to hand in", None),
    ]  # fmt: skip
    assert (sections[1].templates, sections[3].lists_documents) == (["growth-plan"], True)
    assert "<em>them</em>" in page.text
    assert "Two &lt;b&gt;files&lt;/b&gt;." in page.text
    assert "{" not in re.sub(r"(?s)<script.*?</script>", "", page.text.partition("<main")[2])
    assert "Ward, A | Level 2 Growth Plan" in page.text


def test_directions_that_name_no_place_list_the_documents_last(client, ada, address):
    write(ada, "## Stages\n\nRead.")

    assert client.get(address("directions/")).context["sections"][-1].title == "Your documents"


def test_a_document_shows_how_it_stands(client, ada, address):
    assert client.get(address("directions/")).text.count("Not added yet") == 2

    add(ada.submission.documents.get(required__key="growth-plan"))

    page = client.get(address("directions/")).text
    assert (page.count("Not added yet"), page.count("Ready")) == (1, 1)


def test_a_download_states_its_type_and_size(client, ada, address):
    page = client.get(address("directions/")).text.replace("\N{NO-BREAK SPACE}", " ")

    assert re.search(r"Word, \d+\.\d KB", page)


def test_every_step_has_the_place_that_home_leads_to(client, ada, address):
    wanted = set(re.findall(r"directions/#(activity-[a-z-]+)", client.get(address()).text))

    page = client.get(address("directions/")).text

    assert wanted
    assert all(f'id="{place}"' in page for place in wanted)


def test_the_dates_name_the_meetings_in_both_zones(client, ada, address):
    ada.cohort.events.filter(kind="meeting", number=2).update(cancelled_at=BEFORE_DUE, cancelled_by=ada.person)

    meetings = client.get(address("directions/")).context["meetings"]

    assert [(title, hours.replace("\xa0", " ")) for title, hours in meetings] == [
        ("Community of Practice 1", "Mon, Sep 11, 1:00–2:30 PM MST (4:00–5:30 PM ET)"),
        ("Community of Practice 3", "Mon, Nov 6, 2:00–3:30 PM MST (4:00–5:30 PM ET)"),
    ]


@pytest.mark.parametrize("more", [0, 3])
def test_the_directions_take_the_same_queries(client, ada, address, django_assert_num_queries, more):
    for number in range(more):
        ada.cohort.edition.activities.create(
            key=f"more-{number}", group="Stages", title="More", kind="read", position=20 + number
        )
    client.get(address("directions/"))  # the templates have been weighed

    with django_assert_num_queries(10):
        assert client.get(address("directions/")).status_code == 200
