"""Write the Word templates of an edition."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from badges.models import Edition
from badges.specs import documents_of, template_of


class Command(BaseCommand):
    help = "Write the Word templates of the edition into a folder, filled in with a name when one is given."

    def add_arguments(self, parser):
        parser.add_argument("--edition", required=True, metavar="SLUG")
        parser.add_argument("--to", required=True, metavar="DIR")
        parser.add_argument("--last", default="", help="last name")
        parser.add_argument("--first", default="", help="first name")

    def handle(self, *, edition, to, last, first, **options):
        found = Edition.objects.filter(slug=edition).first()
        if found is None:
            known = ", ".join(Edition.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no edition “{edition}”. Known: {known}.")
        folder = Path(to)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for document in documents_of(found):
                name, content = template_of(document, last=last, first=first)
                (folder / name).write_bytes(content)
                self.stdout.write(str(folder / name))
        except OSError as problem:
            raise CommandError(f"“{folder}” cannot be written: {problem.strerror}.") from problem
