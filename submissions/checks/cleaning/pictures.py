"""Pictures without what cameras and programs write beside them. The picture itself is not compressed anew."""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`extension` and `type` are those of the clean copy, whatever the file said."""

    extension: str
    type: str
    begins: re.Pattern[bytes]
    strip: Callable[[bytes], bytes]


class Unclear(Exception):
    """This picture is not built as its kind should be: it is left out."""


def clean(content: bytes) -> tuple[Kind, bytes]:
    """The kind of the picture, and its bytes without notes. Raises: Unclear."""
    for kind in KINDS:
        if kind.begins.match(content):
            try:
                return kind, kind.strip(content)
            except (IndexError, struct.error, OverflowError, MemoryError) as broken:
                raise Unclear(kind.extension) from broken
    raise Unclear("kind")


# JPEG ----------------------------------------------------------------------------------------------------------------
_SOI, _EOI, _SOS = b"\xff\xd8", b"\xff\xd9", 0xDA
_JFIF_BYTES = 14  # of the part without the small picture that may follow
_ADOBE = 0xEE  # says how colours are coded
_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # in coded data neither a stuffed FF nor a restart
_COMMENT, _FIRST_APP, _LAST_APP = 0xFE, 0xE0, 0xEF


def _jpeg(content: bytes) -> bytes:
    return b"".join(_segments(content))


def _segments(content: bytes) -> Iterator[bytes]:
    yield _SOI
    place = 2
    while place + 4 <= len(content):
        if content[place] != 0xFF:
            raise Unclear("jpeg")
        marker = content[place + 1]
        if marker == 0xFF:  # padding
            place += 1
            continue
        if marker == _EOI[1]:
            break
        end = place + 2 + struct.unpack_from(">H", content, place + 2)[0]
        if marker == _FIRST_APP and content[place + 4 : place + 9] == b"JFIF\0" and end - place >= _JFIF_BYTES + 2:
            yield b"\xff\xe0\x00\x10" + content[place + 4 : place + 2 + _JFIF_BYTES] + b"\0\0"
        elif marker == _ADOBE and content[place + 4 : place + 9] == b"Adobe":
            yield content[place : place + 2] + b"\x00\x0e" + content[place + 4 : place + 16]
        elif not _FIRST_APP <= marker <= _LAST_APP and marker != _COMMENT:
            yield content[place:end]
        place = end
        if marker == _SOS:
            following = _NEXT_MARKER.search(content, place)
            stop = following.start() if following else len(content)
            yield content[place:stop]
            place = stop
    yield _EOI


# PNG -----------------------------------------------------------------------------------------------------------------
_PNG_KEPT = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"),
    *(b"acTL", b"fcTL", b"fdAT"),
}


def _png(content: bytes) -> bytes:
    kept, place = [content[:8]], 8
    while place + 12 <= len(content):
        size, name = struct.unpack_from(">I4s", content, place)
        end = place + 12 + size
        if name in _PNG_KEPT:
            kept.append(content[place:end])
        place = end
        if name == b"IEND":
            break
    return b"".join(kept)


# GIF -----------------------------------------------------------------------------------------------------------------
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _gif(content: bytes) -> bytes:
    place = 13 + _colours(content[10])
    kept = [content[:place]]
    while place < len(content) and content[place] != 0x3B:
        start = place
        if content[place] == 0x2C:
            place = _end_of_blocks(content, place + 11 + _colours(content[place + 9]))
            kept.append(content[start:place])
        elif content[place] == 0x21:
            label, place = content[place + 1], _end_of_blocks(content, place + 2)
            if label == 0xF9:
                kept.append(content[start:place])
            elif label == 0xFF and content[start + 3 : start + 14] in _LOOPS:
                kept.append(content[start : start + 14] + content[start + 14 : start + 18] + b"\0")
        else:
            raise Unclear("gif")
    return b"".join([*kept, b"\x3b"])


def _colours(packed: int) -> int:
    """Bytes of the table of colours that the packed field announces."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _end_of_blocks(content: bytes, place: int) -> int:
    while content[place]:
        place += content[place] + 1
    return place + 1


# TIFF ----------------------------------------------------------------------------------------------------------------
_TIFF_KEPT = {
    *(254, 255, 256, 257, 258, 259, 262, 263, 266, 274, 277, 278, 280, 281, 282, 283, 284, 290, 291, 292, 293, 296),
    *(301, 317, 318, 319, 320, 321, 322, 323, 332, 334, 338, 339, 340, 341, 347, 529, 530, 531, 532),
}
_TIFF_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_OFFSETS, _COUNTS = {273: 279, 324: 325}, {279: 273, 325: 324}  # strips and tiles: where they lie, how long they are


def _tiff(content: bytes) -> bytes:
    """The first picture of the file, put together anew: its entries that tell how to draw it, and its data."""
    order = "<" if content[:2] == b"II" else ">"
    entries = dict(_tiff_entries(content, order))
    data = next(tag for tag in _OFFSETS if tag in entries) if _OFFSETS.keys() & entries.keys() else 0
    if not data or _OFFSETS[data] not in entries:
        raise Unclear("tiff")
    places, lengths = (_numbers(order, *entries[tag]) for tag in (data, _OFFSETS[data]))
    strips = [content[place : place + length] for place, length in zip(places, lengths, strict=False)]
    if sum(map(len, strips)) > len(content):
        raise Unclear("tiff")
    kept = {tag: entry for tag, entry in entries.items() if tag in _TIFF_KEPT}
    return _tiff_built(order, kept, data, strips)


