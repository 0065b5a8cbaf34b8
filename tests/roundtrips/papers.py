"""The three documents of the demo edition, filled in as people do: rich answers, and what has to come back of them."""

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from badges import editions, word
from badges.word.package import pack, unpack
from submissions import checks

LIBRARY = Path(__file__).parents[2] / "badges" / "library"
EDITION = editions.read(LIBRARY / "l2-practice")
KEYS = tuple(document["key"] for document in EDITION["documents"])
DANA = word.Person("Okafor", "Dana")
PICTURE = "[Picture]"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELS = "word/_rels/document.xml.rels"
_IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000200000002080000000057dd52f8"
    "0000000e4944415478da63686860686800000606020131a91ea10000000049454e"
    "44ae426082"
)


# What the edition asks for --------------------------------------------------------------------------------------
def spec(key: str, edition: dict = EDITION) -> word.DocumentSpec:
    """A document of the edition as its template prints it: what `badges.specs` makes from rows, here from files."""
    document = next(one for one in edition["documents"] if one["key"] == key)
    return word.DocumentSpec(
        edition_slug=edition["slug"],
        edition_title=edition["badge"]["name"],
        term=edition["term"],
        key=key,
        title=document["title"],
        intro=document["intro"],
        prompts=tuple(_prompt(prompt) for prompt in document["prompts"]),
        criteria=_criteria(document.get("criteria", ())),
        program=edition["program"]["name"],
        language=edition["language"],
    )


def _prompt(prompt: dict) -> word.PromptSpec:
    said = {name: prompt[name] for name in ("code", "text", "hint", "section")}
    return word.PromptSpec(**said, criteria=_criteria(prompt["criteria"]))


def _criteria(rows) -> tuple[word.CriterionSpec, ...]:
    return tuple(
        word.CriterionSpec(row["title"], tuple((level["label"], level["text"]) for level in row["levels"]))
        for row in rows
    )


def slot(key: str) -> checks.Slot:
    document = next(one for one in EDITION["documents"] if one["key"] == key)
    return checks.Slot(
        key=key,
        title=document["title"],
        short_title=document["short_title"],
        aliases=tuple(document["aliases"]),
        prompts=tuple(
            checks.Prompt(one["code"], one["text"], one["min_words"], one["section"]) for one in document["prompts"]
        ),
        printed=spec(key).printed_lines(),
    )


def expectation(key: str, **changes) -> checks.Expectation:
    expected = checks.Expectation(
        edition_slug=EDITION["slug"],
        slot=slot(key),
        other_slots=tuple(slot(other) for other in KEYS if other != key),
        last=DANA.last,
        first=DANA.first,
        received_name=f"Okafor, D - {spec(key).title}.docx",
    )
    return replace(expected, **changes)


def codes(key: str) -> list[str]:
    return [prompt.code for prompt in spec(key).prompts]


def template(key: str, person: word.Person | None = DANA) -> bytes:
    return word.build(spec(key), person)


# What somebody writes: WordprocessingML, and the words a reader sees -----------------------------------------------
def run(text: str, form: str = "") -> str:
    properties = f"<w:rPr>{form}</w:rPr>" if form else ""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<w:r>{properties}<w:t xml:space="preserve">{escaped}</w:t></w:r>'


def paragraph(*runs: str, style: str = "Answer") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{"".join(runs)}</w:p>'


def _table(rows: list[tuple[str, ...]]) -> str:
    edges = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH"))
    grid = '<w:gridCol w:w="3000"/>' * len(rows[0])
    cells = (
        "".join(f'<w:tc><w:tcPr><w:tcW w:w="3000" w:type="dxa"/></w:tcPr>{paragraph(run(text))}</w:tc>' for text in row)
        for row in rows
    )
    body = "".join(f"<w:tr>{row}</w:tr>" for row in cells)
    return f"<w:tbl><w:tblPr><w:tblBorders>{edges}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


