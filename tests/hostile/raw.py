"""A zip written by hand, so that every field of it may lie."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from badges.word import package

STORED, DEFLATED = 0, 8
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


@dataclass(frozen=True)
class Entry:
    """One part. `local` and `central` say what the two headers claim instead of the truth."""

    name: bytes
    data: bytes
    method: int = DEFLATED
    flags: int = 0
    extra: bytes = b""
    central_extra: bytes = b""
    attributes: int = 0
    packed: bytes | None = None
    has_descriptor: bool = False
    gap: bytes = b""
    offset: int | None = None
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        if self.packed is not None:
            return self.packed
        if self.method != DEFLATED:
            return self.data
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(self.data) + packer.flush()

    def facts(self, claims: dict) -> dict:
        truth = {"crc": zlib.crc32(self.data), "packed": len(self.body), "size": len(self.data), "name": self.name}
        return {**truth, "method": self.method, "flags": self.flags, **claims}


def entries_of(content: bytes) -> list[Entry]:
    return [Entry(name.encode(), data) for name, data in package.unpack(content).items()]


def changed(entries: Sequence[Entry], name: str, **changes) -> list[Entry]:
    """The entries with one of them altered; there must be one."""
    assert any(entry.name == name.encode() for entry in entries)
    return [replace(entry, **changes) if entry.name == name.encode() else entry for entry in entries]


def written(
    entries: Sequence[Entry], *, prefix=b"", comment=b"", trailing=b"", zip64=False, end: dict | None = None
) -> bytes:
    body, lines = bytearray(prefix), []
    for entry in entries:
        body += entry.gap
        place = len(body) if entry.offset is None else entry.offset
        if entry.offset is None:
            body += _local(entry)
        lines.append(_central(entry, place))
    directory = b"".join(lines)
    facts = {"parts": len(entries), "bytes": len(directory), "at": len(body), **(end or {})}
    return bytes(body) + directory + _ends(facts, comment, zip64=zip64) + trailing


def _local(entry: Entry) -> bytes:
    flags = 8 if entry.has_descriptor else 0
    facts = entry.facts({"flags": entry.flags | flags, **entry.local})
    sizes = (0, 0, 0) if entry.has_descriptor else (facts["crc"], facts["packed"], facts["size"])
    head = _LOCAL.pack(
        b"PK\3\4", 20, facts["flags"], facts["method"], 0, 33, *sizes, len(facts["name"]), len(entry.extra)
    )
    truth = entry.facts({})
    descriptor = struct.pack("<4s3L", b"PK\7\10", truth["crc"], truth["packed"], truth["size"])
    return head + facts["name"] + entry.extra + entry.body + (descriptor if entry.has_descriptor else b"")


def _central(entry: Entry, place: int) -> bytes:
    facts = entry.facts({"flags": entry.flags | (8 if entry.has_descriptor else 0), **entry.central})
    fixed = (b"PK\1\2", 0x0314, 20, facts["flags"], facts["method"], 0, 33, facts["crc"], facts["packed"])
    lengths = (len(facts["name"]), len(entry.central_extra), 0, 0, 0)
    head = _CENTRAL.pack(*fixed, facts["size"], *lengths, entry.attributes << 16, facts.get("at", place))
    return head + facts["name"] + entry.central_extra


def _ends(facts: dict, comment: bytes, *, zip64: bool) -> bytes:
    parts, length, at = facts["parts"], facts["bytes"], facts["at"]
    end = _END.pack(b"PK\5\6", 0, 0, parts & 0xFFFF, parts & 0xFFFF, length, at, len(comment)) + comment
    if not zip64:
        return end
    larger = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, parts, parts, length, at)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at + length, 1)
    most = _END.pack(b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, len(comment)) + comment
    return larger + locator + most
