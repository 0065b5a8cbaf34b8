"""The zip around a Word file: its directory within limits, its parts by relationship, its main document."""

import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, ClassVar
from urllib.parse import unquote

from submissions.checks.contract import Refusal
from submissions.checks.kinds import damaged, unsafe
from submissions.checks.part import LOCAL, Part
from submissions.checks.prolog import refuse_dtd
from submissions.checks.recognition import another_office_file, another_zip
from submissions.checks.xml import Attributes, Budget, XmlReader, value

MIB = 1 << 20
PARTS = 2_000
DIRECTORY_BYTES = MIB
UNPACKED_BYTES = 150 * MIB
XML_BYTES = 24 * MIB
RATIO, RATIO_FROM_BYTES = 200, 5 * MIB
TRAILING_BYTES = 64 << 10
RELATIONSHIPS, TYPES = 100_000, 20_000

_END = struct.Struct("<4s4H2LH")
_END_64, _LOCATOR_64 = struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
_ODD_SIGNS = re.compile(r"[\\\x00-\x1f\x7f]")
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error)
_PAGES = ("text/html", "application/xhtml+xml")

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


@dataclass(frozen=True, slots=True)
class Relationship:
    """`kind` is the last word of its type: the same in transitional and strict files. It hangs on the part `source`."""

    id: str
    kind: str
    target: str
    is_external: bool
    source: str = ""


