"""The set-up: editions changed on pages, one part at a time, by two people at once, and never once in use."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from badges import editions
from badges.models import Edition, EditionChange
from cohorts import opening
from tests.support import factories

LIBRARY = Path(__file__).parents[2] / "badges" / "library"
SUMMER = datetime(2023, 8, 1, tzinfo=UTC)
DATES = {"learning_begins": date(2023, 9, 1), "evidence_due": date(2023, 11, 30)}

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleo():
    return factories.person("Cleo", "Lead")


@pytest.fixture
def cohort(clock, cleo):
    clock(SUMMER)
    practice = next(one for one in editions.load_all(LIBRARY) if one.slug == "l2-practice")
    return opening.create(practice, by=cleo, dates=DATES, name="Fall 2023", slug="fall", team_email="f@example.org")


@pytest.fixture
def desk(client, cohort, cleo):
    client.force_login(cleo)
    return Desk(client, "/cohorts/fall/setup/l2-practice/")


class Desk:
    """An admin at the set-up: forms are sent as they were drawn."""

    def __init__(self, client, home):
        self.client, self.home = client, home

    def get(self, path=""):
        return self.client.get(self.home + path)

    def drawn(self, path):
        """What the form of a page would send if nobody touched it."""
        page = self.get(path)
        form = page.context["form"]
        values = {field.html_name: field.value() for field in form}
        sent = {name: value for name, value in values.items() if value is not None and value is not False}
        return {"was": page.context["was"], **sent}

    def post(self, path, data):
        return self.client.post(self.home + path, data)


CHANGES = [
    ("directions", {"directions": "## Start here\n\nRead this first."}),
    ("rules", {"term": "Autumn 2023", "pass_rule": "count", "pass_count": 7, "name_pattern": "{title} - {last}"}),
    ("activities/stages-video", {"title": "Watch both videos", "minutes": 14}),
    ("activities/new", {"title": "Write a note", "group": "More", "kind": "write"}),
    ("documents/growth-plan", {"title": "Level 2 Plan", "aliases": "Level 2 Growth Plan\nPlan"}),
    ("documents/new", {"title": "Log", "short_title": "Log"}),
    ("documents/growth-plan/prompts/L2-GP-Q1", {"text": "Where are you?", "min_words": 5}),
    ("documents/growth-plan/prompts/new", {"code": "l2-gp-q8", "text": "What else?", "min_words": 5}),
    ("documents/reflection-guide/prompts/L2-RG-Q1/criteria/q1-takeaways", {"passing": "2", "group": "Stages"}),
    ("documents/growth-plan/criteria/new", {"title": "Whole", "label_1": "Yes", "text_1": "It is.",
                                            "label_2": "No", "text_2": "It is not.", "passing": "1"}),
    ("letters/award", {"subject": "Your {{ badge }} badge, {{ first_name }}"}),
    ("letters/new", {"title": "One week", "subject": "A week", "body": "Dear {{ first_name }}"}),
]  # fmt: skip


def now(cohort):
    return editions.describe(Edition.objects.get(pk=cohort.edition_id))


def test_every_part_can_be_changed_on_its_page(desk, cohort, cleo):
    for place, wanted in CHANGES:
        before = now(cohort)

        answer = desk.post(f"parts/{place}/", desk.drawn(f"parts/{place}/") | wanted)

        assert answer.status_code == 302, (place, answer.context["form"].errors)
        assert len(editions.differences(before, now(cohort))) == 1, place
    assert EditionChange.objects.filter(by=cleo).count() == len(CHANGES)


def test_saving_what_was_drawn_changes_nothing(desk, cohort):
    before = now(cohort)

    for place in ("rules", "activities/growth-plan", "documents/reflection-guide", "letters/invitation",
                  "documents/reflection-guide/prompts/L2-RG-Q4/criteria/q4-own-stage"):  # fmt: skip
        assert desk.post(f"parts/{place}/", desk.drawn(f"parts/{place}/")).status_code == 302

    assert now(cohort) == before
