"""Verdicts as people see them: every code on the page with its fix, and what we read in a file."""

import html

import pytest

from submissions import uploads, workflow
from submissions.checks.catalogue import CATALOGUE, say
from submissions.checks.kinds import KINDS, SAVE_A_COPY, not_word
from submissions.models import Version
from submissions.states import State
from tests.submissions.checks.papers import line, written
from tests.support.submitting import BEFORE_DUE, add, examine_now, fill_guide, submission_in

pytestmark = pytest.mark.django_db
DATA = {
    "title": "Growth Plan", "other": "Reflection Guide", "key": "reflection-guide", "count": 2, "questions": "1 and 2",
    "numbers": [1, 2], "words": 20, "name": "Ward, A | Level 2 Growth Plan", "found": "“Okafor, D”",
    "account": "Ward, A", "term": "Spring 2023", "version": 1, "what": "a template", "target": "example.org",
    "ending": ".docm", "note": "The last page is cut off.", "how": SAVE_A_COPY,
}  # fmt: skip
SAID = {
    **{code: say(code, **DATA) for code, entry in CATALOGUE.items() if entry.level != "staff" and code != "type"},
    **{f"type.{kind}": not_word(kind).finding for kind in KINDS},
}
BUTTONS = {
    "rename": ">Rename it for me</button>",
    "move": ">Move it to the Reflection Guide</button>",
    "keep": ">Keep it as it is<span",
    "replace": ">Choose another file</a>",
    "how": ">Add the Word file</a>",
    "write_team": ">Write to your team</a>",
    "see_answers": "/documents/growth-plan/answers/",
}


@pytest.fixture
def plan(ada):
    return workflow.begin(ada).documents.get(required__key="growth-plan")


@pytest.fixture
def page(client, address):
    """A page of a slot as text, without line breaks inside it."""

    def look(place="documents/growth-plan/"):
        return html.unescape(" ".join(client.get(address(place)).content.decode().split()))

    return look


def told(plan, *findings):
    """A file of the plan of which the check has said just this."""
    version = add(plan, check=False, at=BEFORE_DUE)
    for position, one in enumerate(findings, start=1):
        version.findings.create(
            position=position, code=one.code, level=one.level, sentence=one.sentence, fix=one.fix, data=dict(one.data)
        )
    version.words = 3
    version.canonical_name = "Ward, A | Level 2 Growth Plan.docx"
    levels = {one.level for one in findings}
    version.verdict = next((level for level in ("blocked", "unread", "advice") if level in levels), "ready")
    version.save()
    return version


@pytest.mark.sqlite  # one page, in many words
@pytest.mark.parametrize("code", SAID)
def test_each_verdict_is_on_the_page_with_its_fix(plan, page, code):
    said = SAID[code]
    told(plan, said)

    shown = page()

    entry = CATALOGUE.get(code, CATALOGUE["type"])
    assert said.sentence in shown
    assert entry.then.format(**DATA) in shown
    assert BUTTONS.get(said.fix, "") in shown
    for program, step in said.data.get("how", ()) if said.fix == "how" else ():
        assert f"<dt>{program}</dt><dd>{step}</dd>" in shown


@pytest.mark.sqlite
@pytest.mark.parametrize("code", [code for code, said in SAID.items() if said.fix == "see_answers"])
def test_whatever_is_about_answers_leads_to_them(plan, page, code):
    told(plan, SAID[code])

    assert "/documents/growth-plan/answers/" in page()
    assert page("documents/growth-plan/answers/").count("What will you work on?") == 1


def test_a_file_that_cannot_be_used_takes_nobody_s_place_and_says_so(plan, page):
    add(plan, at=BEFORE_DUE)

    add(plan, content=b"%PDF-1.7", name="plan.pdf", at=BEFORE_DUE)

    shown = page()
    assert "<strong>Version 1 still counts.</strong> The file you added" in shown
    assert "This is a PDF. We need the Word file (.docx)" in shown
    assert "plan.pdf, cannot be used." in shown
    plan.refresh_from_db()
    assert plan.current.number == 1


def test_the_file_beside_is_let_go_with_one_click(client, address, plan, page):
    add(plan, at=BEFORE_DUE)
    add(plan, content=b"%PDF-1.7", name="plan.pdf", at=BEFORE_DUE)

    client.post(address("documents/growth-plan/let-go/"))

    assert "still counts" not in page()
    assert "could not be used" in page()  # among the versions


