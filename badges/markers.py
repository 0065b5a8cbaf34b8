"""What a Word template carries so that a filled-in copy is recognised: shared by the writer and the reader.

Text that can be seen (the printed code, the line in the footer) survives every word processor that was tried; tags
survive Word; properties and bookmarks lie in between. Each is written, and the reader takes what is left.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Words:
    """What a template prints of itself, in one language."""

    name: str
    how_to: str
    placeholder: str
    question: str
    rubric: str
    row: str
    revised: str


_FILE = Path(__file__).with_name("library") / "paper.toml"  # read by children that know no package, too
WORDS = {code: Words(**said) for code, said in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()}
ENGLISH = WORDS["en"]

CODE = re.compile(r"[\[({〔【「]\s*([A-Z0-9]+(?:\s?-\s?[A-Z0-9]+)*\s?-\s?Q\d+)\s*[\])}〕】」]", re.IGNORECASE)
PLACEHOLDER = ENGLISH.placeholder

PROGRAM = "Microcred program"
EDITION = "Microcred edition"
TERM = "Microcred term"
DOCUMENT = "Microcred document"

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−﹣－\u00ad"), "-")  # what word processors make of a hyphen
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_WIDE = str.maketrans("［］（）｛｝", "[](){}") | {0xFF01 + n - 0x21: chr(n) for n in range(0x21, 0x7F)}
_OPENING_WIDE = "［（｛〔【「"
_TAG = "answer:"
_BOOKMARK = "answer_"
_BOOKMARK_LENGTH = 40  # Word's own limit
_ORIGIN = re.compile(r"\[\s*([a-z0-9]+(?:-[a-z0-9]+)*)/([a-z0-9]+(?:-[a-z0-9]+)*)\s*\]")


def words_in(language: str) -> Words:
    """Those of a language tag such as `fr-CA`; English ones where the library has none."""
    return WORDS.get(language.partition("-")[0].lower(), ENGLISH)


def printed(code: str) -> str:
    """The code as it stands under a prompt: `[L2-RG-Q4]`."""
    return f"[{code}]"


def codes_in(text: str) -> list[str]:
    """Every prompt code printed in `text`, in order: in brackets of any kind, dashes and capitals as they come."""
    return [_as_printed(found) for found in CODE.finditer(_plain(text))] if _may_hold_codes(text) else []


def around_codes(text: str) -> tuple[str, str]:
    """What stands before the first code in `text`, and what follows the last."""
    found = list(CODE.finditer(_plain(text)))
    shown = without_unseen(text)
    return shown[: found[0].start()].strip(), shown[found[-1].end() :].strip()


def without_unseen(text: str) -> str:
    """The text without signs of no width."""
    return text.translate(_UNSEEN)


def _may_hold_codes(text: str) -> bool:
    """A few looks for single signs: nearly every paragraph of a document ends here."""
    if not ("Q" in text or "q" in text or "Ｑ" in text):
        return False
    if "[" in text or "(" in text or "{" in text:
        return True
    return not text.isascii() and any(sign in text for sign in _OPENING_WIDE)


def _plain(text: str) -> str:
    """The text in the signs that we print, one for one."""
    return text if text.isascii() else without_unseen(text).translate(_WIDE).translate(_DASHES)


def _as_printed(found: re.Match[str]) -> str:
    return "".join(found[1].split()).upper()


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
