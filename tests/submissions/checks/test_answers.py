"""Answers come back exactly, whatever a word processor did to the paper."""

import re
from dataclasses import replace
from zlib import crc32

import pytest

from badges import word
from tests.submissions.checks import papers
from tests.submissions.checks.papers import ANSWERS, GUIDE, TEXTS, altered, filled, line, replaced, written

BOX = "Write your answer here"
TABLE = re.compile(r"</?w:(?:tbl|tr|tc)>|<w:tblPr>.*?</w:tblPr>|<w:(?:tblGrid|trPr|tcPr)>.*?</w:(?:tblGrid|trPr|tcPr)>")


def texts_of(examined):
    return {answer.code: answer.text for answer in examined.answers}


def found_by(examined):
    return {answer.found_by for answer in examined.answers}


def wrap_rows(text):
    """As Google Docs does: every row in a control of its own, every table in another."""
    control = '<w:sdt><w:sdtPr><w:tag w:val="goog_rdk_1"/></w:sdtPr><w:sdtContent>'
    text = re.sub(r"<w:tr[ >].*?</w:tr>", lambda row: f"{control}{row[0]}</w:sdtContent></w:sdt>", text, flags=re.S)
    return re.sub(r"<w:tbl>.*?</w:tbl>", lambda tbl: f"{control}{tbl[0]}</w:sdtContent></w:sdt>", text, flags=re.S)


def split_runs(text):
    """As Word does with a spelling mark: one sentence in many runs."""
    return text.replace(
        "data of", 'da</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t xml:space="preserve">ta of'
    )


def test_answers_come_back_by_their_tags(examine):
    examined = examine(filled())

    assert texts_of(examined) == TEXTS
    assert found_by(examined) == {"tag"}
    assert (examined.verdict, examined.kind, examined.outside) == ("ready", "reflection-guide", "")


@pytest.mark.parametrize(
    "bend",
    [
        lambda content: filled(lose_tags=True),
        lambda content: altered(filled(lose_tags=True), wrap_rows),
        lambda content: altered(filled(lose_tags=True), lambda text: re.sub(r"<w:bookmark[^>]*>", "", text)),
        lambda content: altered(filled(lose_tags=True), lambda text: TABLE.sub("", text)),
    ],
    ids=["LibreOffice", "Google Docs", "no bookmarks", "tables flattened"],
)
def test_answers_come_back_by_their_printed_codes(examine, bend):
    examined = examine(bend(filled()))

    assert texts_of(examined) == TEXTS
    assert found_by(examined) == {"code"}
    assert (examined.verdict, examined.outside) == ("ready", "")


@pytest.mark.parametrize("lose_tags", [False, True], ids=["Word", "LibreOffice"])
def test_a_paper_in_another_language_is_read_as_well(examine, lose_tags):
    french = replace(GUIDE, language="fr-FR")
    template = word.build(french, word.Person("Okafor", "Dana"))
    content = word.fill(template, {"L2-RG-Q1": ANSWERS["L2-RG-Q1"]}, lose_tags=lose_tags)

    examined = examine(content, slot=papers.slot(french, "Reflection Guide"))

    assert texts_of(examined) == {**dict.fromkeys(TEXTS, ""), "L2-RG-Q1": TEXTS["L2-RG-Q1"]}
    assert (examined.outside, examined.kind) == ("", "reflection-guide")


@pytest.mark.parametrize("bend", [wrap_rows, split_runs], ids=["controls around rows", "split runs"])
def test_answers_come_back_exactly_from_bent_papers(examine, bend):
    assert texts_of(examine(altered(filled(), bend))) == TEXTS


def test_an_answer_is_found_by_its_tag_when_the_code_was_deleted(examine):
    examined = examine(replaced(filled(), "[L2-RG-Q2]", ""))

    assert texts_of(examined) == TEXTS
    assert examined.verdict == "ready"


def test_an_answer_is_found_by_its_prompt_when_code_and_tag_are_gone(examine):
    examined = examine(
        altered(filled(lose_tags=True), lambda text: re.sub(r"\[L2-RG-Q\d\]|<w:bookmark[^>]*>", "", text))
    )

    assert texts_of(examined) == TEXTS
    assert found_by(examined) == {"prompt"}
    assert examined.verdict == "ready"


