"""What differs between two plain forms: part by part, with the words of longer texts. Pure."""

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from re import findall

from badges.models import Edition

from .places import key_of

SECTIONS = {
    "term": "Term and rules", "directions": "Directions", "activities": "Activities", "documents": "Documents",
    "competencies": "Competencies", "letters": "Letters", "reminders": "Reminders",
}  # fmt: skip
OF_EDITION = "term"
STANDS_WITH = {"competencies_required": "competencies"}
APART = frozenset({"slug", "program", "framework", "badge"})  # shared by editions, or a name of its own
LONG, LONGEST = 60, 20_000  # signs from which, and up to which, a text is compared word by word
NAMES = {
    "directions": "Wording", "url": "Link", "scored": "Scored by reviewers", "body": "Letter",
    "event_kind": "Counted from", "days": "Days from it", "at": "Time of day", "zone_of": "On the clock of",
    "audience": "Who", "aliases": "Other titles that count", "min_words": "Words to expect",
    "leads_to": "Where the link leads", "name_pattern": "Names of files", "pass_rule": "Earned by",
    "pass_count": "How many rubric rows", "passing": "The lowest level that passes", "required": "Has to be done",
    "intro": "What the Word template says first", "section": "Heading before it",
    "competencies_required": "How many must be shown", "meetings_required": "Meetings to attend",
    "meeting_minutes_required": "Minutes that count as attended",
}  # fmt: skip
LISTS = {"prompts": "questions", "criteria": "rubric rows"}
SAID = {"pass_rule": dict(Edition.PassRule.choices)}  # values that people know by other words
CODES = frozenset({"event_kind", "zone_of", "audience", "kind", "pass_rule"})  # words of ours, with low lines
AROUND = 12  # words shown on either side of a change


@dataclass(frozen=True)
class Piece:
    """A stretch of words: `same`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was: of which entry, which field of it, before and after."""

    of: str
    field: str
    before: str
    after: str
    pieces: tuple[Piece, ...] = ()


@dataclass
class Section:
    title: str
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    changed: list[Difference] = field(default_factory=list)

    def __bool__(self):
        return bool(self.added or self.removed or self.reordered or self.changed)


def differences(before, after):
    """The sections of an edition in which `after` is not as `before` was, in the order of the edition."""
    found = {name: Section(title) for name, title in SECTIONS.items()}
    for name in after:
        if name not in APART:
            place = STANDS_WITH.get(name, name)
            _compare(found[place if place in SECTIONS else OF_EDITION], "", name, before.get(name), after[name])
    _compare(found["competencies"], "", "profile", *(_profile(form.get("framework")) for form in (before, after)))
    return [section for section in found.values() if section]


def _profile(framework):
    """Which competency profile it is; what one says is the same for all that build on it."""
    return f"{framework['name']}, {framework['version']}" if framework else ""


def _compare(section, of, name, was, now):
    if was == now:
        return
    if isinstance(now, list) and all(isinstance(each, dict) for each in [*(was or []), *now]):
        _lists(section, of, name, was or [], now)
    else:
        before, after = (_in_words(name, each) for each in (was, now))
        is_long = before and after and LONG < max(len(before), len(after)) < LONGEST
        pieces = tuple(_pieces(before, after)) if is_long else ()
        section.changed.append(Difference(of, _field(name), before, after, pieces))


def _field(name):
    return NAMES.get(name) or name.replace("_", " ").capitalize()


def _lists(section, of, name, was, now):
    """Entries by their keys: which came, which went, which moved, and what changed in those that stayed."""
    key = "label" if name == "levels" else key_of(name)
    old, new = ({each[key]: each for each in rows} for rows in (was, now))
    section.added += [_path(of, each) for each in now if each[key] not in old]
    section.removed += [_path(of, each) for each in was if each[key] not in new]
    stayed = [each for each in old if each in new]
    if stayed != [each for each in new if each in old]:
        section.reordered.append(_path(of, {"title": LISTS.get(name, name)}))
    for kept in stayed:
        for part in new[kept]:
            _compare(section, _path(of, new[kept]), part, old[kept].get(part), new[kept][part])


def _path(of, entry):
    name = next((entry[name] for name in ("title", "code", "label", "subject", "key") if entry.get(name)), "")
    return f"{of} › {name}" if of else name


def _in_words(name, value):
    said = SAID[name].get(value, "") if name in SAID else _said(value)
    return said.replace("_", " ") if name in CODES else said


def _said(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _pieces(before, after):
    """Both texts in one, word by word; of a long stretch that stayed, only what stands beside a change."""
    old, new = (findall(r"\s*\S+\s*", text) for text in (before, after))
    for kind, i, j, k, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", _shortened(old[i:j], first=i == 0, last=j == len(old)))
            continue
        if i < j:
            yield Piece("gone", "".join(old[i:j]))
        if k < n:
            yield Piece("new", "".join(new[k:n]))


def _shortened(words, *, first, last):
    if len(words) <= 3 * AROUND:
        return "".join(words)
    head, tail = ([] if first else words[:AROUND]), ([] if last else words[-AROUND:])
    return "".join([*head, " … ", *tail])
