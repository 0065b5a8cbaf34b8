"""A Word file that says in every place we know of who wrote it: each place with a canary of its own."""

import struct
import zlib

from badges.word import package
from tests.submissions.checks import papers
from tests.submissions.checks.papers import R, W

CT = "application/vnd.openxmlformats-officedocument"
OFFICE = "http://schemas.openxmlformats.org"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
NAMESPACES = {
    "w": W,
    "r": R,
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
    "w16du": "http://schemas.microsoft.com/office/word/2023/wordml/word16du",
    "wp": f"{OFFICE}/drawingml/2006/wordprocessingDrawing",
    "wp14": "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing",
    "a": f"{OFFICE}/drawingml/2006/main",
    "pic": f"{OFFICE}/drawingml/2006/picture",
    "c": f"{OFFICE}/drawingml/2006/chart",
    "mc": f"{OFFICE}/markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:some-program",
}
SPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


def canary(place: str) -> str:
    return f"Canary{place.title().replace(' ', '')}"


# Pictures ------------------------------------------------------------------------------------------------------------
def jpeg() -> bytes:
    def segment(marker: int, content: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content

    jfif = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    return b"".join(
        [
            b"\xff\xd8",
            segment(0xE0, jfif),
            segment(0xE1, b"Exif\0\0" + canary("exif").encode()),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + canary("xmp").encode()),
            segment(0xE2, b"ICC_PROFILE\0\x01\x01" + canary("jpeg profile").encode()),
            segment(0xED, b"Photoshop 3.0\0" + canary("iptc").encode()),
            segment(0xFE, canary("jpeg comment").encode()),
            segment(0xDB, b"\0" + bytes(range(1, 65))),
            segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0"),
            segment(0xDA, b"\x01\x01\0\0\x3f\0"),
            b"coded\xff\x00data\xff\xd0more",
            segment(0xFE, canary("late comment").encode()),
            b"\xff\xd9",
            canary("after the jpeg").encode(),
        ]
    )


def png() -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    return b"".join(
        [
            PNG_HEAD,
            chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
            chunk(b"tEXt", b"Author\0" + canary("png text").encode()),
            chunk(b"iTXt", b"Author\0\0\0\0\0" + canary("png international text").encode()),
            chunk(b"eXIf", canary("png exif").encode()),
            chunk(b"tIME", b"\x07\xe7\x0b\x1e\x01\x01\x01"),
            chunk(b"IDAT", zlib.compress(b"\0\x7f")),
            chunk(b"IEND", b""),
            canary("after the png").encode(),
        ]
    )


def gif() -> bytes:
    def blocks(*contents: bytes) -> bytes:
        return b"".join(bytes([len(one)]) + one for one in contents) + b"\0"

    return b"".join(
        [
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff",
            b"\x21\xff" + blocks(b"NETSCAPE2.0", b"\x01\0\0"),
            b"\x21\xfe" + blocks(canary("gif comment").encode()),
            b"\x21\xff" + blocks(b"XMP DataXMP", canary("gif xmp").encode()),
            b"\x2c\0\0\0\0\x01\0\x01\0\0\x02" + blocks(b"\x44\x01"),
            b"\x3b" + canary("after the gif").encode(),
        ]
    )


