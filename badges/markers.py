"""What a Word template carries so that a filled-in copy is recognised: shared by the writer and the reader.

Text that can be seen (the printed code, the line in the footer) survives every word processor that was tried; tags
survive Word; properties and bookmarks lie in between. Each is written, and the reader takes what is left.
"""

import re

CODE = re.compile(r"\[\s*([A-Z0-9]+(?:-[A-Z0-9]+)*-Q\d+)\s*\]")
PLACEHOLDER = "Write your answer here"
NAME_LABEL = "Last name, first name:"

PROGRAM = "Microcred program"
EDITION = "Microcred edition"
TERM = "Microcred term"
DOCUMENT = "Microcred document"

_DASHES = str.maketrans("‐‑‒–—−", "------")  # what word processors make of a hyphen
_TAG = "answer:"
_BOOKMARK = "answer_"
_BOOKMARK_LENGTH = 40  # Word's own limit
_ORIGIN = re.compile(r"\[\s*([a-z0-9]+(?:-[a-z0-9]+)*)/([a-z0-9]+(?:-[a-z0-9]+)*)\s*\]")


def printed(code: str) -> str:
    """The code as it stands under a prompt: `[L2-RG-Q4]`."""
    return f"[{code}]"


def codes_in(text: str) -> list[str]:
    """Every prompt code printed in `text`, in order."""
    return CODE.findall(text.translate(_DASHES)) if "[" in text else []


def after_code(text: str) -> str:
    """What follows the last printed code in `text`."""
    ends = [match.end() for match in CODE.finditer(text.translate(_DASHES))]
    return text[ends[-1] :].strip() if ends else text


def tag(code: str) -> str:
    """The tag of the content control that holds the answer to `code`."""
    return f"{_TAG}{code}"


def code_of_tag(value: str) -> str:
    """The code a tag names; empty for a control that is not ours."""
    return value.removeprefix(_TAG) if value.startswith(_TAG) else ""


def bookmark(code: str) -> str:
    """The bookmark inside the answer to `code`: letters, digits and underscores, at most 40."""
    return (_BOOKMARK + code.replace("-", "_"))[:_BOOKMARK_LENGTH]


def code_of_bookmark(name: str) -> str:
    return name.removeprefix(_BOOKMARK).replace("_", "-") if name.startswith(_BOOKMARK) else ""


def origin(edition_slug: str, document_key: str) -> str:
    """The end of the footer line: which edition and document the paper came from."""
    return f"[{edition_slug}/{document_key}]"


def origin_in(text: str) -> tuple[str, str, str]:
    """Edition, document and term named in a footer; empty texts when there are none."""
    match = _ORIGIN.search(text.translate(_DASHES))
    if not match:
        return "", "", ""
    *_, term = text[: match.start()].rstrip(" ·").split(" · ")
    return match[1], match[2], term.strip()
