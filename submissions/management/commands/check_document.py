"""`check_document`: the verdict on files, or folders of them, without uploading them."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from badges.models import RequiredDocument
from submissions import checks
from submissions.checking import expected
from submissions.checks import naming
from submissions.checks.contract import verdict_of

SLOWEST = 3


class Command(BaseCommand):
    help = (
        "Say what the check finds in Word files, in words or as one JSON object a line. A folder is walked, and ends "
        "with a summary. Without --document each file is told by its content; without --last the name in the file name "
        "is taken as it is. Ends with 0 once every file has its verdict, whatever that is, and with 1 when a FILE is "
        "not there."
    )

    def add_arguments(self, parser):
        parser.add_argument("--edition", required=True, metavar="SLUG")
        parser.add_argument("--document", metavar="KEY", help="what the files are; else they tell it themselves")
        parser.add_argument("--last", help="last name of the applicant")
        parser.add_argument("--first", default="", help="first name of the applicant")
        parser.add_argument("--revised", action="store_true", help="the files answer a revision request")
        parser.add_argument("--json", action="store_true", help="one JSON object a line, and no summary")
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or a folder of them")

    def handle(self, *args, **options):
        documents = self._documents(options["edition"], options["document"])
        checker = Checker(documents, last=options["last"], first=options["first"], revised=options["revised"])
        for file in options["files"]:
            if not Path(file).is_file() and not Path(file).is_dir():
                raise CommandError(f"There is no file “{printable(file)}”.")
        self.is_table = len(options["files"]) > 1 or Path(options["files"][0]).is_dir()
        lines = []
        for path in self._files(options["files"]):
            lines.append(as_line(path, checker.check(Path(path))))
            self.stdout.write(self._shown(lines[-1], as_json=options["json"]))
        if self.is_table and not options["json"]:
            self.stdout.write(summary(lines))

    def _documents(self, edition: str, key: str | None) -> list[RequiredDocument]:
        documents = list(
            RequiredDocument.objects.filter(edition__slug=edition).select_related("edition__badge__program")
        )
        found = [one for one in documents if key in (None, one.key)]
        if not found:
            keys = ", ".join(one.key for one in documents) or "none: is the edition loaded?"
            raise CommandError(f"“{edition}” has no document{f' “{key}”' if key else 's'}. Known: {keys}.")
        return found

    def _files(self, given: list[str]) -> Iterator[str]:
        """Every file, those of folders in order. What is left out of a folder is told on the side."""
        for file in given:
            if not Path(file).is_dir():
                yield file
                continue
            for path in walked(file):
                if why := left_out(path, folder=file):
                    self.stderr.write(f"Left out: {printable(path)} ({why})")
                else:
                    yield path

    def _shown(self, line: dict, *, as_json: bool) -> str:
        if as_json:
            return whole(json.dumps(line, ensure_ascii=False))
        return in_one_line(line) if self.is_table else in_words(line)


class Checker:
    """Checks files against one document of an edition, or against the one of its documents that they are."""

    def __init__(self, documents: list[RequiredDocument], *, last: str | None, first: str, revised: bool):
        self.is_anonymous = last is None
        about = {"last": last or "", "first": first if last else "", "revised": revised}
        self.expectations = {one.key: expected(one, **about) for one in documents}

    def check(self, path: Path) -> checks.Examination:
        key = self._guess(path.name)
        found = self._examine(path, key)
        if found.kind in self.expectations and found.kind != key:
            found = self._examine(path, found.kind)
        return nameless(found, path.name) if self.is_anonymous else found

    def _examine(self, path: Path, key: str) -> checks.Examination:
        return checks.examine(path, replace(self.expectations[key], received_name=path.name))

    def _guess(self, name: str) -> str:
        """The document that the name speaks of, or the first."""
        said = naming.fold(name)
        slots = [one.slot for one in self.expectations.values()]
        named = (slot.key for slot in slots for title in slot.titles if naming.fold(title) in said)
        return next(named, slots[0].key)


def nameless(found: checks.Examination, name: str) -> checks.Examination:
    """Without what is said of the name: nobody knows whose file it is."""
    findings = tuple(one for one in found.findings if one.code != "ok.name" and not one.code.startswith("name."))
    return replace(found, findings=findings, verdict=verdict_of(findings), canonical_name=name)


def walked(folder: str) -> Iterator[str]:
    """Every file below `folder`, in order; links to folders are not followed."""
    for place, folders, files in os.walk(folder):
        folders.sort()
        yield from (os.path.join(place, name) for name in sorted(files))


def left_out(path: str, *, folder: str) -> str:
    """Why this is no file to check, or nothing."""
    below = Path(os.path.relpath(path, folder))
    if any(part.startswith(".") for part in below.parts):
        return "hidden"
    if below.name.startswith("~$"):
        return "the lock file of a document that is open"
    return "" if os.path.islink(path) or os.path.isfile(path) else "not a file"


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


def in_words(line: dict) -> str:
    findings = [f"  {one['level']}: {printable(one['sentence'])}" for one in line["findings"]]
    name = f"  our name for it: {printable(line['canonical_name'])}"
    return "\n".join([f"{printable(line['file'])}: {line['verdict']}", *findings, name])


def in_one_line(line: dict) -> str:
    """Verdict, file, and the first thing that speaks against it."""
    against = next((one for one in line["findings"] if one["level"] == line["verdict"]), None)
    return f"{line['verdict']:<8} {printable(line['file'])}{': ' + printable(against['sentence']) if against else ''}"


def summary(lines: list[dict]) -> str:
    """How many of each verdict and of each finding, and which files took longest."""
    verdicts = Counter(line["verdict"] for line in lines)
    codes = Counter(one["code"] for line in lines for one in line["findings"] if one["level"] != "ok")
    slowest = sorted(lines, key=lambda line: -line["seconds"])[:SLOWEST]
    counted = ", ".join(f"{verdicts[name]} {name}" for name in ("ready", "advice", "unread", "blocked"))
    return "\n".join(
        [
            "",
            f"{len(lines)} files: {counted}",
            *(f"{number:>6}  {code}" for code, number in sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))),
            "slowest:",
            *(f"{line['seconds']:>6.2f} s  {line['peak_mib']:.0f} MiB  {printable(line['file'])}" for line in slowest),
        ]
    )


def printable(text: str) -> str:
    """On one line, whatever bytes a file system holds."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def whole(text: str) -> str:
    """Writable in UTF-8; bytes that are no text appear as JSON's own escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
