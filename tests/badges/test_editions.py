"""Editions as files: loaded, written, loaded again; told what is wrong; cloned and frozen."""

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from badges.editions import EditionFault, clone, describe, export, freeze, load, load_all, read
from badges.models import Activity, Badge, Competency, Edition, Level, Prompt, RequiredDocument
from microcred import clock
from microcred.verdict import Refused

LIBRARY = Path(__file__).parents[2] / "badges" / "library"
FRENCH = Path(__file__).parents[1] / "data" / "french-program" / "journal"
ALL = [*(LIBRARY / name for name in ("l2-practice", "l2-shared-learning", "l2-apprentice")), FRENCH]

pytestmark = pytest.mark.django_db


@pytest.fixture
def library():
    return {edition.slug: edition for edition in load_all(LIBRARY)}


@pytest.fixture
def copied(tmp_path):
    """A copy of the practice edition that a test may spoil."""
    shutil.copytree(LIBRARY, tmp_path / "library")
    return tmp_path / "library" / "l2-practice"


def replace(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults_of(folder):
    with pytest.raises(EditionFault) as caught:
        read(folder)
    return caught.value.faults


def test_the_demo_program_is_what_the_program_page_says(library):
    practice = library["l2-practice"]

    assert list(practice.documents.values_list("key", flat=True)) == [
        "reflection-guide",
        "stages-activity",
        "growth-plan",
    ]
    assert practice.activities.filter(is_required=True).count() == 10
    assert practice.activities.filter(is_required=False).count() == 2
    assert list(Prompt.objects.filter(document__is_scored=True).values_list("code", flat=True)) == [
        f"L2-RG-Q{number}" for number in range(1, 10)
    ]
    assert {competency.name for competency in practice.competencies.all()} == {
        "Grow and Sustain Relationships",
        "Co-Learning",
        "Understanding Context",
    }
    assert Competency.objects.count() == 15
    assert {badge.slug for badge in library["l2-apprentice"].badge.parts.all()} == {"l2-practice", "l2-shared-learning"}


def test_every_criterion_of_the_guide_has_three_levels_and_passes_at_the_top(library):
    levels = Level.objects.filter(criterion__document__key="reflection-guide").order_by("criterion__position", "-rank")

    assert [(level.rank, level.label, level.is_passing) for level in levels] == [
        (3, "Meets", True),
        (2, "Approaching", False),
        (1, "Not yet", False),
    ] * 9


def test_every_reminder_has_its_letter(library):
    practice = library["l2-practice"]

    assert {rule["letter"] for rule in practice.reminders} <= set(practice.letters.values_list("key", flat=True))


@pytest.mark.parametrize("folder", ALL, ids=lambda folder: folder.name)
def test_what_is_loaded_is_what_the_files_say(folder):
    load_all(LIBRARY)

    assert describe(load(folder)) == read(folder)


@pytest.mark.parametrize("folder", ALL, ids=lambda folder: folder.name)
def test_an_exported_edition_reads_as_it_was(folder, tmp_path):
    load_all(LIBRARY)
    edition = load(folder)

    written = export(edition, tmp_path)

    assert read(written) == describe(edition)


def test_loading_twice_changes_nothing(library):
    before = list(Level.objects.values_list("pk", "text"))

    load_all(LIBRARY)

    assert list(Level.objects.values_list("pk", "text")) == before
    assert Edition.objects.count() == 3


def test_an_edited_file_keeps_the_rows_that_stay(copied):
    load(copied)
    rows = dict(Activity.objects.values_list("key", "pk"))
    replace(copied / "edition.yaml", "Watch the two example videos", "Watch both videos")

    load(copied)

    assert dict(Activity.objects.values_list("key", "pk")) == rows
    assert Activity.objects.get(key="example-videos").title == "Watch both videos"


def test_documents_can_change_places(copied):
    load(copied)
    replace(
        copied / "edition.yaml",
        "documents: [reflection-guide, stages-activity, growth-plan]",
        "documents: [growth-plan, reflection-guide, stages-activity]",
    )

    load(copied)

    assert list(RequiredDocument.objects.values_list("key", flat=True)) == [
        "growth-plan",
        "reflection-guide",
        "stages-activity",
    ]


def test_something_quite_different_needs_no_code(tmp_path):
    edition = load(FRENCH)

    call_command("export_templates", edition="tuteur-automne", to=tmp_path, last="Lefèvre", first="Élodie", verbosity=0)

    assert edition.pass_count == 2
    assert Level.objects.filter(criterion__key="regard").count() == 4
    assert Level.objects.get(criterion__key="regard", is_passing=True).label == "Solide"
    assert {file.name for file in tmp_path.iterdir()} == {
        "Journal de bord - séances observées - Lefèvre É.docx",
        "Bilan du trimestre - Lefèvre É.docx",
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "edition.yaml",
            "kind: practice",
            "kind: practise",
            "l2-practice/edition.yaml, line 12: badge.kind has to be one of",
        ),
        (
            "edition.yaml",
            "kind: watch",
            "kynd: watch",
            "l2-practice/edition.yaml, line 28: activities[1].kynd is not known here; did you mean “kind”",
        ),
        ("edition.yaml", "term: Fall 2023", "", "l2-practice/edition.yaml, line 3: term is empty; write it"),
        (
            "edition.yaml",
            "level: 2",
            "level: two",
            "l2-practice/edition.yaml, line 11: badge.level cannot be read; write a number",
        ),
        ("edition.yaml", "letter: today", "letter: noon", "letter names no file of letters/; write letters/noon.md"),
        ("edition.yaml", 'at: "09:00"', "at: 9 AM", "reminders[1].at has to be a time of day in quotes"),
        ("edition.yaml", "co-learning,", "co-lerning,", "competencies names “co-lerning”, which the framework"),
        (
            "edition.yaml",
            "growth-plan]",
            "growth-plan, essay]",
            "l2-practice/documents/essay.yaml: the file is not there",
        ),
        ("edition.yaml", "../program.yaml", "../../../etc/passwd", "program leads outside the library"),
        ("edition.yaml", "key: planning-tool\n", "key: stages-video\n", "activities has “stages-video” more than once"),
        ("documents/growth-plan.yaml", "L2-GP-Q1", "first question", "prompts[1].code has to look like “L2-RG-Q1”"),
        (
            "documents/growth-plan.yaml",
            "scored: false",
            "scored: true",
            "scored is true, but the document has no rubric row",
        ),
        ("documents/growth-plan.yaml", "text: Where", "text: [Where", "growth-plan.yaml, line 12: cannot be read: "),
        ("documents/reflection-guide.yaml", "Not yet: Retells", "Meets: Retells", "the key “Meets” stands twice"),
        (
            "letters/award.md",
            "Subject:",
            "About:",
            "l2-practice/letters/award.md: has to begin with a line “Subject: …”",
        ),
        (
            "letters/award.md",
            "{{ badge }} rubric",
            "{{ badge.name }} rubric",
            "holds a placeholder that cannot be read",
        ),
    ],
)
def test_a_fault_names_its_file_and_key_and_what_to_do(copied, file, old, new, fault):
    replace(copied / file, old, new)

    assert fault in "\n".join(faults_of(copied))


