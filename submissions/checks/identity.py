"""Which document a file is, told by what can be seen in it; what it says of itself comes second."""

from collections.abc import Iterable
from itertools import islice

from submissions.checks.answers import fold
from submissions.checks.catalogue import say
from submissions.checks.contract import Expectation, Finding, Slot
from submissions.checks.document import WordDocument
from submissions.checks.words import paragraphs_of

_TITLE_WITHIN = 40  # paragraphs: a title stands at the beginning


def slot_of(document: WordDocument, expectation: Expectation) -> Slot | None:
    """The slot a file belongs to, or None when it cannot be told. The expected one wins a tie."""
    slots = (expectation.slot, *expectation.other_slots)
    return (
        _most(slots, lambda slot: sum(prompt.code in document.codes for prompt in slot.prompts))
        or _most(slots, _prompts_said_in(document))
        or _own_word(document, expectation)
    )


def old_edition(document: WordDocument, expectation: Expectation) -> list[Finding]:
    """Advice, when the template came from another term."""
    if document.edition in ("", expectation.edition_slug):
        return []
    term = document.term or document.edition
    return [say("kind.old", term=term, title=expectation.slot.short_title, edition=document.edition)]


def same_bytes(sha256: str, expectation: Expectation) -> list[Finding]:
    """Whether these very bytes were handed in before: in another slot, or as an earlier version."""
    where, which = expectation.same_bytes.get(sha256, ("", ""))
    if where == "other":
        return [say("same.as", other=which)]
    return [say("same.before", version=which)] if where == "before" else []


def _most(slots: Iterable[Slot], votes) -> Slot | None:
    """The slot with the largest share of its prompts in the file."""
    shares = [(votes(slot) / max(len(slot.prompts), 1), slot) for slot in slots]
    share, slot = max(shares, key=lambda pair: pair[0])
    return slot if share else None


def _prompts_said_in(document: WordDocument):
    lines = {fold(paragraph.text) for paragraph in paragraphs_of(document.blocks)}

    def votes(slot: Slot) -> int:
        return sum(fold(prompt.text.strip().partition("\n")[0]) in lines for prompt in slot.prompts)

    return votes


def _own_word(document: WordDocument, expectation: Expectation) -> Slot | None:
    """What the title or the properties say: enough to accept a file, never enough to refuse it."""
    slot = expectation.slot
    beginning = {fold(paragraph.text) for paragraph in islice(paragraphs_of(document.blocks), _TITLE_WITHIN)}
    is_named = any(fold(title) in beginning for title in slot.titles if title)
    return slot if is_named or document.key == slot.key else None
