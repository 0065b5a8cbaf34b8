"""Which applicant a name in a list of participants means: surely, perhaps, or nobody we know of."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.db import transaction

from cohorts.models import Cohort, Enrollment, MeetingName, StaffMembership
from cohorts.participants import Participant, folded
from microcred import clock
from microcred.models import User

REMEMBERED = "as last time"
ALIKE = 0.82  # of two names as wholes: a letter or two apart
MOST_PERHAPS = 3
FIRST_OF_SEVERAL = re.compile(r"\s+[-–—|/]\s+|[,;]")


@dataclass(frozen=True)
class Seen:
    """One participant: who it is, and how we know; or who it may be."""

    participant: Participant
    enrollment: Enrollment | None = None
    how: str = ""
    perhaps: tuple[Enrollment, ...] = ()
    is_staff: bool = False
    has_left: bool = False


class Called:
    """One name under which we know somebody, folded, and ready to be compared with many."""

    def __init__(self, name: str):
        self.words = name.split()
        self.matcher = SequenceMatcher(None, "", name)

    def likeness(self, name: str) -> float:
        """How near a folded name is: initials count as the name, and so does a part of a double name."""
        words = name.split()
        if len(words) > 1 and _is_short_for(words, self.words):
            return 1.0
        if len(words) == 1 and len(words[0]) > 2 and words[0] in self.words:
            return ALIKE
        self.matcher.set_seq1(name)
        bounds = (self.matcher.real_quick_ratio, self.matcher.quick_ratio)  # of the ratio, which is slow
        return self.matcher.ratio() if all(bound() >= ALIKE for bound in bounds) else 0.0


@dataclass
class Known:
    """The people of a cohort by all that they may be called; `left` and `staff` are names and addresses of others."""

    people: list[Enrollment]
    called: list[tuple[Enrollment, list[Called]]] = field(default_factory=list)
    by_email: dict[str, Enrollment] = field(default_factory=dict)
    by_name: dict[str, list[Enrollment]] = field(default_factory=dict)
    remembered: dict[str, Enrollment] = field(default_factory=dict)
    staff: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def recognize(self, participant: Participant) -> Seen:
        """By address, by what an admin said before, by name; else whose name is near.

        Staff are left out, and so are those who take part no longer.
        """
        if found := self.by_email.get(participant.email.lower()):
            return Seen(participant, found, "by e-mail")
        if found := self.remembered.get(participant.key):
            return Seen(participant, found, REMEMBERED)
        names = _names(participant.name)
        same = next((self.by_name[name] for name in names if name in self.by_name), [])
        if len(same) == 1:
            return Seen(participant, same[0], "by name")
        ours = {participant.email.lower(), *names}
        if ours & self.staff:
            return Seen(participant, is_staff=True)
        if not same and ours & self.left:
            return Seen(participant, has_left=True)
        return Seen(participant, perhaps=tuple(same[:MOST_PERHAPS]) or self._near(names))

    def _near(self, names: list[str]) -> tuple[Enrollment, ...]:
        rated = {}
        for one, theirs in self.called:
            likeness = max((each.likeness(name) for name in names for each in theirs), default=0)
            if likeness >= ALIKE:
                rated[one.pk] = (likeness, one)
        best = sorted(rated.values(), key=lambda pair: -pair[0])
        return tuple(one for _, one in best[:MOST_PERHAPS])


def known(cohort: Cohort) -> Known:
    """Queries: three, however many people there are."""
    joined = Enrollment.objects.joined().filter(cohort=cohort).select_related("person")
    found = Known(sorted((one for one in joined if not one.withdrawn_at), key=in_order))
    by_key = {one.pk: one for one in found.people}
    for one in found.people:
        found.by_email[one.person.email.lower()] = one
        names = called(one.person)
        found.called.append((one, [Called(name) for name in names]))
        for name in names:
            found.by_name.setdefault(name, []).append(one)
    for one in joined:
        if one.withdrawn_at:
            found.left |= {one.person.email.lower(), *called(one.person)}
    for row in MeetingName.objects.filter(enrollment__in=by_key):
        found.remembered[row.name] = by_key[row.enrollment_id]
    for member in StaffMembership.objects.filter(cohort=cohort).select_related("person"):
        found.staff |= {member.person.email.lower(), folded(member.person.full_name)}
    return found


def in_order(enrollment: Enrollment) -> tuple[str, str, int]:
    """Where somebody stands in a list of names: as people look for them, whatever the database makes of letters."""
    return folded(enrollment.person.last_name), folded(enrollment.person.first_name), enrollment.pk


def called(person: User) -> set[str]:
    """All names under which we know somebody, folded; first name first, and last name first."""
    last, first = person.file_names
    names = {person.full_name, f"{person.last_name} {person.first_name}", person.name_on_badge}
    names |= {f"{first} {last}", *person.known_as}
    return {folded(name) for name in names if folded(name)}


@transaction.atomic
def remember(cohort: Cohort, answers: Iterable[tuple[Participant, Enrollment]], *, by: User) -> None:
    """Keep whom an admin recognized, for the next meeting; a name means one person of a cohort at a time."""
    by_key = {participant.key: enrollment for participant, enrollment in answers}
    MeetingName.objects.filter(enrollment__cohort=cohort, name__in=by_key).delete()
    MeetingName.objects.bulk_create(
        MeetingName(enrollment=enrollment, name=key, recognized_at=clock.now(), recognized_by=by)
        for key, enrollment in by_key.items()
    )


def _names(name: str) -> list[str]:
    """`Dee (Dana Okafor)` calls itself Dee, and Dana Okafor; `Dana Okafor - Prairie` Dana Okafor."""
    inside = re.findall(r"\(([^()]*)\)", name)
    outside = re.sub(r"\([^()]*\)", " ", name)
    names = [name, outside, *inside, *FIRST_OF_SEVERAL.split(outside)[:1]]
    return list(dict.fromkeys(filter(None, map(folded, names))))


def _is_short_for(words: list[str], others: list[str]) -> bool:
    """`Mei C.` for `Mei Lin Castro`: its words begin words of the name in their order, the first one in full."""
    rest = iter(others)
    return words[0] == others[0] and all(any(other.startswith(word) for other in rest) for word in words)
