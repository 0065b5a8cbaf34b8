"""What applicants read of a decision, when, and how they revise."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reviews import decisions, feedback, scoring
from reviews.models import Assignment
from submissions import workflow
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import WORDS, add, submission_in

pytestmark = pytest.mark.django_db

NOW = datetime(2023, 12, 9, 12, tzinfo=ZoneInfo("America/New_York"))
EARLIER = NOW - timedelta(hours=2)
MORE = "We wrote terms of reference in October and finished the training schedule"


@pytest.fixture
def cohort(clock):
    clock(NOW)
    return factories.cohort()


def reviewed(cohort, ranks=None, **enrolled):
    submission = submission_in(State.SUBMITTED, cohort=cohort, **enrolled)
    reviewing.reviewed(submission, factories.person("Ben", "Reader"), ranks=ranks, at=EARLIER)
    return Submission.objects.get(pk=submission.pk)


def released(cohort, ranks=None, **given):
    submission = reviewed(cohort, ranks)
    return decisions.release(decisions.decide(submission, by=cohort.opened_by, **given), by=cohort.opened_by)


@pytest.fixture
def read(client):
    """The words of an applicant's own page."""

    def page(submission, path):
        client.force_login(submission.enrollment.person)
        return client.get(f"/my/{submission.enrollment.cohort.slug}/{path}/")

    return page


def test_nothing_is_visible_before_the_release(cohort, read):
    submission = reviewed(cohort, {1: 2})
    decisions.decide(submission, by=cohort.opened_by)
    assert Assignment.objects.get().review.scores.filter(comment=reviewing.SAYS).exists()

    page = read(submission, "feedback")

    content = page.content.decode()
    assert page.status_code == 200
    assert "Being reviewed. Decision by" in content
    assert reviewing.SAYS not in content
    assert "Approaching" not in content
    assert read(submission, "revise").status_code == 302


def test_the_letter_levels_and_comments_are_there_after_it(cohort, read):
    decision = released(cohort, {1: 2})

    content = read(decision.submission, "feedback").content.decode()

    assert "1 of 2 answers needs more" in content
    assert content.count(reviewing.SAYS) == 2
    assert "Approaching" in content
    assert f"{WORDS} (1)." in content
    assert "Names it, shows it, explains it." in content
    assert "Revise and resubmit" in content


def test_reviewers_are_named_only_where_the_cohort_says_so(cohort, read):
    decision = released(cohort, {1: 2})
    assert "Ben Reader" not in read(decision.submission, "feedback").content.decode()

    cohort.shows_reviewer_names = True
    cohort.save()

    assert "Ben Reader" in read(decision.submission, "feedback").content.decode()


def test_private_notes_never_reach_the_applicant(cohort, read):
    submission = submission_in(State.SUBMITTED, cohort=cohort)
    review = reviewing.started(submission=submission, at=EARLIER)
    reviewing.score(review, 1, 2, private_note="Ask Cleo about this one.")
    reviewing.score(review, 2, 3)
    scoring.finish(review, by=review.assignment.reviewer)
    decisions.release(decisions.decide(submission, by=cohort.opened_by), by=cohort.opened_by)

    for path in ("feedback", "revise"):
        assert "Ask Cleo" not in read(submission, path).content.decode()


def test_an_award_is_one_click_away(cohort, read):
    decision = released(cohort)

    content = read(decision.submission, "feedback").content.decode()

    assert f'href="{feedback.award_for(decision.submission).get_absolute_url()}"' in content


def test_a_new_reading_after_an_appeal_does_not_show_through(cohort, read, clock):
    cohort.attempts = 1
    cohort.save()
    decision = released(cohort, {1: 1})
    workflow.appeal(decision.submission, by=cohort.opened_by, why="A page was not read.")
    clock(NOW + timedelta(days=1))
    submission = Submission.objects.get()
    reviewing.reviewed(submission, factories.person("Other", "Reader"), at=NOW + timedelta(days=1))

    told = feedback.of(feedback.released(submission)[0])

    assert [row.row.level.label for row in told.rows] == ["Not yet", "Meets"]


def test_revising_shows_what_to_do_beside_the_answer(cohort, read):
    decision = released(cohort, {1: 2})

    page = read(decision.submission, "revise")

    content = page.content.decode()
    assert [told.row.number for told in page.context["feedback"].open] == [1]
    assert "What “Meets” looks like" in content
    assert "2: done (1)" in content
    assert "Add your revised Reflection Guide" in content
    assert f'action="/my/{cohort.slug}/documents/reflection-guide/"' in content
    assert "Growth Plan: stay as they are." in content


def test_a_revised_answer_says_how_much_is_new(cohort, read):
    decision = released(cohort, {1: 2, 2: 2})
    submission = Submission.objects.get(pk=decision.submission_id)
    guide = submission.documents.get(required__is_scored=True)
    add(guide, answers={"L2-RG-Q1": f"{WORDS} (1). {MORE}"})

    content = read(submission, "revise").content.decode()

    assert f"Changed, {len(MORE.split())} new words" in content
    assert "Question 2 was asked for and has not changed." in content


def test_what_changed_is_kept_and_goes_along(cohort, client):
    submission = Submission.objects.get(pk=released(cohort, {1: 2}).submission_id)
    client.force_login(submission.enrollment.person)

    answer = client.post(f"/my/{cohort.slug}/revise/", {"what_changed": "1: added what our team did."})

    assert answer.url == f"/my/{cohort.slug}/submit/"
    assert submission.rounds.get(number=2).what_changed == "1: added what our team did."
    assert "1: added what our team did." in client.get(answer.url).content.decode()


def test_both_letters_stay_after_the_second_round(cohort, read, clock):
    submission = Submission.objects.get(pk=released(cohort, {1: 2}).submission_id)
    later = NOW + timedelta(days=3)
    clock(later)
    add(submission.documents.get(required__is_scored=True), answers={"L2-RG-Q1": MORE}, at=later)
    workflow.submit(submission, by=submission.enrollment.person, at=later)
    submission = Submission.objects.get(pk=submission.pk)
    reviewing.reviewed(submission, Assignment.objects.first().reviewer, at=later)
    clock(later + timedelta(hours=1))
    decisions.release(decisions.decide(submission, by=cohort.opened_by), by=cohort.opened_by)

    page = read(submission, "feedback")

    assert page.context["feedback"].decision.outcome == "award"
    assert [old.decision.outcome for old in page.context["earlier"]] == ["revise"]
    assert [told.row.number for told in page.context["earlier"][0].open] == [1]


def test_nobody_elses_feedback_can_be_read(cohort, client):
    submission = released(cohort, {1: 2}).submission
    eve = factories.enrollment(factories.cohort()).person

    for stranger in (eve, factories.staff(cohort, factories.person("Cara", "Reader")).person, cohort.opened_by):
        client.force_login(stranger)
        assert client.get(f"/my/{cohort.slug}/feedback/").status_code == 404
        assert client.post(f"/my/{cohort.slug}/revise/", {"what_changed": "x"}).status_code == 404
    assert submission.rounds.get(number=2).what_changed == ""
