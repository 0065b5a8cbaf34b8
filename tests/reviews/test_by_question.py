"""One question across a reviewer's submissions: in order, shared with the scoring page, and never a lost word."""

import pytest

from reviews.models import Score
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(client):
    person = factories.person("Ben", "Reader")
    client.force_login(person)
    return person


@pytest.fixture
def desk(ben):
    """Three submissions of one cohort in Ben's queue, each opened."""
    cohort = factories.cohort()
    reviews = [reviewing.started(reviewing.assigned(submission_in(State.SUBMITTED, cohort=cohort), ben)) for _ in "abc"]
    return [review.assignment for review in reviews]


def typed(question=2, **said):
    named = {"level": 3, "comment": "Good.", "note": "", "version": 0} | said
    return {f"q{question}-{name}": value for name, value in named.items()}


def numbers(desk):
    return [one.submission.number for one in desk]


def test_every_question_says_on_how_many_it_is_scored(client, desk):
    reviewing.score(desk[1].begun, 2, 3)

    [group] = client.get("/review/by-question/").context["groups"]

    assert [(row.number, row.scored, row.of) for row in group.rows] == [(1, 0, 3), (2, 1, 3)]
    assert group.submissions == 3


def test_saving_leads_from_one_submission_to_the_next_that_is_not_scored(client, desk):
    first, second, third = numbers(desk)
    reviewing.score(desk[1].begun, 2, 3)
    form = {"by-question": "", "now": "2", "to": "next", **typed()}

    opened = client.get("/review/by-question/2/").context["place"].now.submission.number
    shown = client.post(f"/review/{first}/", form, follow=True)
    last = client.post(f"/review/{third}/", form, follow=True)

    assert opened == first
    assert shown.context["place"].now.submission.number == third
    assert last.redirect_chain[-1][0] == "/review/by-question/"
    assert "Question 2 is scored in every submission" in last.content.decode()
    assert Score.objects.filter(criterion__position=2, level__rank=3).count() == 3


def test_another_submission_is_opened_with_what_was_typed_kept(client, desk):
    first, second, _ = numbers(desk)

    client.post(f"/review/{second}/", {"by-question": "", "now": "2", "to": str(first), **typed(comment="Half a")})
    shown = client.get("/review/by-question/2/", {"s": second}).content.decode()

    assert "Half a" in shown
    assert f'name="to" value="{first}" data-move="-1"' in shown


def test_a_row_that_was_met_before_is_not_asked_for_again(client, ben):
    submission = reviewing.revised(ben, ranks={2: 2})
    address = "/review/by-question/{}/".format

    [group] = client.get("/review/by-question/").context["groups"]

    assert [row.of for row in group.rows] == [0, 1]
    assert client.get(address(1)).status_code == 302
    assert client.get(address(2)).context["submission"] == submission


def test_questions_of_two_editions_stand_apart(client, ben, desk):
    other = reviewing.assigned(submission_in(State.SUBMITTED), ben)
    edition = other.submission.enrollment.cohort.edition.slug

    groups = client.get("/review/by-question/").context["groups"]
    shown = client.get("/review/by-question/1/", {"edition": edition})

    assert [group.submissions for group in groups] == [3, 1]
    assert [one.pk for one in shown.context["place"].readings] == [other.pk]


def test_it_is_as_blind_as_the_queue(client, ben):
    reviewing.assigned(submission_in(State.SUBMITTED, person=factories.person("Dana", "Okafor")), ben)
    cohort = factories.cohort(reads_blind=False)
    open_one = reviewing.assigned(
        submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Kim", "Seen")), ben
    )

    blind = client.get("/review/by-question/1/").content.decode()
    named = client.get("/review/by-question/1/", {"edition": open_one.submission.enrollment.cohort.edition.slug})

    assert "Okafor" not in blind and "Dana" not in blind
    assert "Kim Seen" in named.content.decode()


@pytest.mark.parametrize(
    "asked", ("/review/by-question/9/", "/review/by-question/0/", "/review/by-question/1/?edition=no")
)
def test_a_question_that_nobody_asks_leads_to_the_list(client, desk, asked):
    assert client.get(asked).headers["Location"] == "/review/by-question/"


def test_without_anything_to_do_it_says_so(client, ben):
    factories.staff(factories.cohort(), ben)

    assert "Nothing to review." in client.get("/review/by-question/").content.decode()


@pytest.mark.parametrize("count", (1, 4))
def test_both_pages_take_the_same_queries_however_much_there_is(client, ben, django_assert_num_queries, count):
    cohort = factories.cohort()
    for _ in range(count):
        reviewing.assigned(submission_in(State.SUBMITTED, cohort=cohort), ben)

    with django_assert_num_queries(10):
        client.get("/review/by-question/")
    with django_assert_num_queries(15):
        client.get("/review/by-question/2/")