def tiff() -> bytes:
    artist = canary("tiff artist").encode() + b"\0"
    entries = [(256, 3, 1, 1), (257, 3, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    end = 8 + 2 + 12 * 9 + 4
    entries += [(273, 4, 1, end + len(artist)), (277, 3, 1, 1), (279, 4, 1, 1), (315, 2, len(artist), end)]
    table = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", 9) + table + b"\0\0\0\0" + artist + b"\x7f"


def emf() -> bytes:
    said = canary("emf description").encode("utf-16-le")
    comment = struct.pack("<III", 70, 12 + 24, 24) + canary("emf comment").encode().ljust(24, b"\0")
    head = struct.pack("<II", 1, 100 + len(said)) + bytes(32) + b" EMF" + bytes(16)
    head += struct.pack("<II", len(said) // 2, 100)
    return head.ljust(100, b"\0") + said + comment + struct.pack("<IIIII", 14, 20, 0, 0, 20)


# The file ------------------------------------------------------------------------------------------------------------
def document() -> str:
    """The main part: what a reader sees is the paper's own text; everything else is a canary."""
    author = f'w:id="1" w:author="{canary("change author")}" w:date="2023-11-30T09:00:00Z"'
    return f"""<?xml version="1.0"?><!-- {canary("xml comment")} --><?program {canary("instruction")}?>
<w:document {SPACES} mc:Ignorable="w14 w15 w16du wp14"><w:body>
<w:p w:rsidR="{canary("rsid")}" w14:paraId="{canary("paragraph id")}" x:secret="{canary("foreign attribute")}">
<w:pPr><w:divId w:val="1"/><w:rPr><w:ins {author} w16du:dateUtc="{canary("utc date")}"/></w:rPr></w:pPr>
<w:r><w:t xml:space="preserve">Last name, first</w:t></w:r><w:r><w:t> name: Okafor, </w:t></w:r><w:r>
<w:t>Dana</w:t></w:r></w:p>
<w:p><w:ins {author}><w:r><w:t>Inserted.</w:t></w:r></w:ins><w:del {author}><w:r><w:delText>Gone.</w:delText>
</w:r></w:del>
<w:commentRangeStart w:id="0"/><w:r><w:t xml:space="preserve"> &lt;Commented&gt; &amp; kept.</w:t></w:r>
<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/><w:footnoteReference w:id="2"/></w:r></w:p>
<w:permStart w:id="3" w:ed="{canary("editor")}"/><w:permEnd w:id="3"/>
<w:p><w:r><w:t>A link: </w:t></w:r><w:hyperlink r:id="far"><w:r><w:t>written to be followed</w:t></w:r></w:hyperlink>
<w:hyperlink r:id="disk"><w:r><w:t>, a place on a disk</w:t></w:r></w:hyperlink></w:p>
<w:p><w:r><w:fldChar w:fldCharType="begin"><w:fldData>{canary("field data")}</w:fldData></w:fldChar></w:r>
<w:r><w:instrText>INCLUDE</w:instrText></w:r><w:r>
<w:instrText>TEXT "C:\\\\{canary("included text")}"</w:instrText></w:r>
<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Included.</w:t></w:r><w:r>
<w:fldChar w:fldCharType="end"/></w:r></w:p>
<w:p><w:fldSimple w:instr=" DOCPROPERTY {canary("property field")} "><w:r><w:t>Shown.</w:t></w:r></w:fldSimple>
<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>
<w:p><w:r><w:drawing><wp:inline wp14:anchorId="{canary("anchor")}"><wp:extent cx="9525" cy="9525"/>
<wp:docPr id="7" name="{canary("shape name")}" descr="A tree"/><a:graphic><a:graphicData uri="{NAMESPACES["pic"]}">
<pic:pic><pic:nvPicPr><pic:cNvPr id="0" name="{canary("picture name")}.jpg" descr="C:\\{canary("picture path")}"/>
<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="jpeg" r:link="remote"/><a:stretch/></pic:blipFill>
<pic:spPr/>
</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>
<w:r><w:pict><v:shape id="s1" o:gfxdata="{canary("vml data")}" alt="A hill">
<v:imagedata r:id="png" o:title="{canary("vml title")}"
 src="file:///C:/{canary("vml source")}"/><o:signatureline o:suggestedsigner="{canary("signer")}"/></v:shape>
</w:pict></w:r>
<w:r><w:pict><v:shape id="s2"><v:imagedata r:id="gif"/></v:shape><v:shape id="s3"><v:imagedata r:id="tiff"/></v:shape>
<v:shape id="s4"><v:imagedata r:id="emf"/></v:shape></w:pict></w:r>
<w:r><w:object><v:shape id="s5"/><o:OLEObject Type="Embed" ProgID="Excel" ShapeID="s5" r:id="object"/>
</w:object></w:r></w:p>
<w:sdt><w:sdtPr><w:tag w:val="answer:L2-RG-Q1"/><w:dataBinding w:xpath="{canary("binding")}"/></w:sdtPr>
<w:sdtContent><w:p><w:r><w:t>My answer.</w:t></w:r></w:p></w:sdtContent></w:sdt>
<w:smartTag w:uri="urn:x" w:element="PersonName"><w:smartTagPr>
<w:attr w:name="n" w:val="{canary("smart tag")}"/></w:smartTagPr>
</w:smartTag><w:altChunk r:id="chunk"/><w:p><x:note>{canary("foreign text")}</x:note></w:p>
<w:sectPr w:rsidSect="{canary("section id")}"><w:headerReference w:type="default" r:id="header"/>
<w:printerSettings r:id="printer"/>
</w:sectPr></w:body></w:document>"""


def part(root: str, inside: str) -> bytes:
    return f"<{root} {SPACES}>{inside}</{root}>".encode()


def relations(*lines: tuple[str, str, str]) -> bytes:
    """Id, last word of the type, target; a target with a colon lies outside."""
    outside = ' TargetMode="External"'
    written = "".join(
        f'<Relationship Id="{id_}" Type="{kind if ":" in kind else f"{R}/{kind}"}" Target="{target}"'
        f"{outside if ':' in target else ''}/>"
        for id_, kind, target in lines
    )
    return f'<Relationships xmlns="{papers.RELS}">{written}</Relationships>'.encode()


def parts() -> dict[str, bytes]:
    types = {
        "word/document.xml": f"{CT}.wordprocessingml.document.main+xml",
        "word/settings.xml": f"{CT}.wordprocessingml.settings+xml",
        "word/styles.xml": f"{CT}.wordprocessingml.styles+xml",
        "word/comments.xml": f"{CT}.wordprocessingml.comments+xml",
        "word/footnotes.xml": f"{CT}.wordprocessingml.footnotes+xml",
        "word/CanaryPartName.xml": f"{CT}.wordprocessingml.header+xml",
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "docProps/app.xml": f"{CT}.extended-properties+xml",
        "docProps/custom.xml": f"{CT}.custom-properties+xml",
    }
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in types.items())
    defaults = "".join(
        f'<Default Extension="{ending}" ContentType="{kind}"/>'
        for ending, kind in (
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("xml", "application/xml"),
            ("bin", f"application/{canary('content type')}"),
            *((each, f"image/{each}") for each in ("jpeg", "png", "gif", "tiff", "emf")),
        )
    )
    markup = "http://schemas.openxmlformats.org/package/2006"
    return {
        "[Content_Types].xml": f'<Types xmlns="{markup}/content-types">{defaults}{overrides}</Types>'.encode(),
        "_rels/.rels": relations(
            ("main", "officeDocument", "word/document.xml"),
            ("core", f"{markup}/relationships/metadata/core-properties", "docProps/core.xml"),
            ("app", "extended-properties", "docProps/app.xml"),
            ("custom", "custom-properties", "docProps/custom.xml"),
            ("small", f"{markup}/relationships/metadata/thumbnail", "docProps/thumbnail.jpeg"),
        ),
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{markup}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{canary('title')}</dc:title><dc:subject>{canary('subject')}</dc:subject>"
        f"<dc:creator>{canary('creator')}</dc:creator><cp:keywords>{canary('keywords')}</cp:keywords>"
        f"<cp:lastModifiedBy>{canary('last modified by')}</cp:lastModifiedBy></cp:coreProperties>".encode(),
        "docProps/app.xml": f'<Properties xmlns="{OFFICE}/officeDocument/2006/extended-properties">'
        f"<Template>{canary('template')}</Template><Manager>{canary('manager')}</Manager>"
        f"<Company>{canary('company')}</Company></Properties>".encode(),
        "docProps/custom.xml": f'<Properties xmlns="{OFFICE}/officeDocument/2006/custom-properties" '
        f'xmlns:vt="{OFFICE}/officeDocument/2006/docPropsVTypes">'
        f'<property fmtid="f" pid="2" name="Owner"><vt:lpwstr>{canary("custom property")}</vt:lpwstr></property>'
        '<property fmtid="f" pid="3" name="Microcred edition"><vt:lpwstr>l2-practice</vt:lpwstr></property>'
        "</Properties>".encode(),
        "docProps/thumbnail.jpeg": canary("thumbnail").encode(),
        "word/document.xml": document().encode(),
        "word/_rels/document.xml.rels": relations(
            ("settings", "settings", "settings.xml"),
            ("styles", "styles", "styles.xml"),
            ("comments", "comments", "comments.xml"),
            ("footnotes", "footnotes", "footnotes.xml"),
            ("header", "header", "CanaryPartName.xml"),
            ("people", "http://schemas.microsoft.com/office/2011/relationships/people", "people.xml"),
            ("data", "customXml", "../customXml/item1.xml"),
            ("printer", "printerSettings", "printer.bin"),
            ("object", "oleObject", "embeddings/object.bin"),
            ("chunk", "aFChunk", "chunk.bin"),
            ("glossary", "glossaryDocument", "glossary.xml"),
            ("far", "hyperlink", "https://example.org/a?b&amp;c"),
            ("disk", "hyperlink", f"file:///C:/Users/{canary('linked file')}"),
            ("remote", "image", f"https://example.org/{canary('remote picture')}"),
            *(
                (each, "image", f"media/Canary{each.title()}Name.{each}")
                for each in ("jpeg", "png", "gif", "tiff", "emf")
            ),
        ),
        "word/settings.xml": part(
            "w:settings",
            f'<w:writeProtection w:hash="{canary("password hash")}"/><w:zoom w:percent="100"/>'
            '<w:attachedTemplate r:id="template"/>'
            f'<w:mailMerge><w:query w:val="{canary("mail merge")}"/></w:mailMerge>'
            f'<w:documentProtection w:hash="{canary("protection")}"/>'
            f'<w:rsids><w:rsid w:val="{canary("revision ids")}"/></w:rsids>'
            f'<w:docVars><w:docVar w:name="a" w:val="{canary("document variable")}"/></w:docVars>'
            f'<w15:docId w15:val="{canary("document id")}"/>',
        ),
        "word/_rels/settings.xml.rels": relations(
            ("template", "attachedTemplate", f"file:///C:/{canary('attached template')}.dotx")
        ),
        "word/styles.xml": part(
            "w:styles", f'<w:style w:styleId="A"><w:name w:val="A"/><w:rsid w:val="{canary("style id")}"/></w:style>'
        ),
        "word/comments.xml": part(
            "w:comments",
            f'<w:comment w:id="0" w:author="{canary("comment author")}" w:initials="{canary("initials")}" '
            'w:date="2023-11-30T09:00:00Z"><w:p><w:r><w:t>Say more.</w:t></w:r></w:p></w:comment>'
            '<w:comment w:id="1" w:author="Dana Okafor" w:initials="DO"><w:p/></w:comment>'
            f'<w:comment w:id="2" w:author="{canary("last modified by")}" w:initials="c"><w:p/></w:comment>',
        ),
        "word/footnotes.xml": part(
            "w:footnotes", '<w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote>'
        ),
        "word/CanaryPartName.xml": part(
            "w:hdr",
            "<w:p><w:r><w:t>Dana </w:t></w:r><w:r><w:t>Okafor, page</w:t></w:r></w:p><w:p><w:fldSimple "
            f'w:instr=" FILENAME "><w:r><w:t>{canary("file name field")}</w:t></w:r></w:fldSimple></w:p>',
        ),
        "word/people.xml": part("w15:people", f'<w15:person w15:author="{canary("people")}"/>'),
        "customXml/item1.xml": f"<data>{canary('data part')}</data>".encode(),
        "word/glossary.xml": part("w:glossaryDocument", f"<w:p><w:r><w:t>{canary('glossary')}</w:t></w:r></w:p>"),
        "word/printer.bin": canary("printer").encode(),
        "word/embeddings/object.bin": canary("embedded object").encode(),
        "word/chunk.bin": canary("chunk").encode(),
        "word/unlinked.bin": canary("part that nothing links to").encode(),
        **{
            f"word/media/Canary{kind.title()}Name.{kind}": make()
            for kind, make in (("jpeg", jpeg), ("png", png), ("gif", gif), ("tiff", tiff), ("emf", emf))
        },
    }


def paper() -> bytes:
    return package.pack(parts())
