"""Rows out of what a spreadsheet writes or a person pastes, in whichever signs, separators and quotes it came."""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from microcred.verdict import Refused

SEPARATORS = "\t;,"
SAMPLE = 20
LONGEST_CELL_LINES = 25  # more in one cell: a quotation mark was never closed
FORMULA = ("=", "+", "-", "@")
UNREADABLE = "\ufffd"  # stands for what is no sign in the encoding of the file
UNSEEN = dict.fromkeys([0, 0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
NOTHING = {"-", "–", "—"}  # how people write that a cell is empty


@dataclass(frozen=True)
class Line:
    """One row, with its number as the spreadsheet counts it."""

    number: int
    cells: list[str]


def decoded(data: bytes) -> str:
    """The text of a file as spreadsheets save it: UTF-8 with or without its mark, UTF-16, Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def lines(text: str) -> list[Line]:
    """The rows that hold something. Raises: Refused, when a quotation mark or a cell never ends."""
    text = text.replace("\0", "").lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = []
    for number, cells in enumerate(_read(text, _separator(text)), start=1):
        if any(cell.count("\n") > LONGEST_CELL_LINES for cell in cells):
            raise Refused(f"A quotation mark in row {number} is never closed. Close it, or take it out.")
        if any(cell.strip() for cell in cells):
            found.append(Line(number, cells))
    return found


def _read(text: str, separator: str) -> Iterator[list[str]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        yield from rows
    except csv.Error as fault:  # the one that is left: its limit of a cell
        raise Refused(
            f"A cell in line {rows.line_num} holds more than {csv.field_size_limit():,} signs, which is too many. "
            "Shorten it, or close its quotation mark."
        ) from fault


def _separator(text: str) -> str:
    """The one that cuts most rows into equally many cells, and into the most."""
    sample = "\n".join(text.split("\n", SAMPLE)[:SAMPLE])

    def cells(separator: str) -> int:
        widths = Counter(len(row) for row in _read(sample, separator) if row)
        return max(widths, key=lambda width: (widths[width], width), default=0)

    return max(SEPARATORS, key=cells)


def tidy(cell: str, most: int) -> str:
    """The words of a cell: composed signs, single spaces, nothing unseen, no guard against formulas."""
    words = " ".join(unicodedata.normalize("NFC", cell).translate(UNSEEN).split())
    if words.startswith("'") and words[1:].startswith(FORMULA):
        words = words[1:]
    return "" if words in NOTHING else words[:most]


def folded(words: str) -> str:
    """Words as they are compared: without accents, case, marks and order."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", words) if not unicodedata.combining(sign))
    return " ".join(sorted(re.findall(r"\w+", plain.casefold())))
