"""Which text answers which prompt: by tag, by printed code, by the prompt's words; never by position alone."""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

from badges import markers
from submissions.checks.contract import Answer, Prompt, Slot
from submissions.checks.markup import html, plain, words_of
from submissions.checks.words import Block, Paragraph, Row, Table, paragraphs_of

CLOSE = 0.85  # of a prompt's words, for a paragraph that was edited
PLACEHOLDER_WORDS = 12  # Word's own placeholder has six to ten, in any language
PRINTED_WORDS = 3  # an answer may be "Meets"; it is hardly a printed sentence
_PARAGRAPHS_COMPARED = 5_000
_COMPARED = 400
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_GAPS = re.compile(r"[\W_]+")
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Letters and digits only, case and accents off: what two writings of one line have in common.

    Lines are told apart by their first 400 signs: nobody compares a whole page.
    """
    text = text[:_COMPARED]
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    signs = unicodedata.normalize("NFKD", text).casefold()
    return _GAPS.sub(" ", "".join(sign for sign in signs if not unicodedata.combining(sign))).strip()


class Reading:
    """The answers of one slot in one document, and the text that is in none of them.

    `is_sure` is False when a prompt was found only by words that are close to its own, or not at all.
    """

    def __init__(self, slot: Slot, blocks: list[Block]):
        self.slot = slot
        self._codes = {prompt.code for prompt in slot.prompts}
        self._printed = {fold(line) for line in slot.printed} - {""}
        self._asked = {fold(line) for prompt in slot.prompts for line in _lines(prompt)}
        self._longest = max(map(len, (*self._printed, *self._asked)), default=0) * 2
        self._areas: dict[str, list[Block]] = {}
        self._found_by: dict[str, str] = {}
        self._outside: list[Block] = []
        self._anchors, self._is_unsure = _anchors(slot, blocks, _seen(blocks) & self._codes)
        self._current = ""
        self._is_flowing = True  # outside tables; in them the code that can be seen rules
        self._drops_printed = True  # not in an answer box: there "Meets" is the applicant's word
        self._read(blocks)
        self.answers = tuple(self._answer(prompt) for prompt in slot.prompts)
        self.outside = plain(self._outside)
        self.words = sum(answer.words for answer in self.answers) + words_of(self._outside)

    @property
    def is_sure(self) -> bool:
        return not self._is_unsure and all(answer.found_by for answer in self.answers)

    @property
    def outside_words(self) -> int:
        return words_of(self._outside)

    def _read(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            if isinstance(block, Paragraph):
                self._read_paragraph(block)
            elif self._leads_somewhere(block):
                self._read_table(block)
            else:
                self._keep_table(block)

    def _read_paragraph(self, paragraph: Paragraph) -> None:
        code = self._asked_in(paragraph)
        if code:
            self._begin(code, "prompt" if id(paragraph) in self._anchors else "code")
            rest = markers.after_code(paragraph.text)
            if rest and rest != paragraph.text:
                self._areas[code].append(Paragraph.of(rest))
            return
        target, found_by = self._target(paragraph)
        folded = self._fold(paragraph.text)
        if folded in self._asked or (folded in self._printed and (not target or self._drops_printed)):
            return
        if target:
            self._begin(target, found_by, goes_on=True)
            self._areas[target].append(paragraph)
        elif paragraph.text and not _is_name(paragraph):
            self._outside.append(paragraph)

    def _asked_in(self, paragraph: Paragraph) -> str:
        """The prompt that this paragraph prints."""
        codes = [code for code in markers.codes_in(paragraph.text) if code in self._codes]
        return codes[-1] if codes else self._anchors.get(id(paragraph), "")

    def _target(self, paragraph: Paragraph) -> tuple[str, str]:
        """Whose answer this is. In a table the code that can be seen goes before a tag that was copied along."""
        tagged = next((code for code in reversed(paragraph.tags) if code in self._codes), "")
        if self._current and (not tagged or tagged == self._current or not self._is_flowing):
            return self._current, "tag" if tagged == self._current else ""
        if tagged:
            return tagged, "tag"
        return next((code for code in paragraph.marks if code in self._codes), ""), "tag"

    def _begin(self, code: str, found_by: str, *, goes_on: bool = False) -> None:
        self._areas.setdefault(code, [])
        if found_by == "tag" or code not in self._found_by:
            self._found_by[code] = found_by
        if not goes_on:
            self._current = code

    def _leads_somewhere(self, table: Table) -> bool:
        return table.is_marked or any(id(paragraph) in self._anchors for paragraph in paragraphs_of([table]))

    def _read_table(self, table: Table) -> None:
        """Row by row: a row that prints a prompt, then the rows that answer it, until the table ends."""
        before = self._is_flowing, self._drops_printed
        self._current, self._is_flowing = "", False
        for row in table.rows:
            if len(row.cells) > 1 and self._is_printed(row):
                continue
            self._drops_printed = self._asks(row)
            if self._drops_printed:
                self._current = ""
            for cell in row.cells:
                self._read(cell.blocks)
        self._current = ""
        self._is_flowing, self._drops_printed = before

    def _asks(self, row: Row) -> bool:
        return any(self._asked_in(p) for cell in row.cells for p in paragraphs_of(cell.blocks))

    def _keep_table(self, table: Table) -> None:
        """A table of somebody's own, or what they wrote into one of ours."""
        if self._current and not (self._is_flowing and any(map(self._is_printed, table.rows))):
            self._areas[self._current].append(table)
            return
        for row in table.rows:
            if not self._is_printed(row):
                kept = Table()
                kept.rows = [row]
                self._outside.append(kept)

    def _is_printed(self, row: Row) -> bool:
        lines = [self._fold(p.text) for cell in row.cells for p in paragraphs_of(cell.blocks)]
        return all(line in self._printed for line in lines if line)

    def _fold(self, text: str) -> str:
        """The text folded when it is short enough to be a line of the template; else as it is."""
        return fold(text) if len(text) <= self._longest else text

    def _answer(self, prompt: Prompt) -> Answer:
        blocks = [kept for block in self._areas.get(prompt.code, []) if (kept := self._without_placeholder(block))]
        if not plain(blocks) or self._is_left_blank(blocks):
            blocks = []
        found_by = self._found_by.get(prompt.code, "")
        return Answer(prompt.code, plain(blocks), html(blocks), words_of(blocks), found_by)

    def _without_placeholder(self, block: Block) -> Block | None:
        if not isinstance(block, Paragraph):
            return block
        text = block.text
        if text.lower().startswith(markers.PLACEHOLDER.lower()):
            rest = text[len(markers.PLACEHOLDER) :].lstrip(" .:")
            return Paragraph.of(rest) if rest else None
        return None if block.is_placeholder and len(text.split()) <= PLACEHOLDER_WORDS else block

    def _is_left_blank(self, blocks: list[Block]) -> bool:
        """All there is was printed by the template: a placeholder in another language."""
        lines = [paragraph.text for paragraph in paragraphs_of(blocks) if paragraph.text]
        line = fold(lines[0]) if len(lines) == 1 else ""
        return line in self._printed and len(line.split()) >= PRINTED_WORDS


