"""Who a name speaks of: surname, initial, and the ways people write them."""

from difflib import SequenceMatcher

from badges.names import tidy

from .words import fold, joined, words_of

SUFFIXES = {
    *("jr", "sr", "ii", "iii", "iv", "phd", "ph", "edd", "ed", "md", "med", "ma", "ms", "mba", "bcba", "esq"),
    *("junior", "senior", "dr", "prof", "professor", "mr", "mrs", "miss", "mx"),
    *("lcsw", "lpc", "lmft", "msw", "mph", "mpa", "rn", "slp", "eds", "ncsp"),
}
HONORIFICS = {"dr", "prof", "professor", "mr", "mrs", "ms", "miss", "mx"}
PARTICLES = {
    *("van", "von", "der", "den", "de", "la", "le", "las", "los", "du", "des", "di", "da", "do", "dos", "das"),
    *("del", "della", "dello", "ten", "ter", "te", "zu", "zum", "zur", "af", "av", "el", "al", "bin", "ibn"),
    *("ben", "bint", "y", "e", "d", "l"),
}
BARS = {"i", "l", "1"}  # typed for the bar that Windows refuses
NEAR = 0.7
LONGEST_NEAR = 60  # letters compared for likeness
DEGREES = {("ph", "d"), ("ed", "d"), ("m", "d"), ("j", "d")}


def judge_person(words, *, last, first):
    """ "ok", or the code of what is wrong with who the words name."""
    if not fold(last):
        last, first = first, ""
    code = _judge(words, last, first)
    if code != "ok" and len(words) > 1 and words[-1].fold in BARS:
        without_bar = _judge(words[:-1], last, first)
        return without_bar if without_bar in ("ok", "person.initial_missing") else code
    return code


def _judge(words, last, first):
    surnames, given = _surnames(last), _Given(first)
    if not words:
        return "person.missing"
    if joined(words) in given.written_on(surnames):
        return "ok"
    particles = PARTICLES.intersection(word.fold for word in words_of(tidy(last)))
    for rest in _after_surname(words, surnames):
        moved = [word for word in rest if word.fold not in particles]  # "Berg, L van der", as the Dutch sort
        return "ok" if given.judge(moved) == "ok" else given.judge(rest)
    if _is_swapped(words, surnames, given):
        return "person.swapped"
    return _judge_likeness(words, surnames)


def _surnames(last):
    """The ways a surname may stand: with or without suffix, with or without particles."""
    whole = words_of(tidy(last))
    bare = [word for word in whole if word.fold not in SUFFIXES] or whole
    plain = [word for word in bare if word.fold not in PARTICLES] or bare
    tails = [bare[n:] for n in range(1, len(bare)) if all(word.fold in PARTICLES for word in bare[:n])]
    return {joined(form) for form in (whole, bare, plain, *tails)} - {""}


def _after_surname(words, surnames):
    """What follows the surname, the longest reading first."""
    start = 1 if words[0].fold in HONORIFICS and len(words) > 1 else 0
    for begin in {0, start}:
        for end in range(min(len(words), begin + 12), begin, -1):
            if joined(words[begin:end]) in surnames:
                yield words[end:]


def _is_swapped(words, surnames, given):
    """Initial or given name first, surname after it."""
    for end in range(1, min(len(words), 6)):
        after = [word for word in words[end:] if word.fold not in SUFFIXES]
        if joined(after) in surnames and given.judge(words[:end]) == "ok" and given.forms:
            return True
    return False


def _judge_likeness(words, surnames):
    """Near in spelling, half of a double surname, or somebody else."""
    heads = [joined(words[:end]) for end in range(1, min(len(words), 5) + 1)]
    for surname in surnames:
        for head in heads:
            if abs(len(head) - len(surname)) > 8:
                continue
            if SequenceMatcher(None, head[:LONGEST_NEAR], surname[:LONGEST_NEAR], autojunk=False).ratio() >= NEAR:
                return "person.near"
    if any(len(heads[0]) > 2 and (s.startswith(heads[0]) or s.endswith(heads[0])) for s in surnames):
        return "person.near"
    return "person.other"


class _Given:
    """A given name and what may stand for it."""

    def __init__(self, first):
        words = words_of(tidy(first))
        singles = (fold(part) for part in tidy(first).replace("-", " ").split())
        initials = "".join(word.fold[0] for word in words)
        self.forms = {form for form in (joined(words), initials if len(words) > 1 else "", *singles) if form}
        self.initial = next((word.fold[0] for word in words), "")

    def written_on(self, surnames):
        """Surname and given name without a gap, as Chinese names are; an initial alone proves too little."""
        forms = [form for form in self.forms if len(form) > 1 or not form.isascii()]
        return {surname + form for surname in surnames for form in forms}

    def judge(self, words):
        """Judge what stands after the surname: initials, the given name, suffixes."""
        words = self._without_suffixes(words)
        if not self.initial:
            return "person.extra" if words else "ok"
        if not words:
            return "person.initial_missing"
        taken = self._taken(words)
        if not taken:
            return "person.initial"
        rest = words[taken:]
        return "ok" if all(self._is_middle(word) or word.fold in self.forms for word in rest) else "person.extra"

    def _without_suffixes(self, words):
        folds = [word.fold for word in words]
        degrees = {n + 1 for n in range(len(folds) - 1) if (folds[n], folds[n + 1]) in DEGREES and n > 0}
        degrees |= {n - 1 for n in degrees}
        if folds[:2] in (["ph", "d"], ["ed", "d"]) and len(folds) > 2:
            degrees |= {0, 1}
        return [
            word
            for n, word in enumerate(words)
            if n not in degrees and (word.fold not in SUFFIXES or word.fold in self.forms)
        ]

    def _taken(self, words):
        """How many words the given name or the first initials take; 0 when they are somebody else's."""
        for end in range(min(len(words), 6), 0, -1):
            if joined(words[:end]) in self.forms:
                return end
        return 1 if words[0].fold.startswith(self.initial) and self._is_first(words[0]) else 0

    def _is_first(self, word):
        """Initials, also two small ones; any name when only an initial is on record."""
        return self.forms == {self.initial} or self._is_middle(word) or (len(word.fold) == 2 and word.fold.islower())

    def _is_middle(self, word):
        """One letter, or up to three capitals."""
        return word.fold.isalpha() and (len(word.fold) == 1 or (len(word.fold) <= 3 and word.capitals))
