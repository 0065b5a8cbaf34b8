"""The set-up: editions changed on pages, one part at a time, by two people at once, and never once in use."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

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
    ("badge", {"name": "Level 2 in Practice", "level": 3}),
    ("program", {"email": "office@example.org"}),
    ("competencies", {"version": "2030", "lines": "## Observer\nRegarder: décrire\nÉcouter"}),
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
    ("reminders/two-weeks", {"count": 10, "at": "08:30", "zone_of": "cohort"}),
    ("reminders/new", {"title": "One week", "audience": "not_submitted", "count": 7, "side": "before", "at": "09:00",
                       "event_kind": "evidence_due", "zone_of": "reader", "letter": "one-week"}),
]  # fmt: skip
SHARED = {"badge", "program"}  # the same in all terms, so that none differs from another


def now(cohort):
    return editions.describe(Edition.objects.get(pk=cohort.edition_id))


def test_every_part_can_be_changed_on_its_page(desk, cohort, cleo):
    for place, wanted in CHANGES:
        before = now(cohort)

        answer = desk.post(f"parts/{place}/", desk.drawn(f"parts/{place}/") | wanted)

        assert answer.status_code == 302, (place, answer.context["form"].errors)
        after = now(cohort)
        assert after != before, place
        assert len(editions.differences(before, after)) == (place not in SHARED), place
    assert EditionChange.objects.filter(by=cleo).count() == len(CHANGES)


def test_saving_what_was_drawn_changes_nothing(desk, cohort):
    before = now(cohort)

    for place in ("rules", "activities/growth-plan", "documents/reflection-guide", "letters/invitation",
                  "reminders/late", "documents/reflection-guide/prompts/L2-RG-Q4/criteria/q4-own-stage"):  # fmt: skip
        assert desk.post(f"parts/{place}/", desk.drawn(f"parts/{place}/")).status_code == 302

    assert now(cohort) == before


# Two people, and what cannot be ---------------------------------------------------------------------------------------
def test_of_two_people_the_second_is_told_and_keeps_what_they_typed(desk, cohort):
    place = "parts/letters/award/"
    mine = desk.drawn(place) | {"subject": "Mine, {{ first_name }}"}
    desk.post(place, desk.drawn(place) | {"subject": "Theirs, {{ first_name }}"})

    told = desk.post(place, mine)

    assert told.status_code == 409
    assert "Cleo Lead changed this at the same time." in told.text
    assert 'value="Mine, {{ first_name }}"' in told.text
    assert ("Subject", "Theirs, {{ first_name }}") in told.context["theirs"]
    desk.post(place, mine | {"was": told.context["was"]})
    assert cohort.edition.letters.get(key="award").subject == "Mine, {{ first_name }}"


def test_what_was_typed_into_a_part_that_is_gone_comes_back(desk):
    place = "parts/activities/one-pager/"
    mine = desk.drawn(place) | {"title": "Read it twice"}
    desk.post("removing/activities/one-pager/", {})

    told = desk.post(place, mine)

    assert told.status_code == 409
    assert "Read it twice" in told.text


FAULTS = [
    ("letters/award", {"body": "{{ salary }}"}, "body", "Nothing would stand for {{ salary }} in this letter."),
    ("letters/award", {"body": "{{ badge.name }}"}, "body", "There is a placeholder that cannot be read."),
    ("rules", {"name_pattern": "{last} {{title}}"}, "name_pattern", "Use {last} and {title}"),
    ("rules", {"pass_rule": "group", "pass_count": 12}, "pass_count", "There are 9 rubric rows."),
    ("rules", {"competencies": []}, "competencies_required", "That is more than are ticked above."),
    ("documents/growth-plan/prompts/new", {"code": "L2-RG-Q1", "text": "What?"}, "code", "L2-RG-Q1 is another"),
    ("documents/growth-plan/criteria/new", {"title": "Whole", "label_1": "Yes", "text_1": "Is."}, "label_1",
     "Describe 2 to 5 levels."),
    ("rules", {"term": ""}, "term", "Write something here."),
    ("directions", {"directions": "{template poem}"}, "directions", "{template poem} names no document"),
    ("directions", {"directions": "Hi\n\n{dcuments}\n"}, "directions", "{dcuments} is no place."),
    ("rules", {"name_pattern": "../{last} {title}"}, "name_pattern", "Leave out /: no file can be named so."),
    ("documents/new", {"title": "level 2 growth plan", "short_title": "Plan"}, "title", "“level 2 growth plan” is how"),
    ("documents/new", {"title": "Plan REVISED", "short_title": "Plan"}, "title", "Leave REVISED out"),
    ("documents/growth-plan", {"aliases": "Level 2 Practice Reflection Guide"}, "aliases", "“Level 2 Practice Refl"),
    ("documents/growth-plan/prompts/new", {"code": "X-Q1", "text": "See [L2-GP-Q1]"}, "text", "Leave [L2-GP-Q1] out"),
    ("documents/growth-plan/criteria/new", {"title": "Whole", "label_1": "Yes", "text_1": "Is.", "label_2": "yes",
                                            "text_2": "Is not."}, "label_1", "Two levels have the same name."),
    ("letters/new", {"title": "Award", "subject": "S", "body": "B"}, "title", "There is a letter “award” already."),
    ("activities/new", {"title": "x" * 161, "group": "G", "kind": "read"}, "title", "Use at most 160 signs; these are"),
    ("competencies", {"lines": "Observer"}, "lines", "Begin with a domain"),
    ("competencies", {"lines": "## A\nb\nb"}, "lines", "“b” stands there twice."),
    ("reminders/two-weeks", {"event_kind": "meeting"}, "event_kind", "For these people count from"),
    ("reminders/two-weeks", {"letter": "meeting"}, "letter", "This letter says {{ meeting"),
]  # fmt: skip


def test_a_fault_is_said_beside_its_field_and_nothing_is_kept(desk, cohort):
    before = now(cohort)

    for place, wanted, field, sentence in FAULTS:
        page = desk.post(f"parts/{place}/", desk.drawn(f"parts/{place}/") | wanted)

        assert page.context["form"].errors[field][0].startswith(sentence), (place, wanted)
    assert now(cohort) == before


def test_entries_change_places_and_go(desk, cohort):
    first = cohort.edition.activities.first()

    desk.post("moving/", {"place": f"activities/{first.key}", "down": "1"})
    asked = desk.get("removing/documents/growth-plan/")
    desk.post("removing/documents/growth-plan/", {})

    assert cohort.edition.activities.get(pk=first.pk).position == 2
    assert "and with it 7 questions" in asked.text
    assert not cohort.edition.documents.filter(key="growth-plan").exists()


def test_an_edition_in_use_is_read_and_not_changed(desk, cohort, cleo):
    place = "parts/letters/award/"
    sent = desk.drawn(place) | {"subject": "Later"}
    opening.open_cohort(cohort, by=cleo)
    before = now(cohort)

    refused = [desk.post(place, sent), desk.post("removing/letters/award/", {}), desk.post("moving/", {})]

    assert [answer.status_code for answer in refused] == [403] * 3
    assert "Later" in refused[0].text
    assert "stays as it is" in desk.get(place).text
    assert now(cohort) == before


# As others see it -----------------------------------------------------------------------------------------------------
def test_how_it_reads_is_shown_and_nothing_is_saved(desk, cohort):
    before = now(cohort)

    directions = desk.post("parts/directions/", {"directions": "## Growth Plan\n\nTake *time*.", "look": "yes"})
    letter = desk.post("parts/letters/award/", {"subject": "For {{ first_name }}", "body": "Hello", "look": "yes"})

    assert "Take <em>time</em>." in directions.text
    assert "Write your Growth Plan" in directions.text
    assert "<h3>For Dana</h3>" in letter.text
    assert now(cohort) == before


def test_an_admin_reads_the_directions_before_anybody_has_joined(desk):
    page = desk.get("as-applicant/").text

    assert "Watch the Implementation Stages video" in page
    assert desk.get("template/growth-plan/").content.startswith(b"PK")


@pytest.mark.parametrize("path", ["", "as-applicant/", "changes/", "parts/documents/reflection-guide/"])
def test_a_page_takes_the_same_queries_however_much_there_is(client, clock, cleo, path, django_assert_max_num_queries):
    counts = []
    for prompts in (1, 4):
        cohort = factories.cohort(of=factories.edition(prompts=prompts))
        factories.staff(cohort, cleo, "admin")
        client.force_login(cleo)
        with django_assert_max_num_queries(40) as taken:
            client.get(f"/cohorts/{cohort.slug}/setup/{cohort.edition.slug}/{path}")
        counts.append(len(taken))

    assert counts[0] == counts[1]


# As files -------------------------------------------------------------------------------------------------------------
def brought(desk, changed=None, **also):
    """The edition's own ZIP with some texts replaced: what the page says to it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(desk.get("edition.zip").content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for before, after in (changed or {}).items():
                text = text.replace(before, after)
            new.writestr(name, text)
    file = SimpleUploadedFile("edition.zip", packed.getvalue())
    return desk.post("files/", {"file": file, **also})


