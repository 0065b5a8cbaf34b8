"""One part of a zip as it is unpacked. `zipfile` takes longer to open a small part than we to read it."""

import zipfile
import zlib
from struct import Struct
from typing import BinaryIO

LOCAL = Struct("<4s22x2H")
_PACKED_BYTES = 1 << 16  # taken from the file at once
_IS_UTF_8 = 0x800


class Part:
    """Read like a file, but forwards only. Its checksum is compared where it ends.

    Raises: zipfile.BadZipFile, zlib.error, EOFError, struct.error, for a part that is not what the directory says.
    """

    def __init__(self, file: BinaryIO, entry: zipfile.ZipInfo):
        file.seek(entry.header_offset)
        beginning, name_bytes, extra_bytes = LOCAL.unpack(file.read(LOCAL.size))
        name = file.read(name_bytes).decode("utf-8" if entry.flag_bits & _IS_UTF_8 else "cp437", "replace")
        if beginning != b"PK\3\4" or name != entry.orig_filename:
            raise zipfile.BadZipFile("The directory names another part")
        self._file, self._place = file, file.tell() + extra_bytes
        self._packed_left, self._left = entry.compress_size, entry.file_size
        self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == zipfile.ZIP_DEFLATED else None
        self._waiting = b""  # taken from the file, not unpacked yet
        self._sum, self._sum_said = 0, entry.CRC

    def read(self, size: int) -> bytes:
        """The next `size` bytes; fewer only where the part ends."""
        found = self._next(min(size, self._left))
        if len(found) < size and self._left:
            pieces = [found]
            while piece := self._next(min(size - sum(map(len, pieces)), self._left)):
                pieces.append(piece)
            found = b"".join(pieces)
        return found

    def _next(self, size: int) -> bytes:
        """Some of the next `size` bytes; none at the end."""
        found = b""
        while size and not found and not self._is_over():
            packed = self._waiting or self._take()
            if self._unpacker:
                found = self._unpacker.decompress(packed, size)
                self._waiting = self._unpacker.unconsumed_tail
            else:
                found, self._waiting = packed[:size], packed[size:]
        self._left -= len(found)
        self._sum = zlib.crc32(found, self._sum)
        if (not self._left or self._is_over()) and self._sum != self._sum_said:
            raise zipfile.BadZipFile("The checksum is another one")
        return found

    def _is_over(self) -> bool:
        is_whole = self._unpacker is not None and self._unpacker.eof
        return is_whole or not (self._waiting or self._packed_left)

    def _take(self) -> bytes:
        self._file.seek(self._place)
        taken = self._file.read(min(_PACKED_BYTES, self._packed_left))
        if not taken:
            raise EOFError
        self._place += len(taken)
        self._packed_left -= len(taken)
        return taken
