"""The fields of a Word file: what they were told to do, and whether we are inside an instruction or a result."""

import re

_HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?:\\[a-zA-Z]\s+)*"([^"]+)"')
_INSTRUCTION_CHARACTERS = 4_000


class _Field:
    __slots__ = ("instruction", "is_told", "link")

    def __init__(self) -> None:
        self.instruction = ""
        self.is_told = False  # its instruction is complete: what follows is its result
        self.link = ""


class Fields:
    """`hides` while an instruction is given; `link` is the address of the hyperlink whose text is shown."""

    def __init__(self) -> None:
        self.instructions: list[str] = []
        self.hides = False
        self.link = ""
        self._open: list[_Field] = []

    def begin(self) -> None:
        self._open.append(_Field())
        self._look()

    def say(self, text: str) -> None:
        if self.hides and len(self._open[-1].instruction) < _INSTRUCTION_CHARACTERS:
            self._open[-1].instruction += text

    def separate(self) -> str:
        """The instruction is complete; returns it."""
        return self._told(self._open[-1]) if self._open else ""

    def end(self) -> str:
        """The field is over; returns an instruction that has no result."""
        return self._told(self._open.pop()) if self._open else ""

    def instruct(self, instruction: str) -> str:
        """Note an instruction; returns the address of a hyperlink."""
        if instruction.strip():
            self.instructions.append(instruction[:_INSTRUCTION_CHARACTERS])
        found = _HYPERLINK.match(instruction)
        return found[1] if found else ""

    def give_up(self) -> None:
        """The paragraph ends: a field that is not yet told what to do is broken, and must not hide what follows."""
        self._open = [field for field in self._open if field.is_told]
        self._look()

    def _told(self, field: _Field) -> str:
        said = "" if field.is_told else field.instruction
        if not field.is_told:
            field.is_told = True
            field.link = self.instruct(said)
        self._look()
        return said

    def _look(self) -> None:
        self.hides = not all(field.is_told for field in self._open)
        self.link = next((field.link for field in reversed(self._open) if field.link), "")