class Package:
    """An opened Word file. Raises: Refusal, when the zip or what it claims to be is not one to read."""

    def __init__(self, file: BinaryIO):
        self.budget = Budget()
        self._file = file
        _check_end(file)
        try:
            self.zip = zipfile.ZipFile(file)
        except (*UNREADABLE, ValueError, OSError) as broken:
            raise damaged("zip") from broken
        entries = self.zip.infolist()
        _check_directory(entries)
        _check_places(entries, file, self.zip.start_dir)
        self.names = {_key(entry.filename): entry.filename for entry in entries}
        self._read: set[str] = set()
        self._unread_bytes = UNPACKED_BYTES
        self._related: dict[str, list[Relationship]] = {}
        self.types = self._content_types()
        self.main = self._main_part()

    def parse(self, reader: XmlReader, part: str) -> bool:
        """Read `part` with `reader`; False when the package has no such part."""
        name = self.names.get(_key(part))
        if name is None:
            return False
        entry = self.zip.getinfo(name)
        self._read.add(name)
        self._unread_bytes -= entry.file_size
        if entry.file_size > XML_BYTES or self._unread_bytes < 0:
            raise unsafe("part size")
        try:
            reader.read(Part(self._file, entry))
        except UNREADABLE as broken:
            raise damaged(name) from broken
        return True

    def relationships(self, part: str = "") -> list[Relationship]:
        """The relationships of a part, or of the package; targets are part names unless external."""
        folder, _, name = part.rpartition("/")
        return self._relationships(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")

    def all_relationships(self) -> list[Relationship]:
        """Those of every part: what leads out of the file may hang on any of them."""
        parts = [name for name in self.names.values() if name.lower().endswith(".rels")]
        return [found for part in parts for found in self._relationships(part)]

    def _relationships(self, part: str) -> list[Relationship]:
        if _key(part) not in self._related:
            reader = _Relationships(self.budget, part)
            self.parse(reader, part)
            self._related[_key(part)] = reader.found
        return self._related[_key(part)]

    def refuse_dtd(self) -> None:
        """No part that has not been read declares a DTD; Word may read it. Damaged pictures are not our business."""
        for name in self.names.values():
            kind = self.type_of(name).lower()
            if name in self._read or kind in _PAGES:
                continue
            with suppress(*UNREADABLE):
                refuse_dtd(Part(self._file, self.zip.getinfo(name)), is_picture=kind.startswith("image/"))

    def parts_of(self, kind: str) -> list[str]:
        """The main document's parts of one kind: `styles`, `footer`, … Each once, however many links lead to it."""
        related = self.relationships(self.main)
        return list(dict.fromkeys(one.target for one in related if one.kind == kind and not one.is_external))

    def mark_of(self, part: str) -> str:
        """Tells a part from others by what it holds, without a look at that: its checksum. Empty, if there is none."""
        name = self.names.get(_key(part))
        return f"{self.zip.getinfo(name).CRC:08x}" if name else ""

    def type_of(self, part: str) -> str:
        return self.types.get(f"/{_key(part)}") or self.types.get(part.rpartition(".")[2].lower(), "")

    def _content_types(self) -> dict[str, str]:
        reader = _ContentTypes(self.budget)
        if not self.parse(reader, "[Content_Types].xml"):
            raise _some_other_zip(self.zip, self.names)
        return reader.types

    def _main_part(self) -> str:
        targets = [found.target for found in self.relationships() if found.kind == "officeDocument"]
        mains = {_key(target): target for target in targets if _key(target) in self.names}
        if len(mains) != 1:
            raise unsafe("two main parts") if mains else another_zip(self.names)
        (part,) = mains.values()
        kind = self.type_of(part).lower()
        if kind != _WORD:
            raise another_office_file(kind)
        return part


class _ContentTypes(XmlReader):
    """Defaults by extension and overrides by "/part", both in lower case."""

    def __init__(self, budget: Budget):
        super().__init__(budget)
        self.types: dict[str, str] = {}

    def _default(self, attributes: Attributes) -> None:
        self._keep(value(attributes, "Extension").lower(), attributes)

    def _override(self, attributes: Attributes) -> None:
        self._keep(f"/{_key(value(attributes, 'PartName').removeprefix('/'))}", attributes)

    def _keep(self, of: str, attributes: Attributes) -> None:
        self.types[of] = value(attributes, "ContentType").strip()
        if len(self.types) > TYPES:
            raise unsafe("content types")

    starts: ClassVar = {"Default": _default, "Override": _override}


class _Relationships(XmlReader):
    """What is written in a part such as `word/_rels/document.xml.rels`."""

    def __init__(self, budget: Budget, part: str):
        super().__init__(budget)
        self.base, _, name = f"/{part}".rpartition("/_rels/")
        self.source = f"{self.base}/{name[: -len('.rels')]}".lstrip("/")
        self.found: list[Relationship] = []

    def _relationship(self, attributes: Attributes) -> None:
        target = value(attributes, "Target")
        is_external = value(attributes, "TargetMode").lower() == "external" or "://" in target
        self.found.append(
            Relationship(
                value(attributes, "Id"),
                value(attributes, "Type").rstrip("/").rpartition("/")[2],
                target if is_external else _part_name(self.base, target),
                is_external,
                self.source,
            )
        )
        if len(self.found) > RELATIONSHIPS:
            raise unsafe("relationships")

    starts: ClassVar = {"Relationship": _relationship}


def _key(name: str) -> str:
    """A part's name as it is compared: without regard to case, `%20` the same as a space."""
    return unquote(name).lower()


def _part_name(base: str, target: str) -> str:
    """`../media/a.png` seen from `word` is `media/a.png`; `/word/a.xml` is `word/a.xml`."""
    steps: list[str] = []
    for step in (target if target.startswith("/") else f"{base}/{target}").split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _check_end(file: BinaryIO) -> None:
    """A directory of reasonable size at the end, and not much behind it: looked at before it is parsed."""
    size = file.seek(0, os.SEEK_END)
    reach = min(size, _END_64.size + _LOCATOR_64.size + _END.size + 0xFFFF + TRAILING_BYTES)
    file.seek(size - reach)
    tail = file.read(reach)
    file.seek(0)
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < _END.size:
        raise damaged("cut off")
    if _directory_bytes(tail, place) > DIRECTORY_BYTES:
        raise unsafe("directory")
    if _end_of(tail, place) < len(tail) - TRAILING_BYTES:
        raise unsafe("trailing bytes")
    earlier = tail.rfind(b"PK\5\6", 0, place)
    while earlier >= 0:
        if _end_of(tail, earlier) >= len(tail):  # this one, too, says that it is the last thing in the file
            raise unsafe("two ends")
        earlier = tail.rfind(b"PK\5\6", 0, earlier)


def _end_of(tail: bytes, place: int) -> int:
    """Where the end record at `place` ends, with its comment."""
    return place + _END.size + int(_END.unpack_from(tail, place)[-1])


def _directory_bytes(tail: bytes, place: int) -> int:
    """How long the directory is, by the end record at `place` or the larger one in front of it."""
    larger = place - _LOCATOR_64.size - _END_64.size
    if larger >= 0 and tail.startswith(b"PK\6\7", place - _LOCATOR_64.size) and tail.startswith(b"PK\6\6", larger):
        return int(_END_64.unpack_from(tail, larger)[-2])
    return int(_END.unpack_from(tail, place)[5])


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > PARTS:
        raise unsafe("parts")
    if sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
        raise unsafe("unpacked size")
    if any(count > 1 for count in Counter(_key(entry.filename) for entry in entries).values()):
        raise unsafe("two parts of one name")
    for entry in entries:
        _check_entry(entry)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    """One line of the directory: an honest name, a known method, a size a document may have."""
    if not all(map(_is_honest, {entry.orig_filename, unquote(entry.orig_filename)})):
        raise unsafe("part name")
    if entry.flag_bits & 0x41:
        raise unsafe("encrypted part")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise unsafe("method")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise unsafe("link")
    if entry.filename.lower().endswith((".xml", ".rels")) and entry.file_size > XML_BYTES:
        raise unsafe("part size")
    if entry.file_size > RATIO_FROM_BYTES and entry.file_size > RATIO * entry.compress_size:
        raise unsafe("ratio")


def _is_honest(name: str) -> bool:
    return not (name.startswith("/") or name[1:2] == ":" or _ODD_SIGNS.search(name) or ".." in name.split("/"))


def _check_places(entries: list[zipfile.ZipInfo], file: BinaryIO, directory_at: int) -> None:
    """The parts lie one behind the other, from the first byte to the directory."""
    free = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < free or (free == 0 and entry.header_offset != 0):
            raise unsafe("overlap")
        free = entry.header_offset + _local_header_bytes(file, entry.header_offset) + entry.compress_size
    if free > directory_at:
        raise unsafe("overlap")


def _local_header_bytes(file: BinaryIO, place: int) -> int:
    file.seek(place)
    header = file.read(LOCAL.size)
    if len(header) < LOCAL.size or not header.startswith(b"PK\3\4"):
        return LOCAL.size
    _, name_bytes, extra_bytes = LOCAL.unpack(header)
    return LOCAL.size + int(name_bytes) + int(extra_bytes)


def _some_other_zip(archive: zipfile.ZipFile, names: Mapping[str, str]) -> Refusal:
    """A zip that is no Office file of today; some say what they are in a part of their own."""
    declared = b""
    if "mimetype" in names:
        with suppress(*UNREADABLE, KeyError), archive.open(names["mimetype"]) as stream:
            declared = stream.read(100)
    return another_zip(names, declared)
