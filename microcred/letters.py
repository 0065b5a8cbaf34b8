"""Letters: Markdown with `{{ placeholders }}`, composed into a subject, plain text and HTML of equal content.

Placeholders are looked up in a plain mapping and nothing else, so a letter that an admin wrote can reach no other data.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import nh3
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from microcred.verdict import Refused

PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
LINK = re.compile(r"\[([^\]]+)\]\((\S+?)\)")
TAGS = {"p", "a", "strong", "em", "ul", "ol", "li", "br", "h2", "h3", "blockquote", "code", "hr"}
MARKS = r"([\\`*_{}\[\]()#+\-.!|<>~])"
LONGEST_SUBJECT = 200
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False})


class Markdown(str):
    """A value that is Markdown already: a list, a link. Any other value stands in a letter as it was typed."""

    __slots__ = ()


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def compose(subject: str, body: str, values: Mapping[str, object], *, footer: str = "") -> Letter:
    """The letter with its placeholders filled in; `footer` says why the reader got it.

    Raises: Refused, naming the placeholder that has no value: no letter leaves with a hole in it.
    """
    source = fill(body, values, quote=quoted)
    return Letter(
        subject=_one_line(fill(subject, values)),
        text=as_text(source) + (f"\n\n--\n{footer}\n" if footer else "\n"),
        html=render_to_string("mail/base.html", {"body": as_html(source), "footer": footer}),
    )


def _one_line(subject: str) -> str:
    line = " ".join(subject.split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 3]}…"


def fill(source: str, values: Mapping[str, object], *, quote: Callable[[str], str] = str) -> str:
    """`source` with every placeholder replaced. Raises: Refused, when one is unknown or empty."""

    def value(found: re.Match) -> str:
        name = found[1]
        filled = values.get(name, "")
        if isinstance(filled, Markdown) and filled.strip():
            return filled
        if not str(filled).strip():
            raise Refused(f"The letter cannot be written: “{name.replace('_', ' ')}” has no value.")
        return quote(str(filled).strip())

    return PLACEHOLDER.sub(value, source).strip()


def placeholders(source: str) -> set[str]:
    return set(PLACEHOLDER.findall(source))


def as_html(source: str) -> SafeString:
    """Safe HTML of Markdown: raw HTML in it is shown as text, links that would run code are none."""
    return mark_safe(_markdown.render(source))  # noqa: S308


def body_of(html: str) -> SafeString:
    """What stands in the middle of a letter's HTML, without frame and style, to be shown on a page of ours."""
    body = re.search(r"<main>(.*)</main>", html, re.DOTALL)
    return mark_safe(nh3.clean(body[1] if body else "", tags=TAGS, link_rel=None))  # noqa: S308


def as_text(source: str) -> str:
    """Markdown as plain text: links with their address, marks off."""
    return re.sub(rf"\\{MARKS}", r"\1", LINK.sub(r"\1: \2", source).replace("**", "").replace("\\\n", "\n"))


def quoted(words: str) -> str:
    """What a person wrote, as Markdown that shows exactly those signs."""
    return re.sub(MARKS, r"\\\1", words)
