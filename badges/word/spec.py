"""What a template says, as plain data, and every line it prints."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from badges import markers


@dataclass(frozen=True)
class CriterionSpec:
    """A rubric row: its title and its levels, each a label and a text, in the order they are printed."""

    title: str
    levels: tuple[tuple[str, str], ...]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for label, _ in self.levels)


@dataclass(frozen=True)
class PromptSpec:
    """A question with the rubric printed under it. A new `section` prints a heading before it."""

    code: str
    text: str
    hint: str = ""
    criteria: tuple[CriterionSpec, ...] = ()
    section: str = ""


@dataclass(frozen=True)
class Person:
    last: str
    first: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.last, self.first) if part)


@dataclass(frozen=True)
class DocumentSpec:
    """One required document of an edition, as its template prints it."""

    edition_slug: str
    edition_title: str
    term: str
    key: str
    title: str
    intro: str = ""
    prompts: tuple[PromptSpec, ...] = ()
    criteria: tuple[CriterionSpec, ...] = ()  # those of the whole document
    program: str = ""
    language: str = "en-US"
    placeholder: str = ""  # in place of the language's own

    @property
    def words(self) -> markers.Words:
        said = markers.words_in(self.language)
        return replace(said, placeholder=self.placeholder) if self.placeholder else said

    @property
    def subtitle(self) -> str:
        return " · ".join(part for part in (self.edition_title, self.term) if part)

    @property
    def footer(self) -> str:
        named = [part for part in (self.program, self.edition_title, self.term) if part]
        return " · ".join([*named, markers.origin(self.edition_slug, self.key)])

    def printed_lines(self) -> tuple[str, ...]:
        """Every paragraph of the empty template: what a reader takes away to see what somebody wrote.

        The line with the name is not among them; it is known by its label.
        """
        return tuple(dict.fromkeys(self._lines()))

    def _lines(self) -> Iterator[str]:
        words = self.words
        yield from (self.title, self.subtitle, words.revised, *paragraphs(self.intro), words.how_to, words.placeholder)
        for number, prompt in enumerate(self.prompts, start=1):
            yield from (prompt.section, heading(number, words), *paragraphs(prompt.text), *paragraphs(prompt.hint))
            yield markers.printed(prompt.code)
            yield from _rubric_lines(prompt.criteria, words)
        yield from _rubric_lines(self.criteria, words)


def heading(number: int, words: markers.Words) -> str:
    return f"{words.question} {number}"


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: blank lines and line ends both part them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _rubric_lines(criteria: tuple[CriterionSpec, ...], words: markers.Words) -> Iterator[str]:
    if criteria:
        yield from (words.rubric, words.row)
    for criterion in criteria:
        yield criterion.title
        for label, text in criterion.levels:
            yield label
            yield from paragraphs(text)
