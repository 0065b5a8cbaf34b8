"""The zip around a Word file: its directory within limits, its parts by relationship, its main document."""

import os
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from submissions.checks.catalogue import refuse
from submissions.checks.contract import Refusal
from submissions.checks.kinds import NO_MACROS, damaged, not_word, unsafe
from submissions.checks.xml import Attributes, Budget, XmlReader, value

MIB = 1 << 20
PARTS = 2_000
DIRECTORY_BYTES = MIB
UNPACKED_BYTES = 150 * MIB
XML_BYTES = 24 * MIB
RATIO, RATIO_FROM_BYTES = 200, 5 * MIB
TRAILING_BYTES = 64 << 10
LOCAL_HEADER_BYTES = 30

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_END = struct.Struct("<4s4H2LH")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, OSError)

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WITH_MACROS = {
    "application/vnd.ms-word.document.macroEnabled.main+xml": ".docm",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml": ".dotm",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml": ".dotx",
}


@dataclass(frozen=True)
class Relationship:
    """`kind` is the last word of its type: the same in transitional and strict files."""

    id: str
    kind: str
    target: str
    is_external: bool


class Package:
    """An opened Word file. Raises: Refusal, when the zip or what it claims to be is not one to read."""

    def __init__(self, file: BinaryIO):
        self.budget = Budget()
        _check_end(file)
        try:
            self.zip = zipfile.ZipFile(file)
        except (*_UNREADABLE, ValueError) as broken:
            raise damaged("zip") from broken
        entries = self.zip.infolist()
        _check_directory(entries, self.zip.start_dir)
        self.names = {entry.filename.lower(): entry.filename for entry in entries}
        self.types = self._content_types()
        self.main = self._main_part()

    def parse(self, reader: XmlReader, part: str) -> bool:
        """Read `part` with `reader`; False when the package has no such part."""
        name = self.names.get(part.lower())
        if name is None:
            return False
        try:
            with self.zip.open(name) as stream:
                reader.read(stream)
        except _UNREADABLE as broken:
            raise damaged(name) from broken
        return True

    def relationships(self, part: str = "") -> list[Relationship]:
        """The relationships of a part, or of the package; targets are part names unless external."""
        folder, _, name = part.rpartition("/")
        reader = _Relationships(self.budget, base=folder)
        self.parse(reader, f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
        return reader.found

    def all_relationships(self) -> list[Relationship]:
        """Those of every part: what leads out of the file may hang on any of them."""
        found = []
        for name in self.names.values():
            if name.lower().endswith(".rels"):
                reader = _Relationships(self.budget, base="")
                self.parse(reader, name)
                found += reader.found
        return found

    def parts_of(self, kind: str) -> list[str]:
        """The main document's parts of one kind: `styles`, `footer`, …"""
        return [
            relationship.target
            for relationship in self.relationships(self.main)
            if relationship.kind == kind and not relationship.is_external
        ]

    def type_of(self, part: str) -> str:
        return self.types.get(f"/{part}".lower()) or self.types.get(part.rpartition(".")[2].lower(), "")

    def _content_types(self) -> dict[str, str]:
        reader = _ContentTypes(self.budget)
        if not self.parse(reader, "[Content_Types].xml"):
            raise _some_other_zip(self.zip, self.names)
        return reader.types

    def _main_part(self) -> str:
        mains = [found.target for found in self.relationships() if found.kind == "officeDocument"]
        part = next((target for target in mains if target.lower() in self.names), "")
        if not part:
            raise damaged("no main part")
        kind = self.type_of(part)
        if kind in _WITH_MACROS:
            raise refuse("open.macro", ending=_WITH_MACROS[kind], how=NO_MACROS)
        for family, name in (
            ("excel", "excel"),
            ("spreadsheetml", "excel"),
            ("powerpoint", "powerpoint"),
            ("presentationml", "powerpoint"),
        ):
            if family in kind:
                raise not_word(name)
        if kind != _WORD:
            raise damaged("main part")
        return part


class _ContentTypes(XmlReader):
    """Defaults by extension and overrides by "/part", both in lower case."""

    def __init__(self, budget: Budget):
        super().__init__(budget)
        self.types: dict[str, str] = {}

    def _default(self, attributes: Attributes) -> None:
        self.types[value(attributes, "Extension").lower()] = value(attributes, "ContentType")

    def _override(self, attributes: Attributes) -> None:
        self.types[value(attributes, "PartName").lower()] = value(attributes, "ContentType")

    starts: ClassVar = {f"{_TYPES} Default": _default, f"{_TYPES} Override": _override}


class _Relationships(XmlReader):
    def __init__(self, budget: Budget, base: str):
        super().__init__(budget)
        self.base = base
        self.found: list[Relationship] = []

    def _relationship(self, attributes: Attributes) -> None:
        is_external = value(attributes, "TargetMode").lower() == "external"
        target = value(attributes, "Target")
        self.found.append(
            Relationship(
                value(attributes, "Id"),
                value(attributes, "Type").rstrip("/").rpartition("/")[2],
                target if is_external else _part_name(self.base, target),
                is_external,
            )
        )

    starts: ClassVar = {f"{_RELATIONS} Relationship": _relationship}


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
    reach = min(size, _END.size + 0xFFFF + TRAILING_BYTES)
    file.seek(size - reach)
    tail = file.read(reach)
    file.seek(0)
    place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < _END.size:
        raise damaged("cut off")
    *_, directory_bytes, _offset, comment_bytes = _END.unpack_from(tail, place)
    is_zip64 = directory_bytes == 0xFFFFFFFF
    if directory_bytes > DIRECTORY_BYTES and not is_zip64:
        raise unsafe("directory")
    if len(tail) - place - _END.size - comment_bytes > TRAILING_BYTES:
        raise unsafe("trailing bytes")


def _check_directory(entries: list[zipfile.ZipInfo], directory_at: int) -> None:
    if len(entries) > PARTS:
        raise unsafe("parts")
    if sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
        raise unsafe("unpacked size")
    if any(count > 1 for count in Counter(entry.filename.lower() for entry in entries).values()):
        raise unsafe("two parts of one name")
    for entry in entries:
        _check_entry(entry)
    _check_places(entries, directory_at)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    """One line of the directory: an honest name, a known method, a size a document may have."""
    if not _is_honest(entry.orig_filename):
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
    return not (
        name.startswith("/")
        or "\\" in name
        or ".." in name.split("/")
        or name[1:2] == ":"
        or any(ord(sign) < 32 or ord(sign) == 127 for sign in name)
    )


def _check_places(entries: list[zipfile.ZipInfo], directory_at: int) -> None:
    """The parts lie one behind the other, from the first byte to the directory."""
    free = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < free or (free == 0 and entry.header_offset != 0):
            raise unsafe("overlap")
        free = entry.header_offset + LOCAL_HEADER_BYTES + len(entry.orig_filename) + entry.compress_size
    if free > directory_at:
        raise unsafe("overlap")


def _some_other_zip(archive: zipfile.ZipFile, names: Iterable[str]) -> Refusal:
    """A zip that is no Office file of today: OpenDocument, Pages, or just packed files."""
    names = list(names)
    if "mimetype" in names:
        try:
            with archive.open("mimetype") as stream:
                declared = stream.read(100)
        except (*_UNREADABLE, KeyError):
            declared = b""
        if b"opendocument" in declared:
            return not_word("odt")
    if any(name.endswith(".iwa") or name == "index.zip" for name in names):
        return not_word("pages")
    word_parts = any(name.startswith("word/") for name in names)
    return damaged("no content types") if word_parts else not_word("zip")