def test_files_replace_the_edition_after_every_difference_was_shown(desk, cohort):
    shown = brought(desk, {"minutes: 9": "minutes: 10"})
    unchanged = now(cohort)
    desk.post("files/", {"kept": shown.context["kept"], "keep": "yes"})

    assert [section.title for section in shown.context["brought"].sections] == ["Activities"]
    assert unchanged["activities"][0]["minutes"] == 9
    assert now(cohort)["activities"][0]["minutes"] == 10


def test_reminders_come_with_the_files_are_compared_in_words_and_become_the_cohorts_own(desk, cohort, cleo):
    shown = brought(desk, {"days: -14\n": "days: -10\n", "zone_of: cohort": "zone_of: reader"})
    desk.post("files/", {"kept": shown.context["kept"], "keep": "yes"})
    listed, opened = desk.get().text, opening.open_cohort(cohort, by=cleo)

    [section] = shown.context["brought"].sections
    assert {(one.of, one.field, one.before, one.after) for one in section.changed} == {
        ("two-weeks", "Days from it", "-14", "-10"), ("late", "On the clock of", "cohort", "reader"),
        ("revision-two-weeks", "Days from it", "-14", "-10"),
    }  # fmt: skip
    assert "10 days before evidence due, 9:00\N{NO-BREAK SPACE}AM their time · People who have not submitted" in listed
    assert opened.reminders.get(key="two-weeks").days == -10


