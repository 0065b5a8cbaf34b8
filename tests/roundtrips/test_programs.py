"""Every template of the demo edition, filled in and saved by a real program: every answer comes back exactly."""

from functools import partial

import pytest

from badges.markers import PLACEHOLDER
from tests.roundtrips import papers, programs
from tests.submissions.checks.papers import replaced

pytestmark = pytest.mark.files

PROGRAMS = {
    "LibreOffice": programs.libreoffice,
    "LibreOffice, via odt": partial(programs.libreoffice, via="odt"),
    "LibreOffice, via doc": partial(programs.libreoffice, via="doc"),
    "LibreOffice, via rtf": partial(programs.libreoffice, via="rtf"),
    "pandoc": programs.pandoc,
    "pandoc, via html": partial(programs.pandoc, via="html"),
    "pandoc, via markdown": partial(programs.pandoc, via="markdown"),
    "pandoc, via rst": partial(programs.pandoc, via="rst"),
    "python-docx": programs.python_docx,
}
UNREAD_BY_PANDOC = {"bullets and bold", "a table"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_files_from_every_program_are_understood(program, tmp_path):
    """Filled in, blank, and with nothing but spaces; all of them in one call, for a program is slow to start."""
    filled = {key: papers.filled(key) for key in papers.KEYS}
    blank = {f"{key} blank": papers.template(key) for key in papers.KEYS}
    spaces = {f"{key} spaces": replaced(papers.template(key), PLACEHOLDER, "\u00a0 ") for key in papers.KEYS}

    saved = PROGRAMS[program]({**filled, **blank, **spaces}, tmp_path)

    for key in papers.KEYS:
        assert_every_answer_came_back(saved[key], key)
        for left in ("blank", "spaces"):
            looked = papers.look(saved[f"{key} {left}"], key)
            assert (looked.verdict, looked.said, looked.kind) == ("blocked", ["kind.template"], "template")
    elsewhere = papers.look(saved["growth-plan"], "reflection-guide")
    assert (elsewhere.verdict, elsewhere.said, elsewhere.kind) == ("blocked", ["kind.other"], "growth-plan")


def assert_every_answer_came_back(content, key):
    looked = papers.look(content, key)
    assert looked.answers == papers.expected(key)
    assert (looked.verdict, looked.kind, looked.outside) == ("advice", key, "")
    assert set(looked.said) == {"answers.short"}  # "Meets" and one line are short; nothing else is amiss
    assert set(looked.found_by.values()) <= {"tag", "code"}


def test_what_pandoc_leaves_of_an_odt_comes_back(tmp_path):
    """It drops the heading rows of tables, with question and code in them, and lists and tables in cells."""
    left = programs.pandoc({key: papers.filled(key) for key in papers.KEYS}, tmp_path, via="odt")

    for key in papers.KEYS:
        looked = papers.look(left[key], key)
        kinds = papers.kinds_for(key)
        readable = {code: text for code, text in papers.expected(key).items() if kinds[code] not in UNREAD_BY_PANDOC}

        assert {code: looked.answers[code] for code in readable} == readable
        assert (looked.verdict, looked.kind, looked.outside) == ("advice", key, "")
        assert set(looked.found_by.values()) == {"prompt"}
