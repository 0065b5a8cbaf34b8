"""Files checked from the command line, and the workflow as a page."""

import io
import json
import os

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
    with pytest.raises(CommandError, match="“x”. Known: reflection-guide, growth-plan"):
        run("check_document", "--edition", edition.slug, "--document", "x", "--last", "Ward", __file__)
    with pytest.raises(CommandError, match="has no documents. Known: none: is the edition loaded"):
        run("check_document", "--edition", "x", __file__)


@pytest.fixture
def last_term(edition, tmp_path):
    """A folder as people leave it, with documents of two kinds by several people."""
    folder = tmp_path / ".last term"
    for place in ("b", "a", ".git"):
        (folder / place).mkdir(parents=True)
    guide, plan = (fill_guide(document) for document in edition.documents.all())
    (folder / "b" / "Ward, A - Level 2 Growth Plan.docx").write_bytes(plan)
    (folder / "b" / "whatever.docx").write_bytes(guide)
    (folder / "a" / "Okafor, D - Level 2 Practice Reflection Guide.docx").write_bytes(guide)
    (folder / "a" / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    (folder / "a" / "empty.docx").write_bytes(b"")
    (folder / "gone.docx").symlink_to(folder / "nowhere.docx")
    (folder / "~$guide.docx").write_bytes(b"\x05Dana")
    (folder / ".git" / "config").write_bytes(b"x")
    os.mkfifo(folder / "pipe.docx")
    (folder / os.fsdecode(b"M\xfcller\n.docx")).write_bytes(plan)
    return folder


def walk(edition, folder, *flags):
    out, err = io.StringIO(), io.StringIO()
    call_command("check_document", "--edition", edition.slug, *flags, str(folder), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_folder_of_last_term_is_read_whole(edition, last_term):
    out, _ = walk(edition, last_term, "--json")

    lines = [json.loads(line) for line in out.splitlines()]
    assert [(os.path.relpath(line["file"], last_term), line["verdict"], line["kind"]) for line in lines] == [
        (os.fsdecode(b"M\xfcller\n.docx"), "ready", "growth-plan"),
        ("gone.docx", "unread", ""),
        ("a/Okafor, D - Level 2 Practice Reflection Guide.docx", "ready", "reflection-guide"),
        ("a/empty.docx", "blocked", ""),
        ("a/old.doc", "blocked", ""),
        ("b/Ward, A - Level 2 Growth Plan.docx", "ready", "growth-plan"),
        ("b/whatever.docx", "ready", "reflection-guide"),
    ]
    assert out.encode("utf-8")  # bytes that are no text do not stop the printing
    assert {code for line in lines for code in codes(line) if "name" in code} == set()
    assert lines[-1]["canonical_name"] == "whatever.docx"


def codes(line):
    return [one["code"] for one in line["findings"]]


def test_what_is_left_out_of_a_folder_is_told(edition, last_term):
    _, err = walk(edition, last_term, "--json")

    said = [line.rpartition("/")[2] for line in err.splitlines() if line.startswith("Left out")]
    assert said == [
        "pipe.docx (not a file)",
        "~$guide.docx (the lock file of a document that is open)",
        "config (hidden)",
    ]


def test_a_folder_ends_with_a_summary(edition, last_term):
    out, _ = walk(edition, last_term)

    table, _, end = out.partition("\n\n")
    assert table.splitlines()[0] == f"ready    {last_term}/M\\udcfcller\\n.docx"
    assert f"blocked  {last_term}/a/empty.docx: The file is empty" in table.splitlines()
    assert end.splitlines()[:4] == [
        "7 files: 4 ready, 0 advice, 1 unread, 2 blocked",
        "     1  read.failed",
        "     1  size.zero",
        "     1  type.office",
    ]
    assert end.splitlines()[4] == "slowest:"
    assert len(end.splitlines()) == 8


def test_with_a_name_and_a_document_a_folder_is_held_to_them(edition, last_term):
    out, _ = walk(edition, last_term / "b", "--document", "growth-plan", "--last", "Ward", "--first", "Ada", "--json")

    ward, other = (json.loads(line) for line in out.splitlines())
    assert (ward["verdict"], ward["canonical_name"]) == ("ready", "Ward, A | Level 2 Growth Plan.docx")
    assert "ok.name" in codes(ward)
    assert (other["verdict"], codes(other)) == ("blocked", ["kind.other"])


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
