"""The end of a review: what is missing, what it leads to, the next one, and a look back at any version."""

import pytest

from microcred import clock
from reviews import decisions, scoring
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(client):
    person = factories.person("Ben", "Reader")
    client.force_login(person)
    return person


@pytest.fixture
def cohort():
    return factories.cohort()


def scored(ben, cohort, ranks=(3, 3)):
    """A review of Ben's with a level in each row, not finished."""
    review = reviewing.started(reviewing.assigned(submission_in(State.SUBMITTED, cohort=cohort), ben))
    for number, rank in enumerate(ranks, start=1):
        reviewing.score(review, number, rank)
    return review


def address(review, end="finish/"):
    return f"/review/{review.assignment.submission.number}/{end}"


def test_what_is_missing_leads_to_its_row(client, ben, cohort):
    review = scored(ben, cohort, ranks=(3,))

    answer = client.post(address(review), {"then": "next"})

    assert answer.status_code == 422
    assert f'href="{address(review, "")}?q=2#q2">Choose a level for question 2.' in answer.content.decode()


def test_finishing_leads_to_the_next_one_until_it_was_the_last(client, ben, cohort):
    first, second = scored(ben, cohort), scored(ben, cohort)

    said = client.get(address(first)).context["outcome"]
    to_the_next = client.post(address(first), {"then": "next"})
    last = client.post(address(second), {"then": "next"}, follow=True)

    assert said == "Two of two meet the rubric: this leads to the badge."
    assert to_the_next.headers["Location"] == address(second, "")
    assert last.redirect_chain[-1][0] == "/review/"
    assert "That was the last one in your queue." in last.content.decode()


def test_a_finish_that_comes_too_late_says_why(client, ben, cohort):
    review = scored(ben, cohort)
    scoring.finish(review, by=ben)

    late = client.post(address(review), {"then": "queue"}, follow=True)

    assert "You finished your review" in late.content.decode()


def test_it_is_said_that_another_reads_it_but_not_who_or_what(client, ben):
    cohort = factories.cohort(readers_per_submission=2)
    review = scored(ben, cohort)
    reviewing.reviewed(review.assignment.submission, factories.person("Bea", "Other"), ranks={1: 1})

    shown = client.get(address(review)).content.decode()

    assert "Somebody else reads this version, too" in shown
    assert "Bea" not in shown and "Not yet" not in shown


def test_an_earlier_version_is_there_to_look_at_with_what_was_decided(client, ben):
    submission = reviewing.revised(ben, ranks={2: 2})

    listed = client.get("/review/done/").content.decode()
    shown = client.get(f"/review/{submission.number}/versions/1/").content.decode()

    assert f'href="/review/{submission.number}/versions/1/"' in listed
    assert "Revision asked for" in listed
    assert reviewing.SAYS in shown
    assert "That is what was decided" in shown
    assert "Reopen your review" not in shown
    assert client.get(f"/review/{submission.number}/versions/2/").status_code == 404


def test_nothing_of_the_decision_shows_before_its_release(client, ben, cohort):
    review = reviewing.reviewed(submission_in(State.SUBMITTED, cohort=cohort), ben)
    with clock.fixed(AFTER_ALL):
        decisions.decide(review.assignment.submission, by=cohort.opened_by)

    shown = client.get(address(review, "versions/1/")).content.decode()

    assert "Badge awarded" not in shown + client.get("/review/done/").content.decode()
    assert "Reopen your review" in shown


@pytest.mark.parametrize("count", (1, 4))
def test_the_list_of_what_is_done_takes_the_same_queries(client, ben, cohort, django_assert_num_queries, count):
    for _ in range(count):
        reviewing.reviewed(submission_in(State.SUBMITTED, cohort=cohort), ben)

    with django_assert_num_queries(7):
        client.get("/review/done/")
