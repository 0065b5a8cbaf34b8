"""The naming rule: two tables of cases, then what must hold for every name there is."""

import csv
import re
import time
from pathlib import Path

import pytest
from django.utils.text import get_valid_filename
from hypothesis import assume, example, given
from hypothesis import strategies as st

from badges.names import safe_stem
from submissions.checks.naming import canonical_name, fold, judge, safe_name

DATA = Path(__file__).parents[2] / "data"
TITLES = {
    "Level 2 Practice Reflection Guide": ["Level 2 Apprentice Practice Reflection Guide"],
    "Activity: Getting Started with Implementation Stages": ["Getting Started with Implementation Stages"],
    "Level 2 Growth Plan": [],
}
PLAN = "Level 2 Growth Plan"
REFUSED_BY_WINDOWS = set('<>:"/\\|?*')


def cases(file):
    """One parameter a row; non-printing signs are written as \\uXXXX in the table."""
    with (DATA / file).open(encoding="utf-8", newline="") as table:
        for number, row in enumerate(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            row["name"] = re.sub(r"\\u([0-9a-f]{4})", lambda hit: chr(int(hit[1], 16)), row["name"])
            yield pytest.param(row, id=f"{number:03}-{row['verdict']}-{row['reason'][:40]}")


def judge_as(name, *, last="Ward", first="Caryn", title=PLAN, revised=False):
    others = [form for other, aliases in TITLES.items() if other != title for form in (other, *aliases)]
    aliases = TITLES.get(title, [])
    return judge(name, last=last, first=first, title=title, aliases=aliases, other_titles=others, revised=revised)


@pytest.mark.parametrize("row", [*cases("filename-cases.tsv"), *cases("more-filename-cases.tsv")])
def test_the_table_of_cases(row):
    verdict = judge_as(
        row["name"],
        last=row["applicant_surname"],
        first=row["given_name"],
        title=row["expected_document_title"],
        revised=row["revised_expected"] == "yes",
    )

    assert verdict.verdict == row["verdict"]


@pytest.mark.parametrize(
    ("name", "last", "first", "reason"),
    [
        ("WardC_Level2GrowthPlan.docx", "Ward", "Caryn", "form"),
        ("Ward, Caryn - Level II Growth Plan.docx", "Ward", "Caryn", "form"),
        ("Ward, C - Level Two Growth Plan (1) (2).docx", "Ward", "Caryn", "form"),
        ("Ward, C - Level 2 Growth Plan (Caryn's conflicted copy 2023-11-02).docx", "Ward", "Caryn", "form"),
        ("Ward, C ｜ Level 2 Growth Plan.docx", "Ward", "Caryn", "form"),
        ("Dr. Ward, C | Level 2 Growth Plan.docx", "Ward", "Caryn", "form"),
        ("Ward, C, Ph.D. | Level 2 Growth Plan.docx", "Ward Jr.", "Caryn", "form"),
        ("DelaCruz, M | Level 2 Growth Plan.docx", "de la Cruz", "María", "form"),
        ("Berg, L | Level 2 Growth Plan.docx", "van der Berg", "Lotte", "form"),
        ("Picard, J-L - Level 2 Growth Plan.docx", "Picard", "Jean-Luc", "form"),
        ("YILMAZ, I - Level 2 Growth Plan.docx", "Yılmaz", "İsmail", "form"),
        ("Sorensen, A | Level 2 Growth Plan.docx", "Sørensen", "Åse", "form"),
        ("李伟 | Level 2 Growth Plan.docx", "李", "伟", "form"),
        ("Иванов, П – Level 2 Growth Plan.docx", "Иванов", "Пётр", "form"),
        ("Ma, Y - Level 2 Growth Plan.docx", "Ma", "Yo", "form"),
        ("Li, L l Level 2 Growth Plan.docx", "Li", "Lin", "form"),
        ("Sukarno - Level 2 Growth Plan.docx", "", "Sukarno", "form"),
        ("Ward, C | Level 2 Growth Plan REVISED.docx", "Ward", "Caryn", "revised.unasked"),
        ("Ward, C - Level III Growth Plan.docx", "Ward", "Caryn", "title.near"),
        ("Ward, C | Level 2 Practice Reflection Guide.docx", "Ward", "Caryn", "title.other"),
        ("Level 2 Growth Plan | Ward, C.docx", "Ward", "Caryn", "title.order"),
        ("Ward, C | Level 2 Growth Plan FINAL.docx", "Ward", "Caryn", "title.extra"),
        ("Caryn Ward - Level 2 Growth Plan.docx", "Ward", "Caryn", "person.swapped"),
        ("Ward, D | Level 2 Growth Plan.docx", "Ward", "Caryn", "person.initial"),
        ("Ward I Level 2 Growth Plan.docx", "Ward", "Caryn", "person.initial_missing"),
        ("Garcia, G | Level 2 Growth Plan.docx", "García Márquez", "Gabriel", "person.near"),
        ("Okafor, D | Level 2 Growth Plan.docx", "Ward", "Caryn", "person.other"),
        ("Ward, C - Level 2 Growth Plan.exe (1).docx", "Ward", "Caryn", "kind.hidden"),
        ("Ward, C - Level 2 Growth Plan.docm", "Ward", "Caryn", "kind.extension"),
    ],
)
def test_the_reason_is_said(name, last, first, reason):
    assert judge_as(name, last=last, first=first).reason == reason


def test_the_canonical_name_is_given_whatever_the_verdict():
    verdict = judge_as("Document1.docx", revised=True)

    assert verdict.canonical == "Ward, C | Level 2 Growth Plan REVISED.docx"
    assert verdict.safe == "Ward, C - Level 2 Growth Plan REVISED.docx"


def test_the_detail_quotes_what_was_found():
    verdict = judge_as("Ward, C | Level 2 Practise Reflection Guide.docx", title="Level 2 Practice Reflection Guide")

    assert verdict.detail == "Level 2 Practise Reflection Guide"


@pytest.mark.parametrize(
    "ending", [" REVISED (2)", " (2) REVISED", " - Copy REVISED", " REVISED REVISED", "_revised_v2", " [Revised]"]
)
def test_revised_is_found_among_copy_marks_and_numbers(ending):
    name = f"Ward, C - Level 2 Growth Plan{ending}.docx"

    assert judge_as(name, revised=True).verdict == "normalise"


def test_a_program_may_name_its_documents_another_way():
    pattern = "{title} - {last} {initial}"

    verdicts = [
        judge(name, last="Ward", first="Caryn", title="Journal de bord", pattern=pattern).verdict
        for name in ("Journal de bord - Ward C.docx", "journal_de_bord_ward_c.docx", "Ward, C | Journal de bord.docx")
    ]

    assert verdicts == ["accept", "normalise", "fix"]


def test_a_title_may_hold_the_word_revised_itself():
    verdict = judge("Ward, C - Revised Plan.docx", last="Ward", first="Caryn", title="Revised Plan")

    assert verdict.verdict == "normalise"


def test_a_spelling_that_was_confirmed_once_is_taken():
    name = "Mueller, J - Level 2 Growth Plan REVISED.docx"
    asked = {"last": "Müller", "first": "Jürgen", "title": PLAN, "revised": True}

    before, after = judge(name, **asked), judge(name, **asked, known_as=[fold("Mueller, J")])

    assert (before.reason, before.detail) == ("person.near", "Mueller, J")
    assert (after.verdict, after.reason) == ("normalise", "form")


@pytest.mark.parametrize(
    ("stem", "safe"),
    [
        ("CON", "_CON"),
        ("nul.Ward, C", "_nul.Ward, C"),
        ("COM1", "_COM1"),
        ("Conrad, A | Plan", "Conrad, A - Plan"),
        (" ~$~$Ward ", "Ward"),
        ("...", "document"),
        ("W" * 300, "W" * 180),
        ("李" * 300, "李" * 80),
        ("Ward, C | Plan 🌱 ", "Ward, C - Plan 🌱"),
        ("A/B: “C” <D>?*", "A-B - “C” D"),
    ],
)
def test_a_safe_name_is_legal_on_every_system(stem, safe):
    assert safe_stem(stem) == safe


anything = st.text(st.characters(exclude_categories=()), max_size=40)
names = st.text(st.characters(categories=("L", "M", "Zs", "Pd", "Nd", "So")), max_size=30)
titles = st.sampled_from([*TITLES, "Réflexion : niveau 3", "What now?", 'A/B "test"'])


@given(
    name=st.text(st.characters(exclude_categories=()), max_size=400),
    ending=st.sampled_from(["", ".docx"]),
    asked=st.fixed_dictionaries(
        {"last": anything, "first": anything, "title": anything, "revised": st.booleans()},
        optional={"aliases": st.lists(anything), "other_titles": st.lists(anything), "pattern": anything},
    ),
)
@example(name="\ud800", ending=".docx", asked={"last": "\ud800", "first": "\x00", "title": "\udfff"})
@example(name="-copy(" * 10_000, ending=".docx", asked={"last": "\ufdfa" * 10_000, "first": "(", "title": "̣́" * 10_000})
def test_no_name_raises(name, ending, asked):
    verdict = judge(name + ending, **asked)

    assert verdict.verdict in {"accept", "normalise", "fix", "reject"}
    assert len(verdict.canonical) <= 255
    assert len(verdict.safe.encode()) <= 255


@given(last=names, first=names, title=titles, revised=st.booleans())
def test_the_canonical_name_is_accepted(last, first, title, revised):
    canonical = canonical_name(last, first, title, revised=revised)

    verdict = judge(canonical, last=last, first=first, title=title, revised=revised)

    assert (verdict.verdict, verdict.canonical) == ("accept", canonical)


@given(last=anything, first=anything, title=titles | anything, revised=st.booleans())
@example(last="", first="con", title="", revised=False)
@example(last="~$~$", first="", title=".exe", revised=False)
@example(last="李" * 80, first="伟", title="計" * 160, revised=True)
def test_the_safe_name_comes_back_in(last, first, title, revised):
    safe = safe_name(last, first, title, revised=revised)

    verdict = judge(safe, last=last, first=first, title=title, revised=revised)

    assert not REFUSED_BY_WINDOWS & set(safe)
    assert safe.isprintable() or not safe.isascii()
    assert verdict.verdict in {"accept", "normalise"}
    assert verdict.canonical == canonical_name(last, first, title, revised=revised)


people = st.text(st.characters(categories=("Lu", "Ll"), max_codepoint=0x24F), min_size=3, max_size=20)


@given(last=people, first=people, title=titles, revised=st.booleans())
def test_the_name_comes_back_in_as_a_web_form_writes_it(last, first, title, revised):
    """`get_valid_filename` makes every space an underscore and drops the signs: a common detour."""
    assume(fold(last) not in {"revised", "level"})
    name = get_valid_filename(canonical_name(last, first, title, revised=revised))

    verdict = judge(name, last=last, first=first, title=title, revised=revised)

    assert verdict.verdict == "normalise"


BEFORE = ("", "Copy of ", "Copy (2) of Kopie von ")
AFTER = (
    " (1)",
    "(2)",
    " - Copy",
    " copy 3",
    " - Copy (4)",
    " - Kopie",
    "-DESKTOP-4F7K2QX",
    ".docx",
    ".doc",
    " (Case Conflict)",
)


@given(before=st.sampled_from(BEFORE), after=st.lists(st.sampled_from(AFTER), max_size=6).map("".join))
def test_machines_may_mark_their_copies_in_any_order(before, after):
    assert judge_as(f"{before}Ward, C - {PLAN}{after}.docx").verdict == "normalise"


@given(separator=st.sampled_from("|｜￨│┃¦∣ǀ❘-‐–—−_~:;! "), spaces=st.sampled_from(["", " ", "  "]))
def test_every_separator_is_understood(separator, spaces):
    name = f"Ward, C{spaces}{separator}{spaces}Level 2 Growth Plan.docx"

    assert judge_as(name).verdict in {"accept", "normalise"}


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "Aa1", "- copy", "_ ", "(1)", "(copy", "(conflict", "-pc-a", ".docx", " .", "Copy of ", "%20", "&#"),
        *("revised ", "final v2 ", "ward c ", "l 2 ", "level 2 growth pla ", "ﷺ", "\u0301\u0323", "가", "\ud800"),
    ],
)
def test_a_name_ten_times_as_long_costs_no_more_than_its_length(piece):
    """Ten thousand signs beside one thousand, in the same run: tenfold is linear, a hundredfold were quadratic."""
    spent = {length: _least_cpu_seconds((piece * length)[:length] + ".docx") for length in (1_000, 10_000)}

    assert spent[10_000] < 30 * spent[1_000]
    assert spent[1_000] < 200 * _least_cpu_seconds("Ward, C - Level 2 Growth Plan.docx")


def _least_cpu_seconds(name):
    def once():
        begun = time.process_time()
        judge_as(name, last="García de la Márquez-O'Neil")
        return time.process_time() - begun

    return min(once() for _ in range(5))