def test_all_faults_are_told_at_once(copied):
    replace(copied / "edition.yaml", "kind: practice", "kind: practise")
    replace(copied / "letters/award.md", "Subject:", "About:")

    assert len(faults_of(copied)) == 2


def test_nothing_is_loaded_when_one_edition_of_a_library_is_wrong(copied):
    replace(copied / "edition.yaml", "kind: practice", "kind: practise")

    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("import_edition", str(copied.parent))

    assert not Badge.objects.exists()


def test_a_composite_badge_needs_its_parts_first():
    with pytest.raises(Refused, match="Load them first"):
        load(LIBRARY / "l2-apprentice")

    assert not Edition.objects.exists()


def test_a_clone_succeeds_its_edition_and_can_change(library):
    old = library["l2-practice"]
    freeze(old, at=clock.now())

    new = clone(old, slug="l2-practice-spring-2024", term="Spring 2024")

    assert new.succeeds == old
    assert not new.is_frozen
    assert describe(new) == describe(old) | {"slug": "l2-practice-spring-2024", "term": "Spring 2024"}


def test_an_edition_is_cloned_once(library):
    clone(library["l2-practice"], slug="next", term="Spring 2024")

    with pytest.raises(Refused, match="already cloned"):
        clone(library["l2-practice"], slug="another", term="Summer 2024")


def test_a_frozen_edition_is_not_loaded_over(copied):
    edition = load(copied)
    first = freeze(edition, at=clock.now()).frozen_at
    load(copied)
    replace(copied / "edition.yaml", "minutes: 9", "minutes: 10")

    with pytest.raises(Refused, match="Clone it for the next term"):
        load(copied)

    assert freeze(edition, at=clock.now()).frozen_at == first


def test_an_export_does_not_write_over_files(library, tmp_path):
    export(library["l2-practice"], tmp_path)

    with pytest.raises(Refused, match="is not empty"):
        export(library["l2-practice"], tmp_path)


def test_an_unknown_edition_is_named_with_those_there_are(library, tmp_path):
    with pytest.raises(CommandError, match="l2-practice"):
        call_command("export_edition", "l3-practice", to=str(tmp_path))
