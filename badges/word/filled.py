"""A template as somebody filled it in: for the demo term and for tests."""

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from badges import markers
from badges.word.package import pack, unpack

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CP = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_MAIN, _CORE = "word/document.xml", "docProps/core.xml"
_BULLET = "- "


def fill(
    template: bytes,
    answers: Mapping[str, str | Sequence[str]],
    *,
    lose_tags: bool = False,
    author: str = "",
) -> bytes:
    """The template with `answers` (prompt code → text, or its paragraphs) typed into their boxes.

    A paragraph that begins with "- " becomes a bullet. `lose_tags` imitates a word processor that drops content
    controls and keeps what is in them, as LibreOffice 7.4 and Google Docs do.
    """
    parts = unpack(template)
    body = etree.fromstring(parts[_MAIN])
    for control in list(body.iter(f"{_W}sdt")):
        code = markers.code_of_tag(control.find(f"{_W}sdtPr/{_W}tag").get(f"{_W}val"))
        if answers.get(code):
            _type(control, _lines(answers[code]))
        if lose_tags:
            _unwrap(control)
    parts[_MAIN] = etree.tostring(body, xml_declaration=True, encoding="UTF-8", standalone=True)
    if author:
        parts[_CORE] = _signed(parts[_CORE], author)
    return pack(parts)


def _lines(answer: str | Sequence[str]) -> list[str]:
    lines = answer.split("\n") if isinstance(answer, str) else answer
    return [line for line in lines if line.strip()]


def _type(control: Any, lines: list[str]) -> None:
    """Put the lines where the placeholder stood; the bookmark goes around them."""
    content = control.find(f"{_W}sdtContent")
    started, ended = content.find(f".//{_W}bookmarkStart"), content.find(f".//{_W}bookmarkEnd")
    for old in list(content):
        content.remove(old)
    content.extend(_paragraph(line) for line in lines)
    content[0].insert(1, started)
    content[-1].append(ended)
    showing = control.find(f"{_W}sdtPr/{_W}showingPlcHdr")
    showing.getparent().remove(showing)


def _paragraph(line: str) -> Any:
    paragraph = etree.Element(f"{_W}p")
    properties = etree.SubElement(paragraph, f"{_W}pPr")
    style = "ListBullet" if line.startswith(_BULLET) else "Answer"
    etree.SubElement(properties, f"{_W}pStyle").set(f"{_W}val", style)
    text = etree.SubElement(etree.SubElement(paragraph, f"{_W}r"), f"{_W}t")
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    text.text = line.removeprefix(_BULLET)
    return paragraph


def _unwrap(control: Any) -> None:
    for child in list(control.find(f"{_W}sdtContent")):
        control.addprevious(child)
    control.getparent().remove(control)


def _signed(core: bytes, author: str) -> bytes:
    root = etree.fromstring(core)
    for name in (f"{_DC}creator", f"{_CP}lastModifiedBy"):
        found = root.find(name)
        (etree.SubElement(root, name) if found is None else found).text = author
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
