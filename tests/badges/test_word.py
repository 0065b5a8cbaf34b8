"""Templates: made, opened again, and read as a person would."""

import io
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn

from badges import markers, word
from tests.submissions.checks.papers import GUIDE, TEMPLATE


@pytest.fixture(scope="module")
def paper():
    return docx.Document(io.BytesIO(TEMPLATE))


def texts(paper):
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in paper.element.body.iter(qn("w:p"))]


def test_every_question_is_printed_with_its_code_and_an_answer_box(paper):
    boxes = [tag.get(qn("w:val")) for tag in paper.element.body.iter(qn("w:tag"))]

    assert boxes == [markers.tag(prompt.code) for prompt in GUIDE.prompts]
    printed = texts(paper)
    for prompt in GUIDE.prompts:
        asked = printed.index(prompt.text)
        assert printed[asked + 1 : asked + 4] == [prompt.hint, f"[{prompt.code}]", markers.PLACEHOLDER]


def test_a_question_table_has_one_column_and_a_header_row(paper):
    question = paper.tables[0]

    assert (len(question.rows), len(question.columns)) == (2, 1)
    assert question.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None


def test_the_bookmark_stands_inside_the_tagged_box(paper):
    box = next(paper.element.body.iter(qn("w:sdt")))

    names = [mark.get(qn("w:name")) for mark in box.iter(qn("w:bookmarkStart"))]
    assert names == [markers.bookmark("L2-RG-Q1")]


def test_the_rubric_stands_under_its_question(paper):
    rubric = paper.tables[1]

    rows = [[cell.text for cell in row.cells] for row in rubric.rows]
    assert rows == [["Row", "Not yet", "Meets"], ["Sees teams", *(text for _, text in word_levels())]]
    assert rubric.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None


def word_levels():
    return GUIDE.prompts[0].criteria[0].levels


def test_rubric_rows_with_other_levels_get_a_table_of_their_own():
    other = word.CriterionSpec("Writes clearly", (("No", "Hard to follow."), ("Partly", ""), ("Yes", "Clear.")))
    prompt = replace(GUIDE.prompts[0], criteria=(*GUIDE.prompts[0].criteria, other))

    built = docx.Document(io.BytesIO(word.build(replace(GUIDE, prompts=(prompt,)))))

    assert [len(table.columns) for table in built.tables] == [1, 3, 4]


def test_a_template_says_what_it_is_to_a_screen_reader(paper):
    assert paper.core_properties.title == GUIDE.title
    assert paper.core_properties.language == "en-US"
    assert paper.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == "en-US"
    styles = [p.style.name for p in paper.paragraphs if p.style.name.startswith(("Title", "Heading 1", "Heading 2"))]
    assert styles == ["Title", *["Heading 1", "Heading 2"] * 3]


def test_the_footer_names_program_edition_and_document(paper):
    footer = paper.sections[0].footer.paragraphs[0].text

    assert footer.startswith("Sample Program · Level 2 Practice · Fall 2023 · [l2-practice/reflection-guide]")
    assert markers.origin_in(footer) == ("l2-practice", "reflection-guide", "Fall 2023")


def test_the_name_of_the_person_is_filled_in(paper):
    assert "Last name, first name: Okafor, Dana" in texts(paper)


def test_a_revised_template_says_so():
    built = docx.Document(io.BytesIO(word.build(GUIDE, revised=True)))

    assert built.core_properties.title == "Level 2 Practice Reflection Guide REVISED"
    assert "Revised version" in texts(built)


def test_every_printed_line_is_known_to_the_reader(paper):
    printed = {text.strip() for text in texts(paper)} - {"", "Last name, first name: Okafor, Dana"}

    assert printed - set(GUIDE.printed_lines()) == set()


def test_the_same_template_is_the_same_bytes():
    assert word.build(GUIDE, word.Person("Okafor", "Dana")) == TEMPLATE


def test_a_document_in_other_words_needs_no_code():
    """Two documents, four levels, a French title and a placeholder of its own."""
    levels = tuple((f"Niveau {rank}", f"Texte {rank}") for rank in range(1, 5))
    prompt = word.PromptSpec("N3-Q1", "Qu’avez-vous retenu ?", criteria=(word.CriterionSpec("Clarté", levels),))
    spec = replace(
        GUIDE, title="Carnet de réflexion & d’essais", prompts=(prompt,), language="fr-CA", placeholder="Votre réponse"
    )

    built = docx.Document(io.BytesIO(word.build(spec)))

    assert built.core_properties.title == "Carnet de réflexion & d’essais"
    assert {"Votre réponse", "Nom, prénom :", "Ce que les relecteurs regardent", "Critère"} <= {
        line.strip() for line in texts(built)
    }
    assert not {"Row", markers.PLACEHOLDER} & set(texts(built))


def test_a_filled_copy_carries_its_author_and_its_answers():
    content = word.fill(TEMPLATE, {"L2-RG-Q1": ["First.", "- a point"]}, author="Dana Okafor")

    copy = docx.Document(io.BytesIO(content))
    assert copy.core_properties.author == copy.core_properties.last_modified_by == "Dana Okafor"
    assert texts(copy).count(markers.PLACEHOLDER) == len(GUIDE.prompts) - 1
    assert "a point" in texts(copy)


def test_a_template_carries_nothing_of_the_library_that_wrote_it():
    with zipfile.ZipFile(io.BytesIO(TEMPLATE)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        names = archive.namelist()

    assert b"python-docx" not in everything
    assert not [name for name in names if "thumbnail" in name]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[L2-RG-Q4]", ["L2-RG-Q4"]),
        ("Why? [ L2-RG-Q4 ]", ["L2-RG-Q4"]),
        ("[L2‑RG–Q4]", ["L2-RG-Q4"]),
        ("see [1] and [Q4]", []),
        ("L2-RG-Q4", []),
    ],
)
def test_printed_codes_are_found(text, codes):
    assert markers.codes_in(text) == codes


def test_a_tag_and_a_bookmark_lead_back_to_their_code():
    assert markers.code_of_tag(markers.tag("L2-RG-Q4")) == "L2-RG-Q4"
    assert markers.code_of_bookmark(markers.bookmark("L2-RG-Q4")) == "L2-RG-Q4"
    assert markers.code_of_tag("goog_rdk_12") == markers.code_of_bookmark("_GoBack") == ""
