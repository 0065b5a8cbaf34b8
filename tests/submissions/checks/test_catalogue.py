"""The catalogue is complete: the checks say nothing else, and a real file is known for each of its codes."""

import ast
import hashlib
import re
import string
from dataclasses import replace
from pathlib import Path

import pytest

from submissions import checks
from submissions.checks.catalogue import CATALOGUE, entry_of, listed, say
from submissions.checks.kinds import KINDS, not_word
from tests.submissions.checks import papers
from tests.submissions.checks.others import LOCKED, RIGHTS
from tests.submissions.checks.papers import GUIDE, PLAN, added, altered, filled, line, related, replaced, written

TESTS = Path(__file__).parents[1]
CODE = Path(checks.__file__).parents[1]
LEVELS = {"ok", "advice", "unread", "blocked", "staff"}
FIXES = {"", "rename", "move", "keep", "replace", "see_answers", "how", "write_team"}
PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
NAME = "Okafor, D | Level 2 Practice Reflection Guide.docx"
UNASKED = papers.slot(replace(GUIDE, key="stages", title="Getting Started", prompts=()), "Getting Started")
SHORT = papers.slot(GUIDE, "Reflection Guide", min_words=40)


def of_plan():
    return papers.word.fill(papers.word.build(PLAN), {one.code: papers.LONG for one in PLAN.prompts})


def inserted():
    return replaced(filled(), "<w:body>", '<w:body><w:p><w:ins w:id="1" w:author="x"><w:r/></w:ins></w:p>')


def photographed():
    picture = f'<w:drawing><pic:pic xmlns:pic="{PICTURE}"/></w:drawing>'
    return altered(
        filled(dict.fromkeys(papers.ANSWERS, "PHOTO")),
        lambda text: re.sub(r"<w:t(?: [^>]*)?>PHOTO</w:t>", picture, text),
    )


def commented():
    comments = f'<w:comments xmlns:w="{papers.W}"><w:comment w:id="1"/></w:comments>'.encode()
    return added(related(filled(), "comments", "comments.xml", external=False), word__comments_dot_xml=comments)


def seen_before(where, which):
    return {"same_bytes": {hashlib.sha256(filled()).hexdigest(): (where, which)}}


# A file for each code that a check says by itself: its bytes, and what is expected of it.
FILES = {
    "ok.kind": (filled, {}),
    "ok.answers": (filled, {}),
    "ok.name": (filled, {}),
    "name.pattern": (filled, {"received_name": "plan v3.docx"}),
    "name.person": (filled, {"received_name": "Ward, C | Level 2 Practice Reflection Guide.docx"}),
    "name.revised": (filled, {"received_name": NAME, "revised": True}),
    "answers.short": (filled, {"slot": SHORT}),
    "answers.empty": (lambda: filled({**papers.ANSWERS, "L2-RG-Q2": ""}), {}),
    "kind.other": (of_plan, {}),
    "kind.person": (filled, {"last": "Ward", "first": "Ada"}),
    "kind.old": (filled, {"edition_slug": "l2-practice-2024"}),
    "kind.template": (lambda: papers.TEMPLATE, {}),
    "same.as": (filled, seen_before("other", "Growth Plan")),
    "same.before": (filled, seen_before("before", 1)),
    "type": (lambda: b"%PDF-1.7", {}),
    "open.password": (lambda: LOCKED, {}),
    "open.rights": (lambda: RIGHTS, {}),
    "open.damaged": (lambda: filled()[:9_000], {}),
    "open.unsafe": (lambda: b"PK\3\4" + filled(), {}),
    "open.link": (lambda: related(filled(), "attachedTemplate", "https://evil.example/t.dotm"), {}),
    "open.macro": (lambda: added(filled(), word__vbaProject_dot_bin=b"\0"), {}),
    "open.tracked": (inserted, {}),
    "open.comments": (commented, {}),
    "open.pieces": (lambda: related(filled(), "image", "https://pictures.example/a.png"), {}),
    "size.zero": (lambda: b"", {}),
    "text.none": (photographed, {}),
    "read.unsure": (lambda: written(line("Level 2 Practice Reflection Guide") + line(papers.LONG)), {}),
    "read.kind": (lambda: written(line("My own words about it.")), {"slot": UNASKED}),
}
# Codes that are said elsewhere: the test that hears them, and by which words.
HEARD = {
    "answers.none": ("checks/test_identity.py", "answers.empty"),  # said under that code, as blocked
    "size.big": ("checks/test_refusals.py", "size.big"),
    "virus": ("test_scanning.py", "virus"),
    "read.failed": ("test_checking.py", "read.failed"),
    "same.person": ("test_checking.py", "it is the same file"),
    "submitted.blocked": ("test_overdue.py", "submitted before our check was done"),
    "ok.looked": ("test_by_hand.py", "ok.looked"),
    "team.asks": ("test_by_hand.py", "asks for another"),
}


def test_every_code_is_heard_in_a_test():
    assert set(FILES) | set(HEARD) == set(CATALOGUE)
    assert not set(FILES) & set(HEARD)
    for path, words in HEARD.values():
        assert words in (TESTS / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("code", FILES)
def test_a_real_file_makes_the_check_say(examine, code):
    make, expected = FILES[code]

    found = examine(make(), **expected)

    said = {one.code if one.code in CATALOGUE else one.code.partition(".")[0] for one in found.findings}
    assert code in said, [one.code for one in found.findings]


def said_in_the_code():
    """Every code that stands as a word behind say(…), refuse(…) or not_word(…) in this floor."""
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name in ("say", "refuse", "not_word") and isinstance(node.args[0], ast.Constant):
                yield name, node.args[0].value


def test_the_checks_say_nothing_that_the_catalogue_does_not_have():
    for name, code in said_in_the_code():
        assert code in KINDS if name == "not_word" else entry_of(code)


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_entry_is_whole(code):
    entry = CATALOGUE[code]

    assert entry.level in LEVELS
    assert entry.fix in FIXES
    assert bool(entry.sentence) == (entry.level != "staff")
    assert bool(entry.staff) == (entry.level in ("unread", "staff"))
    assert entry.fix or entry.then or entry.level in ("ok", "staff"), "a remark without a way out"
    assert not entry.sentence.endswith((".", "!"))
    for words in (entry.sentence, entry.then, entry.staff):
        assert not any(bad in words.lower() for bad in ("please", "sorry", "invalid", "valid", "oops", "error", "!"))


def test_only_what_cannot_be_used_has_steps_and_they_come_with_it():
    for kind in KINDS:
        finding = not_word(kind).finding
        assert finding.level == "blocked"
        assert finding.data["how"]


def test_one_thing_is_said_in_the_singular():
    for code, entry in CATALOGUE.items():
        if entry.of_one:
            fields = {name: "4" for _, name, _, _ in string.Formatter().parse(entry.sentence) if name}
            assert say(code, **{**fields, "count": 1}).sentence == entry.of_one.format(**fields)


@pytest.mark.parametrize(("items", "text"), [([], ""), ([4], "4"), ([4, 7], "4 and 7"), ([2, 4, 7], "2, 4 and 7")])
def test_things_are_listed_as_one_says_them(items, text):
    assert listed(items) == text