def test_files_with_a_slug_of_their_own_make_a_new_edition(desk, cohort):
    changed = {"slug: l2-practice\nterm: Fall 2023": "slug: l2-winter\nterm: Winter"}

    desk.post("files/", {"kept": brought(desk, changed).context["kept"], "keep": "yes"})

    assert editions.describe(Edition.objects.get(slug="l2-winter")) == now(cohort) | {
        "slug": "l2-winter", "term": "Winter",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"level: 2": "level: two", "minutes: 9\n": "minutes: nine\n"},
            ["badge.level cannot", "line 29: activities[1].minutes cannot"],
        ),
        ({"name: SISEP,": "name: Somebody,"}, ["The files say something else of the program"]),
        ({"slug: l2-practice\nterm": "slug: l2-apprentice\nterm"}, ["There is another edition with the slug"]),
        ({"audience: expected": "audience: everybody"}, ["The reminder “meeting” is for “everybody”. Write one of"]),
    ],
)
def test_what_is_wrong_with_the_files_is_all_said_and_nothing_is_kept(desk, cohort, changed, said):
    before = now(cohort)

    page = brought(desk, changed, keep="yes")

    faults = page.context["faults"]
    assert [any(words in fault for fault in faults) for words in said] == [True] * len(faults), faults
    assert now(cohort) == before
