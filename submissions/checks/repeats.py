"""Tables say for each cell how wide it is and for each table what its borders are: to parse that once is enough."""

import re
from collections.abc import Callable

LONGEST = 1 << 16  # of a part that is looked at; in a longer one the text outweighs its tables
_SAID_AGAIN = (b"w:tblPr", b"w:tblGrid", b"w:tcPr")
_ELEMENT = re.compile(rb"<([^\s/>]+)")
_DECLARATION_WITHIN = 3  # bytes: a byte order mark may stand before it


def without_repeats(part: bytes, is_heard: Callable[[str], bool]) -> tuple[bytes, int]:
    """A whole part without what it says again, byte for byte, to no effect; and how many elements those were.

    Each is parsed where it stands first. Only where the bytes say plainly that it is one element, in no comment.
    `is_heard`: whether the reader cares for an element of this name.
    """
    left_out = 0
    if len(part) <= LONGEST and b"<!" not in part and part.rfind(b"<?") <= _DECLARATION_WITHIN:
        for name in _SAID_AGAIN:
            part, elements = _said_once(part, name, is_heard)
            left_out += elements
    return part, left_out


def _said_once(part: bytes, name: bytes, is_heard: Callable[[str], bool]) -> tuple[bytes, int]:
    begin, end = b"<%b>" % name, b"</%b>" % name
    before, *pieces = part.split(begin)
    elements: dict[bytes, int] = {}  # in each that may be left out when it comes again
    left_out, kept = 0, [before]
    for piece in pieces:
        inside, ended, after = piece.partition(end)
        if inside in elements and ended:
            left_out += elements[inside]
            kept.append(after)
            continue
        kept += (begin, piece)
        names = [found.decode("latin-1") for found in _ELEMENT.findall(inside)]
        if ended and name not in inside and not any(map(is_heard, names)):
            elements[inside] = 1 + inside.count(b"<") - inside.count(b"</")
    return b"".join(kept), left_out
