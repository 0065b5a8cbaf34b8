"""Files checked from the command line, and the workflow as a page."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from submissions.management.commands import workflow_diagram
from submissions.states import MOVES, State
from tests.support import factories
from tests.support.submitting import fill_guide


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def edition(db):
    return factories.edition()


def check(edition, *files, last="Ward", first="Ada", flags=()):
    about = ["--edition", edition.slug, "--document", "growth-plan", "--last", last, "--first", first, *flags]
    return run("check_document", *about, *map(str, files))


def test_one_json_object_a_line_says_everything(edition, tmp_path):
    good, bad = tmp_path / "Ward, A - Level 2 Growth Plan.docx", tmp_path / "plan.pdf"
    good.write_bytes(fill_guide(edition.documents.get(key="growth-plan")))
    bad.write_bytes(b"%PDF-1.7")

    first, second = (json.loads(line) for line in check(edition, good, bad, flags=["--json"]).splitlines())

    assert set(first) == {
        "file", "verdict", "findings", "canonical_name", "kind", "answers", "seconds", "peak_mib",
    }  # fmt: skip
    assert (first["verdict"], first["kind"]) == ("ready", "growth-plan")
    assert first["canonical_name"] == "Ward, A | Level 2 Growth Plan.docx"
    assert [answer["code"] for answer in first["answers"]] == ["L2-GP-Q1"]
    assert (second["verdict"], second["findings"][0]["code"]) == ("blocked", "type.pdf")


def test_in_words_it_is_short(edition, tmp_path):
    file = tmp_path / "plan.docx"
    file.write_bytes(b"")

    assert check(edition, file) == (
        f"{file}: blocked\n  blocked: The file is empty\n  our name for it: Ward, A | Level 2 Growth Plan.docx\n"
    )


def test_a_document_that_is_not_there_is_named(edition, tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        check(edition, tmp_path / "gone.docx")
    with pytest.raises(CommandError, match="Known: reflection-guide, growth-plan"):
        run("check_document", "--edition", edition.slug, "--document", "x", "--last", "Ward", __file__)


def test_the_page_of_the_workflow_is_current():
    run("workflow_diagram", "--check")


def test_an_old_page_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(workflow_diagram, "PAGE", tmp_path / "workflow.md")
    with pytest.raises(CommandError, match="is not current"):
        run("workflow_diagram", "--check")

    run("workflow_diagram")

    run("workflow_diagram", "--check")


def test_every_state_and_move_stands_in_it():
    page = workflow_diagram.page()

    assert [state for state in State if f"    {state}: {state.label}" not in page] == []
    assert [move for move in MOVES if f"| {move} |" not in page] == []
