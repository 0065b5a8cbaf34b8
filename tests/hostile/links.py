"""What a file may fetch, start or hold: links of every kind, fields, macros, objects; and other files in disguise."""

from functools import partial

from badges.word import package
from tests.hostile.case import RELS, TYPES, base, blocked, damaged, fine, pieces, unsafe, with_body, with_part
from tests.hostile.raw import written
from tests.submissions.checks import papers
from tests.submissions.checks.papers import related, replaced

WEB = "https://evil.example/a"
SHARE = "\\\\evil.example\\share\\a"
OF_FILE = "file:///C:/Users/dana/a"
OFFICE = "application/vnd.openxmlformats-officedocument."
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
VBA = "application/vnd.ms-office.vbaProject"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def linked(kind: str, target: str) -> bytes:
    return related(base(), kind, target)


def linked_in(part: str, kind: str, target: str) -> bytes:
    """A link that hangs on another part than the main one."""
    folder, _, name = part.rpartition("/")
    text = (
        f'<Relationships xmlns="{papers.RELS}"><Relationship Id="r1" Type="{papers.R}/{kind}" '
        f'Target="{target}" TargetMode="External"/></Relationships>'
    )
    return package.pack({**package.unpack(base()), f"{folder}/_rels/{name}.rels".lstrip("/"): text.encode()})


def without_mode(kind: str, target: str) -> bytes:
    """As if the link stayed inside the file."""
    return related(base(), kind, target, external=False)


