"""What the people of the demo hand in: real Word files, under the names that people give them."""

import random
from functools import cache
from pathlib import Path

import yaml

from badges import specs
from badges.models import RequiredDocument
from badges.names import canonical_stem
from badges.word import build
from badges.word.filled import fill
from badges.word.spec import Person
from microcred.models import User

HERE = Path(__file__).parent

# How files come to be called; most follow the rule, as far as a computer lets them.
NAMES = (
    "{last}, {initial} | {title}.docx",
    "{last}, {initial} _ {title}.docx",
    "{last}, {initial} - {title}.docx",
    "{last},{initial} - {title} (1).docx",
    "{last}, {initial} – {title}.docx",
    "{last}_{initial}_{title_underscored}.docx",
    "Copy of {last}, {initial} | {title}.docx",
)
MISFITS = ("{short} final.docx", "{title} {first}.docx", "Document1.docx", "{first} {last} {short} v2.docx")


@cache
def words() -> dict:
    return yaml.safe_load((HERE / "words.yaml").read_text(encoding="utf-8"))


class Writer:
    """One applicant at their desk: the same words every time it is played."""

    def __init__(self, person: User, organization: str, *, thorough: bool = False, hurried: bool = False) -> None:
        self.person, self.thorough, self.hurried = person, thorough, hurried
        self.luck = random.Random(f"{person.email}/{organization}")  # noqa: S311  (a play, not a secret)
        self.place, self.team = self.luck.choice(words()["places"]), self.luck.choice(words()["teams"])

    def answers(self, required: RequiredDocument) -> dict[str, str]:
        """An answer to every question: of the Reflection Guide in its order, elsewhere wherever they fit."""
        stock = words()["answers"]
        prompts = list(required.prompts.all())
        if len(prompts) != len(stock):
            pools = [self.luck.choice(stock) for _ in prompts]
            return {prompt.code: self._say(max(pool, key=len)) for prompt, pool in zip(prompts, pools, strict=True)}
        said = [self._say(max(pool, key=len) if self.thorough else self.luck.choice(pool)) for pool in stock]
        if self.hurried:
            for number, text in words()["hurried"].items():
                said[number - 1] = self._say(text)
        return {prompt.code: text for prompt, text in zip(prompts, said, strict=True)}

    def better(self, earlier: dict[str, str], codes: set[str]) -> dict[str, str]:
        """For a revision: more of what was done, under the answers to `codes`."""
        more = (
            "Since then we have done three things in {place}: the {team} met twice, wrote down who does what, and "
            "looked at the first month of data together with the teachers."
        )
        return {**earlier, **{code: f"{earlier[code]}\n{self._say(more)}" for code in codes}}

    def file(self, required: RequiredDocument, answers: dict[str, str], *, revised: bool = False) -> bytes:
        """The template with `answers` typed in; some of us write in a program that drops content controls."""
        last, first = self.person.file_names
        template = build(specs.document_spec(required), Person(last, first), revised)
        return fill(template, answers, lose_tags=self.luck.random() < 0.3, author=str(self.person))

    def name(self, required: RequiredDocument, *, revised: bool = False, pattern: str = "") -> str:
        last, first = self.person.file_names
        title = required.title + (" REVISED" if revised else "")
        if not first:
            return f"{canonical_stem(last, first, required.title, revised=revised)}.docx"
        pattern = pattern or self.luck.choices(NAMES, weights=(6, 3, 3, 1, 1, 1, 1))[0]
        return pattern.format(
            last=last, first=first, initial=first[0], title=title, short=required.short_title.lower(),
            title_underscored=title.replace(" ", "_").replace(":", "_"),
        )  # fmt: skip

    def _say(self, text: str) -> str:
        return text.format(place=self.place, team=self.team)
