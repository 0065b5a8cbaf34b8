"""Who must not judge whose work: their own, that of people they are close to, and that of where they work."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from cohorts import keeping_clear, staff_tasks
from cohorts.models import Cohort, Enrollment, StaffMembership, StaffTask
from microcred import clock
from microcred.models import User
from microcred.verdict import Refused
from reviews.models import READABLE, Assignment, DeclaredConflict
from submissions import workflow
from submissions.models import Submission

ALIKE = 0.9  # how much of two spellings has to agree
WORDS = re.compile(r"[^\W_]+")


# Organizations -------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=100_000)
def alike(first: str, second: str) -> bool:
    """Whether two spellings may well mean one organization: all words of one are in the other, or nearly all letters.

    Numbers have to agree: CESA 4 is not CESA 5.
    """
    ours, theirs = _words(first), _words(second)
    if not ours or not theirs:
        return False
    if ours <= theirs or theirs <= ours:
        return True
    if _numbers(ours) != _numbers(theirs):
        return False
    return SequenceMatcher(None, "".join(sorted(ours)), "".join(sorted(theirs))).ratio() >= ALIKE


@cache
def _words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return frozenset(WORDS.findall("".join(sign for sign in plain if not unicodedata.combining(sign))))


def _numbers(words: Iterable[str]) -> set[str]:
    return {word for word in words if word.isdecimal()}


# What is known -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Conflict:
    """Why somebody must not judge a work. A firm one nobody overrules; the other a person looks at."""

    words: str
    is_firm: bool = True


@dataclass(frozen=True)
class Known:
    """All that is known in one cohort: who is close to whom, and to which organizations; and where staff work."""

    people: dict[frozenset[int], str]
    organizations: dict[int, tuple[tuple[str, str], ...]]
    workplaces: dict[int, frozenset[str]]

    def between(self, person: int, *, applicant: int, organization: str) -> Conflict | None:
        """Why `person` must not judge the work of `applicant`, who works at `organization`."""
        if person == applicant:
            return Conflict("wrote it")
        if kind := self.people.get(frozenset((person, applicant))):
            return Conflict(_said(kind))
        for name, kind in self.organizations.get(person, ()):
            if alike(name, organization):
                return Conflict(f"{_said(kind)}, {name}")
        if any(alike(name, organization) for name in self.workplaces.get(person, ())):
            return Conflict("same district or employer", is_firm=False)
        return None

    def declared_by(self, person: int) -> tuple[list[str], int]:
        """The organizations that `person` keeps clear of, declared or their own, and how many people."""
        names = {name for name, _ in self.organizations.get(person, ())} | self.workplaces.get(person, frozenset())
        return sorted(names), sum(person in pair for pair in self.people)


def _said(kind: str) -> str:
    return DeclaredConflict.Kind(kind).label.lower()


def known(cohort: Cohort) -> Known:
    """Queries: two, whatever the size of the cohort."""
    people, organizations, workplaces = {}, defaultdict(list), defaultdict(set)
    declared = DeclaredConflict.objects.standing().filter(cohort=cohort)
    for person, other, name, kind in declared.values_list("person", "other", "organization", "kind"):
        if other:
            people[frozenset((person, other))] = kind
        else:
            organizations[person].append((name, kind))
    staff = StaffMembership.objects.filter(cohort=cohort).exclude(organization="")
    for person, name in staff.values_list("person", "organization"):
        workplaces[person].add(name)
    return Known(
        people,
        {person: tuple(names) for person, names in organizations.items()},
        {person: frozenset(names) for person, names in workplaces.items()},
    )


def between(person: User, submission: Submission) -> Conflict | None:
    """The same for one person and one submission. Queries: two, and the enrollment; select it first."""
    enrollment = submission.enrollment
    found = known(enrollment.cohort)
    return found.between(person.pk, applicant=enrollment.person_id, organization=enrollment.organization)


def firm(person: User, cohort: Cohort | None = None, *, to: str = "enrollment__") -> Q:
    """The work that `person` must not judge, run or see, whatever their role: in `cohort`, or anywhere.

    Their own, and what was declared; a shared workplace alone keeps nobody from running a cohort. `to` is the way to
    the enrollment. Queries: one, and one for each cohort in which an organization was declared.
    """
    clear_of = Q(**{f"{to}person": person})
    for where, (people, organizations) in _declared_about(person, cohort).items():
        there = Q(**{f"{to}person__in": people})
        if organizations:
            there |= Q(**{f"{to}organization__in": _spellings(where, organizations)})
        clear_of |= Q(**{f"{to}cohort": where}) & there
    return clear_of


def _declared_about(person: User, cohort: Cohort | None) -> dict[int, tuple[set[int], set[str]]]:
    """Cohort by cohort, the people and the organizations that `person` keeps clear of. Queries: one."""
    declared = DeclaredConflict.objects.standing().about(person).order_by("pk")
    found: dict[int, tuple[set[int], set[str]]] = defaultdict(lambda: (set(), set()))
    if cohort:
        declared = declared.filter(cohort=cohort)
    for where, first, other, name in declared.values_list("cohort", "person", "other", "organization"):
        people, organizations = found[where]
        people |= {first, other} - {None, person.pk}
        organizations |= {name} - {""}
    return found


def said_since(at: datetime, person: User, cohort: Cohort) -> bool:
    """Whether `person` keeps clear of more than they did at the instant `at`. Queries: one."""
    declared = DeclaredConflict.objects.standing().filter(cohort=cohort, declared_at__gt=at)
    return declared.about(person).exists()


def _spellings(cohort: int, organizations: Iterable[str]) -> list[str]:
    """As applicants of the cohort write them."""
    named = Enrollment.objects.filter(cohort=cohort).exclude(organization="").order_by()
    theirs = named.values_list("organization", flat=True).distinct()
    return [name for name in theirs if any(alike(name, one) for one in organizations)]


def between_people(cohort: Cohort, first: User, second: User) -> bool:
    """Whether it was declared of the two, by name, whichever way round. Queries: one."""
    declared = DeclaredConflict.objects.standing().filter(cohort=cohort)
    return declared.filter(Q(person=first, other=second) | Q(person=second, other=first)).exists()


def with_reader(cohorts: QuerySet[Cohort], person: User) -> QuerySet[Cohort]:
    """Each with `is_partly_closed`: whether there is anybody in it whose work `person` keeps clear of."""
    declared = DeclaredConflict.objects.standing().about(person).filter(cohort=OuterRef("pk"))
    own = Enrollment.objects.filter(person=person, cohort=OuterRef("pk"))
    return cohorts.annotate(is_partly_closed=Exists(declared) | Exists(own))


def closed_in(cohort: Any, person: User) -> frozenset[int]:
    """The keys of those enrollments. The cohort is of `with_reader`. Queries: none where there are none, else two."""
    if not cohort.is_partly_closed:
        return frozenset()
    return frozenset(keeping_clear.closed_to(person, cohort).values_list("pk", flat=True))


# Declaring -----------------------------------------------------------------------------------------------------------
@transaction.atomic
def declare(
    cohort: Cohort, person: User, *, kind: str, by: User, other: User | None = None, organization: str = "", note=""
) -> tuple[DeclaredConflict, int]:
    """Say beforehand that `person` must not judge `other`, or anybody of `organization`.

    What they have of it already goes back at once, and staff find another reader: how many is returned, too. What is
    decided by now counts as it is, and is closed to them.
    Raises: Refused, when it is said already.
    """
    hold(cohort)
    said = {"person": person, "other": other, "organization": organization.strip()}
    if DeclaredConflict.objects.standing().filter(cohort=cohort, **said).exists():
        raise Refused(f"{person} and {other or organization} are on the list already.")
    declared = DeclaredConflict.objects.create(cohort=cohort, kind=kind, note=note.strip(), declared_by=by, **said)
    return declared, sum(_hand_back(declared, reader, by=by) for reader in _sides(declared))


def _sides(declared: DeclaredConflict) -> list[User]:
    return [declared.person, declared.other] if declared.other else [declared.person]


def hold(cohort: Cohort) -> None:
    """Whoever gives readings, or says that some must not be given, does so one after the other."""
    Cohort.objects.select_for_update(no_key=True).only("pk").get(pk=cohort.pk)


def _hand_back(declared: DeclaredConflict, reader: User, *, by: User) -> int:
    """What `reader` must not judge any more goes back as long as it is in hand; after that it is closed to them."""
    cohort = declared.cohort
    theirs = Assignment.objects.standing().filter(
        firm(reader, cohort, to="submission__enrollment__"), submission__enrollment__cohort=cohort, reviewer=reader
    )
    in_hand = Q(submission__state__in=READABLE) | Q(review__finished_at=None)
    rows = list(theirs.of_the_last_round().filter(in_hand).order_by("submission").select_related("submission"))
    for assignment in rows:
        assignment.submission = submission = workflow.locked(assignment.submission)
        assignment.handed_back_at, assignment.handed_back_by = clock.now(), by
        assignment.conflict, assignment.conflict_note = declared.kind, declared.note
        assignment.save(update_fields=["handed_back_at", "handed_back_by", "conflict", "conflict_note"])
        if submission.state in READABLE:
            ask_for_another(assignment, f"{reader} must not read {submission}: {_said(declared.kind)}.")
    theirs.filter(conflict="").update(conflict=declared.kind, conflict_note=declared.note)
    return len(rows)


def ask_for_another(assignment: Assignment, why: str) -> None:
    """A task for staff: what went back needs another reader."""
    enrollment = assignment.submission.enrollment
    staff_tasks.ask(
        enrollment.cohort,
        kind=StaffTask.Kind.CONFLICT,
        key=f"conflict/{assignment.pk}/{assignment.handed_back_at:%Y%m%d%H%M%S}",
        sentence=f"{why} Find another reader.",
        enrollment=enrollment,
        url=reverse("reviews:assigning", args=[enrollment.cohort.slug]),
    )


@transaction.atomic
def take_back(declared: DeclaredConflict, *, by: User) -> None:
    """It is no conflict any more. What was handed back because of it stays with who has it now."""
    cohort = declared.cohort
    hold(cohort)
    DeclaredConflict.objects.standing().filter(pk=declared.pk).update(taken_back_at=clock.now(), taken_back_by=by)
    for reader in _sides(declared):
        closed = Assignment.objects.standing().filter(submission__enrollment__cohort=cohort, reviewer=reader)
        open_again = closed.exclude(firm(reader, cohort, to="submission__enrollment__"))
        open_again.exclude(conflict="").update(conflict="", conflict_note="")


# Shared workplaces ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Shared:
    """That somebody of the staff works where applicants do, as both have written it."""

    person: User
    organization: str
    spelled: str
    applicants: int


def shared_workplaces(cohort: Cohort) -> list[Shared]:
    """Every reader whose organization stands on the roster, in whatever spelling. Queries: two."""
    readers = cohort.staff.reviewing().exclude(organization="").select_related("person")
    roster = cohort.enrollments.exclude(organization="").order_by("organization")
    counts = roster.values_list("organization").annotate(Count("pk"))
    found = {
        (one.person, one.organization, name, count)
        for one in readers
        for name, count in counts
        if alike(one.organization, name)
    }
    return sorted((Shared(*each) for each in found), key=lambda one: (str(one.person), one.spelled))
