"""What LibreOffice 7 writes twice, heard once.

It takes the first paragraph of a content control for an input field, and where that paragraph changes script (Latin,
Chinese, Hebrew, an emoji) it writes the whole paragraph again behind every piece: of "abc" with the pieces a, b and c
it makes "abc", "b" "abc", "c" "abc"; in one paragraph, or in one for each.
"""

from submissions.checks.blocks import Block, Paragraph

_HEARD = 12  # signs of the beginning that have to come again
_ECHOES = 40  # paragraphs behind one, at most


def silenced(blocks: list[Block]) -> list[Block]:
    """The blocks of one answer without such echoes: it is only the first paragraph that is written again."""
    first = next((place for place, block in enumerate(blocks) if not isinstance(block, Paragraph) or block.text), 0)
    block = blocks[first] if blocks else None
    if not isinstance(block, Paragraph) or block.text.isascii() or len(block.text) <= _HEARD:
        return blocks
    following = blocks[first + 1 : first + 1 + _ECHOES]
    heard = first + 1 + _echoes(block.text, following)
    return [*blocks[:first], _once(block, following), *blocks[heard:]]


def _once(paragraph: Paragraph, following: list[Block]) -> Paragraph:
    said = _said_once(paragraph.text, _text_of(following[0]) if following else "")
    if said == paragraph.text:
        return paragraph
    once = Paragraph.of(said)
    once.list, once.level, once.is_heading = paragraph.list, paragraph.level, paragraph.is_heading
    return once


def _said_once(text: str, following: str) -> str:
    """The whole that comes again behind each of its pieces; on the way through .odt, the next paragraph comes too."""
    if text.find(text[:_HEARD], _HEARD) < 0:
        return text
    said = text.removesuffix(following)
    whole = said[said.rfind(text[:_HEARD]) :]
    return whole if said.startswith(whole) and _is_of_pieces(_squeezed(said[len(whole) :]), _squeezed(whole)) else text


def _echoes(text: str, following: list[Block]) -> int:
    """How many of the following paragraphs are echoes of `text`."""
    whole, heard, echoes = _squeezed(text), "", 0
    for count, block in enumerate(following, start=1):
        said = _squeezed(_text_of(block))
        if not said or not (said in whole or said.endswith(whole)) or (not heard and said.startswith(whole)):
            break  # something else, or the whole before any piece of it
        heard += said
        if _is_of_pieces(heard, whole):
            echoes = count
    return echoes


def _is_of_pieces(heard: str, whole: str) -> bool:
    """Pieces, the whole behind each, that together are the end of it; on the way through .rtf, with a stray 0."""
    *pieces, last = heard.split(whole)
    is_heard = bool(pieces) and all(pieces) and not last
    return is_heard and whole.endswith(("".join(pieces), "".join(pieces).removesuffix("0")))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _text_of(block: Block) -> str:
    return block.text if isinstance(block, Paragraph) else ""
