"""The hint before a file is sent says what the check says after it."""

import pytest

from submissions import checks, hints
from submissions.checks.kinds import KINDS
from submissions.models import Version
from tests.submissions.checks import papers
from tests.submissions.checks.test_refusals import ole, zipped

FILLED = papers.filled()
NAMES = [
    "Okafor, D | Level 2 Practice Reflection Guide.docx",
    "Okafor_D_L2_practice_reflection_guide (1).docx",
    "Copy of Okafor, Dana - Level II Practice Reflection Guide.docx",
    "Okafor, D - Level 2 Practice Reflection Guide REVISED.docx",
    "growth plan v3.docx",
    "Ward, C | Level 2 Practice Reflection Guide.docx",
    "<b>Okafor, D | Level 3 Practice Reflection Guide.docx",
    "guide.exe.docx",
    "guide.pdf",
    "guide",
]
OTHER_FILES = [
    ("guide.docx", b""),
    ("guide.pdf", b"%PDF-1.7\n1 0 obj\n"),
    ("guide.docx", b"%PDF-1.7\n1 0 obj\n"),
    ("guide.rtf", b"{\\rtf1\\ansi Hello}"),
    ("guide.doc", ole("Root Entry", "WordDocument")),
    ("guide.xls", ole("Root Entry", "Workbook")),
    ("guide.odt", zipped(mimetype=b"application/vnd.oasis.opendocument.text", content_dot_xml=b"<a/>")),
    ("guide.pages", zipped(Index__Document_dot_iwa=b"\0\1")),
    ("guide.gdoc", b'{"doc_id": "1aB", "email": "dana@example.org"}'),
    ("photo.docx", b"\x89PNG\r\n\x1a\n" + bytes(40)),
    ("guide.txt", b"We are in Exploration."),
    ("guide.html", b"<!doctype html><p>We are in Exploration."),
    ("~$kafor, D - Level 2 Growth Plan.docx", b"\x0bDana Okafor" + bytes(150)),
]


def hint_of(name, content):
    expectation = papers.expectation(received_name=name)
    return hints.hint(expectation, size=len(content), head=content[: hints.HEAD_BYTES])


@pytest.fixture
def check(tmp_path):
    def look(name, content):
        path = tmp_path / "received"
        path.write_bytes(content)
        return checks.examine_here(path, papers.expectation(received_name=name))

    return look


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_judged_as_it_will_be(check, name):
    (finding,) = [one for one in check(name, FILLED).findings if one.code.startswith(("name.", "ok.name"))]

    hint = hint_of(name, FILLED)

    assert hint.tone == ("" if finding.level == "ok" else "warn")
    assert hint.words.startswith("Looks like a Word file." if finding.level == "ok" else f"{finding.sentence}.")
    assert f"“{finding.data['name']}”" in hint.words


@pytest.mark.parametrize(("name", "content"), OTHER_FILES)
def test_another_file_is_called_what_it_is(check, name, content):
    (finding,) = check(name, content).findings

    assert hint_of(name, content) == hints.Hint(f"{finding.sentence}.")


def test_what_shows_too_little_is_left_to_the_check(check):
    content = b"We are in Exploration."

    assert hint_of("guide.docx", content) == hints.Hint(hints.UNLIKE)
    assert hint_of("guide.docx", ole("Root Entry", "EncryptedPackage")) == hints.Hint(hints.UNLIKE)


def test_a_large_file_is_told_before_it_is_sent():
    expectation = papers.expectation()

    said = hints.hint(expectation, size=checks.FILE_BYTES + 1, head=FILLED[:16])

    assert said == hints.Hint("The file is larger than 25 MB.")


def test_every_ending_has_its_words():
    assert {*hints.ZIPPED.values(), *hints.PLAIN.values()} <= set(KINDS)


@pytest.fixture
def ask(client, address, ada):
    url = address("documents/growth-plan/hint/")
    return lambda **about: client.post(url, {"name": "plan.docx", "size": "5000", "head": FILLED[:16].hex(), **about})


def test_the_answer_is_about_this_person_and_this_document(ask):
    said = ask(name="Ward_A L2 growth plan.docx").json()

    assert said == {
        "words": "Looks like a Word file. We will keep it as “Ward, A | Level 2 Growth Plan”. "
        "We check the rest when you add it.",
        "tone": "",
    }
    assert not Version.objects.exists()


@pytest.mark.parametrize("about", [{"name": ""}, {"size": "-1"}, {"size": "many"}, {"head": "zz"}, {"head": "00" * 17}])
def test_what_no_browser_asks_is_not_answered(ask, about):
    assert ask(**about).status_code == 400
