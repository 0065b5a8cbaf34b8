"""Whose work somebody must keep clear of, whatever their role. A floor above knows who is close to whom; it says so."""

from collections.abc import Callable

from django.db.models import Q, QuerySet

from cohorts.models import Cohort, Enrollment
from microcred.models import User

_rules: list[Callable[..., Q]] = []


def asks(rule: Callable[..., Q]) -> None:
    """Ask `rule(person, cohort, to="")`, too: a condition on enrollments, of any cohort when none is named."""
    _rules.append(rule)


def closed_to(person: User, cohort: Cohort | None = None) -> QuerySet[Enrollment]:
    """Those whose work is not there for `person`, their own among them. Queries: those of the rules."""
    closed = Q(person=person)
    for rule in _rules:
        closed |= rule(person, cohort, to="")
    return Enrollment.objects.filter(closed, **({"cohort": cohort} if cohort else {}))


def is_closed(enrollment: Enrollment, person: User) -> bool:
    """Whether the work of `enrollment` is not there for `person`. Queries: those of the rules, and one."""
    return closed_to(person, enrollment.cohort).filter(pk=enrollment.pk).exists()
