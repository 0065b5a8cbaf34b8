"""What each page asks of the database."""

import logging
from dataclasses import asdict

from django.core.management.base import BaseCommand
from django.test.utils import override_settings

from reviews.bench import counting
from reviews.bench.visits import Visit, visits
from reviews.bench.writing import newest, write

# A count needs no broker, and is not to be refused for signing in too often.
OWN_CACHE = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "bench"}}


class Command(BaseCommand):
    help = "Write as JSON what each page costs: {page: {queries, models_built, most_repeated, bytes}}."

    def add_arguments(self, parser):
        parser.add_argument("--out", required=True, metavar="FILE")
        parser.add_argument("--cpu", action="store_true", help="the least milliseconds, too: cpu_ms, ms")
        parser.add_argument("--only", nargs="+", metavar="PAGE", help="these pages instead of all")

    @override_settings(CACHES=OWN_CACHE)
    def handle(self, *, out, cpu, only, **options):
        logging.getLogger("django_structlog").setLevel(logging.WARNING)
        known = visits(newest())
        found = {page: measured(known[page], cpu=cpu) for page in only or known}
        write(out, found)
        for page, figures in found.items():
            self.stdout.write(f"{page:<17}" + "  ".join(f"{name} {value}" for name, value in figures.items()))


def measured(known: list[Visit], *, cpu: bool) -> dict[str, float]:
    """The dearest of its visits in every respect, once a first one has loaded templates and code."""
    counting.pay(known[0])
    costs = [asdict(counting.cost(visit)) for visit in known]
    figures: dict[str, float] = {name: max(cost[name] for cost in costs) for name in costs[0]}
    if cpu and known[0].method == "GET":
        figures["cpu_ms"], figures["ms"] = (round(least, 2) for least in counting.least_ms(known[0]))
    return figures
