"""An edition as one ZIP of readable files, for a person's own computer; and back, believing nothing of it."""

import io
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from .folders import export
from .reading import EditionFault, read

LARGEST_BYTES = 1_000_000  # as it comes, and each file in it
LARGEST_WHOLE = 5_000_000
MOST_FILES = 300
KINDS = {".yaml", ".md"}
PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
NOT_OURS = "This is not a ZIP that can be opened. Choose the ZIP that was downloaded here."


def pack(edition):
    """The ZIP of an edition: its folder, and beside it the program and the framework that it names."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as root, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        export(edition, root)
        for file in sorted(Path(root).rglob("*.*")):
            archive.writestr(zipfile.ZipInfo(str(file.relative_to(root))), file.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(content):
    """The plain form of the edition in a ZIP. Raises: EditionFault, with all that is wrong by file and line."""
    files = _files(content)
    with tempfile.TemporaryDirectory() as root:
        try:
            _write(Path(root), files)
        except OSError as problem:
            raise EditionFault([NOT_OURS]) from problem
        found = sorted(file.parent for file in Path(root).rglob("edition.yaml"))
        if len(found) != 1:
            raise EditionFault([f"The ZIP holds {len(found) or 'no'} files “edition.yaml”; it has to hold one."])
        return read(found[0])


def _write(root, files):
    for name, data in files.items():
        file = root.joinpath(*name.parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def _files(content):
    """Name and content of every file that an edition is made of; a trap is refused before anything is written."""
    if len(content) > LARGEST_BYTES:
        raise EditionFault(["The ZIP is larger than 1 MB. An edition is made of short texts."])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if not _is_an_archivers_own(info)]
            if len(infos) > MOST_FILES:
                raise EditionFault([f"The ZIP holds more than {MOST_FILES} files. An edition has fewer."])
            return _read(archive, infos)
    except BROKEN as problem:
        raise EditionFault([NOT_OURS]) from problem


def _is_an_archivers_own(info):
    return info.is_dir() or info.filename.startswith("__MACOSX/") or PurePosixPath(info.filename).name.startswith("._")


def _read(archive, infos):
    faults: list[str] = []
    files: dict[PurePosixPath, bytes] = {}
    left = LARGEST_WHOLE
    for info in infos:
        name = PurePosixPath(info.filename.replace("\\", "/"))
        if fault := _fault_of(name, info, files):
            faults.append(fault)
        else:
            files[name] = _bounded(archive, info, min(LARGEST_BYTES, left))
            left -= len(files[name])
    if faults:
        raise EditionFault(faults)
    return files


def _fault_of(name, info, files):
    if name.is_absolute() or ".." in name.parts or ":" in str(name):
        return f"{name}: leads outside the ZIP. Give it a plain name."
    if name.suffix not in KINDS:
        return f"{name}: is neither .yaml nor .md. Leave it out."
    if name in files:
        return f"{name}: stands twice in the ZIP. Keep one."
    if info.compress_type not in PACKINGS:
        return f"{name}: is packed in an unusual way. Pack the ZIP with your computer’s own program."
    return ""


def _bounded(archive, info, most):
    """The content of one file, never more than `most` bytes of it, whatever the ZIP says its size is."""
    with archive.open(info) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise EditionFault([f"{info.filename}: is larger than an edition’s files are."])
    return data
