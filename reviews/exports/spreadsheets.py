"""Rows as a file that spreadsheet programs open, without letting them take a cell for a formula."""

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

import xlsxwriter

STARTS_A_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # also as full-width signs
MOST_IN_A_CELL = 32_767  # of Excel
FIRST_COLUMN_WIDTH, COLUMN_WIDTH = 24, 18

Row = Iterable[object]


def safe(cell: object) -> str:
    """As text, with an apostrophe before what a program might run, even where it would look past leading space."""
    text = "" if cell is None else str(cell).replace("\0", "")
    is_formula = text.startswith(("\t", "\r")) or text.lstrip().startswith(STARTS_A_FORMULA)
    return f"'{text}" if is_formula else text


def write_csv(heads: Row, rows: Iterable[Row], into: BinaryIO) -> None:
    """UTF-8 with the mark by which Excel knows it, and lines as RFC 4180 wants them."""
    text = io.TextIOWrapper(into, encoding="utf-8-sig", newline="", write_through=True)
    sheet = csv.writer(text)
    sheet.writerow([safe(head) for head in heads])
    for row in rows:
        sheet.writerow([safe(cell) for cell in row])
    text.detach()


def write_xlsx(heads: Row, rows: Iterable[Row], into: BinaryIO) -> None:
    """One sheet with its headings kept in sight. Numbers stay numbers; all else is text, never formula or link."""
    book = xlsxwriter.Workbook(into, {"constant_memory": True})
    sheet, titles = book.add_worksheet(), list(heads)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, FIRST_COLUMN_WIDTH)
    sheet.set_column(1, max(len(titles) - 1, 1), COLUMN_WIDTH)
    bold = book.add_format({"bold": True})
    for column, head in enumerate(titles):
        sheet.write_string(0, column, safe(head), bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(number, column, cell)
            else:
                sheet.write_string(number, column, safe(cell)[:MOST_IN_A_CELL])
    book.close()


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
