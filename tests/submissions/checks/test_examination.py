"""Names, levels and what travels."""

import json
import logging

import pytest

from submissions import checks
from submissions.checks import examination
from submissions.checks.catalogue import CATALOGUE, listed, say
from submissions.checks.contract import verdict_of
from tests.submissions.checks import papers
from tests.submissions.checks.papers import filled

CANONICAL = "Okafor, D | Level 2 Practice Reflection Guide.docx"


@pytest.mark.parametrize(
    ("name", "revised", "code"),
    [
        (CANONICAL, False, "ok.name"),
        ("okafor_d_level 2 practice reflection guide (1).docx", False, "ok.name"),
        ("Okafor, D - Level 2 Apprentice Practice Reflection Guide.docx", False, "ok.name"),
        ("guide final v3.docx", False, "name.pattern"),
        ("Okafor, D | Level 2 Growth Plan.docx", False, "name.pattern"),
        ("Ward, C | Level 2 Practice Reflection Guide.docx", False, "name.person"),
        (CANONICAL, True, "name.revised"),
        ("Okafor, D | Level 2 Practice Reflection Guide REVISED.docx", True, "ok.name"),
        ("~$afor, D | Level 2 Practice Reflection Guide.docx", False, "name.pattern"),
        ("guide.pdf", False, "name.pattern"),
        ("guide.exe.docx", False, "name.pattern"),
        ("", False, "name.pattern"),
    ],
)
def test_a_name_is_advice_and_never_more(examine, name, revised, code):
    examined = examine(filled(), received_name=name, revised=revised)

    (finding,) = [f for f in examined.findings if f.code.startswith(("name.", "ok.name"))]
    assert (finding.code, examined.verdict) == (code, "ready" if code == "ok.name" else "advice")
    assert finding.data["name"] + ".docx" == examined.canonical_name


def test_a_wrong_person_in_the_name_is_said(examine):
    examined = examine(filled(), received_name="Ward, C | Level 2 Practice Reflection Guide.docx")

    assert examined.findings[-1].sentence == "The name in the file name is “Ward, C”; your account says Okafor, D"


def test_a_refused_file_has_its_canonical_name_too(examine):
    assert examine(b"%PDF-1.4", received_name="guide.pdf").canonical_name == CANONICAL


@pytest.mark.parametrize("number", ["{}. ", "{}) ", "Question {}: ", "Q{}. "])
def test_numbered_answers_in_one_box_are_for_a_person(said, number):
    lines = "\n".join(f"{number.format(place)}{papers.LONG}" for place in (1, 2, 3))

    assert said(filled({"L2-RG-Q1": lines})) == ("unread", ["read.unsure"])


def test_two_numbers_for_three_questions_are_a_list(said):
    lines = f"1. {papers.LONG}\n2. {papers.LONG}"

    assert said(filled({"L2-RG-Q1": lines})) == ("advice", ["answers.empty"])


def test_the_worst_finding_is_the_verdict():
    template = say("kind.template", title="x")

    assert verdict_of(()) == "ready"
    assert verdict_of((say("open.tracked"), say("read.unsure"))) == "unread"
    assert verdict_of((say("read.unsure"), template, say("open.tracked"))) == "blocked"


def test_only_what_cannot_be_used_is_blocked():
    blocked = {code.partition(".")[0] for code, entry in CATALOGUE.items() if entry.level == "blocked"}

    assert blocked == {"answers", "kind", "open", "same", "size", "team", "type", "virus"}
    assert not [code for code in CATALOGUE if code.startswith("name.") and CATALOGUE[code].level != "advice"]


def test_no_sentence_ends_in_a_full_stop_or_begs():
    for entry in CATALOGUE.values():
        for sentence in (entry.sentence, entry.of_one):
            assert not sentence.endswith(".")
            assert not {"please", "sorry", "invalid", "valid", "error"} & set(sentence.lower().split())


@pytest.mark.parametrize(("items", "text"), [([], ""), ([4], "4"), ([4, 7], "4 and 7"), ([2, 4, 7], "2, 4 and 7")])
def test_numbers_are_listed_as_people_say_them(items, text):
    assert listed(items) == text


def test_an_examination_survives_its_way_as_json(examine):
    examined = examine(papers.replaced(filled(), "Answer 1.", "“é” \U0001f33c"))

    assert checks.Examination.from_dict(json.loads(json.dumps(examined.as_dict()))) == examined


def test_an_expectation_survives_its_way_as_json():
    expectation = papers.expectation(same_bytes={"ab": ("before", 1)})

    assert checks.Expectation.from_dict(json.loads(json.dumps(expectation.as_dict()))) == expectation


def test_a_fault_of_ours_is_for_a_person(examine, monkeypatch, caplog):
    monkeypatch.setattr(examination, "read", lambda package: 1 / 0)

    with caplog.at_level(logging.ERROR):
        examined = examine(filled())

    assert (examined.verdict, [f.code for f in examined.findings]) == ("unread", ["read.failed"])
    assert examined.canonical_name == CANONICAL
    assert "ZeroDivisionError" in caplog.text


def test_a_file_that_is_gone_is_for_a_person(tmp_path):
    examined = checks.examine_here(tmp_path / "gone.docx", papers.expectation())

    assert (examined.verdict, examined.findings[0].code) == ("unread", "read.failed")
