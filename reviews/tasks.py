"""Thin doors for the worker. Each does no harm when it runs twice."""

from celery import shared_task

from microcred import clock


@shared_task
def tell_of_new_work() -> None:
    """Tell readers what was given to them, and of revised versions that came in."""
    from reviews import digests

    digests.tell_of_new_work(clock.now())


@shared_task
def take_from_who_left() -> None:
    """Give back what people who left the staff had to read."""
    from reviews import assigning

    assigning.take_from_who_left()


@shared_task
def release_scheduled() -> None:
    """Let out the decisions whose time has come."""
    from reviews import decisions

    decisions.release_due(clock.now())


@shared_task
def make_export(pk: int) -> None:
    from reviews.exports import jobs
    from reviews.exports.models import Export

    if export := Export.objects.filter(pk=pk).first():
        jobs.make(export)


@shared_task
def make_waiting_exports() -> None:
    """Make what nobody makes, and remove files whose week is over."""
    from reviews.exports import jobs

    jobs.make_waiting(clock.now())
    jobs.remove_outdated(clock.now())
