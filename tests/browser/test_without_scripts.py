"""The applicant's whole way, and a review, without JavaScript: plain forms, plain links, nothing lost."""

import pytest
from playwright.sync_api import expect

from tests.support.journey import WORDS, Admin, Applicant, Reviewer

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.django_db(transaction=True)]

ROSA = "rosa.alvarez@example.org"
COMMENT = "Name two or three things that your team did."


@pytest.fixture
def comes(enters):
    """Brings somebody in whose browser runs no scripts."""
    return lambda role: enters(role, scripts=False)


def test_documents_are_added_submitted_scored_and_revised(cohort, worker, post, comes):
    cleo, rosa, ben = comes(Admin), comes(Applicant), comes(Reviewer)
    cleo.signs_in("cleo@example.org")
    cleo.pastes_roster(f"E-mail,Last name,First name\n{ROSA},Álvarez,Rosa\nomar@example.org,Haddad,Omar\n")
    cleo.presses("Continue")
    cleo.confirms_with_invitations(2)
    applicant_joins(rosa, post)
    applicant_adds_three_documents(rosa)
    rosa.goes_home()
    rosa.follows("Check and submit")
    rosa.arrives_at("/submit/")
    rosa.checks_and_submits("Submit my three documents")
    cleo.assigns_by_plan()
    ben.signs_in("ben@example.org")
    reviewer_scores_nine_answers(ben)
    cleo.decides("Revision")
    cleo.reads_letter(COMMENT)
    cleo.releases()
    applicant_revises(rosa, post)
    ben.goes_to("/review/")
    ben.opens_next()
    expect(ben.question(4)).to_contain_text("What we did in each of the four schools.")
    expect(ben.question(4).locator("ins")).to_contain_text("four schools")


def applicant_joins(rosa, post):
    rosa.follows_letter(post.letter(rosa.page, to=ROSA, about="invites you"), "/invite/")
    rosa.presses("Send me a code")
    rosa.types_code(post.letter(rosa.page, to=ROSA, about="sign-in code"))
    rosa.joins(name="Rosa Álvarez", last="Álvarez", first="Rosa")


def applicant_adds_three_documents(rosa):
    for document in ("reflection-guide", "stages-activity", "growth-plan"):
        _, template = rosa.downloads_template(document)
        rosa.goes_to(f"/my/this-term/documents/{document}/")
        rosa.page.locator("input[type=file]").set_input_files(
            {"name": "mine.docx", "mimeType": "", "buffer": rosa.fills_in(document, template)}
        )
        rosa.presses("Add this file")
        rosa.asks_for_result(document)
        rosa.fixes(document, "Rename it for me")
        rosa.sees(document, "Renamed. Our copy is now", "Ready")


def applicant_revises(rosa, post):
    _, revised_template = rosa.downloads_template("reflection-guide")
    rosa.goes_home()
    rosa.reads("Revise one answer and resubmit")
    rosa.follows("See the comments")
    rosa.reads("Revise and resubmit")
    content = rosa.fills_in("reflection-guide", revised_template, q4=f"{WORDS} We visited four schools.")
    rosa.page.locator("#slot-reflection-guide input[type=file]").set_input_files(
        {"name": "better.docx", "mimeType": "", "buffer": content}
    )
    rosa.presses("Add this file")
    rosa.asks_for_result("reflection-guide")
    rosa.goes_home()
    rosa.goes_to("/my/this-term/revise/")
    rosa.reads_what_became_of("Question 4: changed,")
    rosa.notes(4, "What we did in each of the four schools.")
    rosa.presses("Check and resubmit")
    rosa.reads("Check and resubmit")
    expect(rosa.page.locator("main")).to_contain_text("4: What we did in each of the four schools.")
    reference = rosa.checks_and_submits("Submit my revised work")
    post.letter(rosa.page, to=ROSA, about=f"revised version, reference {reference}")


def reviewer_scores_nine_answers(ben):
    ben.opens_next()
    for number in range(1, 10):
        ben.scores_and_goes_on(number, *(("Approaching", COMMENT) if number == 4 else ("Meets",)))
    expect(ben.page.locator("main")).to_contain_text("9 of 9 scored")
    ben.finishes()
