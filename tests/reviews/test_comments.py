"""Saved comments: whose they are, who may change them, and how one comes back."""

import pytest

from badges.models import Criterion
from reviews.models import SavedComment
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    made = factories.cohort()
    factories.staff(made, made.opened_by, "admin")
    return made


@pytest.fixture
def ben(client, cohort):
    person = factories.person("Ben", "Reader")
    factories.staff(cohort, person)
    client.force_login(person)
    return person


def kept(cohort, person, title="Evidence", **fields):
    return SavedComment.objects.create(cohort=cohort, person=person, title=title, text=f"{title}, named.", **fields)


def lists(client):
    page = client.get("/review/comments/").context
    return {name: [one.title for one in page[name]] for name in ("own", "shared", "others")}


def test_a_comment_is_added_for_one_row_or_for_all(client, ben, cohort):
    row = cohort.edition.documents.get(is_scored=True).criteria.last()
    shown = client.get("/review/comments/").context["form"]
    form = {"cohort": shown["cohort"].value(), "title": "Evidence", "text": "Name the evidence."}

    client.post("/review/comments/", form)
    client.post("/review/comments/", {**form, "criterion": row.pk})

    assert [one.criterion for one in SavedComment.objects.filter(person=ben).order_by("pk")] == [None, row]


def test_a_row_of_another_rubric_is_refused_beside_its_field(client, ben, cohort):
    other = factories.cohort()
    factories.staff(other, ben)
    row = Criterion.objects.filter(document__edition=other.edition).first()

    answer = client.post(
        "/review/comments/", {"cohort": cohort.pk, "title": "Mine", "text": "Kept words.", "criterion": row.pk}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["criterion"] == [
        "Fall 2023 does not score that row. Choose one of its own, or every row."
    ]
    assert "Kept words." in answer.content.decode()


def test_a_comment_is_changed_by_its_owner_only(client, ben, cohort):
    own, hers = kept(cohort, ben), kept(cohort, factories.person("Bea", "Reader"), "Hers")
    given = kept(cohort, None, "Everybody's")
    form = {"cohort": cohort.pk, "title": "Better", "text": "Better words."}

    answers = [client.post(f"/review/comments/{one.pk}/", form).status_code for one in (own, hers, given)]

    assert answers == [302, 404, 404]
    assert lists(client) == {"own": ["Better"], "shared": ["Everybody's"], "others": []}


def test_what_was_deleted_comes_back_as_it_was(client, ben, cohort):
    own = kept(cohort, ben)

    deleted = client.post(f"/review/comments/{own.pk}/delete/", follow=True)
    gone = lists(client)["own"]
    client.post("/review/comments/undo/")

    assert "Undo" in deleted.content.decode()
    assert gone == []
    assert SavedComment.objects.get().text == own.text
    assert client.post("/review/comments/undo/").status_code == 404


def test_an_admin_shares_a_comment_and_takes_it_back(client, ben, cohort):
    hers = kept(cohort, factories.person("Bea", "Reader"), "Hers")
    before = lists(client)
    client.force_login(cohort.opened_by)
    seen = lists(client)

    client.post(f"/review/comments/{hers.pk}/sharing/", {"share": "yes"})
    shared = list(SavedComment.objects.usable_by(ben))
    client.post(f"/review/comments/{hers.pk}/sharing/", {"share": "no"})

    assert before == {"own": [], "shared": [], "others": []}
    assert seen == {"own": [], "shared": [], "others": ["Hers"]}
    assert shared == [hers]
    assert list(SavedComment.objects.usable_by(ben)) == []


def test_nobody_else_shares(client, ben, cohort):
    own = kept(cohort, ben)
    elsewhere = factories.cohort()
    factories.staff(elsewhere, elsewhere.opened_by, "admin")

    mine = client.post(f"/review/comments/{own.pk}/sharing/")
    client.force_login(elsewhere.opened_by)
    theirs = client.post(f"/review/comments/{own.pk}/sharing/")

    assert [mine.status_code, theirs.status_code] == [404, 404]
    assert lists(client)["others"] == []


@pytest.mark.parametrize("count", (1, 4))
def test_the_list_takes_the_same_queries_however_long_it_is(client, ben, cohort, django_assert_num_queries, count):
    row = cohort.edition.documents.get(is_scored=True).criteria.first()
    for number in range(count):
        kept(cohort, ben if number % 2 else None, f"Number {number}", criterion=row)

    with django_assert_num_queries(9):
        client.get("/review/comments/")
