"""The two names we give: the one people see, and the one every file system takes."""

import re
import unicodedata

from .words import tidy

LONGEST_BYTES = 240  # of a file name without its extension; file systems stop at 255
NOT_ON_WINDOWS = {":": " -", "|": "-", "/": "-", "\\": "-", '"': "'", "<": "", ">": "", "?": "", "*": ""}


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


def canonical_stem(last, first, title, *, revised=False):
    """ "Ward, C | Level 2 Growth Plan REVISED"; a person with a single name has no comma and no initial."""
    surname, initial = tidy(last), initial_of(first)
    if not surname:
        surname, initial = tidy(first), ""
    who = f"{surname}, {initial}" if initial else surname
    what = f"{tidy(title)} REVISED" if revised else tidy(title)
    return tidy(f"{who} | {what}")


def safe_stem(stem):
    """`stem` with " - " for the bar and without the signs that Windows and OneDrive refuse."""
    legal = "".join(NOT_ON_WINDOWS.get(sign, sign) for sign in stem)
    legal = re.sub(r"^~\$", "", tidy(legal)).strip(" .")
    while len(legal.encode(errors="replace")) > LONGEST_BYTES:
        legal = legal[:-1].rstrip(" .")
    return legal


def canonical_name(last, first, title, *, revised=False):
    """The name as people see it: "Ward, C | Level 2 Growth Plan.docx"."""
    return f"{canonical_stem(last, first, title, revised=revised)}.docx"


def safe_name(last, first, title, *, revised=False):
    """The name we hand out: "Ward, C - Level 2 Growth Plan.docx", legal on every system."""
    return f"{safe_stem(canonical_stem(last, first, title, revised=revised))}.docx"
