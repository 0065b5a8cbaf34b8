"""A clean copy of a Word file: the same words without who wrote them, where, when and with what.

Made anew, part by part, of what is known to be harmless. What is not known stays behind. Only the standard library:
the same code runs in a child process with limits (`clean`) or in this one (`clean_here`).
"""

import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

from submissions.checks.blocks import paragraphs_of
from submissions.checks.cleaning.names import Names
from submissions.checks.cleaning.parts import Part, Plan, last_saved_by, opened, picture_of
from submissions.checks.cleaning.pictures import SHOWN_BY_BROWSERS
from submissions.checks.cleaning.rewriting import Rewriter
from submissions.checks.document import read
from submissions.checks.package import Package

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"


@dataclass(frozen=True)
class Writer:
    """Who wrote it. `alias` stands where the name was printed; without one the name stays there."""

    last: str = ""
    first: str = ""
    alias: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Picture:
    """Where the bytes of a picture lie in the copy, as they are: to hand it out nothing has to be parsed."""

    type: str
    begins: int
    size_bytes: int


@dataclass(frozen=True)
class Cleaned:
    """`missed`: what a reader of the copy may miss. `pictures`: those that browsers can show, by `Package.mark_of`."""

    missed: tuple[str, ...] = ()
    pictures: dict[str, Picture] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Cleaned":
        return cls(tuple(data["missed"]), {mark: Picture(**each) for mark, each in data["pictures"].items()})


class Altered(Exception):
    """The copy does not read as the original does: it must not be shown."""


def clean_here(path: str | Path, into: BinaryIO, writer: Writer) -> Cleaned:
    """Write the clean copy of the file at `path`. The same file gives the same bytes.

    Raises: Refusal, for a file that cannot be read; Altered, when the words of the copy are not those of the file.
    """
    with open(path, "rb") as source:
        return _clean(source, into, writer)


def _clean(source: BinaryIO, into: BinaryIO, writer: Writer) -> Cleaned:
    package = Package(source)
    names = Names(writer.last, writer.first, writer.alias)
    names.add_applicant(last_saved_by(package))
    plan = Plan(package)
    replaced = 0
    pictures: dict[str, Picture] = {}
    with zipfile.ZipFile(into, "w") as copy:
        _write(copy, "[Content_Types].xml", _types(list(plan.parts.values())))
        _write(copy, "_rels/.rels", _links(plan, plan.root))
        for part in plan.parts.values():
            if part.kind == "image":
                kind, content = picture_of(package, part.source)
                is_shown = kind.type in SHOWN_BY_BROWSERS
                _write(copy, part.name, content, is_packed=not is_shown)
                if is_shown:
                    begins = into.tell() - len(content)
                    pictures[package.mark_of(part.source)] = Picture(kind.type, begins, len(content))
            else:
                replaced += _rewrite(copy, package, part, names)
            if part.links:
                folder, _, name = part.name.rpartition("/")
                _write(copy, f"{folder}/_rels/{name}.rels", _links(plan, part))
    _compare(source, into, replaced)
    return Cleaned(tuple(sorted(plan.missed)), pictures)


def _entry(name: str, *, is_packed: bool = True) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # dated 1980, as every packer without a clock does
    entry.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
    return entry


def _write(copy: zipfile.ZipFile, name: str, content: bytes, *, is_packed: bool = True) -> None:
    copy.writestr(_entry(name, is_packed=is_packed), content)


def _rewrite(copy: zipfile.ZipFile, package: Package, part: Part, names: Names) -> int:
    """How many texts a reader will find changed."""
    links = {old: link.id for old, link in part.links.items()}
    rewriter = Rewriter(package.budget, links, names, kind=part.kind)
    with opened(package, part.source) as stream, copy.open(_entry(part.name), "w") as into:
        rewriter.rewrite(stream, into)
    return rewriter.replaced


def _types(parts: list[Part]) -> bytes:
    """The content type of every part, and of what links them."""
    lines = [f'<Default Extension="rels" ContentType="{_RELS_TYPE}"/>']
    lines += [f'<Override PartName="/{part.name}" ContentType="{part.type}"/>' for part in parts]
    return f'{_HEAD}<Types xmlns="{_TYPES}">{"".join(lines)}</Types>'.encode()


def _links(plan: Plan, part: Part) -> bytes:
    return f'{_HEAD}<Relationships xmlns="{_RELATIONSHIPS}">{"".join(_lines(plan, part))}</Relationships>'.encode()


def _lines(plan: Plan, part: Part) -> Iterator[str]:
    for link in part.links.values():
        mode = ' TargetMode="External"' if link.is_external else ""
        yield f'<Relationship Id="{link.id}" Type="{plan.type_of(link.kind)}" Target={quoteattr(link.target)}{mode}/>'


def _compare(source: BinaryIO, copy: BinaryIO, replaced: int) -> None:
    """Read both. No more may differ than what was replaced on purpose."""
    before, after = _words(source), _words(copy)
    differing = sum(one != other for one, other in zip(before, after, strict=False))
    if len(before) != len(after) or differing > replaced:
        raise Altered(f"{len(before)} and {len(after)} paragraphs, {differing} differ, {replaced} replaced")


def _words(file: BinaryIO) -> list[str]:
    document = read(Package(file))
    return [document.footers, *(paragraph.text for paragraph in paragraphs_of(document.blocks))]
