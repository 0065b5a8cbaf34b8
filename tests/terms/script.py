"""The script of a term (`script.yaml`), read: who does what, and when. Neither the play nor the oracle is in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from django.conf import settings

FILE = Path(__file__).with_name("script.yaml")
DEMO = Path(settings.BASE_DIR) / "reviews" / "demo" / "people.yaml"
ZONE = "America/New_York"

VERBS = {
    "joins": "joins",
    "adds": r"adds (?P<key>[a-z-]+)",
    "adds_pdf": "adds a PDF",
    "submits": "submits",
    "replaces": r"replaces (?P<key>[a-z-]+)",
    "revises": "revises",
    "cannot_come": r"cannot come to (?P<meeting>\d)",
    "wants_none": "wants no reminders of meetings",
    "leaves": "leaves",
    "comes_back": "comes back",
    "bounces": "mail comes back",
    "is_corrected": "address is corrected",
    "is_invited": "is invited again",
    "gets_until": r"gets until (?P<day>\S+)",
    "is_sent_back": "is sent back",
    "is_given": r"is given to (?P<reader>\w+)",
    "is_handed_back": r"is handed back by (?P<reader>\w+)",
    "is_read": r"is read by (?P<reader>\w+)(, (?P<rows>\d) (?P<far>far )?short)?",
    "needs_another": "needs another reader",
    "is_settled": r"is settled by (?P<reader>\w+)",
    "is_decided": r"is decided (?P<outcome>award|revise|not awarded)( until (?P<day>\S+))?, out (?P<out>.+)",
    "is_appealed": "is appealed",
    "invites": "invites everybody",
    "invites_again": "invites again who has not joined",
    "marks": r"marks meeting (?P<meeting>\d)",
    "moves": r"moves meeting (?P<meeting>\d) to (?P<day>\S+)",
    "cancels": r"cancels meeting (?P<meeting>\d)",
    "pauses": "pauses all mail",
    "resumes": "resumes",
    "gives_badges": "gives the badges of attending",
}


def day(text: str) -> date:
    """`11-30` is of 2023, `01-12` of the year after."""
    month, number = map(int, text.split("-"))
    return date(2023 if month >= 8 else 2024, month, number)


def instant(text: str) -> datetime:
    """`11-30 21:00`, on the cohort's clock."""
    on, at = text.split()
    return datetime.combine(day(on), time.fromisoformat(at), ZoneInfo(ZONE))


@dataclass(frozen=True)
class Deed:
    """One line of the script; `about` is what else it says."""

    at: datetime
    verb: str
    about: dict[str, str]

    @classmethod
    def read(cls, line: str) -> "Deed":
        moment, what = line[:11], line[12:]
        found = {verb: match for verb, words in VERBS.items() if (match := re.fullmatch(words, what))}
        [(verb, match)] = found.items()
        return cls(instant(moment), verb, {name: said for name, said in match.groupdict().items() if said})


@dataclass(frozen=True)
class Applicant:
    first: str
    last: str
    zone: str
    deeds: list[Deed] = field(default_factory=list)

    def did(self, *verbs: str) -> list[Deed]:
        return [deed for deed in self.deeds if deed.verb in verbs]


@dataclass(frozen=True)
class Reviewer:
    first: str
    last: str
    zone: str
    email: str


class Script:
    def __init__(self) -> None:
        said = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        self.demo = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
        self.rules, self.why, self.stays_away = said["rules"], said["why"], set(said["stays_away"])
        self.dates = {kind: day(text) for kind, text in said["cohort"].items()}
        self.meetings = {str(number): day(text) for number, text in said["meetings"].items()}
        self.team = [Deed.read(line) for line in said["team"]]
        self.reviewers = {first: self._reviewer(first) for first in said["reviewers"]}
        zones = {last: zone for zone, people in said["zones"].items() for last in people}
        self.applicants = [
            self._applicant(last, zones.get(last), group["does"])
            for group in said["applicants"]
            for last in group["who"]
        ]

    def _reviewer(self, first: str) -> Reviewer:
        about = next(one for one in self.demo["staff"] if one["first"] == first)
        return Reviewer(first, about["last"], about.get("zone", ZONE), about["email"])

    def _applicant(self, last: str, zone: str | None, lines: list[str]) -> Applicant:
        about = next(one for one in self.demo["applicants"] if one["last"] == last)
        deeds = [Deed.read(line) for line in lines]
        assert [deed.at for deed in deeds] == sorted(deed.at for deed in deeds), last
        return Applicant(about["first"], last, zone or about.get("zone", ZONE), deeds)

    def everything(self) -> Iterator[tuple[Deed, Applicant | None]]:
        """In order of time, the team's own deeds first."""
        deeds = [(deed, None) for deed in self.team] + [(deed, one) for one in self.applicants for deed in one.deeds]
        return iter(sorted(deeds, key=lambda pair: pair[0].at))

    @cached_property
    def instants(self) -> set[datetime]:
        return {deed.at for deed, _ in self.everything()}
