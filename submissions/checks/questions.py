"""Where the questions of a slot stand in a document: by printed code, by their words, by their number.

Nothing is told by position alone. Where only the order decides, or words that are merely close, a person looks.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from badges import markers
from submissions.checks.blocks import Paragraph
from submissions.checks.contract import Prompt, Slot

CODE, PROMPT, NUMBER, SECTION = "code", "prompt", "number", "section"
CLOSE = 0.85  # of a prompt's words, for a paragraph that was edited
ALIKE = 0.5  # of them, for what stands above the prompt's own code
_LINES_ABOVE = 4  # a code: the question, and what helps with it
FEWEST_WORDS = 3  # of a line that is compared: two words are close to too much
_PARAGRAPHS_COMPARED = 5_000
_SIGNS_COMPARED = 400
_BEGINNING = 3  # letters that tell most lines from those of the template
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_GAPS = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r"(question|q|#|)\s*0*(\d{1,2})(?:\s*[.):–—-]+\s*|\s+|$)", re.IGNORECASE)
_BEFORE_NUMBERS = frozenset("0123456789Qq#")


def fold(text: str) -> str:
    """Letters and digits only, case and accents off: what two writings of one line have in common.

    Lines are told apart by their first 400 signs: nobody compares a whole page.
    """
    text = text[:_SIGNS_COMPARED]
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    signs = unicodedata.normalize("NFKD", markers.without_unseen(text)).casefold()
    return _GAPS.sub(" ", "".join(sign for sign in signs if not unicodedata.combining(sign))).strip()


@dataclass(slots=True)
class Sign:
    """A paragraph that says which question comes now; `typed` is what somebody wrote into the same paragraph.

    `code` is empty for a question that is not this slot's. `asks` is False for the number over a question
    that is known by something better: its place begins here, its answer does not.
    """

    code: str
    by: str
    typed: tuple[str, ...] = ()
    asks: bool = True


@dataclass(slots=True)
class _Mark:
    """A paragraph that may be a sign, and the codes it may stand for. `is_bare`: a number without a word before it."""

    paragraph: Paragraph
    by: str
    codes: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    number: int = 0
    is_bare: bool = False


class Questions:
    """The signs among `paragraphs`. `is_named`: the document calls itself this slot's, and of this edition."""

    def __init__(self, slot: Slot, paragraphs: list[Paragraph], *, is_named: bool = False):
        self._codes = [prompt.code for prompt in slot.prompts]
        self._code_lines = {fold(code): code for code in self._codes}
        self._asked: dict[str, list[str]] = {}
        for prompt in slot.prompts:
            self._asked.setdefault(fold(lines_of(prompt)[0]), []).append(prompt.code)
        self._sections = _sections(slot.prompts)
        every_line = {*slot.printed, *(line for prompt in slot.prompts for line in lines_of(prompt))}
        self._printed = {fold(line) for line in every_line} - {""}
        self._lines_known = {*self._printed, *self._code_lines, *self._sections}
        self._longest = max(map(len, self._lines_known), default=0) * 2
        self._beginnings = {line[:_BEGINNING] for line in self._lines_known}
        self._folded: dict[str, str] = {}  # a rubric says the same for every question
        self._signs: dict[int, Sign] = {}
        self._broken: dict[int, list[Paragraph]] = {}
        self._seen: set[str] = set()  # codes that a sign or a tag names
        self.unsure: set[str] = set()  # codes that a person should look for
        self.numbered: set[str] = set()  # codes of which nothing but the number was found
        self.reworded: dict[str, str] = {}  # code: the question as the file has it, where it differs
        marks = list(self._marks(paragraphs))
        self._know_by_code(marks)
        self._know_by_prompt(marks)
        self._know_by_beginning(paragraphs)
        self._know_by_close_words(paragraphs)
        self._know_by_number(marks, is_named=is_named)
        self._know_reworded(paragraphs)

    def sign(self, paragraph: Paragraph) -> Sign | None:
        return self._signs.get(id(paragraph))

    def lines(self, paragraph: Paragraph) -> list[Paragraph]:
        """The paragraph; if a question stands in the midst of it, its lines, each as a paragraph of its own."""
        return self._broken.get(id(paragraph)) or [paragraph]

    def is_asked_in(self, paragraphs: Iterable[Paragraph]) -> list[str]:
        """The codes of the questions that these paragraphs ask, each once."""
        if self._broken:
            paragraphs = [line for paragraph in paragraphs for line in self.lines(paragraph)]
        signs = self._signs
        found = [sign for paragraph in paragraphs if (sign := signs.get(id(paragraph)))]
        return list(dict.fromkeys([sign.code for sign in found if sign.asks and sign.code]))

    def is_printed(self, text: str) -> bool:
        """Whether the template prints this line, or each of the cells that became this line."""
        if self._line(text) in self._printed:
            return True
        return "\t" in text and all(self._line(cell) in self._printed for cell in text.split("\t") if cell.strip())

    def _line(self, text: str) -> str:
        """The text folded when it may be a line of the template, else nothing. Most text is known by three letters."""
        if len(text) > self._longest:
            return ""
        if text not in self._folded:
            beginning = fold(text[:12])[:_BEGINNING]
            is_other = len(beginning) == _BEGINNING and beginning not in self._beginnings
            self._folded[text] = "" if is_other else fold(text)
        return self._folded[text]

    # what may be a sign

    def _marks(self, paragraphs: Iterable[Paragraph]) -> Iterator[_Mark]:
        ordinary: set[str] = set()  # short lines that are no sign: a rubric says the same for every question
        for paragraph in paragraphs:
            text = paragraph.text
            if paragraph.tags:
                self._seen.update(paragraph.tags)
            elif not text or self._is_long(text) or text in ordinary:
                continue
            if "\n" not in text:
                mark = self._mark(paragraph) if text else None
                if mark:
                    yield mark
                elif len(text) <= self._longest and not paragraph.tags:
                    ordinary.add(text)
                continue
            lines = _lines_of(paragraph)
            found = [mark for line in lines if line.text and (mark := self._mark(line))]
            if found:
                self._broken[id(paragraph)] = lines
                yield from found

    def _is_long(self, text: str) -> bool:
        """Longer than any line of the template, with no code in it and no number before it: somebody's own words."""
        is_plain = len(text) > self._longest and text[0] not in _BEFORE_NUMBERS and "\n" not in text
        return is_plain and not markers.codes_in(text)

    def _mark(self, paragraph: Paragraph) -> _Mark | None:
        text = paragraph.text
        codes = markers.codes_in(text)
        if codes:
            return self._mark_with_code(paragraph, codes)
        line = self._line(text)
        if line in self._code_lines:
            return _Mark(paragraph, CODE, (self._code_lines[line],))
        if line in self._asked:
            return _Mark(paragraph, PROMPT, tuple(self._asked[line]))
        if line in self._sections:
            return _Mark(paragraph, SECTION, self._sections[line])
        return self._mark_with_number(paragraph) if text[0] in _BEFORE_NUMBERS else None

    def _mark_with_code(self, paragraph: Paragraph, codes: list[str]) -> _Mark | None:
        """A code stands alone, behind its question, or next to what somebody typed; in a sentence it is quoted."""
        before, after = markers.around_codes(paragraph.text)
        typed = tuple(text for text in (before, after) if text and not self.is_printed(text))
        known = tuple(code for code in codes if code in self._codes)
        if not known:
            return _Mark(paragraph, CODE) if not before and not after else None
        is_in_another = bool(paragraph.tags) and known[-1] not in paragraph.tags
        return None if len(typed) == 2 or (typed and is_in_another) else _Mark(paragraph, CODE, known[-1:], typed)

    def _mark_with_number(self, paragraph: Paragraph) -> _Mark | None:
        found = _NUMBERED.match(paragraph.text)
        if not found:
            return None
        rest, number = paragraph.text[found.end() :].strip(), int(found[2])
        line = self._line(rest)
        if line in self._asked:
            return _Mark(paragraph, PROMPT, tuple(self._asked[line]), number=number)
        is_spoken = (
            found[1] and found[0][-1:].isspace() and rest and found[0].rstrip()[-1:].isdigit()
        )  # "Question 4 was"
        codes = tuple(self._codes[number - 1 : number]) if number else ()
        typed = (rest,) if rest else ()
        return None if is_spoken else _Mark(paragraph, NUMBER, codes, typed, number, is_bare=not found[1])

    # which of them are

    @property
    def _missing(self) -> dict[str, list[str]]:
        """Questions that nothing names yet: their line → their codes."""
        missing = {line: [code for code in codes if code not in self._seen] for line, codes in self._asked.items()}
        return {line: codes for line, codes in missing.items() if codes}

    def _found(self, paragraph: Paragraph, sign: Sign) -> None:
        self._signs[id(paragraph)] = sign
        self._seen.add(sign.code)

    def _know_by_code(self, marks: list[_Mark]) -> None:
        """Every code that stands alone; of one that never does, the first: the others are quoted."""
        coded = [mark for mark in marks if mark.by == CODE]
        alone = {code for mark in coded if not mark.typed for code in mark.codes}
        for mark in coded:
            code = mark.codes[0] if mark.codes else ""
            if not mark.typed or code not in alone:
                self._found(mark.paragraph, Sign(code, CODE, mark.typed))
                alone.add(code)

    def _know_by_prompt(self, marks: list[_Mark]) -> None:
        """A question that is asked more than once is told by its code, its number, or the heading it stands under."""
        number = 0
        section: tuple[str, ...] = ()
        for place, mark in enumerate(marks):
            if mark.by == NUMBER:
                number = mark.number
            elif mark.by == SECTION:
                section = mark.codes
            elif mark.by == PROMPT:
                code = self._told(mark, marks[place + 1 :], mark.number or number, section)
                if code:
                    self._found(mark.paragraph, Sign(code, PROMPT))
                number = 0

    def _told(self, mark: _Mark, following: list[_Mark], number: int, section: tuple[str, ...]) -> str:
        if len(mark.codes) == 1:
            return mark.codes[0]
        next_one = next((other for other in following if other.by in (CODE, PROMPT, NUMBER)), None)
        if next_one and next_one.by == CODE and set(next_one.codes) & set(mark.codes):
            return next_one.codes[0]
        numbered = self._codes[number - 1] if 0 < number <= len(self._codes) else ""
        under = [code for code in mark.codes if code in section]
        if numbered in mark.codes:
            return numbered
        if len(under) == 1:
            return under[0]
        free = [code for code in mark.codes if code not in self._seen]
        self.unsure.update(free[:1])
        return free[0] if free else ""

    def _know_by_beginning(self, paragraphs: list[Paragraph]) -> None:
        """Questions whose answer was typed behind them, in the same line."""
        missing = self._missing
        for paragraph in paragraphs if missing else ():
            if id(paragraph) in self._signs or not paragraph.text:
                continue
            text = _without_number(paragraph.text)
            folded = fold(text)
            line = next((line for line in missing if folded.startswith(f"{line} ")), "")
            if line and missing[line]:
                code = missing[line].pop(0)
                self._found(paragraph, Sign(code, PROMPT, (_after(text, line),)))
                self.unsure.update([code] if len(self._asked[line]) > 1 else [])

    def _know_by_close_words(self, paragraphs: list[Paragraph]) -> None:
        missing = self._missing
        written = [each for each in paragraphs if each.text] if missing else []
        for paragraph in written[:_PARAGRAPHS_COMPARED]:
            if id(paragraph) in self._signs or len(paragraph.text) > self._longest:
                continue
            codes = missing.get(_nearest(fold(_without_number(paragraph.text)), self._asked))
            if codes:
                self.unsure.add(codes[0])
                self.reworded[codes[0]] = _without_number(paragraph.text)
                self._found(paragraph, Sign(codes.pop(0), PROMPT))

    def _know_by_number(self, marks: list[_Mark], *, is_named: bool) -> None:
        """ "Question 4" over an answer; and "4." too, when the numbers are all there and nothing else is."""
        numbered = [mark for mark in marks if mark.by == NUMBER]
        everything = list(range(1, len(self._codes) + 1))
        headings = [mark for mark in numbered if not mark.is_bare]
        if not headings and not self._seen and [mark.number for mark in numbered] == everything:
            headings = numbered
        if any(mark.by == CODE and not mark.codes for mark in marks):  # those number the questions of another document
            headings = []
        missing = {code for codes in self._missing.values() for code in codes}
        is_whole = is_named and [mark.number for mark in headings if not mark.typed] == everything
        for mark in headings:
            code = mark.codes[0] if mark.codes else ""
            if code in missing:
                self._found(mark.paragraph, Sign(code, PROMPT, mark.typed))
                self.numbered.add(code)
                self.unsure.update([] if is_whole else [code])
            elif not mark.typed:
                self._found(mark.paragraph, Sign(code, NUMBER, asks=False))
        for mark in marks:
            if mark.by == SECTION:
                self._found(mark.paragraph, Sign("", SECTION, asks=False))

    def _know_reworded(self, paragraphs: list[Paragraph]) -> None:
        """What stands above a code, where its question was, and says much the same: it is asked, and no answer."""
        asked = {code: line for line, codes in self._asked.items() for code in codes}
        for place, paragraph in enumerate(paragraphs):
            sign = self._signs.get(id(paragraph))
            if not sign or sign.by != CODE or not sign.code:
                continue
            if sign.typed and _is_alike(sign.typed[0], asked[sign.code]):
                self.reworded[sign.code] = sign.typed[0]
                sign.typed = ()
                continue
            for above in reversed(paragraphs[max(place - _LINES_ABOVE, 0) : place]):
                if id(above) in self._signs or above.tags:
                    break
                if not self.is_printed(above.text) and _is_alike(above.text, asked[sign.code]):
                    self.reworded[sign.code] = _without_number(above.text)
                    self._found(above, Sign(sign.code, PROMPT))
                    break


