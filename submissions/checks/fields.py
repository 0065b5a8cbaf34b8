"""The fields of a Word file: what they were told to do, and whether we are inside an instruction or a result."""

import re

_HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?:\\[a-zA-Z]\s+)*"([^"]+)"')
_INSTRUCTION_CHARACTERS = 4_000


class _Field:
    __slots__ = ("instruction", "is_told", "link")

    def __init__(self, link: str) -> None:
        self.instruction = ""
        self.is_told = False  # its instruction is complete: what follows is its result
        self.link = link  # of the field around it, until it has one of its own


class Fields:
    """`hides` while an instruction is given; `link` is the address of the hyperlink whose text is shown."""

    def __init__(self) -> None:
        self.instructions: list[str] = []
        self.hides = False
        self.link = ""
        self._open: list[_Field] = []
        self._untold = 0
        self._goes_on = False  # the last instruction was broken off by the end of a paragraph

    def begin(self) -> None:
        self._open.append(_Field(self.link))
        self._untold += 1
        self._look()

    def say(self, text: str) -> None:
        if self.hides and len(self._open[-1].instruction) < _INSTRUCTION_CHARACTERS:
            self._open[-1].instruction += text
        elif self._goes_on and len(self.instructions[-1]) < _INSTRUCTION_CHARACTERS:
            self.instructions[-1] += text

    def separate(self) -> str:
        """The instruction is complete; returns it."""
        return self._told(self._open[-1]) if self._open else ""

    def end(self) -> str:
        """The field is over; returns an instruction that has no result."""
        return self._told(self._open.pop()) if self._open else ""

    def instruct(self, instruction: str) -> str:
        """Note an instruction; returns the address of a hyperlink."""
        self._goes_on = False
        if instruction.strip():
            self.instructions.append(instruction[:_INSTRUCTION_CHARACTERS])
        found = _HYPERLINK.match(instruction)
        return found[1] if found else ""

    def give_up(self) -> None:
        """The paragraph ends: a field that is not yet told what to do is broken, and must not hide what follows."""
        told = []
        while self._untold:
            field = self._open.pop()
            if field.is_told:
                told.append(field)
            else:
                self._untold -= 1
                self.instructions.append(field.instruction)
                self._goes_on = True
        self._open += reversed(told)
        self._look()

    def _told(self, field: _Field) -> str:
        said = "" if field.is_told else field.instruction
        if not field.is_told:
            field.is_told = True
            self._untold -= 1
            field.link = self.instruct(said) or field.link
        self._look()
        return said

    def _look(self) -> None:
        self.hides = self._untold > 0
        self.link = self._open[-1].link if self._open else ""
