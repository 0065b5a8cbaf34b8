"""Load an edition, or a library of them, from files that people can read."""

from django.core.management.base import BaseCommand, CommandError

from badges.editions import EditionFault, load_all
from microcred.verdict import Refused


class Command(BaseCommand):
    help = "Load the edition in PATH (a folder with edition.yaml), or every edition of the library in PATH."

    def add_arguments(self, parser):
        parser.add_argument("path")

    def handle(self, *, path, **options):
        try:
            editions = load_all(path)
        except (EditionFault, Refused) as problem:
            raise CommandError(f"Nothing was loaded.\n{problem}") from problem
        for edition in editions:
            self.stdout.write(f"{edition.slug}: {edition}")
