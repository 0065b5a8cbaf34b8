"""One applicant's way from the roster to the badge, as three people click and type it, with a real worker behind."""

import pytest
from playwright.sync_api import expect

from tests.support.journey import WORDS, Admin, Applicant, Reviewer, Someone

pytestmark = [pytest.mark.browser, pytest.mark.worker, pytest.mark.django_db(transaction=True)]

CLEO, ROSA, BEN = "cleo@example.org", "rosa.alvarez@example.org", "ben@example.org"
ROSTER = f"""E-mail,Last name,First name,District
{ROSA},Álvarez,Rosa,Wake County
omar.haddad@example,Haddad,Omar,Durham
"""
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
COMMENTS = {4: "Name two or three things that your team did.", 7: "Say what your partners learned from you."}
REVISED = {
    "q4": f"{WORDS} We are in Exploration: we visited four schools and listed what each of them needs.",
    "q7": f"{WORDS} I learned to wait before I answer, and our partners learned to ask before they plan.",
}


@pytest.fixture
def cleo(enters):
    return enters(Admin)


@pytest.fixture
def rosa(enters):
    return enters(Applicant)


@pytest.fixture
def ben(enters):
    return enters(Reviewer)


def test_from_the_roster_to_the_badge(cohort, worker, post, cleo, rosa, ben, enters):
    cleo.signs_in(CLEO)
    admin_invites(cleo)
    applicant_joins(rosa, post)
    applicant_looks_around(rosa)
    applicant_adds_three_documents(rosa, fill_in_templates(rosa))
    applicant_submits(rosa, post)
    cleo.assigns_by_plan()
    ben.signs_in(BEN)
    reviewer_scores_nine_answers(ben)
    admin_asks_for_revision(cleo)
    applicant_revises(rosa, post)
    reviewer_reads_what_changed(ben)
    cleo.decides("Award")
    cleo.reads_letter("Your badge is ready")
    cleo.releases()
    badge = applicant_finds_badge(rosa, post)
    stranger_checks_badge(enters(Someone), badge)
    applicant_takes_calendar_along(rosa)
    admin_looks_back(cleo)


def admin_invites(cleo):
    cleo.pastes_roster(ROSTER)
    cleo.is_told_of_row("“omar.haddad@example” is not a full e-mail address.")
    cleo.fixes_address(3, "omar.haddad@example.org")
    cleo.confirms_with_invitations(2)


def applicant_joins(rosa, post):
    rosa.follows_letter(post.letter(rosa.page, to=ROSA, about="invites you"), "/invite/")
    rosa.reads("You are invited to This term")
    rosa.presses("Send me a code")
    rosa.reads("Look in your inbox")
    rosa.types_code(post.letter(rosa.page, to=ROSA, about="sign-in code"))
    rosa.reads("Join the This term cohort")
    rosa.joins(name="Rosa Álvarez", last="Álvarez", first="Rosa")


def applicant_looks_around(rosa):
    rosa.reads("Add your Reflection Guide")
    expect(rosa.page.get_by_role("region", name="Cohort timeline").get_by_role("listitem")).to_have_count(4)
    expect(rosa.page.get_by_role("region", name="Next meeting")).to_contain_text("Community of Practice 1")
    expect(rosa.page.get_by_role("region", name="Activities")).to_contain_text("0 of 10 done")
    expect(rosa.page.locator("article.slot")).to_have_count(3)
    rosa.marks_done("Watch the Implementation Stages video")


def fill_in_templates(rosa):
    """Each document's name and content, as it lies on her computer now."""
    files = {}
    for document in ("reflection-guide", "stages-activity", "growth-plan"):
        name, template = rosa.downloads_template(document)
        files[document] = name, rosa.fills_in(document, template)
    return files


def applicant_adds_three_documents(rosa, files):
    """With a wrong name, in a wrong slot, as a PDF: each is said in a sentence and mended in a click or two."""
    rosa.goes_home()
    rosa.adds("growth-plan", "my plan FINAL (2).docx", files["growth-plan"][1])
    rosa.sees("growth-plan", "The file name does not follow the program's pattern")
    rosa.fixes("growth-plan", "Rename it for me")
    rosa.sees("growth-plan", "Our copy is now “Álvarez, R | Level 2 Growth Plan.docx”", "Ready")
    expect(rosa.page.locator("#added")).to_have_text("1 of 3 added")
    rosa.adds("reflection-guide", *files["stages-activity"])
    rosa.sees("reflection-guide", "This looks like the Getting Started activity, not the Reflection Guide")
    rosa.fixes("reflection-guide", "Move it to the Getting Started activity")
    rosa.is_told("Moved to the Getting Started activity.")
    rosa.sees("stages-activity", "All 4 questions have an answer", "Ready")
    rosa.goes_home()
    rosa.adds("reflection-guide", "Reflection Guide.pdf", PDF)
    rosa.sees("reflection-guide", "This is a PDF. We need the Word file (.docx)")
    rosa.slot("reflection-guide").get_by_role("link", name="Add the Word file").click()
    rosa.adds("reflection-guide", *files["reflection-guide"])
    rosa.sees("reflection-guide", "All 9 questions have an answer", "Ready")
    expect(rosa.page.get_by_role("link", name="Version 3")).to_be_visible()
    rosa.reads_what_we_read("reflection-guide", f"{WORDS} (4)")


