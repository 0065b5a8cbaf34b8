"""Templates made from an edition: what they print, and under which name they are handed out."""

import io
from pathlib import Path

import docx
import pytest

from badges.editions import load
from badges.specs import document_spec, documents_of, file_name, template_of

LIBRARY = Path(__file__).parents[2] / "badges" / "library"

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return load(LIBRARY / "l2-practice")


def document(edition, key):
    return documents_of(edition).get(key=key)


def test_the_guide_prints_the_rubric_under_each_of_nine_questions(practice):
    spec = document_spec(document(practice, "reflection-guide"))

    assert [prompt.code for prompt in spec.prompts] == [f"L2-RG-Q{number}" for number in range(1, 10)]
    assert [len(prompt.criteria) for prompt in spec.prompts] == [1] * 9
    assert spec.prompts[0].criteria[0].labels == ("Meets", "Approaching", "Not yet")


def test_the_growth_plan_has_a_section_for_each_competency(practice):
    spec = document_spec(document(practice, "growth-plan"))

    sections = {prompt.section for prompt in spec.prompts}

    assert {competency.name for competency in practice.competencies.all()} <= sections


def test_all_templates_of_an_edition_cost_four_queries(practice, django_assert_num_queries):
    with django_assert_num_queries(4):  # documents, prompts, criteria, levels
        for each in documents_of(practice):
            document_spec(each)


def test_a_template_carries_the_name_and_opens_in_word(practice):
    name, content = template_of(document(practice, "growth-plan"), last="Okafor", first="Dana")

    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)

    assert name == "Okafor, D - Level 2 Growth Plan.docx"
    assert "Okafor, Dana" in text


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ({}, "Activity - Getting Started with Implementation Stages.docx"),
        ({"last": "Sukarno"}, "Sukarno - Activity - Getting Started with Implementation Stages.docx"),
        ({"last": "O'Neil", "first": "Siobhan", "revised": True},
         "O'Neil, S - Activity - Getting Started with Implementation Stages REVISED.docx"),
    ],
)  # fmt: skip
def test_every_system_takes_the_file_name(practice, who, name):
    assert file_name(document(practice, "stages-activity"), **who) == name
