"""Markdown as plain text: the words and links of its HTML, laid out as people write mail."""

from collections.abc import Iterator, Sequence
from itertools import count, repeat
from textwrap import indent

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

# No raw HTML, and no pictures: one that is fetched from elsewhere tells somebody that the mail was opened.
markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable("image")


def as_text(source: str) -> str:
    """`source` with its marks off; a link stands as `words: address` alone and as `words <address>` in a sentence."""
    return text_of(markdown.parse(source))


def text_of(tokens: Sequence[Token]) -> str:
    """The same of Markdown that is parsed already."""
    return _blocks(SyntaxTreeNode(tokens).children)


def _blocks(nodes: Sequence[SyntaxTreeNode], between: str = "\n\n") -> str:
    return between.join(_block(node) for node in nodes)


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "bullet_list" | "ordered_list":
            marks = _marks(node)
            return "\n".join(_item(next(marks), item) for item in node.children)
        case "blockquote":
            return indent(_blocks(node.children), "> ", lambda line: True)
        case "paragraph" | "heading":
            return _words(node.children[0].children)
        case "hr":
            return "* * *"
    return node.content.rstrip("\n")


def _marks(node: SyntaxTreeNode) -> Iterator[str]:
    if node.type == "bullet_list":
        return repeat("-")
    return (f"{number}." for number in count(int(node.attrs.get("start", 1))))


def _item(mark: str, item: SyntaxTreeNode) -> str:
    deep = indent(_blocks(item.children, "\n"), " " * (len(mark) + 1))
    return f"{mark} {deep.lstrip()}"


def _words(nodes: Sequence[SyntaxTreeNode]) -> str:
    alone = len(nodes) == 1
    return "".join(_inline(node, alone=alone) for node in nodes)


def _inline(node: SyntaxTreeNode, *, alone: bool = False) -> str:
    match node.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            return _link(node, alone=alone)
    return _words(node.children) if node.children else node.content


def _link(node: SyntaxTreeNode, *, alone: bool) -> str:
    words, address = _words(node.children), str(node.attrs["href"])
    if words == address.removeprefix("mailto:"):
        return words if alone or words != address else f"<{address}>"
    return f"{words}: {address}" if alone else f"{words} <{address}>"
