import io

import pytest

from submissions.checks.blocks import paragraphs_of
from submissions.checks.contract import Refusal
from submissions.checks.words import WordReader
from submissions.checks.xml import PIECE, Budget, XmlReader
from tests.submissions.checks.papers import W, line


def read(body, reader):
    reader.read(io.BytesIO(f'<w:document xmlns:w="{W}">{body}</w:document>'.encode()))
    return reader


@pytest.mark.parametrize(("budget", "reason"), [(Budget(elements=6), "elements"), (Budget(characters=9), "characters")])
def test_a_file_may_hold_only_so_much(budget, reason):
    with pytest.raises(Refusal) as refused:
        read(line("two words") + line("three more words"), WordReader(budget))

    assert refused.value.finding.data["reason"] == reason


def test_the_budget_is_shared_by_the_parts_of_a_file():
    budget = Budget(elements=7)
    read(line("once"), WordReader(budget))

    with pytest.raises(Refusal):
        read(line("twice"), WordReader(budget))


def test_a_word_that_lies_across_two_pieces_is_read_whole():
    reader = read(line("x" * (PIECE + 10)), WordReader(Budget()))

    assert [len(paragraph.text) for paragraph in paragraphs_of(reader.blocks)] == [PIECE + 10]


def test_what_is_skipped_is_skipped_whole():
    class Outer(XmlReader):
        seen = 0

        def _skip(self, _attributes):
            return True

        def _see(self, _attributes):
            self.seen += 1

        starts = {"w:skip": _skip, "w:seen": _see}

    reader = read(
        "<w:skip><w:seen/><w:skip><w:seen/></w:skip><w:seen/></w:skip><w:seen/>",
        Outer(Budget()),
    )

    assert reader.seen == 1
