"""Word templates of an edition: plain data in, bytes out."""

from badges.word.filled import fill
from badges.word.spec import CriterionSpec, DocumentSpec, Person, PromptSpec
from badges.word.template import build

__all__ = ["CriterionSpec", "DocumentSpec", "Person", "PromptSpec", "build", "fill"]
