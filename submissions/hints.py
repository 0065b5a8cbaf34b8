"""What can be said of a file before it is sent: by its name, its size and how it begins. Advice, never a verdict."""

from dataclasses import dataclass

from submissions.checks import FILE_BYTES, Expectation, Finding, kinds, naming, recognition
from submissions.checks.catalogue import say

HEAD_BYTES = 16
ZIPPED = {  # endings of files that begin like a Word file, and what they are
    **{ending: ending for ending in ("pages", "odt", "ods", "odp", "numbers", "dotx", "epub", "zip")},
    "xlsx": "excel",
    "pptx": "powerpoint",
    "key": "keynote",
}
PLAIN = {  # endings of files whose first bytes say too little
    **{ending: ending for ending in ("doc", "gdoc", "gsheet", "gslides", "html", "mhtml", "xml")},
    "dot": "doc",
    "xls": "excel",
    "ppt": "powerpoint",
    "wps": "works",
    "txt": "text",
    "url": "link",
    "htm": "html",
}
WITH_MACROS = {"docm", "dotm"}
UNLIKE = "This does not look like a Word file (.docx). You can add it; we will check it."


@dataclass(frozen=True)
class Hint:
    """A sentence for the person who chose the file; `tone`: "warn", or nothing."""

    words: str
    tone: str = "warn"


def hint(expectation: Expectation, *, size: int, head: bytes) -> Hint:
    """Foretell the check of a file of `size` bytes that begins with `head`, in the words of the check."""
    if found := _foretold(expectation.received_name, size=size, head=head):
        return Hint(f"{found.sentence}.")
    if not head.startswith(recognition.ZIP):
        return Hint(UNLIKE)
    said = naming.say_of_name(expectation)
    if said.level == "ok":
        words = f"Looks like a Word file. We will keep it as “{said.data['name']}”. We check the rest when you add it."
        return Hint(words, tone="")
    return Hint(f"{said.sentence}. You can add it as it is; we offer to name our copy “{said.data['name']}”.")


def _foretold(name: str, *, size: int, head: bytes) -> Finding | None:
    """What will be refused, whatever else the file holds."""
    if size == 0:
        return say("size.zero")
    if size > FILE_BYTES:
        return say("size.big")
    ending = name.lower().rpartition(".")[2]
    if not head.startswith(recognition.ZIP):
        kind = recognition.kind_at_a_glance(head, size=size, name=name) or PLAIN.get(ending, "")
    elif ending in WITH_MACROS:
        return say("open.macro", ending=f".{ending}")
    else:
        kind = ZIPPED.get(ending, "")
    return kinds.not_word(kind).finding if kind else None
