"""What is said of the name a file came with. A name is never a reason to refuse."""

from badges.names import canonical_stem
from submissions.checks.catalogue import say
from submissions.checks.contract import Expectation, Finding

from .judging import NameVerdict, judge


def judge_received(expectation: Expectation) -> NameVerdict:
    """The verdict on the name of an expected file."""
    slot = expectation.slot
    return judge(
        expectation.received_name,
        last=expectation.last,
        first=expectation.first,
        title=slot.title,
        aliases=slot.aliases,
        other_titles=[title for other in expectation.other_slots for title in (other.title, *other.aliases)],
        known_as=expectation.known_as,
        revised=expectation.revised,
        pattern=expectation.name_pattern,
    )


def say_of_name(expectation: Expectation) -> Finding:
    """What the name lacks, with the name we would give our copy."""
    judged = judge_received(expectation)
    name = judged.canonical.removesuffix(".docx")
    if judged.verdict in ("accept", "normalise"):
        return say("ok.name", name=name)
    about = judged.reason.partition(".")[0]
    if about == "person" and judged.detail:
        who = canonical_stem(expectation.last, expectation.first, "", pattern="{last}, {initial}")
        return say("name.person", found=f"“{judged.detail}”", account=who, name=name, reason=judged.reason)
    return say("name.revised" if about == "revised" else "name.pattern", name=name, reason=judged.reason)
