"""Thin doors for the worker. Each does no harm when it runs twice."""

import structlog
from celery import shared_task

from microcred import clock
from microcred.tasks import hurry

log = structlog.get_logger(__name__)

A_SWEEP = 100


@shared_task
def check_version(pk: int) -> None:
    from submissions.checking import check
    from submissions.models import Version

    if version := Version.objects.filter(pk=pk).first():
        check(version)
        hurry(make_copy, pk)  # behind the files that wait for their verdict


@shared_task
def make_copy(pk: int) -> None:
    from submissions.copies import make
    from submissions.models import Version

    if version := Version.objects.filter(pk=pk).first():
        make(version)


@shared_task
def check_waiting() -> None:
    """Check what nobody has checked: the broker lost it, or a worker died with it. The untried come first."""
    from submissions.checking import check
    from submissions.models import Version

    _each(check, Version.objects.awaiting_check(clock.now()).order_by("tries", "arrived_at", "pk"))


@shared_task
def remove_cut_uploads() -> None:
    """Remove what uploads left behind that broke off together with the process that received them."""
    from submissions.uploads import remove_cut

    remove_cut(at=clock.now())


@shared_task
def make_missing_copies() -> None:
    """Clean copies that were not made after the check: the worker died, or the file is older than they are."""
    from submissions.copies import make
    from submissions.models import Version

    _each(make, Version.objects.awaiting_copy(clock.now()).order_by("arrived_at", "pk"))


def _each(do, versions) -> None:
    """One file that cannot be fetched, or whose verdict cannot be written, must not keep the others waiting."""
    for version in versions[:A_SWEEP]:
        try:
            do(version)
        except Exception:
            log.exception("version_not_done", version=version.pk, verb=do.__name__)


@shared_task
def start_due_reviews() -> None:
    """Start the review of what was handed in, once nothing more can be replaced."""
    from submissions.sweeps import start_due_reviews as start

    start(at=clock.now())
