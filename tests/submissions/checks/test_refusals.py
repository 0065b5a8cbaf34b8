"""What cannot be used is refused in words; every file is a real one, made here."""

import io
import struct
import zipfile

import pytest

from badges.word import package
from submissions import checks
from tests.submissions.checks import papers
from tests.submissions.checks.papers import MAIN, added, filled, line, related, replaced, written

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
WORKBOOK = r"file:///\\school\shared\Growth%20Data.xlsx"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def ole(*streams):
    """The header of an old Office file, with these names in its directory."""
    return OLE + b"".join(name.encode("utf-16-le").ljust(64, b"\0") for name in streams)


def zipped(**parts):
    return package.pack({name.replace("__", "/").replace("_dot_", "."): text for name, text in parts.items()})


def office(main_type):
    return replaced(filled(), CONTENT_TYPE, main_type, "[Content_Types].xml")


def with_entries(content, *entries, **options):
    """More entries, as any zip tool would add them."""
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a", **options) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def directory_patched(content, name, offset, value):
    """One 16-bit field of a part's line in the directory, overwritten."""
    place = content.rfind(b"PK\1\2", 0, content.rfind(name.encode()))
    return content[: place + offset] + struct.pack("<H", value) + content[place + offset + 2 :]


def lying(content, name, size):
    place = content.rfind(b"PK\1\2", 0, content.rfind(name.encode()))
    return content[: place + 24] + struct.pack("<L", size) + content[place + 28 :]


OTHER_FILES = {
    "type.pdf": b"%PDF-1.7\n1 0 obj\n",
    "type.doc": ole("Root Entry", "WordDocument"),
    "type.excel": ole("Root Entry", "Workbook"),
    "type.powerpoint": ole("Root Entry", "PowerPoint Document"),
    "type.visio": ole("Root Entry", "VisioDocument"),
    "open.password": ole("Root Entry", "EncryptionInfo", "EncryptedPackage"),
    "type.rtf": b"{\\rtf1\\ansi Hello}",
    "type.odt": zipped(mimetype=b"application/vnd.oasis.opendocument.text", content_dot_xml=b"<a/>"),
    "type.pages": zipped(Index__Document_dot_iwa=b"\0\1"),
    "type.zip": zipped(my_dot_txt=b"hello"),
    "type.html": b"\xef\xbb\xbf<!DOCTYPE html><html><body>Hi</body></html>",
    "type.wordml": b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>',
    "type.image": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "type.gdoc": b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}',
    "type.text": "My reflection: we’ve come far.\n".encode(),
    "size.zero": b"",
    "open.damaged": bytes(range(256)) * 8,
}


@pytest.mark.parametrize("code", OTHER_FILES)
def test_another_kind_of_file_is_named(said, code):
    assert said(OTHER_FILES[code]) == ("blocked", [code])


def test_the_way_to_a_word_file_is_told(examine):
    (finding,) = examine(OTHER_FILES["type.pdf"]).findings

    assert finding.sentence == "This is a PDF. We need the Word file (.docx)"
    assert ("Google Docs", "File, Download, Microsoft Word (.docx).") in finding.data["how"]


def test_a_lock_file_is_named(said):
    assert said(b"\x05Dana " + bytes(156), received_name="~$afor, D.docx") == ("blocked", ["type.lock"])


@pytest.mark.parametrize(
    ("main_type", "code"),
    [
        ("application/vnd.ms-word.document.macroEnabled.main+xml", "open.macro"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", "type.dotx"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "type.excel"),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", "type.powerpoint"),
        ("application/octet-stream", "open.damaged"),
    ],
)
def test_another_office_file_in_disguise_is_named(said, main_type, code):
    assert said(office(main_type)) == ("blocked", [code])


def test_a_file_that_is_too_big_is_not_opened(tmp_path):
    with (tmp_path / "received").open("wb") as file:
        file.truncate(25 * 1024 * 1024 + 1)

    (finding,) = checks.examine_here(tmp_path / "received", papers.expectation()).findings

    assert (finding.code, finding.level) == ("size.big", "blocked")


