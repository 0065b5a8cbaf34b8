"""Which text answers which prompt, and which text is in no answer. Every word that somebody typed is in one of them.

A question that somebody reworded is kept beside its answer.
"""

from collections import Counter
from collections.abc import Iterable

from badges import markers
from submissions.checks import echoes
from submissions.checks.blocks import Block, Paragraph, Row, Table, paragraphs_of
from submissions.checks.contract import Answer, Prompt, Slot
from submissions.checks.markup import html, plain, words_of
from submissions.checks.questions import CODE, Questions, Sign, fold

PLACEHOLDER_WORDS = 12  # Word's own placeholder has six to ten, in any language
PRINTED_WORDS = 3  # an answer may be "Meets"; it is hardly a printed sentence
NAME_WORDS = 12  # on the line for the name; what is longer is no name
# what templates print, in every language that they speak
_NAMES = tuple(fold(words.name) for words in markers.WORDS.values())
_LONGEST_NAME = max(len(words.name) for words in markers.WORDS.values())
_PLACEHOLDERS = tuple(words.placeholder.lower() for words in markers.WORDS.values())
_PLACEHOLDER_END = max(map(len, _PLACEHOLDERS)) + 3  # with the stop that somebody put behind it
_RUBRICS = frozenset(fold(words.rubric) for words in markers.WORDS.values())
_BY = {"": 0, "prompt": 1, "code": 2, "tag": 3}  # how an answer was found: the surest counts
_NOTHING, _SHORT, _EVERYTHING = range(3)  # of what the template prints, too: how much of it is the applicant's here


