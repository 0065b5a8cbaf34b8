"""Reading XML as a stream, within limits and without a DTD. Subclasses say which elements they care for."""

from collections.abc import Callable
from typing import IO, Any, ClassVar
from xml.parsers import expat

from submissions.checks.kinds import damaged, unsafe

PIECE = 1 << 20  # expat 2.5 is quadratic on long tokens when fed in small pieces
DEPTH = 200
ELEMENTS = 1_500_000
ATTRIBUTES = 256
CHARACTERS = 5_000_000
_NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]

WORD = (  # transitional and strict
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)

Attributes = list[str]  # name, value, name, value …


class Budget:
    """How much XML one file may hold, over all its parts."""

    def __init__(self, elements: int = ELEMENTS, characters: int = CHARACTERS):
        self.elements = elements
        self.characters = characters

    def check(self) -> None:
        if self.elements < 0:
            raise unsafe("elements")
        if self.characters < 0:
            raise unsafe("characters")


class XmlReader:
    """Calls `starts[name]` and `ends[name]`, where a name is "namespace local".

    `skip_this()` from a start leaves out the element with all that is in it.
    """

    starts: ClassVar[dict[str, Callable[[Any, Attributes], None]]] = {}
    ends: ClassVar[dict[str, Callable[[Any], None]]] = {}

    def __init__(self, budget: Budget):
        self.budget = budget
        self._depth = 0
        self._skipped_at = 0

    def read(self, stream: IO[bytes]) -> None:
        """Read one part to its end. Raises: Refusal, for XML that is broken, endless or declares a DTD."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _no_dtd
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.text
        self._depth = self._skipped_at = 0
        try:
            while piece := stream.read(PIECE):
                parser.Parse(piece, False)
                self.budget.check()
            parser.Parse(b"", True)
        except expat.ExpatError as broken:
            if broken.code == _NO_MEMORY:  # our limit, not their file
                raise MemoryError from broken
            raise damaged("xml") from broken
        except (LookupError, UnicodeError, ValueError) as broken:
            raise damaged("xml") from broken

    def text(self, text: str) -> None:
        """Character data; nothing by default."""

    def skip_this(self) -> None:
        self._skipped_at = self._depth

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        self.budget.elements -= 1
        if self._depth > DEPTH or len(attributes) > 2 * ATTRIBUTES:
            raise unsafe("depth" if self._depth > DEPTH else "attributes")
        if not self._skipped_at:
            act = self.starts.get(name)
            if act is not None:
                act(self, attributes)

    def _end(self, name: str) -> None:
        if not self._skipped_at:
            act = self.ends.get(name)
            if act is not None:
                act(self)
        elif self._skipped_at == self._depth:
            self._skipped_at = 0
        self._depth -= 1


def named(spaces: tuple[str, ...], acts: dict[str, Any]) -> dict[str, Any]:
    """The acts under "namespace local", for every namespace that means the same."""
    return {f"{space} {name}": act for space in spaces for name, act in acts.items()}


def value(attributes: Attributes, local: str) -> str:
    """The attribute with this local name, whatever its namespace; empty when there is none."""
    for position in range(0, len(attributes), 2):
        if attributes[position].rpartition(" ")[2] == local:
            return attributes[position + 1]
    return ""


def _no_dtd(*_declared: Any) -> None:
    raise unsafe("dtd")