def test_macros_are_found_in_a_file_that_says_it_has_none(said):
    assert said(added(filled(), word__vbaProject_dot_bin=b"\0")) == ("blocked", ["open.macro"])


UNSAFE = {
    "a bomb": ("ratio", lambda: added(filled(), word__media__a_dot_png=bytes(30 << 20))),
    "a part too large": ("part size", lambda: lying(filled(), MAIN, 25 << 20)),
    "too much unpacked": ("unpacked size", lambda: lying(filled(), MAIN, 151 << 20)),
    "too many parts": (
        "parts",
        lambda: package.pack({**package.unpack(filled()), **{f"word/media/{n}.png": b"" for n in range(2_001)}}),
    ),
    "a long directory": ("directory", lambda: _with_long_directory(filled())),
    "a path upwards": ("part name", lambda: added(filled(), **{"..__..__evil": b"x"})),
    "an absolute path": ("part name", lambda: added(filled(), __etc__passwd=b"x")),
    "a drive": ("part name", lambda: added(filled(), **{"C:evil": b"x"})),
    "a backslash": ("part name", lambda: added(filled(), **{"word\\evil": b"x"})),
    "a link": ("link", lambda: with_entries(filled(), (_symbolic_link(), "/etc/passwd"))),
    "two parts of one name": ("two parts of one name", lambda: added(filled(), WORD__DOCUMENT_dot_XML=b"x")),
    "an encrypted part": ("encrypted part", lambda: directory_patched(filled(), MAIN, 8, 1)),
    "another method": ("method", lambda: with_entries(filled(), ("a.bin", b"x" * 99), compression=zipfile.ZIP_LZMA)),
    "bytes before the zip": ("overlap", lambda: b"PK\3\4" + filled()),
    "many bytes behind the zip": ("trailing bytes", lambda: filled() + bytes(65 << 10)),
    "a DTD": ("dtd", lambda: replaced(filled(), "<w:document", "<!DOCTYPE w><w:document")),
    "a DTD in UTF-16": ("dtd", lambda: _in_utf16(filled())),
    "a DTD in the types": ("dtd", lambda: replaced(filled(), "<Types", "<!DOCTYPE a><Types", "[Content_Types].xml")),
    "too deep": ("depth", lambda: written("<w:sdt>" * 300 + line("deep") + "</w:sdt>" * 300)),
    "too many attributes": (
        "attributes",
        lambda: written("<w:p " + " ".join(f"a{n}=''" for n in range(300)) + "/>"),
    ),
}


def _symbolic_link():
    entry = zipfile.ZipInfo("word/link")
    entry.external_attr = 0o120777 << 16
    return entry


def _with_long_directory(content):
    place = content.rfind(b"PK\5\6")
    return content[: place + 12] + struct.pack("<L", 2 << 20) + content[place + 16 :]


def _in_utf16(content):
    parts = package.unpack(content)
    text = parts[MAIN].decode().partition("?>")[2]
    declared = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE w [<!ENTITY a "b">]>{text}'
    return package.pack({**parts, MAIN: declared.encode("utf-16")})


@pytest.mark.parametrize("kind", UNSAFE)
def test_a_package_beyond_the_limits_is_refused(examine, kind):
    reason, made = UNSAFE[kind]

    (finding,) = examine(made()).findings

    assert (finding.code, finding.data["reason"]) == ("open.unsafe", reason)


DAMAGED = {
    "cut in the middle": lambda: filled()[:9_000],
    "cut at the end": lambda: filled()[:-30],
    "no main part": lambda: replaced(filled(), "word/document.xml", "word/gone.xml", "_rels/.rels"),
    "broken XML": lambda: written("<w:p>"),
    "an unknown encoding": lambda: replaced(filled(), "UTF-8", "Klingon"),
    "an undeclared entity": lambda: replaced(filled(), "Answer 1.", "&nbsp;"),
    "a wrong checksum": lambda: _flipped(filled()),
    "a size that lies": lambda: lying(filled(), MAIN, 100),
}