def lines_of(prompt: Prompt) -> list[str]:
    """The lines that a prompt prints; of one without words, its code."""
    return [line for line in prompt.text.splitlines() if line.strip()] or [prompt.code]


def _lines_of(paragraph: Paragraph) -> list[Paragraph]:
    """The paragraph parted where its lines end."""
    lines = [Paragraph(paragraph.tags, paragraph.marks, paragraph.is_placeholder)]
    for text, form, link in paragraph.runs:
        for place, piece in enumerate(text.split("\n")):
            if place:
                lines.append(Paragraph(paragraph.tags, (), paragraph.is_placeholder))
            lines[-1].runs.append((piece, form, link))
    for line in lines:
        line.list, line.level, line.is_heading = paragraph.list, paragraph.level, paragraph.is_heading
        line.settle()
    return lines


def _sections(prompts: tuple[Prompt, ...]) -> dict[str, tuple[str, ...]]:
    """The questions under each printed heading; a question without one stands under the heading before it."""
    under: dict[str, tuple[str, ...]] = {}
    section = ""
    for prompt in prompts:
        section = fold(prompt.section) or section
        under[section] = (*under.get(section, ()), prompt.code)
    under.pop("", None)
    return under


def _without_number(text: str) -> str:
    found = _NUMBERED.match(text) if text[0] in _BEFORE_NUMBERS else None
    return text[found.end() :] if found else text


def _after(text: str, line: str) -> str:
    """What follows the words of `line` in `text`."""
    for word in re.finditer(r"\S+", text):
        if len(fold(text[: word.end()])) >= len(line):
            return text[word.end() :].strip()
    return ""


def _is_alike(text: str, line: str) -> bool:
    """Whether a paragraph says much of what a question says."""
    words, asked = fold(text).split(), line.split()
    enough = min(len(words), len(asked)) >= FEWEST_WORDS
    return enough and SequenceMatcher(None, asked, words, autojunk=False).ratio() >= ALIKE


def _nearest(line: str, asked: Iterable[str]) -> str:
    """The question that a line is closest to, if it is close to any: questions may resemble each other."""
    words = line.split()
    best, nearest = CLOSE, ""
    for question in asked:
        other = question.split()
        if len(words) < FEWEST_WORDS or not CLOSE <= len(words) / max(len(other), 1) <= 1 / CLOSE:
            continue
        match = SequenceMatcher(None, other, words, autojunk=False)
        if match.quick_ratio() >= best and match.ratio() >= best:
            best, nearest = match.ratio(), question
    return nearest
