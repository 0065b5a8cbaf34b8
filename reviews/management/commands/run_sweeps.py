"""One pass of everything that beat would start: `run_sweeps [--now 2023-11-30T09:00:00-05:00]`."""

from contextlib import nullcontext
from datetime import datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from microcred import clock
from microcred.models import Message


class Command(BaseCommand):
    help = "Run every sweep of the beat schedule once, here and now, and say what each did."

    def add_arguments(self, parser):
        parser.add_argument("--now", type=moment, help="the instant to run at, with its offset: 2023-11-30T09:00-05:00")

    def handle(self, *args, now=None, **options):
        with clock.fixed(now) if now else nullcontext():
            for name, entry in sorted(settings.CELERY_BEAT_SCHEDULE.items(), key=sends_last):
                before = tally()
                import_string(str(entry["task"]))()
                self.stdout.write(f"{name}: {in_words(before, tally())}")


def sends_last(item) -> tuple[bool, str]:
    """What the other sweeps owe leaves in the same pass."""
    name, entry = item
    return entry["task"].endswith("send_owed"), name


def moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError as problem:
        raise CommandError(f"“{text}” is no instant. Write it like 2023-11-30T09:00:00-05:00.") from problem
    if read.tzinfo is None:
        raise CommandError(f"“{text}” has no offset from UTC. Write it like 2023-11-30T09:00:00-05:00.")
    return read


def tally() -> dict[str, int]:
    """How many rows of each kind a sweep can change there are: messages, checked versions, moves."""
    from submissions.models import Version, WorkflowEvent

    return {
        "message owed": Message.objects.count(),
        "message sent": Message.objects.filter(state=Message.State.SENT).count(),
        "file checked": Version.objects.exclude(verdict=Version.Verdict.CHECKING).count(),
        "move made": WorkflowEvent.objects.count(),
    }


def in_words(before: dict[str, int], after: dict[str, int]) -> str:
    done = {what: after[what] - before[what] for what in after if after[what] > before[what]}
    said = (f"{number} {what if number == 1 else what.replace(' ', 's ', 1)}" for what, number in done.items())
    return ", ".join(said) or "nothing due"
