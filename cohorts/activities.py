"""What of the directions an applicant has done, by their own word."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from badges.models import Activity, Edition
from cohorts.models import ActivityMark, Enrollment
from microcred import clock


@dataclass(frozen=True)
class Item:
    activity: Activity
    is_done: bool


@dataclass
class Group:
    """Activities that belong together, under one heading."""

    name: str
    items: list[Item] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(item.is_done for item in self.items)

    @property
    def is_done(self) -> bool:
        return all(item.is_done for item in self.items)

    @property
    def is_optional(self) -> bool:
        return not any(item.activity.is_required for item in self.items)


@dataclass
class Checklist:
    groups: list[Group]

    @property
    def required(self) -> list[Item]:
        return [item for group in self.groups for item in group.items if item.activity.is_required]

    @property
    def done(self) -> int:
        return sum(item.is_done for item in self.required)

    @property
    def of(self) -> int:
        return len(self.required)

    @property
    def left(self) -> list[Item]:
        return [item for item in self.required if not item.is_done]


def checklist(enrollment: Enrollment, *, ready: Collection[int] = ()) -> Checklist:
    """The activities of the cohort's edition in groups; one that hands in a document is done when that is `ready`.

    `ready`: primary keys of the required documents. Queries: two.
    """
    done = set(ActivityMark.objects.filter(enrollment=enrollment).values_list("activity", flat=True))
    activities = Activity.objects.filter(edition=enrollment.cohort.edition_id).order_by("position")
    return _grouped(Item(one, one.document_id in ready if one.document_id else one.pk in done) for one in activities)


def unmarked(edition: Edition) -> Checklist:
    """The same for somebody who has done nothing yet. Queries: one."""
    return _grouped(Item(one, is_done=False) for one in edition.activities.order_by("position"))


def _grouped(items: Iterable[Item]) -> Checklist:
    return Checklist(
        [Group(name, list(several)) for name, several in groupby(items, key=lambda item: item.activity.group)]
    )


def marks(enrollments: Iterable[Enrollment]) -> dict[int, dict[int, datetime]]:
    """By enrollment, when each activity was marked done. Queries: one."""
    found: dict[int, dict[int, datetime]] = {enrollment.pk: {} for enrollment in enrollments}
    for mark in ActivityMark.objects.filter(enrollment__in=found):
        found[mark.enrollment_id][mark.activity_id] = mark.done_at
    return found


def done(enrollment: Enrollment, activity: Activity) -> None:
    """Mark it done; twice keeps the first time."""
    ActivityMark.objects.get_or_create(enrollment=enrollment, activity=activity, defaults={"done_at": clock.now()})


def undone(enrollment: Enrollment, activity: Activity) -> None:
    ActivityMark.objects.filter(enrollment=enrollment, activity=activity).delete()
