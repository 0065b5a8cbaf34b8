"""Folding: a name as a row of plain words, each still knowing where it stood."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from badges.names import tidy

APOSTROPHES = frozenset("'’‘‛`´ʼʹʻ′＇")
MOST_LETTERS = 8  # that one sign may stand for; ligatures of whole sentences say no more than their beginning
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
LEVEL_WORDS = {"level", "niveau", "nivel", "livello", "stufe"}
SHORT_LEVELS = {"l": 1, "lv": 2, "lvl": 2}  # and how many signs may stand before the number


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
    whole = unicodedata.normalize("NFC", parts)  # a Korean syllable stays one letter
    return "".join(part if part.isalnum() else " " for part in whole[:MOST_LETTERS])


def words_of(text):
    """The folded words of `text`; a new one also starts at a digit and, as in WardCLevel, at a capital."""
    words, letters, start, before, before_at = [], "", 0, "", 0

    def close(end, *, keep=""):
        nonlocal letters, start
        told = letters.removesuffix(keep)
        if told:
            words.append(Word(told.casefold(), start, end, told.isupper()))
        letters, start = keep, end

    for place, sign in enumerate(text):
        for part in _plain(sign):
            turns = before.isdigit() != part.isdigit() or (before.islower() and part.isupper())
            if part == " " or (letters and turns):
                close(place)
            elif part.islower() and len(letters) > 1 and letters[-2:].isupper():
                close(before_at, keep=before)
            if part != " ":
                start = start if letters else place
                letters += part
            before, before_at = part, place
    close(len(text))
    return _with_levels(words)


def _with_levels(words):
    """L2, Lvl. 2, Level II and Level Two all say Level 2; 02 says 2."""
    told: list[Word] = []
    for word in words:
        last = told[-1] if told else None
        fold = word.fold.lstrip("0") or word.fold
        if last and fold.isdigit() and word.start - last.end <= SHORT_LEVELS.get(last.fold, -1):
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
