"""The two names we give a document: the one people see, and the one every file system takes. Pure Python."""

import re
import unicodedata

PATTERN = "{last}, {initial} | {title}"
LONGEST_PART = 255  # signs of a surname, a given name or a title that are looked at
LONGEST = 240  # signs of a name without its extension
LONGEST_SAFE = 180, 240  # signs and bytes: whole paths stop at 260 signs on Windows, names at 255 bytes elsewhere
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)", re.IGNORECASE)
NOT_ON_WINDOWS = {":": " -", "|": "-", "/": "-", "\\": "-", '"': "'", "<": "", ">": "", "?": "", "*": ""}
UNSEEN = {"Cc", "Cf", "Cs"}  # controls, format characters, stray surrogates


def clean(text):
    """`text` without controls and format characters, every run of spaces one space."""
    spaced = " ".join(text.split())
    if not spaced.isascii() or not spaced.isprintable():
        spaced = "".join(sign for sign in spaced if unicodedata.category(sign) not in UNSEEN)
    return " ".join(spaced.split())


def tidy(text):
    """`text` cleaned and composed (NFC), as much of it as a name can hold."""
    return unicodedata.normalize("NFC", clean(text)[:LONGEST_PART])


def initial_of(first):
    """The first letter of a given name, marks kept; "" when there is no given name."""
    first = tidy(first)
    place = next((n for n, sign in enumerate(first) if sign.isalnum()), 0)
    letter, marks = first[place : place + 1], ""
    for sign in first[place + 1 :]:
        if not unicodedata.combining(sign):
            break
        marks += sign
    capital = letter.title() if len(letter.title()) == 1 else letter
    return unicodedata.normalize("NFC", capital + marks)


def canonical_stem(last, first, title, *, revised=False, pattern=PATTERN):
    """ "Ward, C | Level 2 Growth Plan REVISED"; a person with a single name has no comma and no initial."""
    surname, initial = tidy(last), initial_of(first)
    if not surname:
        surname, initial = tidy(first), ""
    if not initial:
        pattern = re.sub(r"[,.]?\s*\{initial\}[.]?", "", pattern)
    words = {"{last}": surname, "{initial}": initial, "{title}": tidy(title)}
    stem = tidy(re.sub(r"\{last\}|\{initial\}|\{title\}", lambda found: words[found[0]], pattern))
    mark = " REVISED" if revised else ""
    return stem[: LONGEST - len(mark)].rstrip() + mark


def safe_stem(stem):
    """`stem` with " - " for the bar and without what Windows and OneDrive refuse; never empty."""
    legal = tidy("".join(NOT_ON_WINDOWS.get(sign, sign) for sign in stem))
    legal = re.sub(r"^(?:[ .]|~\$)+", "", legal)
    signs, size = LONGEST_SAFE
    legal = legal[:signs].encode()[:size].decode(errors="ignore").rstrip(" .")
    return f"_{legal}" if RESERVED.match(legal) else legal or "document"


def canonical_name(last, first, title, *, revised=False, pattern=PATTERN):
    """The name as people see it: "Ward, C | Level 2 Growth Plan.docx"."""
    return f"{canonical_stem(last, first, title, revised=revised, pattern=pattern)}.docx"


def safe_name(last, first, title, *, revised=False, pattern=PATTERN):
    """The name we hand out: "Ward, C - Level 2 Growth Plan.docx", legal on every system."""
    return f"{safe_stem(canonical_stem(last, first, title, revised=revised, pattern=pattern))}.docx"
