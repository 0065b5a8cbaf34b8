"""Folding: a name as a row of plain words, each still knowing where it stood."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from badges.names import tidy

APOSTROPHES = frozenset("'’‘‛`´ʼʹʻ′＇")
PLAIN = {  # letters that Unicode does not take apart
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ß": "ss",
    "ı": "i",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
    "ə": "e",
    "ǀ": " ",  # looks like a bar, is a letter
}
NUMBERS = {
    **{word: str(n) for n, word in enumerate(("one", "two", "three", "four", "five", "six"), start=1)},
    **{word: str(n) for n, word in enumerate(("un", "deux", "trois", "quatre", "cinq"), start=1)},
    **{word: str(n) for n, word in enumerate(("i", "ii", "iii", "iv", "v", "vi"), start=1)},
}
LEVEL_WORDS = {"level", "lvl", "niveau", "nivel", "livello", "stufe"}


@dataclass(frozen=True, slots=True)
class Word:
    """One folded word and the stretch of the name it was read from."""

    fold: str
    start: int
    end: int
    capitals: bool


def _apart(sign):
    """One decomposed character: "" for a mark, the plain letters of a letter with a stroke or a ligature."""
    if unicodedata.combining(sign):
        return ""
    plain = PLAIN.get(sign.lower(), sign)
    return plain.upper() if sign.isupper() else plain


@lru_cache(maxsize=4096)
def _plain(sign):
    """What one character stands for: letters and digits, "" for a mark, " " for a gap."""
    if sign in APOSTROPHES:
        return ""
    if sign == "&":
        return " and "
    if unicodedata.category(sign).startswith("M"):
        return ""
    parts = "".join(_apart(part) for part in unicodedata.normalize("NFKD", sign))
    return "".join(part if part.isalnum() else " " for part in parts)


def words_of(text):
    """The folded words of `text`; a new one also starts at a capital after a small letter, and at a digit."""
    words, letters, start, before = [], "", 0, ""

    def close(end):
        nonlocal letters
        if letters:
            words.append(Word(letters.casefold(), start, end, letters.isupper()))
        letters = ""

    for place, sign in enumerate(text):
        for part in _plain(sign):
            turns = before.isdigit() != part.isdigit() or (before.islower() and part.isupper())
            if part == " " or (letters and turns):
                close(place)
            if part != " ":
                start = start if letters else place
                letters += part
            before = part
    close(len(text))
    return _with_levels(words)


def _with_levels(words):
    """L2, Level II and Level Two all say Level 2; 02 says 2."""
    told: list[Word] = []
    for word in words:
        last = told[-1] if told else None
        fold = word.fold.lstrip("0") or word.fold
        if last and last.fold == "l" and fold.isdigit() and last.end == word.start:
            told[-1] = Word("level", last.start, last.end, last.capitals)
        elif last and last.fold in LEVEL_WORDS:
            fold = NUMBERS.get(fold, fold)
        told.append(Word(fold, word.start, word.end, word.capitals))
    return told


def joined(words):
    """The words written together, so that a missing or an extra gap does not matter."""
    return "".join(word.fold for word in words)


def fold(text):
    """`text` folded to one run of letters and digits."""
    return joined(words_of(tidy(text)))


def stretch(text, words):
    """What stands in `text` from the first to the last of `words`."""
    return re.sub(r"^\W+|\W+$", "", text[words[0].start : words[-1].end]) if words else ""
