"""What machines add around a name: folders, extensions, the marks of copies."""

import re
import unicodedata
from dataclasses import dataclass

from badges.names import clean

LONGEST = 255  # signs looked at from the end: file systems keep no more
LONGEST_MARK = 120  # a copy mark, "(Caryn’s conflicted copy 2023-11-02)" the longest kind
MOST_MARKS = 12
WORD = "docx"
OLD_KINDS = {"doc", "pdf", "odt", "rtf", "txt", "pages", "gdoc", "dotx", "dot"}  # left over before .docx
DANGEROUS = {
    *("exe", "scr", "js", "jse", "vbs", "vbe", "bat", "cmd", "com", "pif", "ps1", "msi", "hta", "jar", "wsf"),
    *("docm", "dotm", "xlsm", "html", "htm", "zip", "7z", "rar", "iso", "lnk", "url"),
}
EXTENSION = re.compile(r"\s*\.\s*([^\W_]{1,12})$")
COPY_BEFORE = re.compile(r"^(?:(?:copy|copie|c[oó]pia|kopie)(?: ?\(\d{1,3}\))? (?:of|de|von) )+", re.IGNORECASE)
COPY_AFTER = re.compile(
    r"""(?: \s? [(\[] \s* \d{1,3} \s* [)\]]
          | [\s_]{0,2} [-‐‑–—_] [\s_]{0,2} (?:copy|copie|c[oó]pia|kopie)
          | [\s_] copy (?: \s \d{1,3})?
          | \s? - \s? (?:desktop|laptop) - [a-z0-9]{4,10}
          | \s? \( [^()]* \b(?:conflict|conflicted)\b [^()]* \)
        ) [\s_.]{0,4} $""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Wrapping:
    """What is left of a name, and what was found around it."""

    stem: str
    refusal: str = ""  # "empty", "lock", "kind.extension", "kind.hidden", or nothing
    found: str = ""


def unwrap(name):
    """Take the folder, the extension and the marks of copies off `name`."""
    bare = COPY_BEFORE.sub("", clean(re.split(r"[/\\]", name)[-1]))
    bare = unicodedata.normalize("NFC", bare[-LONGEST:]).rstrip(" .")
    if bare.startswith("~$"):
        return Wrapping(bare, "lock", bare)
    stem, kind = _split(bare)
    if not stem.strip(" ."):
        return Wrapping("", "empty", bare)
    if kind != WORD:
        return Wrapping(stem, "kind.extension", kind)
    return _without_copies(stem)


def _split(text):
    """Stem and extension in small letters; the extension is "" when there is none."""
    hit = EXTENSION.search(text[-40:])
    if not hit:
        return text, ""
    return text[: len(text) - len(hit[0])], hit[1].casefold()


def _without_copies(stem):
    """The stem once every copy mark and second extension is off, in whatever order they came."""
    for _ in range(MOST_MARKS):
        before = stem
        shorter, kind = _split(stem)
        if kind in DANGEROUS and shorter:
            return Wrapping(shorter, "kind.hidden", kind)
        if kind == WORD or kind in OLD_KINDS:
            stem = shorter
        stem = without_mark(stem)
        if stem == before:
            break
    return Wrapping(stem)


def without_mark(stem):
    """`stem` without one mark of a copy at its end."""
    return (stem[:-LONGEST_MARK] + COPY_AFTER.sub("", stem[-LONGEST_MARK:])).rstrip(" .")
