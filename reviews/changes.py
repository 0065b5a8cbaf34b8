"""What changed in an answer since the last version, word by word, as safe HTML."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

TOKEN = re.compile(r"\w+(?:['’\-]\w+)*\s*|[^\w\s]\s*")
MOST = 6000  # words of one stretch that are compared one by one; longer ones are old and new as a whole
ALIKE = 0.4  # paragraphs that share less than this are one removed and one new


@dataclass(frozen=True)
class Changes:
    html: SafeString
    new_words: int

    @property
    def any(self) -> bool:
        return "<ins>" in self.html or "<del>" in self.html


def between(before: str, after: str) -> Changes:
    """`after` as paragraphs, with `ins` and `del` where it differs from `before`; a whole new one says so."""
    old, new = _paragraphs(before), _paragraphs(after)
    parts: list[SafeString] = []
    added = 0
    for one, other in _pairs(old, new):
        html, words = _paragraph(one, other)
        parts.append(html)
        added += words
    return Changes(mark_safe("\n".join(parts)), added)  # noqa: S308 - every part was escaped by format_html


def _paragraphs(text: str) -> list[list[str]]:
    """The words and signs of each paragraph, each with the space that follows it."""
    return [TOKEN.findall(line.strip()) for line in text.splitlines() if line.strip()]


def _pairs(old: list, new: list):
    """Each paragraph beside the one it came from, or beside None, in the order of reading."""
    before, after = (["".join(words) for words in paragraphs] for paragraphs in (old, new))
    for tag, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(old[i:i_end], new[j:j_end], strict=True)
        else:
            yield from _alike(old[i:i_end], new[j:j_end])


def _alike(old: list, new: list):
    """Within a changed stretch: each new paragraph takes the first old one that resembles it."""
    left = list(old) if sum(map(len, [*old, *new])) <= MOST else []
    for gone in old[len(left) :]:
        yield gone, None
    for words in new:
        at = next((i for i, one in enumerate(left) if _likeness(one, words) >= ALIKE), None)
        if at is None:
            yield None, words
            continue
        for gone in left[:at]:
            yield gone, None
        yield left[at], words
        left = left[at + 1 :]
    for gone in left:
        yield gone, None


def _likeness(one: list[str], other: list[str]) -> float:
    return SequenceMatcher(None, [w.strip() for w in one], [w.strip() for w in other], autojunk=False).ratio()


def _paragraph(old: list[str] | None, new: list[str] | None) -> tuple[SafeString, int]:
    if new is None:
        gone = "".join(old or ())
        return format_html(
            '<details class="removed"><summary>Paragraph removed, show</summary><p><del>{}</del></p></details>', gone
        ), 0
    if old is None:
        words = "".join(new)
        return format_html('<p class="new"><span class="lab">New paragraph</span><ins>{}</ins></p>', words), _words(new)
    pieces = list(_pieces(old, new))
    added = sum(_words(words) for mark, words in pieces if mark == "ins")
    return format_html("<p>{}</p>", format_html_join("", "{}", ((_marked(*piece),) for piece in pieces))), added


def _words(tokens: list[str]) -> int:
    return sum(token[0].isalnum() for token in tokens)


def _pieces(old: list[str], new: list[str]):
    before, after = ([word.strip() for word in words] for words in (old, new))
    for tag, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "", new[j:j_end]
        else:
            both = i < i_end and j < j_end
            yield "del", [*old[i:i_end], *([" "] if both else [])]
            yield "ins", new[j:j_end]


def _marked(mark: str, words: list[str]) -> SafeString:
    """The words inside their mark, the space after them outside it."""
    text = "".join(words)
    if not text or not mark:
        return format_html("{}", text)
    bare = text.rstrip()
    return format_html("<{0}>{1}</{0}>{2}", mark, bare, " " if len(bare) < len(text) else "")
