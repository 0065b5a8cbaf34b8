"""A file that is no Word document is called what it is, by its bytes, and the way to a Word file is told."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from submissions.checks.contract import Refusal
from submissions.checks.kinds import KINDS
from submissions.checks.recognition import another_office_file, another_zip, require_zip
from tests.submissions.checks.others import DOCX, LOCKED, NAMED_ONLY, OTHERS, RIGHTS
from tests.submissions.checks.papers import filled

OFFICE = "application/vnd.openxmlformats-officedocument."
EXAMPLES = [(kind, name, content) for kind, examples in OTHERS.items() for name, content in examples]
WITHOUT_BYTES = {"dotx"}  # told from what the main part declares


def test_there_is_an_example_of_every_kind():
    assert {kind for kind, _, _ in EXAMPLES} | WITHOUT_BYTES == set(KINDS)


@pytest.mark.parametrize(("kind", "name", "content"), EXAMPLES)
def test_every_kind_is_called_what_it_is(said, kind, name, content):
    assert said(content, received_name=name) == ("blocked", [f"type.{kind}"])


@pytest.mark.parametrize(("kind", "name", "content"), [one for one in EXAMPLES if one[0] not in NAMED_ONLY])
def test_a_word_ending_deceives_nobody(said, kind, name, content):
    assert said(content, received_name=DOCX) == ("blocked", [f"type.{kind}"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_name_and_a_way_out_of_it(kind):
    told = KINDS[kind]

    assert told.name.startswith(("a ", "an "))
    assert told.steps
    assert all(program and step.endswith(".") for program, step in told.steps)


@pytest.mark.parametrize(("content", "code"), [(LOCKED, "open.password"), (RIGHTS, "open.rights")])
def test_a_locked_file_is_not_called_damaged(said, content, code):
    assert said(content) == ("blocked", [code])


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("application/vnd.ms-word.document.macroEnabled.main+xml", "open.macro"),
        ("application/vnd.ms-word.template.macroEnabledTemplate.main+xml", "open.macro"),
        (f"{OFFICE}wordprocessingml.template.main+xml", "type.dotx"),
        (f"{OFFICE}spreadsheetml.sheet.main+xml", "type.excel"),
        ("application/vnd.ms-excel.sheet.binary.macroEnabled.main", "type.excel"),
        ("application/vnd.ms-excel.sheet.macroEnabled.main+xml", "type.excel"),
        (f"{OFFICE}presentationml.presentation.main+xml", "type.powerpoint"),
        ("application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml", "type.powerpoint"),
        ("application/vnd.ms-visio.drawing.main+xml", "type.visio"),
        ("application/octet-stream", "open.damaged"),
    ],
)
def test_the_main_part_says_what_it_is(declared, code):
    assert another_office_file(declared).finding.code == code


def test_a_whole_word_file_under_the_name_of_a_download_is_one(said):
    assert said(filled(), received_name="Okafor, D - Level 2 Practice Reflection Guide.docx.crdownload")[0] != "blocked"


def test_a_download_that_broke_off_is_told_by_its_name_and_its_missing_end(said):
    assert said(filled()[:3_000], received_name="guide.docx.part") == ("blocked", ["type.unfinished"])


def test_an_unpacked_word_file_that_was_packed_again_is_damaged():
    assert another_zip({"guide/word/document.xml": ""}).finding.code == "open.damaged"


@example(bytes.fromhex("d0cf11e0a1b11ae1"), "", b"")
@given(st.binary(max_size=2_000), st.text(max_size=40), st.sampled_from([b"", *(one[2][:40] for one in EXAMPLES)]))
def test_any_bytes_under_any_name_get_an_answer(tmp_path_factory, content, name, beginning):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(beginning + content)
    with path.open("rb") as file:
        try:
            require_zip(file, size=len(beginning + content), name=name)
        except Refusal as refusal:
            assert refusal.finding.level == "blocked"
        else:
            assert (beginning + content).startswith(b"PK\3\4")
