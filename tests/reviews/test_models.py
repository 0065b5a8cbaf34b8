"""Assignments, reviews and scores as rows: what the database refuses, and what a queue asks for."""

import pytest
from django.db import IntegrityError, transaction

from reviews.models import Assignment, Review, Score
from submissions import workflow
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import submission_in

pytestmark = pytest.mark.django_db


def test_one_person_reads_a_round_once():
    known = reviewing.assigned()

    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(submission=known.submission, round_number=1, reviewer=known.reviewer)


def test_a_round_has_one_second_reader_at_most():
    known = reviewing.assigned()
    second = Assignment.Role.SECOND_READER
    Assignment.objects.create(
        submission=known.submission, round_number=1, reviewer=factories.person("Bea", "Second"), role=second
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(
            submission=known.submission, round_number=1, reviewer=factories.person("Bo", "Third"), role=second
        )


def test_handing_back_says_who_and_when_or_neither():
    known = reviewing.assigned()

    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=known.pk).update(handed_back_by=known.reviewer)


def test_a_criterion_is_scored_once_in_a_review():
    review = reviewing.started()
    score = reviewing.score(review, 1, 3)

    with pytest.raises(IntegrityError), transaction.atomic():
        Score.objects.create(review=review, criterion=score.criterion)


def test_every_version_of_a_score_is_kept():
    review = reviewing.started()
    reviewing.score(review, 1, 3, comment="First.")
    score = reviewing.score(review, 1, 2, comment="Second.", version=1)

    assert [kept.comment for kept in score.history.all()] == ["Second.", "First."]


def test_the_queue_holds_what_is_unfinished_and_before_the_readers():
    open_one, handed_back = reviewing.assigned(), reviewing.assigned()
    finished = reviewing.reviewed().assignment
    Assignment.objects.filter(pk=handed_back.pk).update(
        handed_back_at=handed_back.assigned_at, handed_back_by=handed_back.reviewer
    )
    sent_back = reviewing.assigned()
    workflow.return_incomplete(sent_back.submission, by=sent_back.assigned_by, why="A page is missing.")

    assert list(Assignment.objects.to_do()) == [open_one]
    assert finished.review.finished_at is not None


def test_progress_counts_the_rows_of_the_round():
    review = reviewing.started()
    reviewing.score(review, 1, 3)

    row = Assignment.objects.with_progress().get(pk=review.assignment_id)

    assert (row.scored, row.rows_to_score) == (1, 2)


def test_a_colleagues_review_can_be_read_once_ones_own_is_finished():
    cohort = factories.cohort(readers_per_submission=2)
    submission = submission_in(State.SUBMITTED, cohort=cohort)
    ben, bea = factories.person("Ben", "Reader"), factories.person("Bea", "Reader")
    theirs = reviewing.reviewed(submission, bea)
    assignment = reviewing.assigned(submission, ben)

    before = set(Review.objects.readable_by(ben))
    own = reviewing.reviewed(submission, ben)

    assert before == set()
    assert set(Review.objects.readable_by(ben)) == {own, theirs}
    assert own.assignment == assignment
