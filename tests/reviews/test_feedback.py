"""What applicants read of a decision, when, and how they revise."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reviews import decisions, feedback, scoring
from reviews.models import Assignment
from submissions import notes, workflow
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
        return client.get(f"/my/{submission.enrollment.cohort.slug}/{path}/".replace("//", "/"))

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

    assert "One of two answers needs more" in content
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
    assert "2: Meets (1)" in content
    assert "The other one is done; leave it as it is." in content
    assert "Add your revised Reflection Guide" in content
    assert f'action="/my/{cohort.slug}/documents/reflection-guide/"' in content
    assert "The other document stays as it is unless you replace it." in content
    assert f'href="/my/{cohort.slug}/documents/growth-plan/#add"' in content


def test_a_revised_answer_says_how_much_is_new(cohort, read):
    decision = released(cohort, {1: 2, 2: 2})
    submission = Submission.objects.get(pk=decision.submission_id)
    guide = submission.documents.get(required__is_scored=True)
    add(guide, answers={"L2-RG-Q1": f"{WORDS} (1). {MORE}"})

    page = read(submission, "revise")

    assert [told.became for told in page.context["feedback"].open] == [
        f"Changed, {len(MORE.split())} new words",
        "Question 2 was asked for and has not changed.",
    ]
    assert page.content.decode().count("Question 2 was asked for and has not changed.") == 2
    assert f"<ins>{MORE}" in page.content.decode()


def test_an_answer_that_went_missing_is_said(cohort, read):
    submission = asked(cohort, {1: 2})
    guide = submission.documents.get(required__is_scored=True)
    add(guide, answers={"L2-RG-Q1": ""})

    told = read(submission, "revise").context["feedback"].open[0]

    assert (told.is_changed, told.became) == (False, "We found no answer to question 1 in your revised file.")


def test_an_unchanged_answer_stops_nobody(cohort, client):
    submission = asked(cohort, {1: 2})
    add(submission.documents.get(required__is_scored=True), answers={"L2-RG-Q2": MORE})
    client.force_login(submission.enrollment.person)

    client.post(f"/my/{cohort.slug}/submit/")

    submission.refresh_from_db()
    assert submission.state == State.SUBMITTED


def test_nothing_is_said_of_a_file_that_is_being_checked(cohort, read):
    submission = asked(cohort, {1: 2})
    add(submission.documents.get(required__is_scored=True), answers={"L2-RG-Q1": MORE}, check=False)

    assert [told.became for told in read(submission, "revise").context["feedback"].open] == [""]


# What did you change? ------------------------------------------------------------------------------------------------
def asked(cohort, ranks) -> Submission:
    """A submission that was sent back for the rows in `ranks`."""
    return Submission.objects.get(pk=released(cohort, ranks).submission_id)


def notes_of(submission):
    return {note.criterion.position: note.text for note in notes.of(Submission.objects.get(pk=submission.pk))}


def test_a_note_for_each_question_is_kept_and_goes_along(cohort, client):
    submission = asked(cohort, {1: 2, 2: 2})
    client.force_login(submission.enrollment.person)

    answer = client.post(f"/my/{cohort.slug}/revise/", {"note-1": " What our team did.\0 ", "note-2": ""})

    assert answer.url == f"/my/{cohort.slug}/submit/"
    assert notes_of(submission) == {1: "What our team did."}
    assert "1: What our team did." in client.get(answer.url).content.decode()
    assert "What our team did.</textarea>" in client.get(f"/my/{cohort.slug}/revise/").content.decode()


def test_a_note_saves_itself_and_leaves_the_others_alone(cohort, client):
    submission = asked(cohort, {1: 2, 2: 2})
    client.force_login(submission.enrollment.person)
    client.post(f"/my/{cohort.slug}/revise/", {"note-1": "First.", "note-2": "Second."})

    answer = client.post(f"/my/{cohort.slug}/revise/", {"note-2": "Better."}, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert notes_of(submission) == {1: "First.", 2: "Better."}


def test_an_emptied_note_goes(cohort, client):
    submission = asked(cohort, {1: 2})
    client.force_login(submission.enrollment.person)
    client.post(f"/my/{cohort.slug}/revise/", {"note-1": "First."})

    client.post(f"/my/{cohort.slug}/revise/", {"note-1": "  "})

    assert notes_of(submission) == {}


def test_only_rows_that_are_asked_for_take_a_note(cohort, client):
    submission = asked(cohort, {1: 2})
    client.force_login(submission.enrollment.person)

    client.post(f"/my/{cohort.slug}/revise/", {"note-2": "This one is done.", "note-x": "?"})

    assert notes_of(submission) == {}


def test_a_note_that_comes_after_the_button_is_refused_with_a_sentence(cohort, client):
    submission = asked(cohort, {1: 2})
    add(submission.documents.get(required__is_scored=True), answers={"L2-RG-Q1": MORE})
    workflow.submit(submission, by=submission.enrollment.person, at=NOW)
    client.force_login(submission.enrollment.person)
    place, typed = f"/my/{cohort.slug}/revise/", {"note-1": "Too late."}

    late = client.post(place, typed, headers={"HX-Request": "true"})
    page = client.post(place, typed, follow=True).content.decode()

    assert late.status_code == 409
    assert "You have resubmitted already, so what you typed just now was not added." in page
    assert notes_of(submission) == {}


def test_what_was_written_in_one_text_stays_readable(cohort, read):
    submission = asked(cohort, {1: 2})
    submission.rounds.filter(number=2).update(what_changed="1: added what our team did.")

    assert "1: added what our team did." in read(submission, "revise").content.decode()


# Attempts and appeals ------------------------------------------------------------------------------------------------
def test_the_last_attempt_is_said_beforehand(cohort, read):
    submission = asked(cohort, {1: 2})

    content = read(submission, "revise").content.decode()

    assert "This is the last of two attempts." in content
    assert f"mailto:{cohort.team_email}" in content


def test_an_attempt_that_is_not_the_last_threatens_nobody(cohort, read):
    cohort.attempts = 3
    cohort.save()

    assert "the last of" not in read(asked(cohort, {1: 2}), "revise").content.decode()


def test_after_the_last_attempt_we_talk(cohort, read):
    cohort.attempts = 1
    cohort.save()
    decision = released(cohort, {1: 2})

    content = read(decision.submission, "feedback").content.decode()

    assert "Your work does not yet meet the rubric" in content
    assert "You have used the one attempt of this term, so now we talk." in content
    assert "you can appeal" in content
    assert f"mailto:{cohort.team_email}" in content


def test_an_appeal_that_was_taken_up_is_said_on_both_pages(cohort, read):
    cohort.attempts = 1
    cohort.save()
    decision = released(cohort, {1: 2})
    workflow.appeal(decision.submission, by=cohort.opened_by, why="Cleo heard it by telephone.")

    content = read(decision.submission, "feedback").content.decode()
    home = read(decision.submission, "").content.decode()

    assert "Your work is being read again" in content
    assert "readers who had not seen it before are reading your work" in content
    assert "Being reviewed again, by other readers" in home
    assert "Decision by" not in home
    assert "by telephone" not in content + home
    assert "you can appeal" not in content


# The letter ----------------------------------------------------------------------------------------------------------
def test_the_letter_lies_open_once_and_is_folded_after(cohort, read):
    decision = released(cohort, {1: 2})

    first, second = (read(decision.submission, "feedback").content.decode() for _ in range(2))

    assert '<details class="fold letter-fold" open>' in first
    assert '<details class="fold letter-fold">' in second
    decision.refresh_from_db()
    assert decision.read_at == NOW


def test_a_submission_that_was_sent_back_says_why(cohort, read):
    submission = submission_in(State.RETURNED, cohort=cohort)

    content = read(submission, "feedback").content.decode()

    assert "This does not count as an attempt. The last page is missing." in content


def test_no_byte_of_the_reviewer_reaches_the_applicant(cohort, read):
    submission = submission_in(State.SUBMITTED, cohort=cohort)
    ben = factories.person("Benjamin", "Quillfeather", email="quill@elsewhere.example.org")
    reviewing.reviewed(submission, ben, ranks={1: 2}, at=EARLIER)
    decisions.release(decisions.decide(submission, by=cohort.opened_by), by=cohort.opened_by)

    for path in ("feedback", "revise", ""):
        content = read(submission, path).content.decode()
        assert "Benjamin" not in content
        assert "uill" not in content


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
        assert client.post(f"/my/{cohort.slug}/revise/", {"note-1": "x"}).status_code == 404
    assert notes_of(submission) == {}


@pytest.mark.parametrize("count", [1, 4])
def test_both_pages_take_the_same_queries_however_many_questions(count, clock, client, django_assert_max_num_queries):
    clock(NOW)
    cohort = factories.cohort(of=factories.edition(prompts=count))
    submission = asked(cohort, dict.fromkeys(range(1, count + 1), 2))
    add(submission.documents.get(required__is_scored=True), text=MORE)
    client.force_login(submission.enrollment.person)
    for path, most in (("feedback", 20), ("revise", 25)):
        client.get(f"/my/{cohort.slug}/{path}/")
        with django_assert_max_num_queries(most):
            assert client.get(f"/my/{cohort.slug}/{path}/").status_code == 200
