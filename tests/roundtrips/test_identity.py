"""Which document, edition and person a file belongs to, on the documents of the demo edition."""

from dataclasses import replace

import pytest

from badges import word
from tests.roundtrips import papers, quirks
from tests.roundtrips.test_quirks import bent
from tests.submissions.checks.papers import line, replaced, written

pytestmark = pytest.mark.files

GUIDE = "reflection-guide"
LOSSES = {
    "as it was": (),
    "controls lost": (quirks.without_controls, quirks.without_bookmarks),
    "codes lost": (quirks.without_controls, quirks.without_bookmarks, lambda body: quirks.printed_code.sub("", body)),
}
ESSAY = "Our agency began with a small team. It met every second week, and wrote down what it learned from families. "
CV = [
    "Curriculum vitae",
    "Dana Okafor",
    "Experience",
    "1. Coach, Phoenix",
    "2. Teacher, Tempe",
    "Education",
    "B.A. 2009",
]


def answered(key, edition=papers.EDITION, person=papers.DANA):
    spec = papers.spec(key, edition)
    return word.fill(word.build(spec, person), {prompt.code: ESSAY for prompt in spec.prompts})


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("slot", papers.KEYS)
@pytest.mark.parametrize("key", papers.KEYS)
def test_every_document_is_known_in_every_slot(key, slot, loss):
    content = bent(answered(key), *LOSSES[loss])

    looked = papers.look(content, slot)

    right = ("ready", [], key)
    assert (looked.verdict, looked.said, looked.kind) == (right if key == slot else ("blocked", ["kind.other"], key))


def test_a_document_that_belongs_elsewhere_names_its_place():
    other = next(one for one in papers.look(answered("growth-plan"), GUIDE).examined.findings)

    assert (other.sentence, other.fix, other.data["key"]) == (
        "This looks like the Growth Plan, not the Reflection Guide",
        "move",
        "growth-plan",
    )


@pytest.mark.parametrize("slot", papers.KEYS)
@pytest.mark.parametrize("person", [None, papers.DANA])
def test_a_blank_template_is_named_for_what_it_is_and_not_moved(slot, person):
    """To move it would only have it refused a second time."""
    looked = papers.look(papers.template("growth-plan", person), slot)

    assert (looked.verdict, looked.said) == ("blocked", ["kind.template"])
    assert looked.examined.findings[0].sentence == "This is the blank Growth Plan. Nothing has been filled in yet"


EARLIER = {**papers.EDITION, "slug": "l2-practice-spring-2023", "term": "Spring 2023"}


@pytest.mark.parametrize("key", papers.KEYS)
@pytest.mark.parametrize("is_exported", [False, True], ids=["as it was", "without properties and footer"])
def test_another_term_s_template_is_read_and_told(key, is_exported):
    content = answered(key, EARLIER)
    if is_exported:
        content = replaced(content, "custom-properties", "forgotten", "_rels/.rels")
        content = replaced(content, "relationships/footer", "relationships/forgotten", "word/_rels/document.xml.rels")

    looked = papers.look(content, key)

    assert (looked.verdict, looked.said) == ("advice", ["kind.old"])
    assert looked.examined.findings[0].sentence.startswith("This is the Spring 2023 version of the ")


def test_a_document_of_another_badge_is_for_a_person():
    """It has the same key and much of the same look, and questions of its own."""
    spec = papers.spec(GUIDE)
    prompts = tuple(
        word.PromptSpec(f"L2-SL-Q{number}", f"What did your group share in meeting {number}, and with whom?")
        for number in range(1, 6)
    )
    theirs = replace(spec, edition_slug="l2-shared-learning", edition_title="Level 2 Shared Learning", prompts=prompts)

    looked = papers.look(word.fill(word.build(theirs), {prompt.code: ESSAY for prompt in prompts}), GUIDE)

    assert (looked.verdict, looked.said, looked.kind) == ("unread", ["read.unsure"], "")
    assert looked.outside.count("wrote down what it learned") == 5


@pytest.mark.parametrize(
    "lines",
    [
        [ESSAY * 8],
        CV,
        ["Level 3 Reflection Guide", "Question 1", "What is your name?", "Dana"],
        ["Reflection Guide", *(f"Question {number}. Something else entirely {number}" for number in range(1, 7))],
        ["[L2-GP-Q1]", "I only quote a code of the plan here.", ESSAY],
    ],
    ids=["essay", "curriculum vitae", "another program's guide", "another guide of that name", "a stray code"],
)
def test_a_quite_different_document_is_for_a_person_and_never_refused(lines):
    looked = papers.look(written("".join(map(line, lines))), GUIDE)

    assert looked.verdict == "unread"
    said = " ".join([*looked.answers.values(), looked.outside])
    assert all(word_ in said for text in lines[1:] for word_ in text.split() if word_.isalpha() and len(word_) > 9)


@pytest.mark.parametrize(
    ("inside", "is_told"),
    [
        (word.Person("Okafor", "Dana"), False),
        (word.Person("OKAFOR", "DANA"), False),
        (word.Person("Okaför", "Danà"), False),
        (word.Person("Okafor-Reyes", "Dana M."), False),
        (word.Person("Reyes", "Dana"), False),
        (word.Person("Okafor", "Ben"), False),
        (word.Person("Okaffor", "Dayna"), False),
        (word.Person("Dana", "Okafor"), False),
        (word.Person("大山", "花子"), False),
        (None, False),
        (word.Person("Lindqvist", "Marcus"), True),
        (word.Person("Bright", "Joan"), True),
    ],
)
def test_only_a_name_that_is_clearly_another_person_s_is_told(inside, is_told):
    looked = papers.look(answered("growth-plan", person=inside), "growth-plan")

    assert (looked.verdict, looked.said) == (("advice", ["kind.person"]) if is_told else ("ready", []))


def test_the_sentence_about_the_name_says_both_names():
    looked = papers.look(answered("growth-plan", person=word.Person("Lindqvist", "Marcus")), "growth-plan")

    assert [finding.sentence for finding in looked.examined.findings if finding.code == "kind.person"] == [
        "The name inside the document is Lindqvist, Marcus; your account says Okafor, Dana"
    ]
