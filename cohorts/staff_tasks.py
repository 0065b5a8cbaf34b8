"""What only a person can do: asked for once, however often the machine meets it."""

from collections.abc import Iterable

from cohorts.models import Cohort, Enrollment, StaffTask
from microcred import clock
from microcred.models import User


def ask(
    cohort: Cohort, *, kind: str, key: str, sentence: str, enrollment: Enrollment | None = None, url: str = ""
) -> StaffTask:
    """Put `sentence` on the list of the cohort's staff; a task with this key stays as it is, done or not."""
    task, _ = StaffTask.objects.get_or_create(
        cohort=cohort, key=key, defaults={"kind": kind, "sentence": sentence, "enrollment": enrollment, "url": url}
    )
    return task


def done(task: StaffTask, *, by: User) -> None:
    """Take the task off the list; who came first stays written."""
    StaffTask.objects.open().filter(pk=task.pk).update(done_at=clock.now(), done_by=by)


def forget(cohort: Cohort, keys: Iterable[str]) -> None:
    """Take what nobody needs to do any more off the list; what was done stays written."""
    StaffTask.objects.open().filter(cohort=cohort, key__in=keys).delete()