def applicant_submits(rosa, post):
    rosa.goes_home()
    rosa.reads("Check and submit")
    rosa.follows("Check and submit")
    rosa.arrives_at("/submit/")
    rosa.page.get_by_role("radio", name="Co-Learning").check()
    reference = rosa.checks_and_submits("Submit my three documents")
    letter = post.letter(rosa.page, to=ROSA, about=f"three documents, reference {reference}")
    assert "Álvarez, R | Level 2 Practice Reflection Guide.docx" in letter


def reviewer_scores_nine_answers(ben):
    ben.opens_next()
    ben.reads("Submission 0001")
    for number in range(1, 10):
        ben.scores(number, "Approaching" if number in COMMENTS else "Meets", COMMENTS.get(number, ""))
    ben.has_scored(9, of=9)
    ben.presses("Save and next")
    ben.finishes()


def admin_asks_for_revision(cleo):
    cleo.decides("Revision")
    cleo.reads_letter(*COMMENTS.values())
    cleo.releases()


def applicant_revises(rosa, post):
    rosa.follows_letter(post.letter(rosa.page, to=ROSA, about="two answers to revise"), "/feedback/")
    rosa.reads("Two of nine answers need more")
    assert rosa.open_questions() == ["4", "7"]
    name, template = rosa.downloads_template("reflection-guide")
    assert name.endswith("REVISED.docx")
    rosa.goes_home()
    rosa.follows("See the comments")
    rosa.reads("Revise and resubmit")
    rosa.adds("reflection-guide", name, rosa.fills_in("reflection-guide", template, **REVISED))
    rosa.sees("reflection-guide", "Ready")
    rosa.reads_what_became_of("Question 4: changed,", "Question 7: changed,")
    rosa.notes(4, "What we did in each of the four schools.")
    rosa.notes(7, "What each of us learned.")
    rosa.presses("Check and resubmit")
    rosa.reads("Check and resubmit")
    reference = rosa.checks_and_submits("Submit my revised work")
    post.letter(rosa.page, to=ROSA, about=f"revised version, reference {reference}")


def reviewer_reads_what_changed(ben):
    ben.goes_to("/review/")
    ben.opens_next()
    ben.reads("Submission 0001")
    expect(ben.page.locator("[data-question]")).to_have_count(2)
    expect(ben.question(4).locator("ins")).to_contain_text("four schools")
    expect(ben.question(4)).to_contain_text("What we did in each of the four schools.")
    for number in (4, 7):
        ben.scores(number, "Meets")
    ben.has_scored(2, of=2)
    ben.presses("Save and next")
    ben.finishes()


def applicant_finds_badge(rosa, post):
    """The address of the badge, which everyone may see from now on."""
    post.letter(rosa.page, to=ROSA, about="Your Level 2 Practice badge")
    rosa.goes_home()
    rosa.reads("Your badge is ready")
    rosa.follows("See your badge")
    rosa.reads("Level 2 Practice")
    rosa.page.get_by_label("Who can see this").select_option("Everyone")
    rosa.presses("Save", exact=True)
    rosa.is_told("Everyone can see this badge now.")
    rosa.presses("Copy link")
    expect(rosa.page.locator("[data-copied]")).to_have_text("Copied")
    return rosa.page.url


def stranger_checks_badge(eve, badge):
    eve.goes_to(badge)
    eve.reads("Level 2 Practice")
    expect(eve.page.locator("main")).to_contain_text("Awarded to Rosa Álvarez")
    expect(eve.page.locator("main")).to_contain_text("Verified today")
    expect(eve.page.get_by_text("This is your badge")).to_have_count(0)
    eve.follows("See the rubric")
    eve.arrives_at("/badges/l2-practice/")


def applicant_takes_calendar_along(rosa):
    rosa.goes_by_menu("Calendar")
    rosa.reads("Calendar")
    feed = rosa.page.request.get(rosa.page.get_by_label("Google Calendar or Outlook").input_value())
    assert feed.headers["content-type"].startswith("text/calendar")
    assert "SUMMARY:Community of Practice 1" in feed.text()


def admin_looks_back(cleo):
    cleo.finds_among_sent_mail(
        "invites you to", "We have your three documents", "two answers to revise", "We have your revised version"
    )
    cleo.opens_mail("Your Level 2 Practice badge")
    cleo.goes_by_menu("Overview")
    cleo.look()
    cleo.goes_by_menu("People")
    cleo.follows("Álvarez")
    cleo.reads("Rosa Álvarez")
    expect(cleo.page.locator("main")).to_contain_text("Badge awarded")
