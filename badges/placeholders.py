"""What a letter may say in braces, and how it would read: the sandbox of everybody who writes one."""

from functools import cache
from pathlib import Path

import yaml

from microcred import letters
from microcred.letters import Markdown
from microcred.verdict import ALLOWED, Verdict

FILE = Path(__file__).with_name("library") / "placeholders.yaml"
REMINDERS = "reminders"


@cache
def _kept():
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def needed():
    """The letters that a badge with documents has to have: what they tell cannot be left unsaid."""
    return set(_kept()["needed"])


@cache
def _groups():
    kept = _kept()
    return kept["always"], {name: each["says"] for each in kept["also"] for name in each["letters"]}


def samples(key):
    """Each placeholder that the letter `key` may use, with a sample of what stands there."""
    always, also = _groups()
    found = always | also.get(key, also[REMINDERS])
    return {name: Markdown(value[1:]) if value.startswith("~") else value for name, value in found.items()}


def is_to_begin_with(key):
    """Whether people begin with the letter `key` when they write by hand: on no occasion does it leave by itself."""
    _, also = _groups()
    return key not in also or "missing_documents" in also[key]


def may_say(key, source):
    """Whether the letter `key` can be filled in; the reason names what nothing would stand for."""
    if "{{" in letters.PLACEHOLDER.sub("", source):
        return Verdict("There is a placeholder that cannot be read. Write it as {{ first_name }}.")
    unknown = sorted(letters.placeholders(source) - set(samples(key)))
    if unknown:
        return Verdict(f"Nothing would stand for {{{{ {unknown[0]} }}}} in this letter. Take one from the list.")
    return ALLOWED


def preview(key, *, subject, body, language):
    """The letter as a sample reader gets it. Raises: Refused, when a placeholder has no value."""
    return letters.compose(subject, body, samples(key), language=language)
