"""The zip around the document: bombs, lies, odd methods, odd names; and what is odd but sound."""

import bz2
import io
import lzma
import random
import stat
import struct
import zipfile
from functools import partial

from badges.word import package
from tests.hostile.case import TYPES, base, damaged, fine, unsafe, with_part
from tests.hostile.raw import STORED, Entry, changed, entries_of, written
from tests.submissions.checks.papers import MAIN

THEME = "word/theme/theme1.xml"
DEFLATE_64, BZIP2, LZMA, ZSTD = 9, 12, 14, 93
MIB = 1 << 20


def rewritten(name: str = MAIN, **changes) -> bytes:
    return written(changed(entries_of(base()), name, **changes))


def with_entry(*more: Entry, **how) -> bytes:
    return written([*entries_of(base()), *more], **how)


def named(name: str | bytes) -> bytes:
    name = name.encode() if isinstance(name, str) else name
    return with_entry(Entry(name, b"x", flags=0x800))


def renamed(rename) -> bytes:
    return written([Entry(rename(entry.name), entry.data) for entry in entries_of(base())])


def grown(name: str, size: int, unit: bytes = b" ") -> bytes:
    """A part blown up behind its last element."""
    data = package.unpack(base())[name]
    return rewritten(name, data=data + unit * (size // len(unit)))


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def overlapping(count: int) -> bytes:
    """Many entries, one body."""
    entries = entries_of(base())
    place = len(written(entries[:1], end={"parts": 1})) - len(written([], end={})) - 46 - len(entries[0].name)
    body = Entry(b"word/media/0.bin", noise(4096), method=STORED)
    copies = [
        Entry(f"word/media/{number}.bin".encode(), body.data, method=STORED, offset=place) for number in range(1, count)
    ]
    return written([entries[0], body, *copies, *entries[1:]])


def quoted() -> bytes:
    """Headers of later entries lie inside the extra field of an earlier one."""
    hidden = Entry(b"word/media/b.bin", b"x" * 50, method=STORED)
    quoting = Entry(b"word/media/a.bin", b"", method=STORED, extra=struct.pack("<2H", 0x9999, 200) + bytes(200))
    entries = [*entries_of(base()), quoting]
    start = len(written(entries[:-1])) - _directory(entries[:-1])
    return written([*entries, Entry(hidden.name, hidden.data, method=STORED, offset=start + 60)])


def _directory(entries: list[Entry]) -> int:
    return sum(46 + len(entry.name) for entry in entries) + 22


def two_ends() -> bytes:
    """The comment of the first end record holds another that leads to a directory of its own."""
    entries = entries_of(base())
    inner = written([Entry(b"word/other.xml", b"x")])[-22:]
    return written(entries, comment=inner)


def two_directories() -> bytes:
    """A whole second file behind the first."""
    return base() + base()


def zip64_directory(parts: int) -> bytes:
    return with_entry(*(Entry(f"word/media/{n}".encode(), b"", method=STORED) for n in range(parts)), zip64=True)


def zip64_sizes() -> bytes:
    """Sizes in the larger fields, as streaming writers do."""
    entry = next(entry for entry in entries_of(base()) if entry.name == MAIN.encode())
    extra = struct.pack("<2H2Q", 1, 16, len(entry.data), len(entry.body))
    return rewritten(central_extra=extra, central={"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF})


def zip64_lie() -> bytes:
    extra = struct.pack("<2H2Q", 1, 16, 1 << 40, 1 << 40)
    return rewritten(THEME, central_extra=extra, central={"size": 0xFFFFFFFF, "packed": 0xFFFFFFFF})


def through_python(**how) -> bytes:
    """As a program writes that cannot go back in its output: sizes behind the parts."""

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def tell(self):
            raise OSError

    stream = Pipe()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, data in package.unpack(base()).items():
            archive.writestr(name, data)
    return stream.getvalue()


def crc_of_picture_broken() -> bytes:
    return with_entry(Entry(b"word/media/a.png", b"\x89PNG" + noise(99), local={"crc": 1}, central={"crc": 1}))


def many_folders() -> bytes:
    return with_entry(*(Entry(f"word/{name}/".encode(), b"", method=STORED) for name in ("media", "theme", "empty")))


def _cut(part: float) -> bytes:
    content = base()
    return content[: int(len(content) * part)]


BOMBS = (
    unsafe("a picture of 100 MiB", partial(with_part, "word/media/a.png", bytes(100 * MIB)), "ratio"),
    unsafe("text of 23 MiB of one sign", partial(grown, MAIN, 23 * MIB), "ratio"),
    unsafe("a part of text beyond 24 MiB", lambda: grown(MAIN, 25 * MIB, noise(64).hex().encode()), "part size"),
    unsafe(
        "all together beyond 150 MiB",
        lambda: with_entry(*(Entry(f"word/media/{n}.bin".encode(), bytes(4_900_000)) for n in range(33))),
        "unpacked size",
    ),
    unsafe(
        "2,001 parts",
        lambda: with_entry(*(Entry(f"word/media/{n}".encode(), b"", method=STORED) for n in range(2_001))),
        "parts",
    ),
    unsafe("30,000 parts counted in large numbers", partial(zip64_directory, 30_000), "directory"),
    unsafe("1,000 entries with one body", partial(overlapping, 1_000), "overlap"),
    unsafe("headers in an extra field", quoted, "overlap"),
    unsafe("a directory said to be 2 MiB", lambda: written(entries_of(base()), end={"bytes": 2 * MIB}), "directory"),
    unsafe("sizes of a terabyte", zip64_lie, "unpacked size"),
    unsafe(
        "text of 30 MiB in a part of another ending",
        lambda: _main_elsewhere("word/document.bin", noise(32 * 1024).hex().encode() * 480),
        "part size",
    ),
)


def _main_elsewhere(name: str, more: bytes = b"") -> bytes:
    """The main part under another name."""
    parts = package.unpack(base())
    main = parts.pop(MAIN)
    rels = parts.pop("word/_rels/document.xml.rels")
    folder, _, last = name.rpartition("/")
    parts[TYPES] = parts[TYPES].replace(b"/word/document.xml", f"/{name}".encode())
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"word/document.xml", name.encode())
    return package.pack({**parts, name: main + more, f"{folder}/_rels/{last}.rels": rels})


LIES = (
    damaged("a size said to be smaller", lambda: rewritten(central={"size": 200})),
    damaged("a wrong checksum", lambda: rewritten(local={"crc": 7}, central={"crc": 7})),
    damaged("another name in the local header", lambda: rewritten(local={"name": b"word/document.txt"})),
    damaged("a packed size cut short", lambda: rewritten(central={"packed": 300})),
    damaged("bytes that do not unpack", lambda: rewritten(packed=b"\xff" * 900)),
    fine("sizes only in the directory", lambda: rewritten(local={"packed": 0, "size": 0, "crc": 0})),
    fine("a size said to be larger", lambda: rewritten(THEME, central={"size": 90_000})),
    unsafe("an encrypted part", lambda: rewritten(THEME, flags=1), "encrypted part"),
    unsafe("strong encryption", lambda: rewritten(THEME, flags=0x41), "encrypted part"),
    unsafe("a body packed as bzip2", lambda: _packed(BZIP2, bz2.compress), "method"),
    unsafe("a body packed as LZMA", lambda: _packed(LZMA, lzma.compress), "method"),
    unsafe("a body packed as Deflate64", lambda: rewritten(method=DEFLATE_64, packed=b"\3\0"), "method"),
    unsafe("a body packed as Zstandard", lambda: rewritten(method=ZSTD, packed=b"\x28\xb5\x2f\xfd"), "method"),
    unsafe("bytes in front", lambda: written(entries_of(base()), prefix=b"PK\3\4" + bytes(26)), "overlap"),
    unsafe("an offset before the file", lambda: rewritten(central={"at": 0xFFFFFFF0}), "overlap"),
    unsafe("64 KiB and more behind", lambda: base() + bytes(65_537), "trailing bytes"),
    unsafe("an end record in a comment", two_ends, "two ends"),
    unsafe("a second file behind the first", two_directories, "overlap"),
)


def _packed(method: int, pack) -> bytes:
    data = package.unpack(base())[MAIN]
    return rewritten(method=method, packed=pack(data))


def linked() -> bytes:
    return with_entry(Entry(b"word/link", b"/etc/passwd", method=STORED, attributes=stat.S_IFLNK | 0o777))


NAMES = (
    *(
        unsafe(f"a part named {name!r}", partial(named, name), "part name")
        for name in (
            "/etc/passwd",
            "../../evil",
            "word/../../evil",
            "word\\evil.xml",
            "..\\evil",
            "C:evil",
            "C:/evil",
            "word/\x01.xml",
            "word/a\x00.xml",
            "word/\n.xml",
            "word/\x7f",
            "word/%2e%2e/%2e%2e/evil",
            "word/%5cevil",
        )
    ),
    unsafe("a symbolic link", linked, "link"),
    unsafe("the main part twice", lambda: with_entry(Entry(MAIN.encode(), b"<a/>")), "two parts of one name"),
    unsafe("the main part twice, in capitals", partial(named, MAIN.upper()), "two parts of one name"),
    unsafe("the main part twice, escaped", partial(named, "word/doc%75ment.xml"), "two parts of one name"),
    fine("a part of 200 signs", partial(named, f"word/media/{'x' * 200}.png")),
    fine("a part that is not in Latin letters", partial(named, "word/media/画像.png")),
    fine("a name in an old code page", lambda: with_entry(Entry("word/media/é.png".encode("cp437"), b"x"))),
    damaged("a name that is not the UTF-8 it claims to be", partial(named, b"word/media/\xff\xfe.png")),
)
SOUND = (
    fine("nothing odd at all", base),
    fine("sizes behind the parts", through_python),
    fine("sizes behind the parts, by hand", lambda: rewritten(has_descriptor=True)),
    fine("the larger end record", lambda: written(entries_of(base()), zip64=True)),
    fine("the larger sizes", zip64_sizes),
    fine("nothing packed", lambda: written([Entry(e.name, e.data, method=STORED) for e in entries_of(base())])),
    fine("folders as entries", many_folders),
    fine("gaps between the parts", lambda: rewritten(gap=bytes(500))),
    fine("extra fields", lambda: rewritten(extra=struct.pack("<2HL", 0x9999, 4, 1))),
    fine("padding of zeros in an extra field", lambda: rewritten(extra=bytes(3), central_extra=bytes(3))),
    fine("a comment", lambda: written(entries_of(base()), comment=b"Saved by a program")),
    fine("a long comment", lambda: written(entries_of(base()), comment=b"x" * 65_000)),
    fine("64 KiB behind", lambda: base() + bytes(65_000)),
    fine("a comment and bytes behind", lambda: written(entries_of(base()), comment=b"x", trailing=b"\n" * 20)),
    fine("the parts in another order", lambda: written(entries_of(base())[::-1])),
    fine("names in capitals", lambda: renamed(bytes.upper)),
    fine("a picture with a wrong checksum", crc_of_picture_broken),
    fine("the main part under another name", partial(_main_elsewhere, "word/document2.xml")),
    fine("the main part in another folder", partial(_main_elsewhere, "doc/text/main.xml")),
    fine("the main part without a known ending", partial(_main_elsewhere, "word/document.bin")),
    fine("the main part with a space", partial(_main_elsewhere, "word/document%20one.xml")),
)
CUTS = tuple(damaged(f"cut off at {part:.0%}", partial(_cut, part)) for part in (0.01, 0.25, 0.5, 0.75, 0.95, 0.999))
CASES = (*BOMBS, *LIES, *NAMES, *SOUND, *CUTS)