def test_a_prompt_that_was_reworded_is_read_but_a_person_looks(examine):
    bare = altered(filled(lose_tags=True), lambda text: re.sub(r"\[L2-RG-Q\d\]|<w:bookmark[^>]*>", "", text))
    content = replaced(bare, "about trust in the work that you support?", "about trust in the work you support?")

    examined = examine(content)

    assert texts_of(examined) == TEXTS
    assert (examined.verdict, examined.findings[1].code) == ("unread", "read.unsure")
    assert examined.answers[2].asked == "What did you notice about trust in the work you support?"


def test_a_question_asked_under_two_headings_is_known_by_its_code(examine):
    prompts = tuple(
        word.PromptSpec(f"L2-GP-Q{number}", "Where are you now?", section=section)
        for number, section in enumerate(("Relationships", "Co-learning"), start=1)
    )
    spec = word.DocumentSpec(**{**vars(papers.PLAN), "prompts": prompts})
    answers = {"L2-GP-Q1": papers.LONG, "L2-GP-Q2": "Further than I thought in spring."}
    content = word.fill(word.build(spec), answers, lose_tags=True)
    bare = altered(content, lambda text: re.sub(r"\[L2-GP-Q\d\]|<w:bookmark[^>]*>", "", text))
    without_numbers = altered(bare, lambda text: re.sub(r"Question \d", "", text))

    by_code, by_number, by_order = (
        examine(each, slot=papers.slot(spec, "Growth Plan"), other_slots=())
        for each in (content, bare, without_numbers)
    )

    assert texts_of(by_code) == texts_of(by_number) == texts_of(by_order) == answers
    assert {finding.code for finding in (*by_code.findings, *by_number.findings)} == {
        "ok.kind",
        "ok.answers",
        "name.pattern",
    }
    assert by_order.verdict == "unread"


def test_a_question_that_was_deleted_is_for_a_person(examine):
    examined = examine(
        altered(filled(), lambda text: re.sub(r"<w:tbl>(?:(?!<w:tbl>).)*?L2-RG-Q2.*?</w:tbl>", "", text))
    )

    assert examined.verdict == "unread"
    assert texts_of(examined) == {**TEXTS, "L2-RG-Q2": ""}
    assert examined.findings[1].data["questions"] == [2]


def test_insertions_are_read_and_deletions_are_not(examine):
    content = replaced(
        filled(),
        "Answer 2.",
        "Answer </w:t></w:r><w:del><w:r><w:delText>two</w:delText></w:r></w:del>"
        '<w:ins><w:r><w:t xml:space="preserve">number </w:t></w:r></w:ins><w:r><w:t>2.',
    )

    examined = examine(content)

    assert texts_of(examined)["L2-RG-Q2"].endswith("Answer number 2.")
    assert (examined.verdict, [f.code for f in examined.findings if f.level == "advice"]) == (
        "advice",
        ["open.tracked"],
    )


def test_paragraphs_whose_parting_was_deleted_are_one(examine):
    content = altered(
        filled({"L2-RG-Q1": ["One", " and two."]}),
        lambda text: text.replace(
            '<w:pStyle w:val="Answer"/></w:pPr><w:bookmark',
            '<w:pStyle w:val="Answer"/><w:rPr><w:del/></w:rPr></w:pPr><w:bookmark',
            1,
        ),
    )

    assert texts_of(examine(content))["L2-RG-Q1"] == "One and two."


@pytest.mark.parametrize("label", ["{}", "{}.", "Question {}"])
def test_a_number_in_front_of_its_question_is_no_answer(examine, label):
    rows = "".join(
        f"<w:tr><w:tc>{line(label.format(place))}</w:tc><w:tc>{line(prompt.text)}</w:tc>"
        f"<w:tc>{line(f'Words {place}')}</w:tc></w:tr>"
        for place, prompt in enumerate(papers.expectation().slot.prompts, start=1)
    )

    examined = examine(written(f"<w:tbl>{rows}</w:tbl>"))

    assert [answer.text for answer in examined.answers] == ["Words 1", "Words 2", "Words 3"]


