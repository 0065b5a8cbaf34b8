"""What a Word file says, as blocks: paragraphs, and tables of cells that hold blocks again."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

BOLD, ITALIC, UNDERLINED, STRUCK, RAISED, LOWERED = 1, 2, 4, 8, 16, 32
ASIDE = 64  # what the reader adds, and nobody wrote: the description of a picture, the word "Note"
PICTURE = "picture:"  # before the mark of a picture, where a run has its link

Run = tuple[str, int, str]  # text, format, link
_LOOK = itemgetter(1, 2)


class Paragraph:
    """`tags` and `marks` are the prompt codes of controls and bookmarks here."""

    __slots__ = (
        "depth", "is_heading", "is_hidden", "is_joined", "is_placeholder", "level", "list", "marks", "number", "runs",
        "style", "tags", "text",
    )  # fmt: skip

    def __init__(self, tags: tuple[str, ...] = (), marks: tuple[str, ...] = (), is_placeholder: bool = False):
        self.runs: list[Run] = []
        self.text = ""
        self.tags, self.marks, self.is_placeholder = tags, marks, is_placeholder
        self.list = ""  # "", "ul" or "ol"
        self.level = 0
        self.is_heading = self.is_joined = self.is_hidden = False
        self.style = self.number = self.depth = ""  # as the file names them

    @classmethod
    def of(cls, text: str) -> "Paragraph":
        made = cls()
        made.runs.append((text, 0, ""))
        made.settle()
        return made

    def settle(self) -> None:
        """Nothing more comes: runs that look alike become one, and the text is kept as one."""
        runs = self.runs
        if len(runs) == 1:
            self.text = runs[0][0].strip()
        elif runs:
            alike = groupby(runs, key=_LOOK)
            self.runs = [("".join([run[0] for run in same]), *look) for look, same in alike]
            self.text = "".join([run[0] for run in self.runs]).strip()

    @property
    def written(self) -> str:
        """The text without what the reader added."""
        runs = self.runs
        if not (runs[0][1] & ASIDE if len(runs) == 1 else any(run[1] & ASIDE for run in runs)):
            return self.text
        return "".join(" " if run[1] & ASIDE else run[0] for run in self.runs).strip()


class Cell:
    __slots__ = ("blocks", "is_covered", "span")

    def __init__(self) -> None:
        self.blocks: list[Paragraph | Table] = []
        self.span = 1
        self.is_covered = False  # by the cell above or before it, with which it is merged


class Row:
    __slots__ = ("cells", "is_deleted", "is_header")

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self.is_header = self.is_deleted = False


class Table:
    """`is_marked`: somewhere in it stands a printed code, a tag or a bookmark of a template."""

    __slots__ = ("is_marked", "rows")

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.is_marked = False


Block = Paragraph | Table


def paragraphs_of(blocks: Iterable[Block]) -> list[Paragraph]:
    """The paragraphs in these blocks and in the cells of their tables, in order."""
    found: list[Paragraph] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            found.append(block)
        else:
            for row in block.rows:
                for cell in row.cells:
                    found += paragraphs_of(cell.blocks)
    return found
