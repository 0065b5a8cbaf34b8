"""The habits of word processors that cannot be run here: alone, and two at once."""

from itertools import combinations

import pytest

from badges.word.package import pack, unpack
from tests.roundtrips import papers, quirks

pytestmark = pytest.mark.files

TRACKED = {"open.tracked"}
MAIN = "word/document.xml"


def bent(content, *habits):
    """The file with its main part changed by one habit after the other; each has to change something."""
    parts = unpack(content)
    body = parts[MAIN].decode()
    for habit in habits:
        before, body = body, habit(body)
        assert body != before, "nothing to change"
    return pack({**parts, MAIN: body.encode()})


def assert_all_came_back(content, key):
    looked = papers.look(content, key)
    assert looked.answers == papers.expected(key)
    assert (looked.verdict, looked.kind, looked.outside) == ("advice", key, "")
    assert set(looked.said) - TRACKED == {"answers.short"}


@pytest.mark.parametrize("key", papers.KEYS)
@pytest.mark.parametrize("habit", quirks.HABITS)
def test_every_answer_comes_back_whatever_a_program_is_used_to_do(habit, key):
    assert_all_came_back(bent(papers.filled(key), quirks.HABITS[habit]), key)


@pytest.mark.parametrize("code", quirks.CODES)
@pytest.mark.parametrize("key", ["reflection-guide", "growth-plan"])
def test_a_printed_code_is_read_however_it_was_left(code, key):
    content = bent(papers.filled(key), quirks.without_controls, quirks.without_bookmarks, quirks.CODES[code])

    assert_all_came_back(content, key)
    assert set(papers.look(content, key).found_by.values()) == {"code"}


PAIRS = list(combinations(["spelling marks", "tracked answers", "smart tags", "chosen content"], 2))


@pytest.mark.parametrize("pair", PAIRS)
def test_two_habits_at_once_lose_nothing(pair):
    content = bent(
        papers.filled("growth-plan"), *(quirks.HABITS[habit] for habit in reversed(pair)), quirks.without_controls
    )

    assert_all_came_back(content, "growth-plan")
