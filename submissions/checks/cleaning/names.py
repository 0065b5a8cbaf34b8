"""Who stands behind a name in a file, and how a copy without names calls them."""

import re
from itertools import accumulate

from badges import markers

APPLICANT, ANOTHER = "Applicant", "Reviewer"
_LABELS = (r"\W+".join(re.findall(r"\w+", words.name)) for words in markers.WORDS.values())
_LABEL = re.compile(rf"\s*(?:{'|'.join(_LABELS)})\s*:", re.IGNORECASE)
_SHORTEST = 2  # letters of a surname that is looked for by itself


class Names:
    """`alias` stands where the applicant's name was printed; without one, what can be read stays as it is."""

    def __init__(self, last: str = "", first: str = "", alias: str = ""):
        self.alias = alias
        self._applicant = {_folded(name) for name in (f"{first} {last}", last, APPLICANT)} - {""}
        self._others: dict[str, str] = {}
        self._printed = _occurrences(last, first)

    def add_applicant(self, name: str) -> None:
        """The file itself says that this is who wrote it."""
        if folded := _folded(name):
            self._applicant.add(folded)

    def of(self, author: str) -> str:
        """The neutral name of who made a change or a comment: the same one throughout a file."""
        folded = _folded(author)
        if folded in self._applicant or not folded:
            return APPLICANT
        return self._others.setdefault(folded, f"{ANOTHER} {len(self._others) + 1}")

    def initials_of(self, author: str) -> str:
        return "".join(word[0] for word in self.of(author).split())

    def in_text(self, texts: list[str]) -> list[str] | None:
        """The pieces of a paragraph with the alias for the name on our template's own line; None: nothing to change."""
        whole = "".join(texts)
        label = _LABEL.match(whole) if self.alias else None
        if label is None or not whole[label.end() :].strip():
            return None
        return _respelled(texts, [(label.end(), len(whole), f" {self.alias}")])

    def in_margin(self, texts: list[str]) -> list[str] | None:
        """The same for a header or footer, where the name may stand anywhere."""
        whole = "".join(texts)
        if not self.alias or self._printed is None:
            return None
        found = [(*match.span(), self.alias) for match in self._printed.finditer(whole)]
        return _respelled(texts, found) if found else None


def _folded(name: str) -> str:
    """The words of a name in alphabetical order: "Okafor, Dana" is "Dana Okafor"."""
    return " ".join(sorted(re.findall(r"\w+", name.casefold())))


def _occurrences(last: str, first: str) -> re.Pattern[str] | None:
    """Both names in either order, or the surname alone."""
    one, other = re.escape(last.strip()), re.escape(first.strip())
    ways = [rf"{one}\s*,\s*{other}", rf"{other}\s+{one}", rf"{one}\s+{other}"] if one and other else []
    if len(last.strip()) >= _SHORTEST:
        ways.append(one)
    return re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)", re.IGNORECASE) if ways else None


def _respelled(texts: list[str], changes: list[tuple[int, int, str]]) -> list[str]:
    """`texts` with other words from one sign of the whole to another; they go where the change begins."""
    respelled, starts = list(texts), [0, *accumulate(map(len, texts))]
    for begins, ends, instead in reversed(changes):  # so that places before it stay where they are
        for n, start in enumerate(starts[:-1]):
            first, last = max(begins - start, 0), min(ends, starts[n + 1]) - start
            if first < last:
                word = instead if begins >= start else ""
                respelled[n] = respelled[n][:first] + word + respelled[n][last:]
    return respelled
