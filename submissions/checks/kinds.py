"""What a file is instead of a Word document, told from its bytes, and how to get the Word file in that program."""

import mmap
import re
from dataclasses import dataclass
from typing import BinaryIO

from submissions.checks.catalogue import refuse
from submissions.checks.contract import Refusal

Steps = tuple[tuple[str, str], ...]  # (program, what to press there)


@dataclass(frozen=True)
class Kind:
    """`name` completes "This is …"; `steps` lead to a .docx."""

    name: str
    steps: Steps


_WORD = ("Word", "Open it, then File, Save As, Word Document (.docx).")
_GOOGLE = ("Google Docs", "File, Download, Microsoft Word (.docx).")
_PAGES = ("Pages", "File, Export To, Word.")
_LIBRE = ("LibreOffice", "File, Save As, Word 2010–365 Document (.docx).")
_PASTE = ("Word", "Copy your text into the Word template of this document, save it, and add that.")

KINDS = {
    "pdf": Kind("a PDF", (("Word", "Open the document you wrote, not the PDF, and add that."), _GOOGLE, _PAGES)),
    "doc": Kind("an older Word file (.doc)", (_WORD, _LIBRE)),
    "rtf": Kind("a rich text file (.rtf)", (_WORD, _LIBRE)),
    "odt": Kind("an OpenDocument text (.odt)", (_LIBRE, _WORD)),
    "pages": Kind("a Pages document", (_PAGES, ("iPad or iPhone", "Share, Export and Send, Word."))),
    "gdoc": Kind("a shortcut to a Google document", (_GOOGLE,)),
    "html": Kind("a web page", (_WORD, _GOOGLE)),
    "text": Kind("a plain text file", (_PASTE,)),
    "xml": Kind("a Word XML file", (_WORD,)),
    "image": Kind("a picture", (_PASTE,)),
    "excel": Kind("an Excel workbook", (_PASTE,)),
    "powerpoint": Kind("a PowerPoint presentation", (_PASTE,)),
    "zip": Kind("a folder packed as .zip", (("Windows", "Open the .zip and add the Word file inside."),)),
    "lock": Kind(
        "a helper file that Word keeps while a document is open",
        (("Word", "Close the document, then add the file whose name has no ~$ in front."),),
    ),
    "office": Kind("an older Office file", (_WORD,)),
}
UNLOCK: Steps = (
    ("Word", "File, Info, Protect Document, Encrypt with Password: clear the box, save, and add it again."),
)
UNTIE: Steps = (("Word", "File, Info, Edit Links to Files: break the link, save, and add it again."),)
NO_MACROS: Steps = (("Word", "File, Save As, Word Document (.docx), then add that copy."),)
SAVE_A_COPY: Steps = (("Word", "Open it, File, Save a Copy, then add the copy."), _GOOGLE)
SMALLER: Steps = (
    ("Word", "Click a picture, Picture Format, Compress Pictures, E-mail quality, save, and add it again."),
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_LOCK_BYTES = 1024
_HEAD_BYTES = 4096


def not_word(kind: str) -> Refusal:
    """This is some other kind of file."""
    return refuse(f"type.{kind}", name=KINDS[kind].name, how=KINDS[kind].steps)


def damaged(reason: str) -> Refusal:
    return refuse("open.damaged", reason=reason, how=SAVE_A_COPY)


def unsafe(reason: str) -> Refusal:
    return refuse("open.unsafe", reason=reason, how=SAVE_A_COPY)


def require_zip(file: BinaryIO, *, size: int, name: str) -> None:
    """Return when the file begins as every .docx does. Raises: Refusal, naming what it is instead."""
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return
    if name.startswith("~$") and size <= _LOCK_BYTES:
        raise not_word("lock")
    if head.startswith(_OLE):
        raise _old_office(file)
    kind = _by_head(head, name)
    raise not_word(kind) if kind else damaged("beginning")


def _old_office(file: BinaryIO) -> Refusal:
    """An OLE container: a locked .docx, or the Office of before 2007."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:

        def holds(stream: str) -> bool:
            return content.find(stream.encode("utf-16-le")) >= 0

        if holds("EncryptedPackage"):
            return refuse("open.password", how=UNLOCK)
        if holds("WordDocument"):
            return not_word("doc")
        if holds("PowerPoint Document"):
            return not_word("powerpoint")
        return not_word("excel" if holds("Workbook") else "office")


def _by_head(head: bytes, name: str) -> str:
    beginning = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if beginning.startswith(b"{\\rtf"):
        return "rtf"
    if head.startswith(_PICTURES) or head[4:8] == b"ftyp":
        return "image"
    if name.lower().endswith((".gdoc", ".url", ".webloc")) or b"docs.google.com" in head[:1024]:
        return "gdoc"
    if re.match(rb"<(!doctype html|html|head|body)", beginning):
        return "html"
    if beginning.startswith(b"<?xml"):
        return "html" if b"<html" in beginning else "xml"
    return "text" if _reads_as_text(head) else ""


def _reads_as_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as broken:  # the last sign may have been cut in two
        text = head[: broken.start].decode("utf-8") if broken.start > len(head) - 4 else ""
    return bool(text.strip()) and all(sign.isprintable() or sign.isspace() for sign in text)
