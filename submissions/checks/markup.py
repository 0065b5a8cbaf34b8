"""Blocks as HTML for a reviewer, and as plain text. Every word is escaped; only tags of our own are written."""

import re
from collections.abc import Iterable
from functools import cache
from html import escape

from submissions.checks.blocks import (
    ASIDE,
    BOLD,
    ITALIC,
    LOWERED,
    PICTURE,
    RAISED,
    STRUCK,
    UNDERLINED,
    Block,
    Paragraph,
    Row,
    Run,
    Table,
    paragraphs_of,
)

_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_SINGLE = "\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff"
_TAGS = (  # from the innermost out
    (LOWERED, "sub"),
    (RAISED, "sup"),
    (STRUCK, "s"),
    (UNDERLINED, "u"),
    (ITALIC | ASIDE, "em"),
    (BOLD, "strong"),
)


def count_words(text: str) -> int:
    """Words as Word counts them, and so as a person sees them.

    What stands between spaces is one word: a number, a dash alone, `stop-gap`, `3.5`, `and/or`. A no-break space parts
    words like any other; signs that cannot be seen neither part words nor make one. Signs of scripts without spaces
    (Chinese, Japanese) count one by one; Korean has spaces. Bullets and numbers of lists, the descriptions of pictures
    and whatever else a program adds are not in the text that is counted.
    """
    if not text.isascii():
        return _count_any(text)
    if not text or "  " in text or "\n" in text or "\t" in text or text[0] == " " or text[-1] == " ":
        return len(text.split())
    return text.count(" ") + 1  # one space between words: to look for that is quicker than to part them


def _count_any(text: str) -> int:
    for sign in _UNSEEN:
        if sign in text:
            text = text.replace(sign, "")
    if not text or max(text) < _SINGLE[0]:
        return len(text.split())
    text, single = _single().subn(" ", text)
    return single + len(text.split())


@cache
def _single() -> re.Pattern[str]:
    """Made when first needed: so large a set of signs takes as long as reading a short document."""
    return re.compile(f"[{_SINGLE}]")


def words_of(blocks: Iterable[Block]) -> int:
    """Words in the blocks; what stands for a picture is not one."""
    return sum([count_words(paragraph.written) for paragraph in paragraphs_of(blocks)])


def plain(blocks: Iterable[Block]) -> str:
    """Paragraphs parted by an empty line; rows of a table by a line end, its cells by a tab."""
    return "\n\n".join([text for block in blocks if (text := _plain(block))])


def html(blocks: Iterable[Block]) -> str:
    """Paragraphs, lists, tables, bold, italic and links as HTML that needs no further cleaning; pictures in words."""
    written: list[str] = []
    open_lists: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            if block.list or open_lists:
                written.append(_to_level(open_lists, block) if block.text else "")
            if block.text:
                written.append(_paragraph(block))
        else:
            written.append(_close(open_lists, 0) + _table(block))
    written.append(_close(open_lists, 0))
    return "".join(written)


def _plain(block: Block) -> str:
    if isinstance(block, Paragraph):
        return block.text
    rows = ("\t".join(plain(cell.blocks).replace("\n\n", "\n") for cell in row.cells) for row in block.rows)
    return "\n".join(row for row in rows if row.strip())


def _to_level(open_lists: list[str], paragraph: Paragraph) -> str:
    """Close and open lists until the paragraph stands where it belongs."""
    if not paragraph.list:
        return _close(open_lists, 0)
    depth = min(paragraph.level + 1, len(open_lists) + 1)
    written = _close(open_lists, depth)
    if len(open_lists) == depth and open_lists[-1] != paragraph.list:
        written += _close(open_lists, depth - 1)
    if len(open_lists) == depth:
        return f"{written}</li><li>"
    open_lists.append(paragraph.list)
    return f"{written}<{paragraph.list}><li>"


def _close(open_lists: list[str], depth: int) -> str:
    written = ""
    while len(open_lists) > depth:
        written += f"</li></{open_lists.pop()}>"
    return written


def _paragraph(paragraph: Paragraph) -> str:
    runs = paragraph.runs
    inside = _run(paragraph.text, *runs[0][1:]) if len(runs) == 1 else "".join([_run(*run) for run in _trimmed(runs)])
    if paragraph.list:
        return inside
    return f"<p><strong>{inside}</strong></p>" if paragraph.is_heading else f"<p>{inside}</p>"


def _trimmed(runs: list[Run]) -> list[Run]:
    """The runs without the space before the first word and after the last."""
    runs = [run for run in runs if run[0]]
    while runs and not runs[0][0].strip():
        runs = runs[1:]
    while runs and not runs[-1][0].strip():
        runs = runs[:-1]
    if runs:
        runs[0] = (runs[0][0].lstrip(), *runs[0][1:])
        runs[-1] = (runs[-1][0].rstrip(), *runs[-1][1:])
    return runs


def _run(text: str, form: int, link: str) -> str:
    written = escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text
    if "\n" in written or "\t" in written:
        written = written.replace("\n", "<br>").replace("\t", " ")
    if link.startswith(PICTURE):
        return f'<em data-picture="{link.removeprefix(PICTURE)}">{written}</em>'
    if form:
        for flag, tag in _TAGS:
            if form & flag:
                written = f"<{tag}>{written}</{tag}>"
    if link:
        written = f'<a href="{escape(link)}" rel="noopener noreferrer">{written}</a>'
    return written


def _table(table: Table) -> str:
    heads = 0
    while heads < len(table.rows) and table.rows[heads].is_header:
        heads += 1
    head = "".join(_row(row, "th") for row in table.rows[:heads])
    body = "".join(_row(row, "td") for row in table.rows[heads:])
    return f"<table>{f'<thead>{head}</thead>' if head else ''}{f'<tbody>{body}</tbody>' if body else ''}</table>"


def _row(row: Row, tag: str) -> str:
    return f"<tr>{''.join(_cell(tag, cell.span, html(cell.blocks)) for cell in row.cells)}</tr>"


def _cell(tag: str, span: int, inside: str) -> str:
    across = f' colspan="{span}"' if span > 1 else ""
    return f"<{tag}{across}>{inside}</{tag}>"
