"""`check_document`: the verdict on files without uploading them."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from badges.models import RequiredDocument
from submissions import checks
from submissions.checking import expected


class Command(BaseCommand):
    help = "Say what the check finds in Word files, as one JSON object a line or in words."

    def add_arguments(self, parser):
        parser.add_argument("--edition", required=True, metavar="SLUG")
        parser.add_argument("--document", required=True, metavar="KEY")
        parser.add_argument("--last", required=True, help="last name of the applicant")
        parser.add_argument("--first", default="", help="first name of the applicant")
        parser.add_argument("--revised", action="store_true", help="the file answers a revision request")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args, **options):
        required = self._required(options["edition"], options["document"])
        who = {"last": options["last"], "first": options["first"], "revised": options["revised"]}
        for file in options["files"]:
            path = Path(file)
            if not path.is_file():
                raise CommandError(f"There is no file “{file}”.")
            found = checks.examine(path, expected(required, received_name=path.name, **who))
            self.stdout.write(
                json.dumps(as_line(file, found), ensure_ascii=False) if options["json"] else words(file, found)
            )

    def _required(self, edition: str, key: str) -> RequiredDocument:
        documents = RequiredDocument.objects.filter(edition__slug=edition)
        found = documents.select_related("edition__badge__program").filter(key=key).first()
        if found is None:
            known = ", ".join(documents.values_list("key", flat=True)) or "none: is the edition loaded?"
            raise CommandError(f"“{edition}” has no document “{key}”. Known: {known}.")
        return found


def as_line(file: str, found: checks.Examination) -> dict:
    return {
        "file": file,
        "verdict": found.verdict,
        "findings": [
            {"code": one.code, "level": one.level, "sentence": one.sentence, "fix": one.fix} for one in found.findings
        ],
        "canonical_name": found.canonical_name,
        "kind": found.kind,
        "answers": [{"code": one.code, "text": one.text, "words": one.words} for one in found.answers],
        "seconds": found.seconds,
        "peak_mib": found.peak_mib,
    }


def shown(line: dict) -> str:
    return json.dumps(line, ensure_ascii=False)


def words(file: str, found: checks.Examination) -> str:
    lines = [f"{file}: {found.verdict}", *(f"  {one.level}: {one.sentence}" for one in found.findings)]
    return "\n".join([*lines, f"  our name for it: {found.canonical_name}"])
