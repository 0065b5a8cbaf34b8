"""What a file is when it is no Word document: told from its bytes, from its name only where the bytes do not say."""

import mmap
import os
import re
from collections.abc import Collection
from typing import BinaryIO
from uuid import UUID

from submissions.checks.catalogue import refuse
from submissions.checks.contract import Refusal
from submissions.checks.kinds import NO_MACROS, OPEN_TO_ALL, UNLOCK, damaged, not_word

_HEAD_BYTES = 64 << 10
_LOCK_BYTES = 1024
_END_WITHIN = 128 << 10  # from the end: where a whole zip has its directory's last line
ZIP, _ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_BEGINNINGS = (
    (b"{\\rtf", "rtf"),
    (b"\xffWPC", "wordperfect"),
    (b"\x9b\xa5", "doc"),  # Word 1 for Windows
    (b"\xdb\xa5", "doc"),  # Word 2 for Windows
    (b"\x31\xbe\0\0", "doc"),  # Word for DOS
    (bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3"), "onenote"),
    (b"\0\5\x16\7", "fork"),
    (b"\0\5\x16\0", "fork"),
    (b"L\0\0\0\1\x14\2\0", "link"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"8BPS", "image"),
    (b"ID3", "recording"),
    (b"OggS", "recording"),
    (b"fLaC", "recording"),
    (b"#!AMR", "recording"),
    (b"\xff\xfb", "recording"),
    (b"\xff\xf3", "recording"),
    (b"\x1aE\xdf\xa3", "recording"),
    (b"0&\xb2u\x8ef\xcf\x11", "recording"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf'\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"MSCF", "archive"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xfe\xed\xfa", "program"),
    (b"#!", "program"),
)
_BINARY_BEGINNINGS = ((b"BM", "image"), (b"MZ", "program"))  # words may begin so too
_BOXES = {b"WEBP": "image", b"WAVE": "recording", b"AVI ": "recording"}
_STILL = (b"hei", b"hev", b"mif", b"msf", b"avif", b"avis")
_CLASSES = {
    "00020906-0000-0000-c000-000000000046": "doc",
    "00020900-0000-0000-c000-000000000046": "doc",
    "00020820-0000-0000-c000-000000000046": "excel",
    "00020810-0000-0000-c000-000000000046": "excel",
    "64818d10-4f9b-11cf-86ea-00aa00b929e8": "powerpoint",
    "00021a13-0000-0000-c000-000000000046": "visio",
    "00021a14-0000-0000-c000-000000000046": "visio",
    "00021201-0000-0000-00c0-000000000046": "publisher",
    "00020d0b-0000-0000-c000-000000000046": "mail",
    "28cddbc2-0ae2-11ce-a29a-00aa004a1a72": "works",
    "000c1084-0000-0000-c000-000000000046": "program",
}
_STREAMS = (
    ("WordDocument", "doc"),
    ("PowerPoint Document", "powerpoint"),
    ("Workbook", "excel"),
    ("Book", "excel"),
    ("VisioDocument", "visio"),
    ("Quill", "publisher"),
    ("MatOST", "works"),
    ("__properties_version1.0", "mail"),
)
_FAMILIES = (
    ("spreadsheetml", "excel"),
    ("excel", "excel"),
    ("presentationml", "powerpoint"),
    ("powerpoint", "powerpoint"),
    ("visio", "visio"),
)
_TEMPLATE = "wordprocessingml.template.main+xml"
_WITH_MACROS = {"macroenabled.main+xml": ".docm", "macroenabledtemplate.main+xml": ".dotm"}
_DECLARED = (
    (b"opendocument.text", "odt"),
    (b"sun.xml.writer", "odt"),
    (b"opendocument.spreadsheet", "ods"),
    (b"opendocument.presentation", "odp"),
    (b"epub", "epub"),
)
_FOLDERS = (("xl/", "excel"), ("ppt/", "powerpoint"), ("visio/", "visio"))
_XML = (
    (r"word\.document|office/word/2003/wordml", "wordml"),
    (r"office/2006/xmlpackage", "flatopc"),
    (r"excel\.sheet|com:office:spreadsheet", "excel"),
    (r"opendocument:xmlns:office", "odt"),
    (r"<plist", "link"),
    (r"<svg", "image"),
    (r"<html", "html"),
)
_SIGN_IN = re.compile(
    r"type=[\"']?password|accounts\.google\.com|login\.microsoftonline\.com|<title>[^<]{0,40}(sign|log)[ -]?in\b"
)
_SHORTCUT = re.compile(r'\{.*"doc_id"|\[internetshortcut\]|\[desktop entry\]', re.DOTALL)
_MAIL = re.compile(r"(received|delivered-to|return-path|from|to|subject|date|message-id|mime-version|x-[\w-]+):")


def require_zip(file: BinaryIO, *, size: int, name: str) -> None:
    """Return when the file begins as every .docx does. Raises: Refusal, naming what it is instead."""
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    name = name.lower()
    if head.startswith(ZIP):
        if kind := _kind_of_zip(file, head, name):
            raise not_word(kind)
        return
    if head.startswith(_OLE):
        raise _old_office(file, head)
    kind = kind_at_a_glance(head, size=size, name=name) or _by_text(head, name)
    raise not_word(kind) if kind else damaged("beginning")


def kind_at_a_glance(head: bytes, *, size: int, name: str) -> str:
    """What a file that is no zip shows in its first bytes, its size and its name; "" when that is too little."""
    return _by_beginning(head) or _by_name(head, size, name.lower())


def another_office_file(main_type: str) -> Refusal:
    """What the main part says it is, where it is no Word document."""
    declared = main_type.lower()
    for ending, shown in _WITH_MACROS.items():
        if "ms-word" in declared and declared.endswith(ending):
            return refuse("open.macro", ending=shown, how=NO_MACROS)
    if declared.endswith(_TEMPLATE):
        return not_word("dotx")
    kind = next((kind for family, kind in _FAMILIES if family in declared), "")
    return not_word(kind) if kind else damaged("main part")


def another_zip(names: Collection[str], declared: bytes = b"") -> Refusal:
    """A zip that is no Office file of today, by the names in it (lower case) and what it declares itself to be."""
    for said, kind in _DECLARED:
        if said in declared:
            return not_word(kind)
    if any(name.endswith((".fdseq", ".fdoc")) for name in names):
        return not_word("xps")
    if any(name.endswith(".iwa") or name.rpartition("/")[2] == "index.zip" or ".pages/" in name for name in names):
        return not_word("keynote" if any("index/slide" in name for name in names) else "pages")
    if "index.apxl" in names or any(name in ("index.xml", "index.xml.gz") for name in names):
        return not_word("keynote" if "index.apxl" in names else "pages")
    for folder, kind in _FOLDERS:
        if any(name.startswith(folder) for name in names):
            return not_word(kind)
    is_word = any(name.startswith("word/") or name.endswith("/word/document.xml") for name in names)
    return damaged("no main part") if is_word else not_word("zip")


def _kind_of_zip(file: BinaryIO, head: bytes, name: str) -> str:
    """What the name adds to a file that begins like a Word document."""
    if name.endswith((".numbers", ".key")) and not re.search(rb"\[Content_Types\]|_rels/|word/", head):
        return "numbers" if name.endswith(".numbers") else "keynote"
    if name.endswith((".crdownload", ".part", ".partial", ".download")):
        file.seek(-min(_END_WITHIN, os.fstat(file.fileno()).st_size), os.SEEK_END)
        is_whole = _ZIP_END in file.read()
        file.seek(0)
        return "" if is_whole else "unfinished"
    return ""


def _old_office(file: BinaryIO, head: bytes) -> Refusal:
    """An OLE container: a locked .docx, or the Office of before 2007."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:

        def holds(stream: str) -> bool:
            return content.find(stream.encode("utf-16-le")) >= 0

        if holds("DRMEncrypted") or holds("DRMContent"):
            return refuse("open.rights", how=OPEN_TO_ALL)
        if holds("EncryptedPackage"):
            return refuse("open.password", how=UNLOCK)
        said = _class_of(content)
        return not_word(said or next((kind for stream, kind in _STREAMS if holds(stream + "\0")), "office"))


def _class_of(content: mmap.mmap) -> str:
    """The program that the first line of the container's directory names. Source: MS-CFB, 2.2 and 2.6.1."""
    sector = 1 << min(int.from_bytes(content[30:31], "little"), 12)
    root = (int.from_bytes(content[48:52], "little") + 1) * sector
    named = content[root + 80 : root + 96]
    return _CLASSES.get(str(UUID(bytes_le=named)), "") if len(named) == 16 else ""


def _by_beginning(head: bytes) -> str:
    """By what every file of a kind begins with."""
    if b"%PDF-" in head[:1024]:
        return "pdf"
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if b"\0" in head:
        for beginning, kind in _BINARY_BEGINNINGS:
            if head.startswith(beginning):
                return kind
    if head.startswith(b"RIFF"):
        return _BOXES.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return "image" if head[8:12].startswith(_STILL) else "recording"
    return "archive" if head[257:262] == b"ustar" else ""


def _by_name(head: bytes, size: int, name: str) -> str:
    """Files whose few bytes mean nothing by themselves."""
    if size <= _LOCK_BYTES and name.startswith(("~$", "_$", ".~lock.")):
        return "lock"
    if name.endswith(".icloud") or (head.startswith(b"bplist00") and name.endswith(".webloc")):
        return "icloud" if name.endswith(".icloud") else "link"
    if name.endswith((".crdownload", ".part", ".partial", ".download")) or not head.strip(b"\0"):
        return "unfinished"
    return ""


def _by_text(head: bytes, name: str) -> str:
    """What can be read as text: pages, XML, shortcuts, mails, or just text."""
    is_wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    said = head.decode("utf-16" if is_wide else "utf-8", errors="replace").lstrip("\ufeff \t\r\n").lower()
    if _SHORTCUT.match(said) or "https://docs.google.com/" in said[:1024]:
        return _shortcut(said, name)
    if re.match(r"<(!doctype html|html|head|body)", said):
        return "sign_in" if _SIGN_IN.search(said) else "html"
    if said.startswith(("<?xml", "<")) and (kind := _xml(said)):
        return kind
    if _MAIL.match(said) and "mime-version:" in said:
        is_page = "multipart/related" in said and not re.search(r"^(received|delivered-to):", said, re.MULTILINE)
        return "mhtml" if is_page else "mail"
    return "text" if is_wide or _reads_as_text(head) else ""


def _xml(said: str) -> str:
    kind = next((kind for pattern, kind in _XML if re.search(pattern, said)), "")
    if kind == "html" and _SIGN_IN.search(said):
        return "sign_in"
    return kind or ("xml" if said.startswith("<?xml") else "")


def _shortcut(said: str, name: str) -> str:
    if "/spreadsheet" in said or name.endswith(".gsheet"):
        return "gsheet"
    if "/presentation" in said or name.endswith(".gslides"):
        return "gslides"
    return "gdoc" if "google" in said or '"doc_id"' in said else "link"


def _reads_as_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as broken:  # the last sign may have been cut in two
        cut = broken.start > len(head) - 4
        text = head[: broken.start].decode("utf-8") if cut else head.decode("cp1252", errors="replace")
    readable = sum(sign.isprintable() or sign.isspace() for sign in text)
    return bool(text.strip()) and readable == len(text)