class Reading:
    """The answers of one slot in one document, and the text that is in none of them.

    `is_named`: the document calls itself this slot's. `unsure` are the codes of prompts that were found only by their
    order, or by words that are close to their own, or not at all. `name` is what stands on the line for the name.
    """

    def __init__(self, slot: Slot, blocks: list[Block], *, is_named: bool = False):
        paragraphs = paragraphs_of(blocks)
        self._questions = Questions(slot, paragraphs, is_named=is_named)
        self._numbers = {prompt.code: number for number, prompt in enumerate(slot.prompts, start=1)}
        self._areas: dict[str, list[Block]] = {}
        self._found_by: dict[str, str] = {}
        self._beside: list[tuple[str, Block]] = []  # text in no answer box, with the question in whose place it stands
        self._current = self._place = ""
        self._is_flowing = True  # outside tables; in them the question that can be seen rules
        self._is_visible = False  # the current question was told by a sign, not by a tag
        self._keeps = _NOTHING
        self._shown = Counter([each.text for each in paragraphs if each.is_placeholder])
        self.name = ""
        self._read(blocks)
        self.answers = tuple(self._answer(prompt) for prompt in slot.prompts)
        self.unsure = self._questions.unsure | {answer.code for answer in self.answers if not self._is_sure(answer)}
        self._outside = [block for _, block in self._beside]
        self.outside = plain(self._outside)
        self.words = sum(answer.words for answer in self.answers) + words_of(self._outside)

    @property
    def is_sure(self) -> bool:
        return not self.unsure

    @property
    def outside_words(self) -> int:
        return words_of(self._outside)

    def _read(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            if isinstance(block, Paragraph):
                for line in self._questions.lines(block):
                    self._read_paragraph(line)
            elif block.is_marked or self._questions.is_asked_in(paragraphs_of([block])):
                self._read_table(block)
            else:
                self._keep_table(block)

    def _read_paragraph(self, paragraph: Paragraph) -> None:
        sign = self._questions.sign(paragraph)
        if sign and (sign.asks or self._is_flowing):
            self._follow(sign)
            return
        target, found_by = self._target(paragraph)
        if paragraph.text and self._is_the_template_s(paragraph.text, target):
            return
        if target:
            if found_by or target != self._current:
                self._begin(target, found_by, goes_on=bool(self._current) or self._is_flowing)
            self._areas.setdefault(target, []).append(paragraph)
        elif paragraph.text:
            self._keep(paragraph)

    def _follow(self, sign: Sign) -> None:
        """A question begins here: its answer, or only its place."""
        self._place = sign.code
        if not sign.asks or not sign.code:
            self._current, self._keeps = "", _NOTHING
            return
        self._begin(sign.code, sign.by)
        self._is_visible = True
        self._keeps = _EVERYTHING if sign.by == CODE else _SHORT
        self._areas[sign.code].extend(map(Paragraph.of, sign.typed))

    def _is_the_template_s(self, text: str, target: str) -> bool:
        is_in_its_box = bool(target) and self._keeps == _EVERYTHING and not self._is_flowing
        if is_in_its_box or not self._questions.is_printed(text):
            return False
        line = fold(text)
        if self._is_flowing and line in _RUBRICS:
            self._keeps = _NOTHING
        if not target or self._keeps == _NOTHING:
            return True
        return self._keeps == _SHORT and len(line.split()) >= PRINTED_WORDS

    def _target(self, paragraph: Paragraph) -> tuple[str, str]:
        """Whose answer this is. In a table the question that can be seen goes before a tag that was copied along."""
        tags = paragraph.tags
        tagged = next((code for code in reversed(tags) if code in self._numbers), "") if tags else ""
        rules = not tagged or tagged == self._current or (self._is_visible and not self._is_flowing)
        if self._current and rules:
            return self._current, "tag" if tagged == self._current else ""
        if tagged:
            return tagged, "tag"
        return next((code for code in paragraph.marks if code in self._numbers), ""), "tag"

    def _begin(self, code: str, found_by: str, *, goes_on: bool = False) -> None:
        self._areas.setdefault(code, [])
        if _BY[found_by] > _BY[self._found_by.get(code, "")]:
            self._found_by[code] = found_by
        if not goes_on:
            self._current = self._place = code

    def _read_table(self, table: Table) -> None:
        """Row by row: a row that asks, then the rows that answer it, until the table ends."""
        before = self._is_flowing, self._is_visible, self._keeps
        self._current, self._is_flowing, self._is_visible = "", False, False
        columns: list[str] = []
        for row in table.rows:
            asked = self._questions.is_asked_in(_paragraphs(row))
            if not asked and len(row.cells) > 1 and self._is_printed(row):
                continue
            self._keeps = _NOTHING if asked else _EVERYTHING
            if asked:  # what was typed into this row answers it, be it before the code
                self._current, self._is_visible = "", True
                if len(asked) == 1:
                    self._current = asked[0]
                    self._areas.setdefault(asked[0], [])
                columns = self._columns(row) if len(asked) > 1 else []
            for place, cell in enumerate(row.cells):
                if place == 0 and self._is_number_of(asked, cell.blocks):
                    continue
                if columns and not asked:
                    self._current = self._place = columns[place] if len(columns) == len(row.cells) else ""
                self._read(cell.blocks)
        self._current = ""
        self._is_flowing, self._is_visible, self._keeps = before

    def _is_number_of(self, asked: list[str], blocks: list[Block]) -> bool:
        """Whether a cell holds the number of the one question that its row asks, and nothing else."""
        said = fold(" ".join(paragraph.text for paragraph in paragraphs_of(blocks)))
        return len(asked) == 1 and said.removeprefix("question ") == str(self._numbers[asked[0]])

    def _columns(self, row: Row) -> list[str]:
        """The question in each cell, where several stand side by side: what is below one answers it."""
        asked = [self._questions.is_asked_in(paragraphs_of(cell.blocks)) for cell in row.cells]
        return [codes[-1] if codes else "" for codes in asked] if len(asked) > 1 else []

    def _keep_table(self, table: Table) -> None:
        """A table of somebody's own, a box that lost its question, or what they wrote into one of our rubrics."""
        if self._current and self._is_flowing and all(len(row.cells) == 1 for row in table.rows):
            for row in table.rows:
                self._read(row.cells[0].blocks)
            return
        is_ours = any(self._is_printed(row) for row in table.rows if any(each.text for each in _paragraphs(row)))
        if self._current and not (self._is_flowing and is_ours):
            self._areas[self._current].append(table)
        elif not is_ours:
            self._beside.append((self._place, table))
        else:
            self._beside += [("", _table_of(row)) for row in table.rows if not self._is_printed(row)]

    def _keep(self, paragraph: Paragraph) -> None:
        name = self._name_in(paragraph.text)
        if name is None:
            self._beside.append((self._place, paragraph))
        elif len(name.split()) > NAME_WORDS:
            self._beside.append(("", Paragraph.of(name)))
        else:
            self.name = self.name or name

    @staticmethod
    def _name_in(text: str) -> str | None:
        """What stands behind the label of the name; None on any other line."""
        if not fold(text[: _LONGEST_NAME * 2]).startswith(_NAMES):
            return None
        return text.partition(":")[2].strip()

    def _is_printed(self, row: Row) -> bool:
        return all(self._questions.is_printed(paragraph.text) for paragraph in _paragraphs(row) if paragraph.text)

    def _answer(self, prompt: Prompt) -> Answer:
        blocks = self._written(self._areas.get(prompt.code, []))
        if not blocks:  # an empty box: what stands below or above it answers the question
            blocks = self._written([block for place, block in self._beside if place == prompt.code])
            if blocks:
                self._beside = [(place, block) for place, block in self._beside if place != prompt.code]
        found_by = self._found_by.get(prompt.code, "")
        asked = self._questions.reworded.get(prompt.code, "")
        return Answer(prompt.code, plain(blocks), html(blocks), words_of(blocks), found_by, asked)

    def _is_sure(self, answer: Answer) -> bool:
        """Whether its question was found; a number over nothing is none."""
        return bool(answer.text if answer.code in self._questions.numbered else answer.found_by)

    def _written(self, blocks: list[Block]) -> list[Block]:
        """What somebody wrote: without placeholders, and without what LibreOffice wrote twice."""
        kept = echoes.silenced([block for each in blocks if (block := self._without_placeholder(each))])
        lines = [each.text for each in paragraphs_of(kept) if each.text]
        return kept if lines and not self._is_left_blank(lines) else []

    def _without_placeholder(self, block: Block) -> Block | None:
        if not isinstance(block, Paragraph):
            return block
        text = _beside_placeholder(block.text)
        if text != block.text:
            return Paragraph.of(text) if text else None
        is_shown_elsewhere = block.is_placeholder and self._shown[text] > 1  # else somebody may have typed it
        return None if is_shown_elsewhere and len(text.split()) <= PLACEHOLDER_WORDS else block

    def _is_left_blank(self, lines: list[str]) -> bool:
        """All there is was printed by the template: a placeholder in another language."""
        is_line = len(lines) == 1 and self._questions.is_printed(lines[0])
        return is_line and len(fold(lines[0]).split()) >= PRINTED_WORDS


def _paragraphs(row: Row) -> list[Paragraph]:
    return [paragraph for cell in row.cells for paragraph in paragraphs_of(cell.blocks)]


def _table_of(row: Row) -> Table:
    table = Table()
    table.rows = [row]
    return table


def _beside_placeholder(text: str) -> str:
    """What somebody wrote before or behind the template's placeholder; all of the text where there is none."""
    begins, ends = text[:_PLACEHOLDER_END].lower(), text[-_PLACEHOLDER_END:].lower().rstrip(" .:")
    for printed in _PLACEHOLDERS:
        if begins.startswith(printed):
            return text[len(printed) :].lstrip(" .:")
        if ends.endswith(printed):
            return text[: text.lower().rindex(printed)].rstrip()
    return text
