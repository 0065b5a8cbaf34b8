"""Letters: Markdown with `{{ placeholders }}`, composed into a subject, plain text and HTML of equal content.

Placeholders are looked up in a plain mapping and nothing else, so a letter that an admin wrote can reach no other data.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import nh3
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from markdown_it.token import Token

from microcred.plain import as_text, markdown, text_of
from microcred.verdict import Refused

PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
TYPED = re.compile(r"\{+\s*([A-Za-z]+(?:[ _]+[A-Za-z]+)*)\s*\}+")  # as people write a placeholder
STRAY = re.compile(r"\{+[^\s{}]*\}*|\}+")
TAGS = {"p", "u", "strong", "em", "ul", "ol", "li", "br", "h2", "h3", "blockquote", "code", "hr"}
LINK = re.compile(r"<(/?)a\b[^>]*>")
MARKS = r"([\\`*_{}\[\]()#+\-.!|<>~&=])"
PARAGRAPHS = re.compile(r"\s*\n\s*\n\s*")
LONGEST_SUBJECT = 200


class Markdown(str):
    """A value that is Markdown already: a list, a link. Any other value stands in a letter as it was typed."""

    __slots__ = ()


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def compose(
    subject: str, body: str, values: Mapping[str, object], *, footer: str = "", language: str = "en-US"
) -> Letter:
    """The letter with its placeholders filled in; `footer`, Markdown too, says why the reader got it.

    Raises: Refused, naming the placeholder that has no value: no letter leaves with a hole in it.
    """
    source, line = fill(body, values, quote=quoted), _one_line(fill(subject, values))
    tokens, (below, footer_html) = markdown.parse(source), _both(footer)
    text = text_of(tokens)
    parts = {"subject": line, "preview": _preview(text), "language": language}
    return Letter(
        subject=line,
        text=f"{text}\n\n-- \n{below}\n" if below else f"{text}\n",
        html=render_to_string("mail/base.html", parts | {"body": _with_button(tokens), "footer": footer_html}),
    )


@lru_cache(maxsize=100)
def _both(footer: str) -> tuple[str, SafeString]:
    """As text and as HTML; all letters of a cohort end alike."""
    return as_text(footer), as_html(footer)


def _preview(text: str) -> str:
    """What an inbox shows beside the subject: the first paragraph that is no salutation."""
    paragraphs = text.split("\n\n")
    return next((one for one in paragraphs if not one.endswith(",")), paragraphs[0])


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


def tidied(source: str) -> str:
    """With every placeholder as letters have it, however it was typed: `{Missing documents}`.

    Raises: Refused, for a brace that belongs to none, which would stay in the letter.
    """
    found = TYPED.sub(lambda one: f"{{{{ {'_'.join(one[1].lower().replace('_', ' ').split())} }}}}", source)
    if stray := STRAY.search(PLACEHOLDER.sub("", found)):
        raise Refused(
            f"“{stray[0]}” would stay in the letter as it is. What is filled in stands in braces: {{first name}}."
        )
    return found


def as_html(source: str) -> SafeString:
    """Safe HTML of Markdown: raw HTML in it is shown as text, links that would run code are none."""
    return mark_safe(markdown.render(source))  # noqa: S308


def _with_button(tokens: list[Token]) -> SafeString:
    """The same for a mail: the first link that stands alone is a button, with its address below."""
    alone = (token.children for token in tokens if token.type == "inline" and token.level == 1 and token.children)
    if found := next((inline for inline in alone if _is_one_link(inline)), None):
        href = found[0].attrs["href"]
        below = [Token("link_open", "a", 1, attrs={"href": href}), Token("text", "", 0, content=str(href))]
        found[0].attrs["class"] = "btn"
        found += [Token("hardbreak", "br", 0), *below, Token("link_close", "a", -1)]
    return mark_safe(markdown.renderer.render(tokens, markdown.options, {}))  # noqa: S308


def _is_one_link(inline: list[Token]) -> bool:
    ends = inline[0].type == "link_open" and inline[-1].type == "link_close"
    return ends and inline[0].markup != "autolink" and sum(token.type == "link_open" for token in inline) == 1


def body_of(html: str) -> SafeString:
    """What stands in the middle of a letter's HTML, without frame and style, to be shown to those who did not get it.

    Its links lead to the reader's own pages, which nobody else may open: their words are underlined and lead nowhere.
    """
    body = re.search(r"<main>(.*)</main>", html, re.DOTALL)
    clean = nh3.clean(LINK.sub(r"<\1u>", body[1]) if body else "", tags=TAGS, attributes={})
    return mark_safe(clean)  # noqa: S308


def quoted(words: str) -> str:
    """What a person wrote, as Markdown that shows exactly those signs, lines and paragraphs."""
    paragraphs = PARAGRAPHS.split(re.sub(MARKS, r"\\\1", words.strip()))
    return "\n\n".join("\\\n".join(line.strip() for line in one.splitlines()) for one in paragraphs)
