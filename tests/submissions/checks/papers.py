"""Papers that the tests of the checks hand in: a small edition, its slots, and Word files bent in every way."""

import re
from collections.abc import Callable
from dataclasses import replace

from badges import word
from badges.word import package
from submissions import checks

LEVELS = (("Not yet", "Names no stage."), ("Meets", "Names the stage and says how the team knows."))
GUIDE = word.DocumentSpec(
    edition_slug="l2-practice",
    edition_title="Level 2 Practice",
    term="Fall 2023",
    key="reflection-guide",
    title="Level 2 Practice Reflection Guide",
    intro="Sample questions.",
    program="Sample Program",
    prompts=tuple(
        word.PromptSpec(
            f"L2-RG-Q{number}",
            f"What did you notice about {topic} in the work that you support?",
            hint="Two or three paragraphs.",
            criteria=(word.CriterionSpec(f"Sees {topic}", LEVELS),),
            section=f"About {topic}",
        )
        for number, topic in enumerate(("teams", "stages", "trust"), start=1)
    ),
)
PLAN = replace(
    GUIDE,
    key="growth-plan",
    title="Level 2 Growth Plan",
    prompts=tuple(
        word.PromptSpec(f"L2-GP-Q{number}", f"What is your {thing} for the coming months?")
        for number, thing in enumerate(("aim", "first step"), start=1)
    ),
)
TEMPLATE = word.build(GUIDE, word.Person("Okafor", "Dana"))
LONG = (
    "Our team looked at the data of the last two terms together and saw where families had been left out of it, twice."
)
ANSWERS = {f"L2-RG-Q{number}": f"{LONG}\nAnswer {number}." for number in (1, 2, 3)}
TEXTS = {code: answer.replace("\n", "\n\n") for code, answer in ANSWERS.items()}

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
MAIN, RELS_OF_MAIN = "word/document.xml", "word/_rels/document.xml.rels"


def slot(spec: word.DocumentSpec, short_title: str, *, min_words: int = 3) -> checks.Slot:
    return checks.Slot(
        spec.key,
        spec.title,
        short_title,
        aliases=(spec.title.replace("Level 2", "Level 2 Apprentice"),),
        prompts=tuple(checks.Prompt(prompt.code, prompt.text, min_words) for prompt in spec.prompts),
        printed=spec.printed_lines(),
    )


def expectation(**changes) -> checks.Expectation:
    """Dana's Reflection Guide, under its canonical name."""
    return replace(
        checks.Expectation(
            edition_slug="l2-practice",
            slot=slot(GUIDE, "Reflection Guide"),
            other_slots=(slot(PLAN, "Growth Plan"),),
            last="Okafor",
            first="Dana",
            received_name="Okafor, D | Level 2 Practice Reflection Guide.docx",
        ),
        **changes,
    )


def filled(answers: dict | None = None, **how) -> bytes:
    return word.fill(TEMPLATE, ANSWERS if answers is None else answers, **how)


def altered(content: bytes, change: Callable[[str], str], part: str = MAIN) -> bytes:
    """The file with one part rewritten; `change` must change something."""
    parts = package.unpack(content)
    before = parts[part].decode()
    after = change(before)
    assert after != before, "nothing to alter"
    return package.pack({**parts, part: after.encode()})


def replaced(content: bytes, old: str, new: str, part: str = MAIN) -> bytes:
    return altered(content, lambda text: text.replace(old, new), part)


def added(content: bytes, **parts: bytes) -> bytes:
    """The file with more parts; `__` in a name stands for a slash, `_dot_` for a dot."""
    more = {name.replace("__", "/").replace("_dot_", "."): part for name, part in parts.items()}
    return package.pack({**package.unpack(content), **more})


def pictured(content: bytes, picture: bytes, *, instead="PIC", alt="", kind="png") -> bytes:
    """The file with a picture for the run that says `instead`."""
    ids = f'Id="rId{instead}" Type="{R}/image" Target="media/{instead}.{kind}"'
    linked = replaced(content, "</Relationships>", f"<Relationship {ids}/></Relationships>", RELS_OF_MAIN)
    drawn = (
        f'<w:r><w:drawing xmlns:wp="{DRAWING}/wordprocessingDrawing" xmlns:a="{DRAWING}/main" '
        f'xmlns:pic="{DRAWING}/picture" xmlns:r="{R}"><wp:inline><wp:docPr id="1" name="Picture 1" descr="{alt}"/>'
        f'<a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="rId{instead}"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
    shown = altered(linked, lambda text: re.sub(rf"<w:r>(?:(?!</w:r>).)*>{instead}</w:t></w:r>", drawn, text))
    return package.pack({**package.unpack(shown), f"word/media/{instead}.{kind}": picture})


def related(content: bytes, kind: str, target: str, *, external: bool = True) -> bytes:
    """The file with one more relationship of its main part."""
    mode = ' TargetMode="External"' if external else ""
    link = f'<Relationship Id="rIdX" Type="{R}/{kind}" Target="{target}"{mode}/></Relationships>'
    return replaced(content, "</Relationships>", link, RELS_OF_MAIN)


def written(body: str) -> bytes:
    """A plain Word file with this body, nobody's template."""
    parts = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.document.main+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{RELS}"><Relationship Id="r1" Type="{R}/officeDocument" '
            'Target="word/document.xml"/></Relationships>'
        ),
        MAIN: f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>',
    }
    return package.pack({name: text.encode() for name, text in parts.items()})


def line(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