def _tiff_entries(content: bytes, order: str) -> Iterator[tuple[int, tuple[int, int, bytes]]]:
    """Tag, kind, count and the bytes of the value, for each entry of the first directory."""
    (directory,) = struct.unpack_from(f"{order}I", content, 4)
    (count,) = struct.unpack_from(f"{order}H", content, directory)
    for number in range(count):
        place = directory + 2 + 12 * number
        tag, kind, values = struct.unpack_from(f"{order}HHI", content, place)
        size = _TIFF_SIZES.get(kind, 0) * values
        if size > 4:
            (place,) = struct.unpack_from(f"{order}I", content, place + 8)
        else:
            place += 8
        if size and len(content) >= place + size:
            yield tag, (kind, values, content[place : place + size])


def _numbers(order: str, kind: int, count: int, value: bytes) -> tuple[int, ...]:
    if kind not in (3, 4):
        raise Unclear("tiff")
    return struct.unpack(f"{order}{count}{'H' if kind == 3 else 'I'}", value)


def _tiff_built(order: str, kept: dict, data: int, strips: list[bytes]) -> bytes:
    lengths = struct.pack(f"{order}{len(strips)}I", *map(len, strips))
    entries = {**kept, data: (4, len(strips), b"\0" * len(lengths)), _OFFSETS[data]: (4, len(strips), lengths)}
    place = 8 + 2 + 12 * len(entries) + 4
    behind = place + sum(len(value) + len(value) % 2 for _, _, value in entries.values() if len(value) > 4)
    offsets = []
    for strip in strips:
        offsets.append(behind)
        behind += len(strip)
    entries[data] = (4, len(strips), struct.pack(f"{order}{len(strips)}I", *offsets))
    head, values = [struct.pack(f"{order}H", len(entries))], []
    for tag, (kind, count, value) in sorted(entries.items()):
        if len(value) > 4:
            head.append(struct.pack(f"{order}HHII", tag, kind, count, place))
            values.append(value + b"\0" * (len(value) % 2))
            place += len(values[-1])
        else:
            head.append(struct.pack(f"{order}HHI", tag, kind, count) + value.ljust(4, b"\0"))
    start = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    return b"".join([start, *head, b"\0\0\0\0", *values, *strips])


# The drawings of Windows ---------------------------------------------------------------------------------------------
_EMR_COMMENT, _EMF_PLUS = 70, b"EMF+"
_META_ESCAPE, _META_COMMENT = 0x0626, 0x000F


def _emf(content: bytes) -> bytes:
    """Its description, and comments that are not part of the drawing, become zeros."""
    cleaned = bytearray(content)
    signs, at = struct.unpack_from("<II", content, 60)
    place = 0
    while place + 8 <= len(content):
        kind, size = struct.unpack_from("<II", content, place)
        if size < 8 or size % 4 or place + size > len(content):
            raise Unclear("emf")
        if kind == _EMR_COMMENT and content[place + 12 : place + 16] != _EMF_PLUS:
            cleaned[place + 12 : place + size] = bytes(size - 12)
        place += size
        if kind == 14:  # the end
            break
    cleaned[at : at + 2 * signs] = bytes(len(cleaned[at : at + 2 * signs]))
    return bytes(cleaned[:place])


def _wmf(content: bytes) -> bytes:
    """Comments become zeros."""
    cleaned = bytearray(content)
    place = (22 if content.startswith(b"\xd7\xcd\xc6\x9a") else 0) + 18
    while place + 6 <= len(content):
        words, function = struct.unpack_from("<IH", content, place)
        if words < 3 or place + 2 * words > len(content):
            raise Unclear("wmf")
        if function == _META_ESCAPE and struct.unpack_from("<H", content, place + 6)[0] == _META_COMMENT:
            cleaned[place + 10 : place + 2 * words] = bytes(2 * words - 10)
        place += 2 * words
        if not function:  # the end
            break
    return bytes(cleaned[:place])


def _bmp(content: bytes) -> bytes:
    """Plain ones only: later kinds can name a colour profile on somebody's disk."""
    (size,) = struct.unpack_from("<I", content, 2)
    if struct.unpack_from("<I", content, 14)[0] not in (12, 40):
        raise Unclear("bmp")
    return content[:size] if size else content


KINDS = (
    Kind("jpeg", "image/jpeg", re.compile(rb"\xff\xd8\xff"), _jpeg),
    Kind("png", "image/png", re.compile(rb"\x89PNG\r\n\x1a\n"), _png),
    Kind("gif", "image/gif", re.compile(rb"GIF8[79]a"), _gif),
    Kind("tiff", "image/tiff", re.compile(rb"II\*\0|MM\0\*"), _tiff),
    Kind("emf", "image/x-emf", re.compile(rb"(?s)\x01\0\0\0.{36} EMF"), _emf),
    Kind("wmf", "image/x-wmf", re.compile(rb"(?s)\xd7\xcd\xc6\x9a|[\x01\x02]\0\x09\0\0[\x01\x03]"), _wmf),
    Kind("bmp", "image/bmp", re.compile(rb"BM"), _bmp),
)
SHOWN_BY_BROWSERS = ("image/jpeg", "image/png", "image/gif")  # packed small already: they lie in a copy as they are
