"""Going through one part of a file with every name as it is written: namespace, local name, prefix, declarations."""

from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from submissions.checks.cleaning.rules import FAMILIES, is_known
from submissions.checks.kinds import unsafe
from submissions.checks.xml import ATTRIBUTES, DEPTH, PIECE, Budget, faults_told, no_dtd

Attributes = list[str]  # name, value, name, value …, as expat gives them
Declared = list[tuple[str, str]]  # prefix, namespace


@dataclass(frozen=True, slots=True)
class Name:
    """`key`: "w p", by what the namespace means; `written`: with the file's own prefix; `is_known`: of Office."""

    key: str
    written: str
    is_known: bool

    @property
    def local(self) -> str:
        return self.key.rpartition(" ")[2]


class Walker:
    """Subclasses say what happens at `starts` (true: leave it out with all that is in it), `ends` and `text`."""

    def __init__(self, budget: Budget):
        self.budget = budget
        self.depth = 0
        self._skipped_at = 0
        self._declared: Declared = []
        self._names: dict[str, Name] = {}

    def walk(self, stream: IO[bytes]) -> None:
        """Raises: Refusal, for XML that is broken, endless or declares a DTD."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.namespace_prefixes = parser.ordered_attributes = parser.buffer_text = True
        parser.StartDoctypeDeclHandler = no_dtd
        parser.StartNamespaceDeclHandler = self._declares
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        with faults_told():
            while piece := stream.read(PIECE):
                parser.Parse(piece, False)
                self.budget.check()
            parser.Parse(b"", True)

    def starts(self, name: Name, attributes: Attributes, declared: Declared) -> bool:
        return False

    def ends(self, name: Name) -> None:
        """Nothing by default."""

    def text(self, text: str) -> None:
        """Nothing by default."""

    def name(self, raw: str) -> Name:
        """What expat calls "namespace local prefix", or less of it."""
        found = self._names.get(raw)
        if found is None:
            space, local, prefix = _parts(raw)
            key = f"{FAMILIES.get(space, space)} {local}" if space else local
            found = self._names[raw] = Name(key, f"{prefix}:{local}" if prefix else local, is_known(space))
        return found

    def value(self, attributes: Attributes, local: str) -> str:
        """The attribute with this local name, whatever its namespace; empty when there is none."""
        for place in range(0, len(attributes), 2):
            if self.name(attributes[place]).local == local:
                return attributes[place + 1]
        return ""

    def _declares(self, prefix: str | None, space: str | None) -> None:
        self._declared.append((prefix or "", space or ""))

    def _start(self, raw: str, attributes: Attributes) -> None:
        self.depth += 1
        self.budget.elements -= 1
        if self.depth > DEPTH or len(attributes) > 2 * ATTRIBUTES:
            raise unsafe("depth" if self.depth > DEPTH else "attributes")
        declared, self._declared = self._declared, []
        if not self._skipped_at and self.starts(self.name(raw), attributes, declared):
            self._skipped_at = self.depth

    def _end(self, raw: str) -> None:
        if not self._skipped_at:
            self.ends(self.name(raw))
        elif self._skipped_at == self.depth:
            self._skipped_at = 0
        self.depth -= 1

    def _text(self, text: str) -> None:
        if not self._skipped_at:
            self.text(text)


def _parts(raw: str) -> tuple[str, str, str]:
    parts = raw.split(" ")
    if len(parts) == 1:
        return "", raw, ""
    return (parts[0], parts[1], "") if len(parts) == 2 else (parts[0], parts[1], parts[2])
