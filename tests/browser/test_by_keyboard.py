"""The applicant's whole way by keyboard alone: join, three documents, submit, revise, resubmit."""

from datetime import timedelta

import pytest

from badges import specs
from cohorts import invitations
from microcred import clock
from reviews import decisions
from submissions import notes
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.journey import WORDS
from tests.support.keyboard import Typist
from tests.support.submitting import fill_guide

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.django_db(transaction=True)]

ROSA = "rosa.alvarez@example.org"
BETTER = f"{WORDS} We visited four schools and listed what each of them needs."


@pytest.fixture
def rosa(enters):
    return enters(Typist, looks=False)


@pytest.fixture
def invited(cohort, worker):
    person = factories.person("Rosa", "Alvarez", email=ROSA, zone="")
    enrollment = factories.enrollment(cohort, person, joined_at=None)
    invitations.invite([enrollment], by=cohort.opened_by)
    return enrollment


def test_join_submit_revise_and_resubmit(cohort, invited, post, rosa):
    joins(rosa, post)
    adds_three_documents(rosa, invited)
    submits(rosa)
    is_asked_to_revise(cohort)
    revises(rosa, invited)

    submission = Submission.objects.get()
    assert (submission.state, submission.current_round.number) == (State.SUBMITTED, 2)
    assert [note.text for note in notes.of(submission)] == ["What we did in each of the four schools."]


def joins(rosa, post):
    rosa.follows_letter(post.letter(rosa.page, to=ROSA, about="invites you"), "/invite/")
    rosa.presses("Send me a code")
    rosa.reads("Look in your inbox")
    rosa.types_code(post.letter(rosa.page, to=ROSA, about="sign-in code"))
    rosa.reads("Join the This term cohort")
    rosa.joins(name="Rosa Alvarez", last="Alvarez", first="Rosa")


def file_for(required, invited, **how):
    """Its name and its content, as she filled it in."""
    person = invited.person
    person.refresh_from_db()
    last, first = person.file_names
    name = specs.file_name(required, last=last, first=first, revised=how.get("revised", False))
    return name, fill_guide(required, person=person, text=WORDS, **how)


def adds_three_documents(rosa, invited):
    rosa.goes_by_menu("Documents")
    rosa.reads("Documents")
    for required in invited.cohort.edition.documents.all():
        rosa.adds(required.key, *file_for(required, invited))
        rosa.sees(required.key, "Ready")


def submits(rosa):
    rosa.goes_by_menu("Home")
    rosa.reads("Check and submit")
    rosa.follows("Check and submit")
    rosa.arrives_at("/submit/")
    rosa.chooses(rosa.page.get_by_role("radio").first)
    rosa.checks_and_submits("Submit my three documents")


def is_asked_to_revise(cohort):
    """By reviewers who have their own keyboard test."""
    at = clock.now() - timedelta(hours=2)
    reviewing.reviewed(Submission.objects.get(), factories.person("Ben", "Other"), ranks={4: 2}, at=at)
    decision = decisions.decide(Submission.objects.get(), by=cohort.opened_by)
    decisions.release(decision, by=cohort.opened_by)


def revises(rosa, invited):
    rosa.goes_by_menu("Home")
    rosa.reads("Revise one answer and resubmit")
    rosa.follows("See the comments")
    rosa.reads("Revise and resubmit")
    guide = invited.cohort.edition.documents.get(key="reflection-guide")
    code = guide.prompts.get(number=4).code
    rosa.adds(guide.key, *file_for(guide, invited, answers={code: BETTER}, revised=True))
    rosa.reads_what_became_of("Question 4: changed,")
    rosa.notes(4, "What we did in each of the four schools.")
    rosa.presses("Check and resubmit")
    rosa.reads("Check and resubmit")
    rosa.checks_and_submits("Submit my revised work")
