"""Write an edition as files that people can read, and that import_edition reads again."""

from django.core.management.base import BaseCommand, CommandError

from badges.editions import export
from badges.models import Edition
from microcred.verdict import Refused


class Command(BaseCommand):
    help = "Write the edition SLUG below a folder: program.yaml, framework/ and SLUG/."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("--to", default=".", help="the folder; this one when left out")

    def handle(self, *, slug, to, **options):
        edition = Edition.objects.filter(slug=slug).first()
        if edition is None:
            known = ", ".join(Edition.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no edition “{slug}”. Known: {known}.")
        try:
            folder = export(edition, to)
        except (Refused, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(str(folder))
