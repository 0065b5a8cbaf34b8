"""Which items of two sequences belong together, in time that grows with their length whatever they hold.

Equal ends first, then items (or runs of two and three) that stand once on each side, and between those again the same;
small rests are compared in full. A large rest without any such anchor is left unmatched.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

SMALL = 10_000  # old times new items of a rest that is compared in full
DEPTH = 8
_RUNS = (1, 2, 3)

Pair = tuple[int, int]


def matched(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Places of equal items, growing on both sides."""
    found: list[Pair] = []
    waiting = [(0, len(old), 0, len(new), 0)]
    while waiting:
        i, i_end, j, j_end, depth = waiting.pop()
        while i < i_end and j < j_end and old[i] == new[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        while i < i_end and j < j_end and old[i_end - 1] == new[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
            found.append((i_end, j_end))
        if (i_end - i) * (j_end - j) <= SMALL:
            found += ((i + a, j + b) for a, b in _in_full(old[i:i_end], new[j:j_end]))
        elif depth < DEPTH and (anchors := _anchors(old[i:i_end], new[j:j_end])):
            places = [(i, j), *((i + a, j + b) for a, b in anchors), (i_end, j_end)]
            waiting += ((*rest, depth + 1) for rest in _between(places))
    return sorted(found)


def _between(places: list[Pair]) -> Iterator[tuple[int, int, int, int]]:
    """The rests between the places, each beginning with the one before it."""
    for (i, j), (i_end, j_end) in zip(places, places[1:], strict=False):
        yield i, i_end, j, j_end


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Where something stands once on each side, in the order of both."""
    for length in _RUNS:
        before, after = _single(old, length), _single(new, length)
        pairs = [(place, after[run]) for run, place in before.items() if place >= 0 and after.get(run, -1) >= 0]
        if pairs:
            return _growing(sorted(pairs))
    return []


def _single(items: Sequence[str], length: int) -> dict[tuple[str, ...], int]:
    """The place of each run of that length; -1 for one that comes again."""
    found: dict[tuple[str, ...], int] = {}
    for place, run in enumerate(zip(*(items[start:] for start in range(length)), strict=False)):
        found[run] = -1 if run in found else place
    return found


def _growing(pairs: list[Pair]) -> list[Pair]:
    """The longest part of `pairs`, sorted by the first, in which the second grows, too."""
    ends: list[int] = []  # the smallest second with which a chain of that length ends
    last: list[int] = []  # the pair that it belongs to
    before: list[int] = []
    for place, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        ends[length : length + 1] = [j]
        last[length : length + 1] = [place]
        before.append(last[length - 1] if length else -1)
    chain, place = [], last[-1]
    while place >= 0:
        chain.append(pairs[place])
        place = before[place]
    return chain[::-1]


def _in_full(old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    """The longest common subsequence, by the table of its lengths."""
    lengths = [[0] * (len(new) + 1)]
    for item in reversed(old):
        below, row = lengths[-1], [0]
        for j in range(len(new) - 1, -1, -1):
            row.append(below[j + 1] + 1 if item == new[j] else max(below[j], row[-1]))
        lengths.append(row[::-1])
    lengths.reverse()
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            yield i, j
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