def simple(instruction: str) -> bytes:
    return with_body(f'<w:p><w:fldSimple w:instr="{instruction}"/></w:p>')


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def said(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve">{text}</w:instrText></w:r>'


def field(*pieces_of_it: str) -> bytes:
    return with_body(f"<w:p>{mark('begin')}{''.join(map(said, pieces_of_it))}{mark('separate')}{mark('end')}</w:p>")


def over_paragraphs() -> bytes:
    return with_body(f"<w:p>{mark('begin')}{said('DDEA')}</w:p><w:p>{said('UTO calc')}{mark('end')}</w:p>")


def nested() -> bytes:
    inner = f"{mark('begin')}{said('DDE excel x')}{mark('end')}"
    return with_body(f"<w:p>{mark('begin')}{said('IF 1 = 1 ')}{inner}{mark('end')}</w:p>")


def left_open() -> bytes:
    """A field that never ends is none."""
    return with_body(f"<w:p>{mark('begin')}{said(' PAGE ')}</w:p>")


def ended_often() -> bytes:
    return with_body(f"<w:p>{mark('end') * 3}{mark('separate')}{said('DDE is a word')}</w:p>")


def in_header() -> bytes:
    text = f'<w:hdr xmlns:w="{papers.W}"><w:p><w:fldSimple w:instr="DDE excel x"/></w:p></w:hdr>'
    return with_part("word/header5.xml", text.encode(), kind="header")


def merged(kind: str, target: str) -> bytes:
    return linked_in("word/settings.xml", kind, target)


def typed(kind: str) -> bytes:
    return replaced(base(), f"{OFFICE}wordprocessingml.document.main+xml", kind, TYPES)


def retyped(change) -> bytes:
    return papers.altered(base(), change, TYPES)


def rerelated(old: str, new: str) -> bytes:
    return replaced(base(), old, new, "_rels/.rels")


def another_main(target: str) -> bytes:
    more = f'<Relationship Id="m2" Type="{papers.R}/officeDocument" Target="{target}"/></Relationships>'
    return replaced(with_part("word/other.xml", b"<a/>"), "</Relationships>", more, "_rels/.rels")


def strict() -> bytes:
    """The same file in the strict namespaces."""
    parts = package.unpack(base())
    for old, new in (
        (
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ),
        (
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        ),
    ):
        parts = {name: data.replace(old, new) for name, data in parts.items()}
    return package.pack(parts)


def without(part: str) -> bytes:
    parts = package.unpack(base())
    del parts[part]
    return package.pack(parts)


def chained(count: int) -> bytes:
    """Parts that lead from one to the next and back to the first."""
    parts = package.unpack(base())
    for number in range(count):
        text = (
            f'<Relationships xmlns="{papers.RELS}"><Relationship Id="r1" Type="{papers.R}/header" '
            f'Target="h{(number + 1) % count}.xml"/></Relationships>'
        )
        parts[f"word/h{number}.xml"] = f'<w:hdr xmlns:w="{papers.W}"/>'.encode()
        parts[f"word/_rels/h{number}.xml.rels"] = text.encode()
    return related(package.pack(parts), "header", "h0.xml", external=False)


def ole(*streams: str) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return head + b"".join(name.encode("utf-16-le").ljust(64, b"\0") for name in streams)


def zipped(**parts: bytes) -> bytes:
    return package.pack({name.replace("__", "/").replace("_dot_", "."): data for name, data in parts.items()})


FETCHED = (
    *(
        blocked(f"{kind} from {target}", partial(linked, kind, target), "open.link")
        for kind in ("oleObject", "aFChunk", "subDocument", "frame", "font", "control", "customXml", "styles")
        for target in (WEB, SHARE)
    ),
    *(
        blocked(f"{kind} from its own computer", partial(linked, kind, OF_FILE), "open.link")
        for kind in ("subDocument", "frame")
    ),
    *(
        blocked(f"a template from {target!r}", partial(linked, "attachedTemplate", target), "open.link")
        for target in (
            "http://evil.example/t.dotm",
            "HTTPS://EVIL.EXAMPLE/T.DOTM",
            " https://evil.example/t.dotm",
            "ht&#9;tps://evil.example/t.dotm",
            "http:\\\\evil.example\\t.dotm",
            "ftp://evil.example/t.dotm",
            "mhtml:http://evil.example/t!x-usc:http://evil.example/t",
            "ms-office:evil",
        )
    ),
    *(
        blocked(f"an object from {target!r}", partial(linked, "oleObject", target), "open.link")
        for target in (
            "//evil/share/a",
            "file://evil/share/a",
            "file:////evil/share/a",
            "file:///\\\\evil\\share\\a",
            "\\\\?\\UNC\\evil\\share\\a",
            "smb://evil/share/a",
            "mhtml:https://evil.example/a!x-usc:https://evil.example/a",
        )
    ),
    blocked("an object that hangs on a header", partial(linked_in, "word/header1.xml", "oleObject", WEB), "open.link"),
    blocked("a frame of the web settings", partial(linked_in, "word/webSettings.xml", "frame", WEB), "open.link"),
    blocked("a template in strict files", lambda: _strict_template(), "open.link"),
    blocked("a template that says it is inside", partial(without_mode, "attachedTemplate", WEB), "open.link"),
    blocked("addresses from the web", partial(merged, "mailMergeSource", WEB), "open.link"),
    blocked("addresses from a share", partial(merged, "recipientData", SHARE), "open.link"),
)
UNTOUCHED = (
    *(
        fine(f"a template from {target!r}", partial(linked, "attachedTemplate", target))
        for target in (
            "file:///C:/Users/dana/Normal.dotm",
            "file:///C:\\Users\\dana\\Normal.dotm",
            "C:\\Templates\\Normal.dot",
            "Normal.dotm",
            "../Templates/Normal.dotm",
            "\\\\school\\share\\Letter.dotx",
            "//school/share/Letter.dotx",
            "file://school/share/Letter.dotx",
            "file:///\\\\school.example\\share\\Letter.dotx",
            "Macintosh HD:Templates:Normal",
            "Data:Templates:Normal.dot",
            "file://localhost/Users/dana/Normal.dotm",
            "file:///Users/dana/Library/Normal.dotm",
        )
    ),
    *(
        fine(f"a click on {target!r}", partial(linked, "hyperlink", target))
        for target in (WEB, "mailto:a@b.example", "file:///C:/a", "javascript:alert(1)", "ms-msdt:/id", "#there", "")
    ),
    fine("an object on its own computer", partial(linked, "oleObject", OF_FILE)),
    fine("addresses on its own computer", partial(merged, "mailMergeSource", OF_FILE)),
    fine("a link that leads nowhere", lambda: related(base(), "footer", "gone.xml", external=False)),
    fine("a link above the file", lambda: related(base(), "footer", "../../../../etc/passwd", external=False)),
    fine("a link to the main part itself", lambda: related(base(), "header", "document.xml", external=False)),
    fine("a hundred parts in a ring", partial(chained, 100)),
    fine("a part of links of a part that is not there", partial(linked_in, "word/gone.xml", "hyperlink", WEB)),
    *(
        fine(f"no {part}", partial(without, part))
        for part in ("word/styles.xml", "word/settings.xml", "docProps/core.xml", "word/numbering.xml")
    ),
)
NOTED = (
    *(pieces(f"{kind} from the web", partial(linked, kind, WEB)) for kind in ("image", "video", "audio")),
    pieces("a picture from a share", partial(linked, "image", SHARE)),
    pieces("an altChunk", partial(with_part, "word/chunk.docx", b"PK\3\4", kind="aFChunk")),
    pieces("an embedded workbook", partial(with_part, "word/embeddings/a.xlsx", b"PK\3\4", kind="package")),
    pieces("an embedded object", partial(with_part, "word/embeddings/a.bin", ole("Ole10Native"), kind="oleObject")),
    pieces("an ActiveX control", partial(with_part, "word/activeX/a.xml", b"<a/>", kind="control")),
    pieces("an add-in", lambda: _add_in()),
    *(
        pieces(f"a field {name}", partial(simple, f"{name} &quot;{WEB}&quot;"))
        for name in ("INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "INCLUDE", "includepicture")
    ),
    pieces("a field split over runs", partial(field, "INCLUDE", "PIC", "TURE", f' "{WEB}"')),
    pieces("a LINK on its own computer", partial(simple, "LINK Excel.Sheet.8 &quot;C:\\\\a.xls&quot; R1C1")),
)
FIELDS = (
    *(
        blocked(f"a field {name}", partial(simple, f"{name} c:\\\\windows\\\\cmd.exe"), "open.link")
        for name in ("DDE", "DDEAUTO", "  ddeauto", "DdE")
    ),
    blocked("DDE split over runs", partial(field, " D", "D", "EAUTO c:\\\\cmd"), "open.link"),
    blocked("DDE split over paragraphs", over_paragraphs, "open.link"),
    blocked("DDE in another field", nested, "open.link"),
    blocked("DDE in a header", in_header, "open.link"),
    blocked("DDE in numbers", partial(simple, "QUOTE 68 68 69 65 85 84 79 32 99"), "open.link"),
    blocked("DDE in quotes", partial(simple, "QUOTE &quot;DDE&quot; &quot;AUTO x&quot;"), "open.link"),
    blocked(
        "LINK to a share", partial(simple, "LINK Excel.Sheet.8 &quot;\\\\\\\\evil\\\\a.xls&quot; R1C1"), "open.link"
    ),
    blocked("LINK to the web", partial(simple, f"LINK Word.Document.8 &quot;{WEB}&quot;"), "open.link"),
    fine("a field that never ends", left_open),
    fine("ends of fields that never began", ended_often),
    fine("a DATE", partial(simple, "DATE \\\\@ &quot;d MMMM&quot;")),
    fine("a word that begins like DDE", partial(simple, "DDEX is no field")),
)


def _strict_template() -> bytes:
    kind = "http://purl.oclc.org/ooxml/officeDocument/relationships/attachedTemplate"
    link = f'<Relationship Id="t" Type="{kind}" Target="{WEB}" TargetMode="External"/></Relationships>'
    return replaced(strict(), "</Relationships>", link, RELS)


def _add_in() -> bytes:
    kind = "http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes"
    link = f'<Relationship Id="a" Type="{kind}" Target="word/webextensions/taskpanes.xml"/></Relationships>'
    return replaced(with_part("word/webextensions/taskpanes.xml", b"<a/>"), "</Relationships>", link, "_rels/.rels")


MACRO = (
    blocked("macros under their own name", partial(with_part, "word/vbaProject.bin", b"\0"), "open.macro"),
    blocked("macros in another folder", partial(with_part, "custom/VBAPROJECT.BIN", b"\0"), "open.macro"),
    blocked(
        "macros under another name", partial(with_part, "word/media/a.png", b"\0", kind="vbaProject"), "open.macro"
    ),
    blocked("macros by their type", partial(with_part, "word/a.bin", b"\0", content_type=VBA), "open.macro"),
    blocked(
        "macros by their type in capitals",
        partial(with_part, "word/a.bin", b"\0", content_type=VBA.upper()),
        "open.macro",
    ),
    *(
        blocked(f"a main part of the type {kind}", partial(typed, kind), "open.macro")
        for kind in (
            MACROS,
            MACROS.upper(),
            "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
        )
    ),
    blocked("a template in disguise", partial(typed, f"{OFFICE}wordprocessingml.template.main+xml"), "type.dotx"),
)
MAIN_PARTS = (
    blocked("a workbook in disguise", partial(typed, f"{OFFICE}spreadsheetml.sheet.main+xml"), "type.excel"),
    blocked(
        "a workbook with macros in disguise",
        partial(typed, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        "type.excel",
    ),
    blocked("slides in disguise", partial(typed, f"{OFFICE}presentationml.presentation.main+xml"), "type.powerpoint"),
    damaged("a main part of no known type", partial(typed, "application/xml")),
    damaged("a main part that is not there", partial(rerelated, "word/document.xml", "word/gone.xml")),
    damaged(
        "a main part on another computer",
        lambda: rerelated('Target="word/document.xml"', f'Target="{WEB}" TargetMode="External"'),
    ),
    damaged("a main part that is the list of types", partial(rerelated, "word/document.xml", TYPES)),
    damaged("no links at all", partial(without, "_rels/.rels")),
    unsafe("two main parts", partial(another_main, "word/other.xml"), "two main parts"),
    fine("one main part named twice", partial(another_main, "/word/document.xml")),
    fine("a main part named from the root", partial(rerelated, '"word/document.xml"', '"/word/document.xml"')),
    fine("a main part named by a detour", partial(rerelated, '"word/document.xml"', '"./word/../word/document.xml"')),
    fine("a main part named in capitals", partial(rerelated, '"word/document.xml"', '"WORD/Document.XML"')),
    fine("types in capitals", lambda: retyped(lambda text: text.replace("/word/document.xml", "/WORD/DOCUMENT.XML"))),
    fine("the type of the main part in capitals", partial(typed, f"{OFFICE}wordprocessingml.DOCUMENT.main+xml")),
    fine("strict", strict),
)
DISGUISES = (
    blocked("a PDF with a Word file behind it", lambda: PDF + base(), "type.pdf"),
    blocked("a web page with a Word file behind it", lambda: b"<html><body>hi</body></html>" + base(), "type.html"),
    blocked("a photo with a Word file behind it", lambda: b"\xff\xd8\xff\xe0" + bytes(60) + base(), "type.image"),
    blocked("a program with a Word file behind it", lambda: b"MZ\x90\0" + bytes(60) + base(), "type.program"),
    fine("a Word file with a PDF behind it", lambda: base() + PDF),
    blocked("a locked file", partial(ole, "EncryptionInfo", "EncryptedPackage"), "open.password"),
    blocked("an older Word file", partial(ole, "WordDocument"), "type.doc"),
    blocked("an older workbook", partial(ole, "Workbook"), "type.excel"),
    blocked("a container of nothing known", partial(ole, "Package"), "type.office"),
    blocked("an OpenDocument text", partial(zipped, mimetype=b"application/vnd.oasis.opendocument.text"), "type.odt"),
    blocked("a Pages document", partial(zipped, Index__Document_dot_iwa=b"\0"), "type.pages"),
    blocked("packed files", partial(zipped, a_dot_txt=b"hello"), "type.zip"),
    blocked("an archive of Java", partial(zipped, META_INF__MANIFEST_dot_MF=b"x"), "type.zip"),
    damaged("a Word file without types", partial(without, TYPES)),
    damaged("a zip of nothing", lambda: b"PK\3\4" + bytes(40)),
    damaged("an empty zip", lambda: written([])),
)
CASES = (*FETCHED, *UNTOUCHED, *NOTED, *FIELDS, *MACRO, *MAIN_PARTS, *DISGUISES)
