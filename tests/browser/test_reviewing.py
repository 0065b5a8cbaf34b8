"""From the first of nine scores to the badge, with two readers and two rounds: by keys alone, and without scripts.

Una's readings and Rosa's documents are there already: to see how it is done one pair of hands is enough.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from badges.models import Award
from microcred import clock
from microcred.models import User
from submissions import notes, workflow
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.journey import WORDS, Admin, Reviewer
from tests.support.submitting import add, submission_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COMMENT = "Name two or three things that your team did."
WHY = "The stage is named, and nothing of it is shown."
PAGE_BYTES = 100_000  # of a guide with nine answers, its rubric and the saved comments


@pytest.fixture
def una():
    return factories.person("Una", "Reader")


@pytest.fixture
def submission(cohort, una):
    """Una finds that all of it meets the rubric; Ben has not begun; Sue settles what they differ on."""
    cohort.readers_per_submission = 2
    cohort.save(update_fields=["readers_per_submission"])
    factories.staff(cohort, una)
    factories.staff(cohort, factories.person("Sue", "Settler", email="sue@example.org"), "second_reader")
    earlier = clock.now() - timedelta(hours=1)
    handed_in = submission_in(State.SUBMITTED, cohort=cohort, at=earlier)
    reviewing.assigned(handed_in, User.objects.get(email="ben@example.org"), at=earlier)
    reviewing.reviewed(handed_in, una, at=earlier)
    return handed_in


@pytest.mark.parametrize("way", ["by keyboard", "without scripts"])
def test_from_the_first_score_to_the_badge(way, submission, una, brings):
    ben, sue = brings(Reviewer, "ben@example.org", way), brings(Reviewer, "sue@example.org", way)
    cleo = brings(Admin, "cleo@example.org", way)
    reads_nine_answers(ben)
    settles_what_differs(sue)
    decides(cleo, "Revision", words=COMMENT)
    comes_back_revised(submission, una)
    reads_what_was_open(ben)
    decides(cleo, "Award", words="Your badge is ready")

    assert Award.objects.get().person == submission.enrollment.person


def reads_nine_answers(ben):
    """One page a question; each is light, with no style or script to fetch again."""
    ben.goes_to("/review/")
    ben.opens_next()
    ben.lies_open(1)
    loaded = []
    ben.page.on("response", lambda answer: answer.request.is_navigation_request() and loaded.append(answer))
    for number in range(1, 10):
        ben.scores_and_goes_on(number, *(("Not yet", COMMENT) if number == 4 else ("Meets", "")))
    ben.reads("Finish your review")
    pages = [int(answer.headers["content-length"]) for answer in loaded if answer.status == 200]
    ben.finishes()

    assert len(pages) == 9
    assert max(pages) < PAGE_BYTES


def settles_what_differs(sue):
    """Reader A has the words, and reader B none."""
    sue.goes_to("/review/")
    sue.opens_what_differs()
    sue.settles(4, "Approaching", start="A", why=WHY)
    sue.presses("Settle and send to decisions")
    sue.is_told("is settled and goes to its decision.")


def decides(cleo, outcome, *, words):
    cleo.goes_to("/cohorts/this-term/")
    cleo.decides(outcome)
    cleo.reads_letter(words)
    cleo.releases()


def comes_back_revised(submission, una):
    """Rosa has her own test of it; Una is content."""
    at = clock.now()
    revised = Submission.objects.get(pk=submission.pk)
    guide = revised.documents.get(required__is_scored=True)
    asked = revised.current_round.criteria.get()
    add(guide, at=at, answers={asked.prompt.code: f"{WORDS} We visited four schools."})
    notes.keep(revised, {asked.pk: "What we did in each of the four schools."})
    workflow.submit(revised, by=revised.enrollment.person, at=at)
    reviewing.reviewed(Submission.objects.get(pk=revised.pk), una, at=at - timedelta(hours=1))


def reads_what_was_open(ben):
    """The same reader; eight rows stay met."""
    ben.goes_to("/review/")
    ben.opens_next()
    expect(ben.page.locator("[data-question]")).to_have_count(1)
    expect(ben.question(4).locator("ins").last).to_contain_text("four schools")
    ben.scores_and_goes_on(4, "Meets")
    ben.finishes()
