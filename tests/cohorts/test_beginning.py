"""A badge that was not there before, begun on pages; the staff of its cohort, and the rules that hold there."""

import pytest

from badges import editions
from badges.models import Edition
from cohorts.models import Cohort, StaffMembership
from microcred.models import Message, User
from tests.support import factories

pytestmark = pytest.mark.django_db

NEW = {
    "program": "new program", "program_name": "École du Jardin", "program_url": "jardin.example.org",
    "program_email": "equipe@jardin.example.org", "name": "Tuteur de terrain", "level": 1, "kind": "practice",
    "description": "Accompagne une équipe.", "earned_by": "Deux documents.", "term": "Automne 2026",
    "language": "fr-FR", "like": "", "whole": "",
}  # fmt: skip


@pytest.fixture
def cohort():
    return factories.cohort()


@pytest.fixture
def desk(client, cohort):
    client.force_login(factories.staff(cohort, factories.person("Cleo", "Lead"), "admin").person)
    return client


def begun():
    return editions.describe(Edition.objects.get(slug="tuteur-de-terrain-automne-2026"))


def test_a_badge_of_a_new_program_begins_empty_and_says_what_it_lacks(desk):
    answer = desk.post("/cohorts/new/badge/", NEW)

    made = begun()
    assert answer.url == "/cohorts/new/?edition=tuteur-de-terrain-automne-2026"
    assert desk.get(answer.url).context["form"]["edition"].value() == Edition.objects.get(slug=made["slug"]).pk
    assert (made["program"]["name"], made["language"], made["letters"]) == ("École du Jardin", "fr-FR", [])
    assert {gap.place for gap in editions.gaps(made)} >= {"directions", "documents/new", "letters/receipt"}


@pytest.mark.parametrize(("whole", "documents"), [("", 0), ("yes", 2)])
def test_a_badge_takes_letters_or_all_of_another(desk, cohort, whole, documents):
    desk.post("/cohorts/new/badge/", NEW | {"program": "program", "like": cohort.edition_id, "whole": whole})

    made, other = begun(), editions.describe(cohort.edition)
    assert made["letters"] == other["letters"]
    assert made["program"]["slug"] == "program"
    assert len(made["documents"]) == documents


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"program_email": ""}, "A new program needs this."),
        ({"program": "program", "name": "Level 2 Practice"}, "Program has a badge “Level 2 Practice” already."),
        ({"program_name": "Program"}, "There is a program “Program” already."),
        ({"language": "French"}, "Write it like en-US or fr-FR."),
    ],
)
def test_what_keeps_a_badge_from_beginning_is_said(desk, typed, said):
    page = desk.post("/cohorts/new/badge/", NEW | typed)

    assert said in page.text
    assert not Edition.objects.filter(term="Automne 2026").exists()


def test_staff_come_by_their_address_and_leave_but_for_the_last_admin(desk, cohort):
    ben, page = factories.person("Ben", "Reader"), f"/cohorts/{cohort.slug}/staff/"
    cohort.edition.letters.create(key="joined-staff", subject="You are a {{ role }} of {{ cohort }}", body="{{ link }}")
    for typed in ({"email": ben.email.upper()}, {"email": "new@example.org", "first": "Nia", "last": "New"}):
        assert desk.post(page, {"role": "reviewer", **typed}).status_code == 302
    assert "has that role already" in desk.post(page, {"role": "reviewer", "email": ben.email}).text
    assert "Write their names, too" in desk.post(page, {"role": "admin", "email": "no@example.org"}).text
    told = Message.objects.filter(kind="joined-staff").order_by("pk")
    assert [(mail.address, mail.subject) for mail in told] == [
        (ben.email, f"You are a reviewer of {cohort}"), ("new@example.org", f"You are a reviewer of {cohort}"),
    ]  # fmt: skip
    for membership in cohort.staff.all():
        desk.get(f"{page}{membership.pk}/leaving/")
    assert cohort.staff.count() == 3
    for membership in cohort.staff.all():
        desk.post(f"{page}{membership.pk}/leaving/")

    assert [each.role for each in StaffMembership.objects.filter(cohort=cohort)] == ["admin"]
    assert User.objects.get(email="new@example.org").get_full_name() == "Nia New"


def test_rules_of_a_cohort_are_kept_within_their_bounds(desk, cohort):
    page = f"/cohorts/{cohort.slug}/rules/"
    form = desk.get(page).context["form"]
    drawn = {name: value for name, value in form.initial.items() if value not in (None, False)}

    refused = desk.post(page, drawn | {"attempts": 0}).text
    desk.post(page, drawn | {"attempts": 3, "late_days": 0})

    assert "Write a number from 1 to 9." in refused
    assert Cohort.objects.values_list("attempts", "late_days").get(pk=cohort.pk) == (3, 0)


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_of_staff_takes_the_same_queries_however_many_there_are(
    desk, cohort, count, django_assert_num_queries
):
    for _ in range(count):
        factories.staff(cohort)

    with django_assert_num_queries(6):
        page = desk.get(f"/cohorts/{cohort.slug}/staff/")

    assert len(page.context["members"]) == count + 1
