"""The agreement page: which readings count, what is said of them, and to whom."""

from datetime import timedelta

import pytest

from reviews import reliability
from reviews.models import Assignment, Review, Score
from submissions.models import Submission
from submissions.states import State
from tests.support import factories
from tests.support.reviewing import assigned, reviewed, started
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return factories.cohort(readers_per_submission=2)


@pytest.fixture
def two():
    return factories.person("Ben", "Reader"), factories.person("Ann", "Other")


def read_twice(cohort, two, *, first=None, second=None):
    """A submission that both have finished, every row at its top level but those named."""
    submission = submission_in(State.SUBMITTED, cohort=cohort)
    for reader, ranks in zip(two, (first, second), strict=True):
        reviewed(Submission.objects.get(pk=submission.pk), reader, ranks=ranks)
    return submission


def copied(submission, *, times):
    """As many more submissions with the same readings, without walking each through a term."""
    readings = list(Assignment.objects.filter(submission=submission).select_related("review"))
    for _ in range(times):
        twin = submission_in(State.DRAFT, cohort=submission.enrollment.cohort)
        for reading in readings:
            given = Assignment.objects.create(submission=twin, round_number=1, reviewer_id=reading.reviewer_id)
            review = Review.objects.create(assignment=given, finished_at=reading.review.finished_at)
            Score.objects.bulk_create(
                Score(review=review, criterion_id=one.criterion_id, level_id=one.level_id)
                for one in reading.review.scores.all()
            )


def test_two_finished_readings_of_the_same_work_are_set_against_each_other(cohort, two):
    read_twice(cohort, two, first={1: 2})
    reviewed(submission_in(State.SUBMITTED, cohort=cohort), two[0])

    found = reliability.of(cohort)

    assert found.submissions == 1
    assert [line.table for line in found.rows] == [
        [[0, 0, 0], [0, 0, 1], [0, 1, 0]],
        [[0, 0, 0], [0, 0, 0], [0, 0, 2]],
    ]
    (together,) = found.scales
    assert (together.title, together.exact, together.adjacent) == ("Rows with 3 levels", "50%", "100%")


def test_what_is_open_settled_or_handed_back_does_not_count(cohort, two):
    submission = read_twice(cohort, two)
    started(assigned(submission_in(State.SUBMITTED, cohort=cohort), two[0]))
    readings = Assignment.objects.filter(submission=submission, reviewer=two[1])

    assert reliability.of(cohort).submissions == 1

    readings.update(role=Assignment.Role.SECOND_READER)
    assert reliability.of(cohort).submissions == 0
    readings.update(role=Assignment.Role.READER, handed_back_at=AFTER_ALL, handed_back_by=two[1])
    assert reliability.of(cohort).submissions == 0


def test_a_level_changed_after_opening_a_review_again_counts_as_it_was(cohort, two):
    submission = read_twice(cohort, two, first={1: 1})
    score = Score.objects.get(
        review__assignment__submission=submission, review__assignment__reviewer=two[0], criterion__key="q1"
    )
    before = [line.table for line in reliability.of(cohort).rows]

    later = AFTER_ALL + timedelta(hours=1)
    Review.objects.filter(pk=score.review_id).update(reopened_at=later, finished_at=None)
    score.level, score.version, score.saved_at = score.criterion.levels.get(rank=3), 2, later + timedelta(minutes=1)
    score.save()

    assert [line.table for line in reliability.of(cohort).rows] == before


def test_readers_are_said_to_be_stricter_or_milder_from_ten_shared_submissions_on(cohort, two):
    submission = read_twice(cohort, two, first={1: 2})
    copied(submission, times=8)
    assert [one.words for one in reliability.of(cohort).readers] == ["Too few to say"] * 2

    copied(submission, times=1)
    found = reliability.of(cohort).readers

    assert [(str(one.reader), one.submissions, one.difference, one.words) for one in found] == [
        ("Ann Other", 10, 0.5, "Milder than the others"),
        ("Ben Reader", 10, -0.5, "Stricter than the others"),
    ]


@pytest.mark.parametrize(
    ("difference", "span", "words"),
    [
        (-0.4, (-0.7, -0.1), "Stricter than the others"),
        (0.4, (0.1, 0.7), "Milder than the others"),
        (0.4, (-0.1, 0.9), "Like the others"),
        (0.05, (0.02, 0.08), "Like the others"),
        (0.4, None, "Too few to say"),
    ],
)
def test_a_difference_is_said_when_it_is_more_than_chance_and_more_than_little(difference, span, words):
    span = span and reliability.Interval(*span)

    assert reliability.Severity(None, 12, difference, span).words == words


@pytest.mark.parametrize(("value", "word"), [(0.8, "Strong"), (0.67, "Fair"), (0.66, "Weak"), (-0.01, "None")])
def test_a_coefficient_has_its_word(value, word):
    assert reliability.meaning_of(value).word == word


# The page ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def cleo(client, cohort):
    person = factories.person("Cleo", "Lead")
    factories.staff(cohort, person, role="admin")
    client.force_login(person)
    return person


def page_of(client, cohort):
    return client.get(f"/cohorts/{cohort.slug}/reviews/agreement/").content.decode()


def test_an_empty_page_says_when_there_will_be_something(client, cohort, cleo):
    assert "No submission has two finished readings yet." in page_of(client, cohort)


def test_few_readings_give_shares_and_no_coefficient(client, cohort, cleo, two):
    read_twice(cohort, two, first={1: 2})

    page = page_of(client, cohort)

    assert "Alpha and kappa are shown once 10 submissions were read twice" in page
    assert "50%" in page


def test_the_page_says_what_the_numbers_mean(client, cohort, cleo, two):
    for first, second in (({}, {}), ({1: 1}, {1: 1}), ({1: 2, 2: 1}, {1: 2, 2: 2})):
        copied(read_twice(cohort, two, first=first, second=second), times=4)

    page = page_of(client, cohort)

    assert "15 submissions read by two people or more" in page
    assert "Readers agree well. A result does not depend on who reads." in page
    assert "<circle" in page


@pytest.mark.parametrize("count", [1, 4])
def test_its_queries_stay_the_same(client, cohort, cleo, two, django_assert_num_queries, count):
    copied(read_twice(cohort, two, first={1: 2}), times=count * 3)

    # session, person, two for the header, cohort, criteria, levels, readings, readers
    with django_assert_num_queries(9):
        page_of(client, cohort)
