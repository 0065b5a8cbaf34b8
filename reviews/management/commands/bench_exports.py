"""Measure what exports take of memory: `bench_exports --out FILE`, on a database that holds nothing else."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand

from reviews.bench import exports


class Command(BaseCommand):
    help = "Make sheets and an archive of a small cohort and of a large one, and note the most memory each held."

    def add_arguments(self, parser):
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *, out: Path, **options):
        out.write_text(json.dumps(exports.measure()))
