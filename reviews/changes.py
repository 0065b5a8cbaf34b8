"""What changed in an answer since the last version, word by word, as safe HTML."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from reviews.matching import Pair, matched

TOKEN = re.compile(r"\[(?:Picture|Chart|Diagram)\b[^\]\n]*\]\s*|\w+(?:['’\-]\w+)*\s*|[^\w\s]\s*")
ALIKE = 0.4  # paragraphs that share less than this are one removed and one new

Words = list[str]  # the words and signs of a paragraph, each with the space that follows it
Couple = tuple[Words | None, Words | None]  # a paragraph before and after


@dataclass(frozen=True)
class Changes:
    html: SafeString
    new_words: int

    @property
    def any(self) -> bool:
        return "<ins>" in self.html or "<del>" in self.html


def between(before: str, after: str) -> Changes:
    """`after` as paragraphs, with `ins` and `del` where it differs from `before`; a whole new one says so."""
    parts, added = [], 0
    for old, new in _pairs(_paragraphs(before), _paragraphs(after)):
        html, words = _paragraph(old, new)
        parts.append(html)
        added += words
    return Changes(mark_safe("\n".join(parts)), added)  # noqa: S308 - every word was escaped


def _paragraphs(text: str) -> list[Words]:
    return [TOKEN.findall(line.strip()) for line in text.splitlines() if line.strip()]


def _bare(words: Words) -> list[str]:
    return [word.rstrip() for word in words]


# Paragraphs ----------------------------------------------------------------------------------------------------------
def _pairs(old: list[Words], new: list[Words]) -> Iterator[Couple]:
    """Each paragraph beside the one it came from, or beside None, in the order of reading."""
    before, after = ([" ".join(_bare(words)) for words in paragraphs] for paragraphs in (old, new))
    for gone, come, same in _aligned(matched(before, after), old, new):
        for removed, added, alike in _aligned(_alike(gone, come), gone, come):
            yield from ((words, None) for words in removed)
            yield from ((None, words) for words in added)
            yield from alike
        yield from same


def _aligned(pairs: list[Pair], old: list[Words], new: list[Words]) -> Iterator[tuple[list, list, list[Couple]]]:
    """What stands alone on each side before a pair, and the pair; after the last one, nothing."""
    i = j = 0
    for i_pair, j_pair in pairs:
        yield old[i:i_pair], new[j:j_pair], [(old[i_pair], new[j_pair])]
        i, j = i_pair + 1, j_pair + 1
    yield old[i:], new[j:], []


def _alike(old: list[Words], new: list[Words]) -> list[Pair]:
    """Paragraphs that share enough words to be one before and after; both places grow."""
    owners, owners_now = ([place for place, words in enumerate(side) for _ in words] for side in (old, new))
    flat, flat_now = ([word for words in side for word in _bare(words)] for side in (old, new))
    shared = Counter((owners[i], owners_now[j]) for i, j in matched(flat, flat_now))
    found: list[Pair] = []
    for (was, now), count in sorted(shared.items()):
        is_free = not found or (was > found[-1][0] and now > found[-1][1])
        if is_free and 2 * count >= ALIKE * (len(old[was]) + len(new[now])):
            found.append((was, now))
    return found


def _paragraph(old: Words | None, new: Words | None) -> tuple[str, int]:
    """A paragraph as HTML, and how many of its words are new."""
    if new is None:
        gone = escape("".join(old or ()))
        return (
            f'<details class="removed"><summary>Paragraph removed, show</summary><p><del>{gone}</del></p></details>',
            0,
        )
    if old is None:
        words = escape("".join(new))
        return f'<p class="new"><span class="lab">New paragraph</span><ins>{words}</ins></p>', _count(new)
    pieces = list(_pieces(old, new))
    added = sum(_count(words) for mark, words in pieces if mark == "ins")
    return f"<p>{''.join(_marked(*piece) for piece in pieces)}</p>", added


def _count(words: Words) -> int:
    return sum(word[0].isalnum() for word in words)


# Words ---------------------------------------------------------------------------------------------------------------
def _pieces(old: Words, new: Words) -> Iterator[tuple[str, Words]]:
    """Stretches of words with what became of them: "", "del" or "ins"."""
    same: Words = []
    for gone, come, couple in _aligned_words(old, new):
        if (gone or come) and same:
            yield "", same
            same = []
        if gone:
            yield "del", [*gone, " "] if come else gone
        if come:
            yield "ins", come
        same += couple
    if same:
        yield "", same


def _aligned_words(old: Words, new: Words) -> Iterator[tuple[Words, Words, Words]]:
    """What went and what came before a word that stayed, and that word, with a space behind it if it ever had one."""
    i = j = 0
    for i_pair, j_pair in matched(_bare(old), _bare(new)):
        yield old[i:i_pair], new[j:j_pair], [max(old[i_pair], new[j_pair], key=len)]
        i, j = i_pair + 1, j_pair + 1
    yield old[i:], new[j:], []


def _marked(mark: str, words: Words) -> str:
    """The words inside their mark, the space after them outside it."""
    text = "".join(words)
    if not mark:
        return escape(text)
    bare = text.rstrip()
    return f"<{mark}>{escape(bare)}</{mark}>{' ' if len(bare) < len(text) else ''}"
