"""Requests for a load client."""

from dataclasses import asdict

from django.core.management.base import BaseCommand

from reviews.bench.visits import visits
from reviews.bench.writing import newest, write


class Command(BaseCommand):
    help = "Write requests to each page as JSON, {page: [{method, path, cookie, body}]}, their people signed in."

    def add_arguments(self, parser):
        parser.add_argument("--out", required=True, metavar="FILE")

    def handle(self, *, out, **options):
        pages = {page: [asdict(visit) for visit in known] for page, known in visits(newest()).items()}
        write(out, pages)
        self.stdout.write(f"{sum(map(len, pages.values()))} requests to {len(pages)} pages in {out}.")
