"""Measure a sweep of reminders on PostgreSQL: `bench_reminders --out FILE [--enrollments 100000] [--rules 6]`."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from reviews.bench import reminders


class Command(BaseCommand):
    help = "Time a sweep of reminders beside one bare INSERT … SELECT of as many rows. It empties the table of mails."

    def add_arguments(self, parser):
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--enrollments", type=int, default=100_000)
        parser.add_argument("--rules", type=int, default=6)

    def handle(self, *, out: Path, enrollments: int, rules: int, **options):
        if connection.vendor != "postgresql":
            raise CommandError("The sweep is measured on PostgreSQL only.")
        out.write_text(json.dumps(reminders.measure(enrollments=enrollments, rules=rules)))
