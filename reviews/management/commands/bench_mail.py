"""Measure how fast the outbox hands mail over: `bench_mail --out FILE [--mails 1000]`."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand

from reviews.bench import handoff


class Command(BaseCommand):
    help = (
        "Send mails through the outbox and over one bare connection, to the server of EMAIL_URL. It empties the table."
    )

    def add_arguments(self, parser):
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--mails", type=int, default=1000)

    def handle(self, *, out: Path, mails: int, **options):
        out.write_text(json.dumps(handoff.measure(mails=mails)))
