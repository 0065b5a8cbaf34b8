"""A cohort of any size, for measuring."""

from django.core.management.base import BaseCommand, CommandError

from cohorts.models import Cohort
from microcred import clock
from reviews.bench import seed
from reviews.bench.cohort import slug_of
from reviews.bench.shares import QUEUES, READINGS, REVIEWERS, queue_lengths


class Command(BaseCommand):
    help = "Make a cohort with N submissions, read by 20 reviewers, in bulk; for a database that is only measured."

    def add_arguments(self, parser):
        parser.add_argument("--submissions", type=int, required=True, metavar="N")

    def handle(self, *, submissions, **options):
        if submissions < 1:
            raise CommandError("Ask for one submission at least.")
        if Cohort.objects.filter(slug=slug_of(submissions)).exists():
            self.stdout.write(f"The cohort “{slug_of(submissions)}” is there already. Nothing was changed.")
            return
        cohort = seed.sow(submissions, now=clock.now())
        self.stdout.write(f"{cohort}: {submissions} submissions, {REVIEWERS} reviewers, {READINGS} reviews each.")
        if (lengths := queue_lengths(submissions)) != QUEUES:
            self.stdout.write(
                f"The long queues hold {lengths[0]} and {lengths[1]}; for 50 and 250 ask for 300 submissions."
            )