_DRAWN = (
    '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
    '<wp:extent cx="914400" cy="914400"/><wp:docPr id="900" name="Picture 900" descr="{alt}"/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:nvPicPr><pic:cNvPr id="900" name="wall.png" descr="{alt}"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'r:embed="rIdWall"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="914400" cy="914400"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
    "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)

# Each kind of answer: what is typed, and the words that have to come back.
_ROWS = [("Stage", "Where we are"), ("Exploration", "done in May"), ("Installation", "since “June”")]
_LONG = [
    f"Week {week}: our team met, looked at the data of {week * 3} families, and asked what we would do differently."
    for week in range(1, 167)  # 3,000 words
]
_SCRIPTS = "Žofie říká: 実施の段階 и Обучение; תודה; شكرا; ñandú; naïve; 😀 ½ € ﬁn."
_QUOTED = "“Curly” and \"straight\", ‘single’ and 'plain' — en – dash, hy-phen, [brackets] (round) {curly}."
_SIGNS = "a < b & c > d; 50 % of $5 * 2 = x_y_z; #1 @home ~ \\ | / ^ `code`; see 1. and 2) too…"
_THREE = ("time", "trust, above all", "a plan")
_SAMPLES = {
    "several paragraphs": (
        paragraph(run("We met every week.")) + paragraph() + paragraph(run("Then every month; that was enough.")),
        "We met every week. Then every month; that was enough.",
    ),
    "bullets and bold": (
        paragraph(run("Three things "), run("mattered", "<w:b/>"), run(" to us:"))
        + "".join(paragraph(run(text), style="ListBullet") for text in _THREE)
        + paragraph(run("and "), run("one", "<w:i/>"), run(" did not.")),
        f"Three things mattered to us: {' '.join(_THREE)} and one did not.",
    ),
    "a table": (
        paragraph(run("Where we stand:")) + _table(_ROWS) + paragraph(run("That is all.")),
        f"Where we stand: {' '.join(' '.join(row) for row in _ROWS)} That is all.",
    ),
    "a picture": (
        paragraph(run("Our wall of notes:")) + paragraph(_DRAWN.format(alt="Our notes")) + paragraph(run("Done.")),
        f"Our wall of notes: {PICTURE} Done.",
    ),
    "other scripts": (
        paragraph(run(_SCRIPTS)) + paragraph(run("Nguyễn Thị Minh Khai đã giúp chúng tôi.")),
        f"{_SCRIPTS} Nguyễn Thị Minh Khai đã giúp chúng tôi.",
    ),
    "quotes, brackets and dashes": (paragraph(run(_QUOTED)) + paragraph(run(_SIGNS)), f"{_QUOTED} {_SIGNS}"),
    "three thousand words": ("".join(paragraph(run(text)) for text in _LONG), " ".join(_LONG)),
    "one word": (paragraph(run("Meets")), "Meets"),
    "one line": (
        paragraph(run("We work in Installation; last year it was Exploration.")),
        "We work in Installation; last year it was Exploration.",
    ),
}
KINDS = tuple(_SAMPLES)


def kinds_for(key: str) -> dict[str, str]:
    """Which kind of answer stands under which code: each somewhere, in another order for every document."""
    shift = KEYS.index(key) * 4
    return {code: KINDS[(place + shift) % len(KINDS)] for place, code in enumerate(codes(key))}


def expected(key: str) -> dict[str, str]:
    return {code: _SAMPLES[kind][1] for code, kind in kinds_for(key).items()}


def filled(key: str) -> bytes:
    """The template with a rich answer in every box."""
    parts = unpack(word.fill(template(key), {code: f"ANSWER {code}" for code in codes(key)}))
    body = parts["word/document.xml"].decode()
    for code, kind in kinds_for(key).items():
        body = re.sub(
            rf"<w:p>(?:(?!<w:p>).)*?ANSWER {code}</w:t></w:r>(<w:bookmarkEnd[^>]*/>)</w:p>",
            lambda found, typed=_SAMPLES[kind][0]: _with_bookmark(found[0], typed),
            body,
            flags=re.S,
        )
    assert "ANSWER " not in body
    relations = parts[_RELS].decode()
    picture = f'<Relationship Id="rIdWall" Type="{_IMAGE}" Target="media/wall.png"/></Relationships>'
    types = parts["[Content_Types].xml"].decode()
    png = '<Default Extension="png" ContentType="image/png"/><Override'
    return pack(
        {
            **parts,
            "word/document.xml": body.encode(),
            "word/media/wall.png": _PNG,
            _RELS: relations.replace("</Relationships>", picture).encode(),
            "[Content_Types].xml": types.replace("<Override", png, 1).encode(),
        }
    )


def _with_bookmark(printed: str, typed: str) -> str:
    """The typed paragraphs with the bookmark of the box where Word keeps it: around the first one's text."""
    started, ended = re.search(r"<w:bookmarkStart[^>]*/>", printed)[0], re.search(r"<w:bookmarkEnd[^>]*/>", printed)[0]
    return typed.replace("</w:pPr>", f"</w:pPr>{started}{ended}", 1)


# What came back ----------------------------------------------------------------------------------------------------
_PICTURES = re.compile(r"\[Picture[^\]]*\]")


def seen(text: str) -> str:
    """The text as a reader sees it.

    Spaces, tabs, line and paragraph ends are one space, and the description of a picture is left out: how wide a gap
    is, and whether a picture is described, is the program's to write; every letter and sign is the person's.
    """
    return " ".join(_PICTURES.sub(PICTURE, text).split())


def look(content: bytes, key: str, **changes) -> SimpleNamespace:
    """What the check says of these bytes: answers as seen by code, verdict, and codes that speak against them."""
    with tempfile.NamedTemporaryFile(suffix=".docx") as file:
        file.write(content)
        file.flush()
        examined = checks.examine_here(file.name, expectation(key, **changes))
    return SimpleNamespace(
        answers={answer.code: seen(answer.text) for answer in examined.answers},
        found_by={answer.code: answer.found_by for answer in examined.answers},
        said=[finding.code for finding in examined.findings if finding.level != "ok"],
        verdict=examined.verdict,
        kind=examined.kind,
        outside=examined.outside,
        examined=examined,
    )
