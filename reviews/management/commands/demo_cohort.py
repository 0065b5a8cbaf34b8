"""Play the demo term."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cohorts.models import Cohort
from microcred import clock
from microcred.celery import app
from reviews.demo.story import Story
from reviews.demo.term import around, fall_2023


def instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant has a zone")
    return moment


class Command(BaseCommand):
    help = "Make a cohort by the real workflow, with real Word files; the same one every time for the same instant."

    def add_arguments(self, parser):
        parser.add_argument("--applicants", type=int, default=44, metavar="N")
        parser.add_argument("--at", type=instant, default=None, metavar="ISO-TIME", help="up to when it is played")
        parser.add_argument("--term", choices=["today", "fall-2023"], default="today")

    def handle(self, *, applicants, at, term, **options):
        dates = fall_2023(at) if term == "fall-2023" else around(at or clock.now())
        if Cohort.objects.filter(slug=dates.slug).exists():
            raise CommandError(f"The cohort “{dates.slug}” is there already. Nothing was changed.")
        story = Story(dates, applicants=applicants)
        if not 1 <= applicants <= len(story.people["applicants"]):
            raise CommandError(f"The demo knows {len(story.people['applicants'])} applicants. Ask for 1 to that many.")
        # What a worker would be hurried to do, the story does itself.
        app.conf.broker_url = "memory://"
        with transaction.atomic():
            cohort = story.play()
        self.stdout.write(f"{cohort}: {cohort.enrollments.count()} applicants, evidence due {dates.evidence_due}.")