def _flipped(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        place = archive.getinfo(MAIN).header_offset + 600
    return content[:place] + bytes(8) + content[place + 8 :]


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_said_to_be_damaged(said, kind):
    assert said(DAMAGED[kind]()) == ("blocked", ["open.damaged"])


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "https://evil.example/t.dotm"),
        ("oleObject", "http://evil.example/x"),
        ("oleObject", "\\\\evil.example\\share\\x.xls"),
        ("subDocument", "https://evil.example/sub.docx"),
        ("frame", "http://evil.example/"),
        ("aFChunk", "http://evil.example/"),
    ],
)
def test_what_word_would_fetch_on_opening_is_refused(said, kind, target):
    assert said(related(filled(), kind, target)) == ("blocked", ["open.link"])


def test_the_refused_link_is_named(examine):
    (finding,) = examine(related(filled(), "attachedTemplate", "https://evil.example/t.dotm")).findings

    assert finding.sentence == "This file fetches a template from evil.example when somebody opens it"


@pytest.mark.parametrize(
    "field",
    [
        '<w:fldSimple w:instr="DDEAUTO c:\\\\cmd.exe"/>',
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DD</w:instrText></w:r>'
            '<w:r><w:instrText>E excel x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
        ),
    ],
)
def test_a_field_that_starts_programs_is_refused(said, field):
    assert said(replaced(filled(), "<w:body>", f"<w:body><w:p>{field}</w:p>")) == ("blocked", ["open.link"])


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "file:///C:/Users/dana/Normal.dotm"),
        ("attachedTemplate", "\\\\school\\share\\Letter.dotx"),
        ("attachedTemplate", "Macintosh HD:Templates:Normal"),
        ("hyperlink", "https://ai-hub.example/"),
    ],
)
def test_links_that_lead_nowhere_by_themselves_are_fine(said, kind, target):
    assert said(related(filled(), kind, target)) == ("ready", [])


def with_chart(target, *, updates):
    """The file with a chart whose workbook lies elsewhere, as Excel pastes it."""
    chart = f'<c:chartSpace xmlns:c="{CHART}" xmlns:r="{papers.R}"><c:externalData r:id="r1">{updates}</c:externalData>'
    link = f'<Relationship Id="r1" Type="{papers.R}/oleObject" Target="{target}" TargetMode="External"/>'
    links = f'<Relationships xmlns="{papers.RELS}">{link}</Relationships>'
    return added(
        related(filled(), "chart", "charts/chart1.xml", external=False),
        word__charts__chart1_dot_xml=f"{chart}</c:chartSpace>".encode(),
        word__charts___rels__chart1_dot_xml_dot_rels=links.encode(),
    )


@pytest.mark.parametrize(
    ("target", "updates", "verdict"),
    [
        (WORKBOOK, '<c:autoUpdate val="0"/>', ("ready", [])),
        (WORKBOOK, "", ("ready", [])),
        (WORKBOOK, "<c:autoUpdate/>", ("blocked", ["open.link"])),
        (WORKBOOK, '<c:autoUpdate val="1"/>', ("blocked", ["open.link"])),
        ("https://evil.example/book.xlsx", '<c:autoUpdate val="0"/>', ("blocked", ["open.link"])),
    ],
)
def test_the_workbook_of_a_chart_may_lie_on_a_share_while_nothing_fetches_it(said, target, updates, verdict):
    assert said(with_chart(target, updates=updates)) == verdict


@pytest.mark.parametrize(
    ("kind", "target", "external"),
    [("image", "https://pictures.example/a.png", True), ("oleObject", "embeddings/a.bin", False)],
)
def test_what_reviewers_may_not_see_is_noted(said, kind, target, external):
    assert said(related(filled(), kind, target, external=external)) == ("advice", ["open.pieces"])


def test_comments_in_the_margin_are_noted(examine):
    comments = f'<w:comments xmlns:w="{papers.W}"><w:comment w:id="1"/></w:comments>'.encode()

    examined = examine(
        added(related(filled(), "comments", "comments.xml", external=False), word__comments_dot_xml=comments)
    )

    assert examined.findings[-1].sentence == "There is a comment in the margin. Reviewers may see it, without a name"


def test_a_few_bytes_after_the_zip_are_forgiven(said):
    assert said(filled() + b"\n" * 1_000) == ("ready", [])
