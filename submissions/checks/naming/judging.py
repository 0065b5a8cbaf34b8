"""The verdict on one name: unwrap it, find REVISED, read the title from the right, then the person."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from badges.names import PATTERN, canonical_stem, safe_stem

from .person import judge_person
from .title import NEAR, find_near, find_title, readings
from .words import joined, stretch, words_of
from .wrapping import Wrapping, unescaped, unwrap, without_mark

REVISED = "revised"
SETTLED = {"form", "revised.unasked"}  # who and what are certain
OPENING = " -–—_|([{"  # what may stand right before it
NEARLY = {  # said for REVISED, or added by habit
    *("revision", "revise", "rev", "version", "ver", "v", "final", "updated", "update", "corrected", "edited"),
    *("resubmission", "resubmit", "redo", "new", "draft"),
}


@dataclass(frozen=True, slots=True)
class NameVerdict:
    """What is to be done with a received name.

    verdict: accept, normalise, fix or reject.  canonical, safe: the names to keep and to hand out.
    reason: ok (accept); form, revised.unasked (normalise); title.unknown, title.near, title.other,
    title.order, title.extra, person.missing, person.initial, person.initial_missing, person.swapped,
    person.near, person.extra, person.other, revised.missing, revised.nearly (fix);
    empty, lock, kind.extension, kind.hidden (reject).
    detail: the words found that the reason speaks of, for a sentence; escape them where they are shown.
    """

    verdict: str
    canonical: str
    safe: str
    reason: str
    detail: str = ""


def judge(
    name: str,
    *,
    last: str,
    first: str,
    title: str,
    aliases: Sequence[str] = (),
    other_titles: Sequence[str] = (),
    known_as: Collection[str] = (),
    revised: bool = False,
    pattern: str = PATTERN,
) -> NameVerdict:
    """Judge `name` for this person and title; `revised` when a revision was asked for. Never raises.

    known_as: spellings of their own name that the person has confirmed, as `fold` gives them.
    """
    stem = canonical_stem(last, first, title, revised=revised, pattern=pattern)
    canonical, safe = f"{stem}.docx", f"{safe_stem(stem)}.docx"

    def verdict(kind, reason, detail=""):
        return NameVerdict(kind, canonical, safe, reason, detail)

    composed = unicodedata.normalize("NFC", name[: 4 * len(canonical)])
    if composed in (canonical, safe):
        return verdict("accept", "ok") if composed == canonical else verdict("normalise", "form")
    bare = unwrap(name)
    if bare.refusal:
        return verdict("reject", bare.refusal, bare.found)
    if not {stem, safe_stem(stem)}.isdisjoint(bare.stems):
        return verdict("normalise", "form")
    title_first = pattern.find("{title}") < pattern.find("{last}")
    expected, others = readings((title, *aliases)), readings(other_titles)
    asked = _Asked(last, first, expected, others, known_as, revised, title_first)
    reason, detail = asked.judge_any(_forms(name, bare))
    return verdict("normalise" if reason in SETTLED else "fix", reason, detail)


def _forms(name: str, bare: Wrapping) -> Iterator[str]:
    """What the name may mean, the likeliest last: without an address's signs, as it came, without copy marks."""
    if (plain := unescaped(name)) != name:
        yield from unwrap(plain).stems
    yield from bare.stems


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is expected of a name."""

    last: str
    first: str
    expected: list[str]
    others: list[str]
    known_as: Collection[str]
    revised: bool
    title_first: bool

    def judge_any(self, stems):
        """Reason and detail of the first form in which all is certain, else of the last."""
        for stem in stems:
            reason, detail = self.judge(stem)
            if reason in SETTLED:
                return reason, detail
        if reason == "title.unknown":
            near = find_near(self._without_revised(stem)[0], self.expected + self.others)
            return near.code, stretch(stem, near.title)
        return reason, detail

    def judge(self, stem):
        """Reason and detail for a stem without extension and copy marks."""
        words, marked = self._without_revised(stem)
        found, habit = self._find(words)
        if found.code != ("title.order" if self.title_first else "ok"):
            return self._code_of(found), stretch(stem, found.title)
        who = judge_person(found.person, last=self.last, first=self.first)
        if who != "ok" and joined(found.person) not in self.known_as:
            return who, stretch(stem, found.person)
        if habit:
            return ("revised.nearly" if self.revised and not marked else "title.extra"), stretch(stem, habit)
        if self.revised and not marked:
            return "revised.missing", ""
        return ("revised.unasked" if marked and not self.revised else "form"), ""

    def _code_of(self, found):
        """The code of a title that is not where the pattern wants it."""
        if self.title_first and found.code == "ok":
            return "title.order" if found.person else "person.missing"
        return found.code

    def _find(self, words):
        """The title, and the habit words (v2, final) that had to be put aside to see it."""
        found = find_title(words, expected=self.expected, others=self.others)
        if found.code in ("ok", "title.other"):
            return found, []
        shorter = _without_habits(words)
        if len(shorter) < len(words):
            again = find_title(shorter, expected=self.expected, others=self.others)
            if again.code == "ok":
                return again, words[len(shorter) :]
        return found, []

    def _without_revised(self, stem):
        """The words without REVISED and its number, and whether it was there.

        A title or a surname may hold the word itself: that many are left alone. A copy mark may stand before it.
        """
        words = words_of(stem)
        places = [n for n, word in enumerate(words) if word.fold == REVISED]
        titles = max((form.count(REVISED) for form in self.expected + self.others), default=0)
        extra = places[titles + self.last.casefold().count(REVISED) :]
        if not extra:
            return words, False
        last = extra[-1]
        if all(word.fold.isdigit() or word.fold in ("v", "version") for word in words[last + 1 :]):
            while last - 1 in extra:
                last -= 1
            shorter = without_mark(stem[: words[last].start].rstrip(OPENING))
            return self._without_revised(shorter)[0], True
        told = [n for n in range(len(words)) if n not in extra and not (n - 1 in extra and words[n].fold == "version")]
        return [words[n] for n in told], True


def _without_habits(words):
    """`words` up to the trailing run of "v2", "final", "revision" and misspelt REVISED."""
    end = len(words)
    while end and (words[end - 1].fold.isdigit() or _is_habit(words[end - 1].fold)):
        end -= 1
    return words[:end]


def _is_habit(word):
    if word in NEARLY:
        return True
    return 5 <= len(word) <= 10 and SequenceMatcher(None, word, REVISED, autojunk=False).ratio() >= NEAR