def test_another_number_in_front_of_a_question_is_kept(examine):
    asked = papers.expectation().slot.prompts[1].text
    cells = "".join(f"<w:tc>{line(text)}</w:tc>" for text in ("7", asked, "Words"))

    examined = examine(written(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"))

    assert examined.answers[1].text == "7\n\nWords"


def test_a_deleted_row_is_gone(examine):
    row = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{line('no longer')}</w:tc></w:tr>"
    table = f"<w:tbl>{row}<w:tr><w:tc>{line('still here')}</w:tc></w:tr></w:tbl>"
    content = replaced(filled(), "</w:p></w:sdtContent>", f"</w:p>{table}</w:sdtContent>")

    assert texts_of(examine(content))["L2-RG-Q1"] == f"{TEXTS['L2-RG-Q1']}\n\nstill here"


def test_a_table_in_an_answer_belongs_to_it(examine):
    cells = "".join(f"<w:tc>{line(text)}</w:tc>" for text in ("Stage", "Where we are"))
    content = replaced(filled(), "</w:p></w:sdtContent>", f"</w:p><w:tbl><w:tr>{cells}</w:tr></w:tbl></w:sdtContent>")

    answer = examine(content).answers[0]

    assert answer.text == f"{TEXTS['L2-RG-Q1']}\n\nStage\tWhere we are"
    assert answer.html.endswith(
        "<table><tbody><tr><td><p>Stage</p></td><td><p>Where we are</p></td></tr></tbody></table>"
    )


def test_text_typed_behind_the_box_in_its_cell_is_the_answer(examine):
    empty = '</w:sdt><w:p><w:pPr><w:pStyle w:val="Answer"/></w:pPr></w:p>'
    content = replaced(filled({}), empty, f"</w:sdt>{line('Typed below the box, in the same cell.')}")

    assert texts_of(examine(content))["L2-RG-Q3"] == "Typed below the box, in the same cell."


def test_text_typed_behind_the_placeholder_is_the_answer(examine):
    content = replaced(filled({}), "Write your answer here", "Write your answer here: I did.")

    assert texts_of(examine(content))["L2-RG-Q1"] == "I did."


@pytest.mark.parametrize(
    "placeholder", ["Write your answer here", "WRITE YOUR ANSWER HERE.", "Klicken Sie hier, um Text einzugeben."]
)
def test_what_a_box_shows_by_itself_is_no_answer(said, placeholder):
    content = altered(filled({"L2-RG-Q1": papers.LONG}), lambda text: text.replace(BOX, placeholder) + " ")

    assert said(content) == ("advice", ["answers.empty"])


def test_a_placeholder_in_other_words_is_no_answer_without_its_tags(said):
    spec = word.DocumentSpec(**{**vars(GUIDE), "placeholder": "Écrivez votre réponse ici"})
    content = word.fill(word.build(spec), {"L2-RG-Q1": papers.LONG}, lose_tags=True)

    assert said(content, slot=papers.slot(spec, "Guide")) == ("advice", ["answers.empty"])


def test_a_level_that_is_named_in_an_answer_stays_in_it(examine):
    """The rubric prints "Meets" too; in an answer box it is the applicant's word."""
    content = filled({**ANSWERS, "L2-RG-Q1": ["Meets", "Names no stage."]})

    assert texts_of(examine(content))["L2-RG-Q1"] == "Meets\n\nNames no stage."


def test_text_outside_the_boxes_is_kept_as_such(examine):
    content = replaced(filled(), "<w:body>", f"<w:body>{line('A note of my own.')}")

    examined = examine(content)

    assert (examined.outside, texts_of(examined)) == ("A note of my own.", TEXTS)


def test_what_was_typed_into_the_rubric_is_kept_outside(examine):
    examined = examine(replaced(filled(), "Names the stage and says how the team knows.", "This is what I do."))

    assert examined.outside.splitlines()[0] == "Sees teams\tNames no stage.\tThis is what I do."
    assert texts_of(examined) == TEXTS


def test_tables_that_were_joined_keep_their_answers_apart(examine):
    """Without the lines between them, Word makes one table of the question and its rubric."""
    content = altered(filled(lose_tags=True), lambda text: re.sub(r"</w:tbl>.*?<w:tbl>(?:.*?</w:tblGrid>)?", "", text))

    assert texts_of(examine(content)) == TEXTS


def test_the_code_that_can_be_seen_goes_before_a_tag_that_was_copied(examine):
    examined = examine(replaced(filled(), 'w:val="answer:L2-RG-Q2"', 'w:val="answer:L2-RG-Q1"'))

    assert texts_of(examined) == TEXTS


def test_words_are_counted_as_a_person_sees_them(examine):
    examined = examine(filled({"L2-RG-Q1": "Well-known facts – “three” of them.\u200b", "L2-RG-Q2": "実施 stages"}))

    assert [answer.words for answer in examined.answers] == [6, 3, 0]
    assert examined.words == 9


def test_a_picture_is_an_answer_without_words(examine):
    picture = (
        '<w:r><w:drawing xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<wp:docPr descr="Our wall of notes"/><pic:pic/></w:drawing></w:r>'
    )
    content = replaced(filled({"L2-RG-Q1": "PIC"}), '<w:r><w:t xml:space="preserve">PIC</w:t></w:r>', picture)

    answer = examine(content).answers[0]

    assert (answer.text, answer.words) == ("[Picture: Our wall of notes]", 0)
    assert answer.html == "<p><em>[Picture: Our wall of notes]</em></p>"


def test_which_picture_stands_in_an_answer_is_kept_with_its_words(examine):
    content = papers.pictured(filled({"L2-RG-Q2": "PIC"}), b"a plan", alt="A &lt;plan&gt;")

    html = examine(content).answers[1].html

    assert html == f'<p><em data-picture="{crc32(b"a plan"):08x}">[Picture: A &lt;plan&gt;]</em></p>'


REWORDED = "What do you notice about trust in our own work?"


@pytest.mark.parametrize("beside_its_code", [False, True])
def test_a_prompt_reworded_at_its_code_is_kept_as_it_stands_and_is_no_answer(examine, beside_its_code):
    asked = "What did you notice about trust in the work that you support?"
    content = replaced(filled(), f">{asked}<", f">{REWORDED}<")
    if beside_its_code:
        moved = replaced(replaced(content, ">[L2-RG-Q3]<", "><"), ">Two or three paragraphs.<", "><")
        content = replaced(moved, f">{REWORDED}<", f">{REWORDED} [L2-RG-Q3]<")

    examined = examine(content)

    assert texts_of(examined) == TEXTS
    assert [answer.asked for answer in examined.answers] == ["", "", REWORDED]
    assert examined.verdict == "ready"


def test_what_somebody_typed_above_a_code_stays_their_answer(examine):
    typed = "Trust grew when we told the schools what we did not know, and asked them to work on it with us."
    content = replaced(filled({}), ">[L2-RG-Q3]<", f">{typed}</w:t></w:r></w:p><w:p><w:r><w:t>[L2-RG-Q3]<")

    answer = examine(content).answers[2]

    assert (answer.text, answer.asked) == (typed, "")


def test_hidden_text_is_no_answer(examine):
    content = replaced(filled({"L2-RG-Q1": "seen"}), "<w:r><w:t xml", "<w:r><w:rPr><w:vanish/></w:rPr><w:t xml")

    assert texts_of(examine(content))["L2-RG-Q1"] == ""


def test_a_text_box_is_read_once(examine):
    box = (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice><w:txbxContent>{line('In a box.')}</w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent>{line('In a box.')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
    )
    content = replaced(filled({"L2-RG-Q1": "Beside."}), ">Beside.</w:t></w:r>", f">Beside.</w:t></w:r>{box}")

    assert texts_of(examine(content))["L2-RG-Q1"] == "Beside.\n\nIn a box."


def test_a_footnote_stands_where_it_is_referred_to(examine):
    notes = f'<w:footnotes xmlns:w="{papers.W}"><w:footnote w:id="2">{line("Ward, 2021.")}</w:footnote></w:footnotes>'
    content = replaced(filled(), "Answer 1.</w:t>", 'Answer 1.</w:t><w:footnoteReference w:id="2"/>')
    content = papers.related(content, "footnotes", "footnotes.xml", external=False)

    examined = examine(papers.added(content, word__footnotes_dot_xml=notes.encode()))

    assert texts_of(examined)["L2-RG-Q1"] == f"{TEXTS['L2-RG-Q1']} [Note: Ward, 2021.]"


def test_a_strict_file_is_read_as_any_other(examine):
    strict = {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "http://purl.oclc.org/ooxml/wordprocessingml/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    content = filled()
    for part in ("word/document.xml", "word/styles.xml", "word/_rels/document.xml.rels", "_rels/.rels"):
        content = altered(
            content, lambda text: text.replace(*[*strict.items()][0]).replace(*[*strict.items()][1]), part
        )

    examined = examine(content)

    assert (texts_of(examined), examined.verdict) == (TEXTS, "ready")


def test_a_paper_of_somebody_s_own_is_for_a_person(examine):
    examined = examine(written(line("Level 2 Practice Reflection Guide") + line("I wrote it all myself.")))

    assert (examined.verdict, examined.kind) == ("unread", "reflection-guide")
    assert examined.outside == "I wrote it all myself."
