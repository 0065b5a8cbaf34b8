"""What machines add around a name: folders, extensions, the marks of copies."""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

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
COPY = "copy|copie|c[oó]pia|kopie|kopia|kopi|копия|コピー|副本"
MACHINE = "desktop|laptop|macbook|imac|mbp|surface|pc"
COPY_BEFORE = re.compile(
    rf"^(?:(?:{COPY})(?:[ _]?\(\d{{1,3}}\))?[ _](?:of|de|von|di|van|av|af)[ _]|(?:kopia|копия)[ _])+", re.IGNORECASE
)
COPY_AFTER = re.compile(
    rf"""(?: \s? [(\[] \s* \d{{1,3}} \s* [)\]]
          | [\s_]{{0,2}} [-‐‑–—_] [\s_]{{0,2}} (?:{COPY})
          | [\s_] (?:{COPY}) (?: [\s_] \d{{1,3}})?
          | \s? \( (?: [^()]{{1,12}} \s)? copy (?: \s \d{{1,3}})? \)
          | \s? - \s? (?: [^\W_]{{1,15}} - )? (?:{MACHINE}) (?: -? [a-z0-9]{{1,12}}){{0,2}}
          | [\s_-] conflict [\s_-] \d{{6,8}}
          | \s? \( [^()]* \b(?:conflict|conflicted)\b [^()]* \)
        ) [\s_.]{{0,4}} $""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Wrapping:
    """What is left of a name, and what was found around it.

    stems: the name as it came without its extension, then one mark of a copy less each time.
    """

    stems: tuple[str, ...] = ()
    refusal: str = ""  # "empty", "lock", "kind.extension", "kind.hidden", or nothing
    found: str = ""


def unwrap(name: str) -> Wrapping:
    """Take the folder, the extension and the marks of copies off `name`."""
    bare = clean(re.split(r"[/\\]", name)[-1])[-LONGEST:]
    bare = unicodedata.normalize("NFC", bare).rstrip(" .")
    if bare.startswith("~$"):
        return Wrapping((), "lock", bare)
    stem, kind = _split(bare)
    if not stem.strip(" ."):
        return Wrapping((), "empty", bare)
    if kind != WORD:
        return Wrapping((), "kind.extension", kind)
    return _peel(stem)


def unescaped(name: str) -> str:
    """`name` as it was before an address (%20) or a web page (&amp;) wrote it its own way."""
    return html.unescape(unquote(name[-4 * LONGEST :]))


def _split(text: str) -> tuple[str, str]:
    """Stem and extension in small letters; the extension is "" when there is none."""
    hit = EXTENSION.search(text[-40:])
    if not hit:
        return text, ""
    return text[: len(text) - len(hit[0])], hit[1].casefold()


def _peel(stem: str) -> Wrapping:
    """Every stem on the way to the one without copy marks and second extensions, in whatever order they came."""
    stems = [stem]
    for shorter, hidden in _layers(stem):
        if hidden:
            return Wrapping((), "kind.hidden", hidden)
        if not shorter.strip(" ."):
            return Wrapping((), "empty", stem)
        stems.append(shorter)
    return Wrapping(tuple(dict.fromkeys(form for one in stems for form in (one, COPY_BEFORE.sub("", one)))))


def _layers(stem: str) -> Iterator[tuple[str, str]]:
    """What is left after each mark at the end, and the dangerous extension that was hidden there."""
    for _ in range(MOST_MARKS):
        shorter, kind = _split(stem)
        if kind in DANGEROUS and shorter:
            yield shorter, kind
        before, stem = stem, shorter if kind == WORD or kind in OLD_KINDS else without_mark(stem)
        if stem == before or not (stem or kind):
            return
        yield stem, ""


def without_mark(stem: str) -> str:
    """`stem` without one mark of a copy at its end."""
    return (stem[:-LONGEST_MARK] + COPY_AFTER.sub("", stem[-LONGEST_MARK:])).rstrip(" .")
