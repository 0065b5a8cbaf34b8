"""What stands before the first element of a part that is not read: the only place where a DTD can be declared."""

import re
from typing import Any
from xml.parsers import expat

from submissions.checks.kinds import unsafe
from submissions.checks.xml import Stream

MOST_BYTES = 24 << 20  # in front of the first element; fed in one piece, because expat 2.5 is quadratic on long tokens
_HEAD = 4 << 10
_MARKS = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # what may stand before the first sign, in any encoding
_BEGINNINGS = (b"<", b"+ADw", b"Lo\xa7\x94")  # "<" in ASCII and its kin, "<" in UTF-7, "<?xm" in EBCDIC
_PLAIN = re.compile(
    rb"<\?xml version=[\"']1\.0[\"'] encoding=[\"']UTF-8[\"'](?: standalone=[\"']yes[\"'])?\?>\s*<[a-zA-Z]"
)
_UNCOMMON = ("latin-1", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-7", "cp037")


class _Root(Exception):
    """The first element: behind it nothing can be declared."""


def refuse_dtd(stream: Stream, *, is_picture: bool = False) -> None:
    """Look for a DTD in any encoding. What is no XML passes.

    A picture (SVG) may name its DTD, as drawing programs do, but declare nothing.
    Raises: Refusal.
    """
    head = stream.read(_HEAD)
    if _PLAIN.match(head) or not head.lstrip(_MARKS).startswith(_BEGINNINGS):
        return  # at its first element already, as nearly every part is, or no XML
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _in_picture if is_picture else _anywhere
    parser.StartElementHandler = _root
    try:
        parser.Parse(head, False)
        parser.Parse(stream.read(MOST_BYTES), False)
    except _Root:
        return
    except (expat.ExpatError, LookupError, UnicodeError, ValueError):  # another program may read what expat does not
        if not is_picture and any("<!DOCTYPE" in head.decode(encoding, "ignore") for encoding in _UNCOMMON):
            raise unsafe("dtd") from None
    else:
        if stream.read(1):
            raise unsafe("part size")


def _root(*_element: Any) -> None:
    raise _Root


def _anywhere(*_declared: Any) -> None:
    raise unsafe("dtd")


def _in_picture(_name: str, _system: str | None, _public: str | None, declares: int) -> None:
    if declares:
        raise unsafe("dtd")
