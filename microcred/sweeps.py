"""One pass of every sweep, as the scheduler would do it: by hand, in the demo and in tests."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.module_loading import import_string


def run_all() -> Iterator[str]:
    """Run them one after the other in this process; yields what each was for once it is done."""
    for label, entry in settings.CELERY_BEAT_SCHEDULE.items():
        import_string(str(entry["task"]))()
        yield label
