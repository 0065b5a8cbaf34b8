"""What the commands of a benchmark have in common: which cohort, and where the figures go."""

import json
from pathlib import Path

from django.core.management.base import CommandError

from cohorts.models import Cohort


def newest() -> Cohort:
    """The cohort seeded last."""
    seeded = Cohort.objects.filter(slug__startswith="bench-").select_related("edition__badge").order_by("-pk")
    if not (found := seeded.first()):
        raise CommandError("There is no cohort to measure. Make one with “bench_seed --submissions 300”.")
    return found


def write(out: str, found: dict) -> None:
    Path(out).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
