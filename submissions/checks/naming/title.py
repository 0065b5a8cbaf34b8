"""What a name speaks of: the expected title, another one, or nothing we know."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from badges.names import tidy

from .words import Word, joined, words_of

NEAR = 0.84
LONGEST_CLOSE = 160  # letters compared for likeness


@dataclass(frozen=True, slots=True)
class Found:
    """Where a title was found: its words, and those that are left for the person."""

    code: str  # "ok", "title.order", "title.other", "title.near", "title.unknown"
    title: list[Word]
    person: list[Word]


def readings(titles):
    """Each title folded, also without a leading word before a colon ("Activity: …"), and with its "&" lost."""
    folded = []
    for title in titles:
        whole = tidy(title)
        head, _, tail = whole.partition(":")
        forms = [whole, whole.replace("&", " "), *([tail] if len(head.split()) == 1 else [])]
        folded += [joined(words_of(tidy(form))) for form in forms]
    return list(dict.fromkeys(form for form in folded if form))


def find_title(words, *, expected, others):
    """Read the title from the end of `words`; at their beginning it is only turned round."""
    own, foreign = _at_end(words, expected), _at_end(words, others)
    if own is not None and (foreign is None or own <= foreign):
        return Found("ok", words[own:], words[:own])
    if foreign is not None:
        return Found("title.other", words[foreign:], words[:foreign])
    turned = _at_start(words, expected)
    if turned is not None:
        return Found("title.order", words[:turned], words[turned:])
    return Found("title.unknown", words, [])


def _at_end(words, forms):
    """Where the longest of `forms` begins that the words end with."""
    tail, found = "", None
    longest = max(map(len, forms), default=0)
    for place in range(len(words) - 1, -1, -1):
        tail = words[place].fold + tail
        if len(tail) > longest:
            break
        if tail in forms:
            found = place
    return found


def _at_start(words, forms):
    """Where the longest of `forms` ends that the words begin with; at least one word must follow."""
    head, found = "", None
    longest = max(map(len, forms), default=0)
    for place, word in enumerate(words[:-1], start=1):
        head += word.fold
        if len(head) > longest:
            break
        if head in forms:
            found = place
    return found


def find_near(words, forms):
    """The part of the words that is nearest to a title, when one is near enough."""
    best, where = 0.0, None
    for form in forms:
        matcher = SequenceMatcher(None, b=form[:LONGEST_CLOSE], autojunk=False)
        for place in _starts_near(words, len(form)):
            matcher.set_seq1(joined(words[place:])[:LONGEST_CLOSE])
            if matcher.real_quick_ratio() < NEAR or matcher.quick_ratio() < max(NEAR, best):
                continue
            ratio = matcher.ratio()
            if ratio >= NEAR and ratio > best:
                best, where = ratio, place
    if where is None:
        return Found("title.unknown", words, [])
    return Found("title.near", words[where:], words[:where])


def _starts_near(words, size):
    """The five places from which about `size` letters are left."""
    left, places = 0, []
    for place in range(len(words) - 1, -1, -1):
        left += len(words[place].fold)
        places.append((abs(left - size), place))
        if left > 1.4 * size:
            break
    return [place for _, place in sorted(places)[:5]]
