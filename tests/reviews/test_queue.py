"""The queue: what is next, in which order, at which price."""

from datetime import timedelta

import pytest

from microcred import clock
from reviews import decisions, overview, scoring, staffing
from reviews.models import Assignment
from submissions import workflow
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import AFTER_ALL, BEFORE_DUE, submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(client):
    person = factories.person("Ben", "Reader")
    client.force_login(person)
    return person


def given(ben, cohort=None, *, days=0, **enrolled):
    """One submission in the queue of `ben`, handed in so many days after the first."""
    cohort = cohort or factories.cohort()
    submission = submission_in(State.SUBMITTED, cohort=cohort, at=BEFORE_DUE + timedelta(days=days), **enrolled)
    return reviewing.assigned(submission, ben)


def numbers(response):
    return [row.submission.number for row, _ in response.context["rows"]]


@pytest.mark.parametrize("count", (1, 4))
def test_the_queue_takes_the_same_queries_however_long_it_is(client, ben, django_assert_num_queries, count):
    cohort = factories.cohort()
    for _ in range(count):
        given(ben, cohort)

    with django_assert_num_queries(
        8
    ):  # session, person, two for the header; is a reviewer, the rows, the finished ones, the pace
        response = client.get("/review/")

    assert len(response.context["rows"]) == count


def test_what_was_started_comes_first_then_what_has_waited_longest(client, ben):
    cohort = factories.cohort()
    late, early, begun = (given(ben, cohort, days=days) for days in (4, 1, 3))
    scoring.start(begun, by=ben)

    response = client.get("/review/")

    assert numbers(response) == [one.submission.number for one in (begun, early, late)]
    assert response.context["first"] == begun


def test_each_row_says_since_when(client, ben, clock):
    cohort = factories.cohort()
    given(ben, cohort)
    clock(BEFORE_DUE + timedelta(days=6))
    scoring.start(given(ben, cohort), by=ben)
    client.force_login(ben)

    shown = client.get("/review/").content.decode()

    assert "waiting 6 days" in shown
    assert "started today" in shown


def test_names_stay_hidden_where_the_cohort_reads_blind(client, ben):
    applicant = factories.person("Dana", "Okafor")
    blind = given(ben, person=applicant)

    shown = client.get("/review/").content.decode()

    assert blind.submission.short_number in shown
    assert "Okafor" not in shown and "Dana" not in shown


def test_names_lead_nowhere_else_but_stand_there_when_the_cohort_does_not_read_blind(client, ben):
    given(ben, factories.cohort(reads_blind=False), person=factories.person("Dana", "Okafor"))

    assert "Dana Okafor" in client.get("/review/").content.decode()


def test_an_applicant_from_the_readers_own_district_is_pointed_out(client, ben):
    cohort = factories.cohort()
    factories.staff(cohort, ben, organization="Harbor City")
    assignment = given(ben, cohort, organization="harbor city")

    shown = client.get("/review/").content.decode()

    assert "Same district as you?" in shown
    assert f'href="/review/{assignment.submission.number}/conflict/"' in shown


def test_to_others_there_is_no_queue(client, ben):
    assert [client.get(f"/review/{page}").status_code for page in ("", "done/", "comments/", "by-question/")] == [
        404
    ] * 4


def test_an_empty_queue_says_what_will_be_there(client, ben):
    factories.staff(factories.cohort(), ben)

    shown = client.get("/review/").content.decode()

    assert "Nothing to review." in shown
    assert "We e-mail you when something arrives." in shown


def test_the_pace_is_shown_after_three_finished_reviews(client, ben):
    cohort = factories.cohort()
    given(ben, cohort)
    for _ in range(3):
        reviewing.reviewed(submission_in(State.SUBMITTED, cohort=cohort), ben)

    with clock.fixed(AFTER_ALL + timedelta(days=3)):
        client.force_login(ben)
        pace = client.get("/review/").context["pace"]

    assert pace["finished"] == 3
    assert pace["done_on"].isoformat() == "2023-12-13"


def test_finished_reviews_are_listed_with_a_way_back(client, ben):
    review = reviewing.reviewed(submission_in(State.SUBMITTED), ben)

    shown = client.get("/review/done/").content.decode()

    assert f'href="/review/{review.assignment.submission.number}/versions/1/"' in shown


def test_a_load_is_the_same_on_every_page(client, ben):
    cohort = factories.cohort()
    factories.staff(cohort, cohort.opened_by, "admin")
    given(ben, cohort)
    reviewing.reviewed(submission_in(State.SUBMITTED, cohort=cohort), ben)
    revising = reviewing.reviewed(submission_in(State.SUBMITTED, cohort=cohort), ben, ranks={2: 2}).assignment
    with clock.fixed(AFTER_ALL):
        decisions.release(decisions.decide(revising.submission, by=cohort.opened_by), by=cohort.opened_by)
    away = given(ben, cohort)
    workflow.return_incomplete(away.submission, by=cohort.opened_by, why="The last page is missing.")
    scoring.hand_back(given(ben, cohort), kind="knows", note="", by=ben)

    [load] = overview.loads(cohort)
    [reader] = staffing.readers_of(cohort)
    client.force_login(ben)
    page = client.get("/review/").context

    assert (load.given, load.finished) == (3, 2)
    assert (reader.has, reader.finished) == (3, 2)
    assert (page["pace"]["of"], page["pace"]["finished"], page["left"]) == (3, 2, 1)


def test_the_address_says_which_rows_are_shown(client, ben):
    cohort = factories.cohort()
    first, second = given(ben, cohort), given(ben, cohort, days=1)
    reviewing.started(second)

    shown = {show: numbers(client.get("/review/", {"show": show})) for show in ("started", "new", "revised", "what")}

    assert shown == {
        "started": [second.submission.number],
        "new": [first.submission.number],
        "revised": [],
        "what": [second.submission.number, first.submission.number],
    }
    assert "Show all 2" in client.get("/review/", {"show": "revised"}).content.decode()


def test_a_settling_is_no_reading_and_stays_out_of_the_queue(client, ben):
    assignment = given(ben)
    Assignment.objects.filter(pk=assignment.pk).update(role=Assignment.Role.SECOND_READER)

    assert "Nothing to review." in client.get("/review/").content.decode()
