"""Which document, edition and person a file belongs to, told by what can be seen in it.

What a file says of itself (its title, its properties) is enough to accept it, never enough to refuse it.
"""

from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from itertools import islice

from submissions.checks.catalogue import say
from submissions.checks.contract import Expectation, Finding, Slot
from submissions.checks.document import WordDocument
from submissions.checks.questions import fold, lines_of

MOST = 0.5  # of a slot's questions: a file that asks fewer may only quote them
SAME_NAME = 0.7  # two writings of one name, or its long and its short form
_TITLE_WITHIN = 40  # paragraphs: a title stands at the beginning


def slot_of(document: WordDocument, expectation: Expectation) -> Slot | None:
    """The slot a file belongs to, or None when it cannot be told. The expected one wins a tie."""
    own_word = expectation.slot if calls_itself(document, expectation) else None
    return slot_asked_in(document, expectation) or own_word


def slot_asked_in(document: WordDocument, expectation: Expectation) -> Slot | None:
    """The slot whose questions stand in the file: by their codes, else by their words."""
    slots = (expectation.slot, *expectation.other_slots)
    by_code = _most(slots, lambda slot: sum(prompt.code in document.codes for prompt in slot.prompts))
    return by_code or _most(slots, _prompts_said_in(document))


def calls_itself(document: WordDocument, expectation: Expectation) -> bool:
    """Whether title or properties name the expected slot, and nothing another edition."""
    slot = expectation.slot
    if document.edition not in ("", expectation.edition_slug):
        return False
    titles = {fold(title) for title in slot.titles if title}
    return document.key == slot.key or any(line in titles for line in _beginning(document))


def old_edition(document: WordDocument, expectation: Expectation) -> list[Finding]:
    """Advice, when the template came from another term, whether or not we know that edition."""
    slot = expectation.slot
    if slot_asked_in(document, expectation) != slot:
        return []
    is_other = document.edition not in ("", expectation.edition_slug)
    term = (document.term or document.edition) if is_other else _other_term(document, slot)
    return [say("kind.old", term=term, title=slot.short_title, edition=document.edition)] if term else []


def same_bytes(sha256: str, expectation: Expectation) -> list[Finding]:
    """Whether these very bytes were handed in before: in another slot, or as an earlier version."""
    where, which = expectation.same_bytes.get(sha256, ("", ""))
    if where == "other":
        return [say("same.as", other=which)]
    return [say("same.before", version=which)] if where == "before" else []


def person(name: str, expectation: Expectation) -> list[Finding]:
    """Advice, when the name on the document's own line is clearly somebody else's: no part of it is like the account's.

    Names in different scripts are not compared, nor is one name that may be a former or a married one.
    """
    inside, account = _name_parts(name), _name_parts(f"{expectation.last} {expectation.first}")
    if not inside or not account or any(_is_alike(one, other) for one in inside for other in account):
        return []
    who = ", ".join(part for part in (expectation.last, expectation.first) if part)
    return [say("kind.person", found=name, account=who)]


def _most(slots: Iterable[Slot], votes: Callable[[Slot], int]) -> Slot | None:
    """The slot of which the file asks the largest share of questions; of one that is not expected, at least half."""
    shares = [(votes(slot) / max(len(slot.prompts), 1), slot) for slot in slots]
    expected = shares[0]
    share, slot = max(shares, key=lambda pair: pair[0])
    if share >= MOST and expected[0] < MOST:
        return slot
    return expected[1] if expected[0] else None


def _prompts_said_in(document: WordDocument) -> Callable[[Slot], int]:
    lines = {fold(paragraph.text) for paragraph in document.paragraphs}

    def votes(slot: Slot) -> int:
        return sum(fold(lines_of(prompt)[0]) in lines for prompt in slot.prompts)

    return votes


def _beginning(document: WordDocument) -> list[str]:
    texts = (paragraph.text for paragraph in document.paragraphs)
    return [fold(text) for text in islice((text for text in texts if text), _TITLE_WITHIN)]


def _other_term(document: WordDocument, slot: Slot) -> str:
    """The term in the line under the title ("Level 2 Practice · Spring 2023"), when it is not the one we print."""
    ours = next((line for line in slot.printed[1:2] if " · " in line), "")
    badge, _, term = ours.rpartition(" · ")
    for paragraph in document.paragraphs[:_TITLE_WITHIN]:
        theirs, _, other = paragraph.text.rpartition(" · ")
        if badge and theirs == badge and fold(other) != fold(term):
            return other
    return ""


def _name_parts(name: str) -> list[str]:
    """The parts of a name in Latin letters; none when it is written in others."""
    parts = fold(name).split()
    return parts if all(part.isascii() for part in parts) else []


def _is_alike(one: str, other: str) -> bool:
    """The same part of a name, an initial, a short form or another spelling of it."""
    if one.startswith(other) or other.startswith(one):
        return True
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= SAME_NAME
