"""Word files opened and saved again by real programs: many at once, from and to bytes."""

import io
import shutil
import subprocess
from pathlib import Path

import docx
import pytest

PATIENCE_SECONDS = 300
_PACKAGES = {"soffice": "libreoffice-writer", "pandoc": "pandoc"}

Files = dict[str, bytes]


def libreoffice(files: Files, folder: Path, *, via: str = "") -> Files:
    """Saved as .docx; `via` another format of its own first. One process for all, with a profile nobody has touched."""
    came = _written(files, folder / "came")
    if via:
        came = _office(came, folder / via, via)
    return _read(_office(came, folder / "saved", "docx"))


def pandoc(files: Files, folder: Path, *, via: str = "") -> Files:
    """Read and written as .docx; `via` another format first, pictures taken along."""
    came, saved = _written(files, folder / "came"), folder / "saved"
    saved.mkdir()
    for file in came:
        source, read_as = file, "docx"
        if via:
            source = folder / f"{file.stem}.{via}"
            _run("pandoc", file, "--extract-media=media", "--to", via, "--standalone", "--output", source, into=folder)
            read_as = f"{via}-implicit_figures" if via == "markdown" else via  # a picture without a legend of its own
        _run("pandoc", source, "--from", read_as, "--output", saved / file.name, into=folder)
    return _read(sorted(saved.iterdir()))


def python_docx(files: Files, _folder: Path) -> Files:
    """Opened and saved by the library that a script of an agency would use."""
    return {name: _saved_by_python_docx(content) for name, content in files.items()}


def _saved_by_python_docx(content: bytes) -> bytes:
    stream = io.BytesIO()
    docx.Document(io.BytesIO(content)).save(stream)
    return stream.getvalue()


def _office(files: list[Path], folder: Path, kind: str) -> list[Path]:
    profile = f"-env:UserInstallation={(folder.parent / 'profile').as_uri()}"
    _run("soffice", "--headless", "--norestore", profile, "--convert-to", kind, "--outdir", folder, *files)
    saved = sorted(folder.iterdir())
    assert [file.stem for file in saved] == [file.stem for file in sorted(files)]
    return saved


def _run(program: str, *arguments: object, into: Path | None = None) -> None:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"no {program}: install {_PACKAGES[program]}")
    command = [path, *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE_SECONDS, cwd=into)
    assert done.returncode == 0, done.stderr.decode()


def _written(files: Files, folder: Path) -> list[Path]:
    folder.mkdir()
    for name, content in files.items():
        (folder / f"{name}.docx").write_bytes(content)
    return sorted(folder.iterdir())


def _read(files: list[Path]) -> Files:
    return {file.stem: file.read_bytes() for file in files}