def _seen(blocks: list[Block]) -> set[str]:
    """Every code that a printed code, a tag or a bookmark names."""
    found: set[str] = set()
    for paragraph in paragraphs_of(blocks):
        found.update(markers.codes_in(paragraph.text), paragraph.tags, paragraph.marks)
    return found


def _anchors(slot: Slot, blocks: list[Block], seen: set[str]) -> tuple[dict[int, str], bool]:
    """For prompts whose code is gone: the paragraph that says their words, and whether any is less than certain.

    A question may be asked under several headings. Then its order decides, and a person looks.
    """
    asked: dict[str, list[str]] = {}
    for prompt in slot.prompts:
        asked.setdefault(fold(_lines(prompt)[0]), []).append(prompt.code)
    missing = {line: list(codes) for line, codes in asked.items() if not seen.intersection(codes)}
    anchors: dict[int, str] = {}
    is_unsure = any(len(codes) > 1 for codes in missing.values())
    paragraphs = list(paragraphs_of(blocks)) if missing else []
    for paragraph in paragraphs:
        if codes := missing.get(fold(paragraph.text)):
            anchors[id(paragraph)] = codes.pop(0)
    missing = {line: codes for line, codes in missing.items() if codes}
    for paragraph in paragraphs[:_PARAGRAPHS_COMPARED] if missing else ():
        if codes := missing.get(_nearest(fold(paragraph.text), asked)):
            anchors[id(paragraph)] = codes.pop(0)
            is_unsure = True
    return anchors, is_unsure


def _nearest(line: str, asked: Iterable[str]) -> str:
    """The question that a line is closest to, if it is close to any: questions may resemble each other."""
    words = line.split()
    best, nearest = CLOSE, ""
    for question in asked:
        other = question.split()
        if len(words) < PRINTED_WORDS or not CLOSE <= len(words) / max(len(other), 1) <= 1 / CLOSE:
            continue
        match = SequenceMatcher(None, other, words, autojunk=False)
        if match.quick_ratio() >= best and match.ratio() >= best:
            best, nearest = match.ratio(), question
    return nearest


def _lines(prompt: Prompt) -> list[str]:
    return [line for line in prompt.text.splitlines() if line.strip()] or [prompt.code]


def _is_name(paragraph: Paragraph) -> bool:
    return fold(paragraph.text).startswith(fold(markers.NAME_LABEL))
