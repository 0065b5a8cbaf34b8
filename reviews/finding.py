"""Finding a person among those of one's own cohorts, however the name is spelled."""

from difflib import SequenceMatcher

from django.db.models import F, Q, QuerySet

from cohorts.models import Cohort, Enrollment
from reviews import people
from submissions.checks.naming.words import fold

MOST = 20  # shown of those found
CANDIDATES = 500  # read for a name that nobody has
NEAR = 0.72
STEM = 2  # first letters that a slip of the pen leaves


def anywhere(ours: QuerySet[Cohort], words: str) -> list[Enrollment]:
    """Those that have every word; where they are now stands before where they were."""
    found = people.found(Enrollment.objects.filter(cohort__in=ours), words)
    newest = found.select_related("person", "cohort").order_by(
        "person__last_name", "person__first_name", F("cohort__opened_at").desc(nulls_last=True), "pk"
    )
    return list(newest[:MOST])


def near(found: QuerySet[Enrollment], words: str) -> list[Enrollment]:
    """Those whose name comes near, best first, when nobody has it as it was typed. Queries: one."""
    asked = [word for word in words.split() if len(word) > STEM]
    starts = Q(pk=None)
    for word in asked:
        starts |= Q(person__last_name__istartswith=word[:STEM]) | Q(person__first_name__istartswith=word[:STEM])
    candidates = found.filter(starts).select_related("person", "cohort").order_by("-pk")[:CANDIDATES]
    ranked = [(_likeness(asked, each), each) for each in candidates]
    best = sorted((pair for pair in ranked if pair[0] >= NEAR), key=lambda pair: -pair[0])
    return [each for _, each in best[:5]]


def _likeness(asked: list[str], enrollment: Enrollment) -> float:
    """How near each word comes to a name, taken together."""
    names = [fold(name) for name in (enrollment.person.first_name, enrollment.person.last_name)]
    best = [max(SequenceMatcher(None, fold(word), name, autojunk=False).ratio() for name in names) for word in asked]
    return sum(best) / len(best)