def test_the_file_beside_is_moved_where_it_belongs(client, address, plan, page, ada):
    add(plan, at=BEFORE_DUE)
    guide = plan.submission.documents.get(required__key="reflection-guide")
    add(plan, content=fill_guide(guide.required, person=ada.person), name="x.docx", at=BEFORE_DUE)

    client.post(address("documents/growth-plan/move/reflection-guide/"))

    assert examine_now(Version.objects.latest("pk")).document == guide
    assert "still counts" not in page()


def test_an_earlier_version_is_used_again(client, address, plan, page):
    add(plan, text="The first words that were written down here", at=BEFORE_DUE)
    add(plan, text="The second words that were written down here", at=BEFORE_DUE)
    offered = page("documents/growth-plan/versions/1/")

    client.post(address("documents/growth-plan/versions/1/again/"))

    plan.refresh_from_db()
    assert "Use version 1 again" in offered
    assert "Use version" not in page("documents/growth-plan/versions/3/")
    assert plan.current.number == 3
    assert plan.current.sha256 == plan.versions.get(number=1).sha256


def test_what_may_stay_is_kept_with_one_click(client, address, plan, page):
    told(plan, SAID["ok.kind"], SAID["open.tracked"], SAID["kind.old"])

    client.post(address("documents/growth-plan/keep/"))

    shown = page()
    assert "Tracked changes are on" not in shown
    assert '<span class="done">' in shown
    assert plan.versions.get().findings.filter(settled_by__isnull=False).count() == 2


def test_what_may_not_stay_remains(client, address, plan, page):
    told(plan, SAID["open.tracked"], SAID["answers.short"])

    client.post(address("documents/growth-plan/keep/"))

    assert "have fewer than 20 words" in page()


def test_what_we_read_says_how_many_words_and_where(plan, page):
    add(plan, at=BEFORE_DUE)

    shown = page("documents/growth-plan/answers/")

    assert "words, found in its answer box" in shown
    assert "This is the text that reviewers see" in shown


def test_questions_stand_under_their_section_as_a_reviewer_sees_them(plan, page):
    plan.required.prompts.update(section="Co-Learning")
    add(plan, at=BEFORE_DUE)

    assert '<h2 class="gap">Co-Learning</h2>' in page("documents/growth-plan/answers/")


def test_text_outside_the_answers_is_shown_as_such(plan, page):
    add(plan, content=written(line(plan.required.title) + line("I wrote this on a page of my own.")), at=BEFORE_DUE)

    shown = page("documents/growth-plan/answers/")

    assert "Outside the answer boxes" in shown
    assert "I wrote this on a page of my own." in shown
    assert "A person opens this file and looks. You can submit" in shown


def test_of_a_file_that_is_no_word_file_the_page_says_what_it_is(plan, page):
    add(plan, content=b"%PDF-1.7", name="plan.pdf", at=BEFORE_DUE)

    shown = page("documents/growth-plan/answers/")

    assert "<h1>We could not read this file</h1>" in shown
    assert "This is a PDF. We need the Word file (.docx)" in shown
    assert "<dt>Google Docs</dt><dd>File, Download, Microsoft Word (.docx).</dd>" in shown
    assert "What will you work on?" not in shown


def test_submitting_files_every_document_under_our_name(client, address, plan, page):
    for one in plan.submission.documents.all():
        add(one, name=f"{one.pk} final.docx", at=BEFORE_DUE)

    client.post(address("submit/"))

    shown = page("documents/")
    assert "Check the name" not in shown
    assert "Ward, A | Level 2 Growth Plan.docx · added" in shown
    assert "Undo" not in shown


def test_a_name_that_a_receipt_prints_cannot_be_taken_back(client, address, plan):
    for one in plan.submission.documents.all():
        add(one, name=f"{one.pk} final.docx", at=BEFORE_DUE)
    client.post(address("submit/"))

    client.post(address("documents/growth-plan/rename/"), {"undo": "1"})

    plan.refresh_from_db()
    assert plan.current.renamed_at


def test_a_file_that_a_revision_asks_for_is_not_stood_in_for_by_the_last_round_s(before_due):
    submission = submission_in(State.REVISION_REQUESTED)
    guide = submission.documents.first()

    add(guide, content=b"%PDF-1.7", name="guide.pdf", at=BEFORE_DUE)

    guide.refresh_from_db()
    assert (guide.current.verdict, guide.current.round_number) == ("blocked", 2)
    assert uploads.Version.objects.that_count(1).filter(document=guide).exists()
