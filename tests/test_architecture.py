"""The house stands as its plan says: floors, rooms, one writer of a state, one clock, a strict content policy."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import ForeignKey, ManyToManyField

ROOT = Path(settings.BASE_DIR)
FLOORS = ("microcred", "badges", "cohorts", "submissions", "reviews")
OURS = [apps.get_app_config(floor) for floor in FLOORS]
SOURCES = sorted(file for floor in FLOORS for file in (ROOT / floor).rglob("*.py") if "migrations" not in file.parts)
TEMPLATES = sorted(file for folder in ("templates", *FLOORS) for file in (ROOT / folder).rglob("*.html"))

# What may be markup already when a page prints it, by the module that made it so.
SAFE_IN_TEMPLATES = {
    "help": "forms: written by us, in Python",
    "answer.html": "submissions.checks.markup: every word is escaped, only tags of our own are written",
    "letter": "microcred.letters: Markdown without HTML, cleaned",
    "page": "microcred.letters: Markdown without HTML, cleaned",
}
MAY_MARK_SAFE = {"microcred/letters.py", "reviews/changes.py", "submissions/pictures.py"}


def name_of(file):
    return str(file.relative_to(ROOT))


def relations():
    """Every foreign key and many-to-many field between our own models: (from app, to app, field)."""
    for config in OURS:
        for model in config.get_models(include_auto_created=True):
            for field in model._meta.get_fields():
                if isinstance(field, (ForeignKey, ManyToManyField)) and field.related_model._meta.app_label in FLOORS:
                    yield config.label, field.related_model._meta.app_label, str(field)


def test_there_are_relations_to_judge():
    assert len(list(relations())) > 20


def test_foreign_keys_point_down_or_stay():
    up = [field for here, there, field in relations() if FLOORS.index(there) > FLOORS.index(here)]

    assert up == []


def test_imports_point_down():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def imported(file):
    """What a file imports, by its full name."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            yield from (".".join((*above, *filter(None, [node.module]), alias.name)) for alias in node.names)


def test_a_file_is_checked_without_django_or_any_floor():
    allowed = ("submissions.checks", "badges.markers", "badges.names")
    files = [
        *(ROOT / "submissions" / "checks").rglob("*.py"),
        *(ROOT / "badges" / f"{each}.py" for each in ("markers", "names")),
    ]
    foreign = {
        f"{name_of(file)}: {module}"
        for file in files
        for module in imported(file)
        if module.split(".")[0] not in sys.stdlib_module_names | {"lxml"} and not module.startswith(allowed)
    }

    assert foreign == set()


def writes_of(attribute):
    """Files with an assignment to `….attribute`, or an `update(attribute=…)`."""
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text())):
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
                parts = [part for target in targets for part in ast.walk(target)]
                if any(isinstance(part, ast.Attribute) and part.attr == attribute for part in parts):
                    yield name_of(file), ast.unparse(node)


def test_one_module_writes_the_state_of_a_submission():
    writers = {file for file, line in writes_of("state") if "submission" in line or file.startswith("submissions")}

    assert writers == {"submissions/workflow.py"}


def calls(file):
    """Every call of a file, as written."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_one_module_reads_the_clock():
    forbidden = re.compile(r"(^|\.)(timezone\.now|datetime\.(now|utcnow|today)|date\.today|time\.time|localtime)$")
    readers = {name_of(file) for file in SOURCES if any(forbidden.search(call) for call in calls(file))}

    assert readers == {"microcred/clock.py"}


def test_markup_is_marked_safe_only_where_it_was_looked_at():
    markers = {
        name_of(file) for file in SOURCES if any(call.endswith(("mark_safe", "SafeString")) for call in calls(file))
    }

    assert markers == MAY_MARK_SAFE


def test_templates_print_only_known_markup():
    printed = {
        f"{name_of(file)}: {expression}"
        for file in TEMPLATES
        for expression in re.findall(r"([\w.]+)[^{}]*\|\s*(?:safe|safeseq)\b|(?=autoescape off)", file.read_text())
        if not expression.endswith(tuple(SAFE_IN_TEMPLATES))
    }

    assert printed == set()


def test_only_a_mail_programs_button_is_excused_from_the_forgery_check():
    excused = [line for file in SOURCES for line in file.read_text().splitlines() if line.startswith("@csrf_exempt")]

    assert excused == ["@csrf_exempt  # a mail program has no cookie of ours; whoever holds the address may choose"]


INLINE = re.compile(
    r"""<[^>]*\sstyle\s*=            # a style attribute
      | <[^>]*\son[a-z]+\s*=         # an event handler
      | <style\b
      | <script\b(?![^>]*\bsrc=)(?![^>]*\btype="application/json")
      | href\s*=\s*["']javascript:
    """,
    re.VERBOSE | re.IGNORECASE,
)


@pytest.mark.parametrize(
    "markup", ['<p style="x">', '<a onclick="x()">', "<style>", "<script>x", '<a href="javascript:x">']
)
def test_the_rule_against_inline_code_finds_it(markup):
    assert INLINE.search(markup)


def test_templates_hold_no_inline_style_script_or_handler():
    mails = ROOT / "templates" / "mail"  # an e-mail brings its style along
    found = {
        f"{name_of(file)}: {match.group()[:80]}"
        for file in TEMPLATES
        if mails not in file.parents
        for match in INLINE.finditer(
            re.sub(r"{% comment.*?endcomment %}|{[#%{].*?[}%#]}", "", file.read_text(), flags=re.S)
        )
    }

    assert found == set()


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("floor", FLOORS)
def test_migrations_have_names(floor):
    files = [file.stem for file in (ROOT / floor / "migrations").glob("0*.py")]

    assert files and not [name for name in files if re.search(r"_auto_|^\d+_migration", name)]
