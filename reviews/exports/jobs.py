"""From what was asked for to a file: claimed with a lease, tried three times at most, kept for a week.

A worker that dies leaves a lease that runs out; the next sweep begins the file anew. What was written so far lay in a
temporary file, and went with the worker; what was on its way into the store is named by the row, and removed.
"""

import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import BinaryIO

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.template import Engine

from cohorts import mailing
from cohorts.models import Cohort
from microcred import clock, outbox
from microcred.models import User
from microcred.tasks import hurry
from microcred.verdict import Refused
from reviews.exports import archives, spreadsheets, tables
from reviews.exports.making import A_BATCH, Work
from reviews.exports.models import Export
from submissions.models import new_key

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)  # renewed with every count
AGAIN_IN = timedelta(seconds=30)

Kind, Form = Export.Kind, Export.Form
TABLES: dict[str, Callable[[Work], tables.Table]] = {
    Kind.ROSTER: tables.roster,
    Kind.SCORES: tables.scores,
    Kind.LOG: tables.log,
}
FORMS: dict[str, tuple[Export.Form, ...]] = dict.fromkeys(TABLES, (Form.CSV, Form.XLSX)) | dict.fromkeys(
    (Kind.ORIGINALS, Kind.COPIES), (Form.ZIP,)
)


class TakenOver(Exception):
    """Another worker has the export now: this one stops."""


def ask(cohort: Cohort, *, kind: str, form: str, by: User, narrowed_to: Mapping[str, str] | None = None) -> Export:
    """Have a file made. What somebody asked for and is not made yet is asked for once.

    Raises: Refused, for a kind that does not come in that form.
    """
    if form not in FORMS.get(kind, ()):
        raise Refused("Choose what you need, and as which kind of file.")
    asked = {"cohort": cohort, "kind": kind, "form": form, "asked_by": by, "narrowed_to": dict(narrowed_to or {})}
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=by.pk)
        export = Export.objects.waiting().filter(**asked).first() or Export.objects.create(**asked)
        transaction.on_commit(lambda: _hurry(export.pk))
    return export


def ask_again(export: Export) -> None:
    """Try anew what was given up. Raises: Refused, when it is being made, or was made."""
    given_up = Export.objects.filter(pk=export.pk, failed_at__isnull=False)
    if not given_up.update(failed_at=None, tries=0, done=0, total=0, leased_until=None):
        raise Refused("This export was asked for again already.")
    transaction.on_commit(lambda: _hurry(export.pk))


def _hurry(pk: int) -> None:
    from reviews.tasks import make_export  # the door for the worker opens from above

    hurry(make_export, pk)


def make(export: Export) -> None:
    """Make its file; nothing happens when it has one, or is in other hands."""
    claimed = claim(export)
    if claimed is None:
        return
    _remove_begun(claimed)
    if claimed.tries > Export.MAX_TRIES:
        _give_up(claimed)
        return
    try:
        with tempfile.TemporaryFile() as into:
            work = Work(claimed, _reporter(claimed))
            _write(work, into)
            _keep(work, into)
    except TakenOver:
        log.info("export_taken_over", export=claimed.pk)
    except Exception:
        log.exception("export_not_made", export=claimed.pk, tries=claimed.tries)
        _remove_begun(claimed)
        _try_again(claimed)


def claim(export: Export) -> Export | None:
    """Take it in hand; the try is counted before anything is written."""
    at = clock.now()
    mine = Export.objects.in_nobodys_hands(at).filter(pk=export.pk)
    if not mine.update(leased_until=at + LEASE, tries=F("tries") + 1):
        return None
    return Export.objects.select_related("cohort__edition__badge", "asked_by").get(pk=export.pk)


def _held(export: Export):
    """The row, as long as it is in these hands."""
    return Export.objects.waiting().filter(pk=export.pk, tries=export.tries)


def _reporter(export: Export) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        if not _held(export).update(done=done, total=total, leased_until=clock.now() + LEASE):
            raise TakenOver
        export.done, export.total = done, total

    return report


def _write(work: Work, into: BinaryIO) -> None:
    export = work.export
    if export.form == Form.ZIP:
        archives.documents(work, into)
        return
    table = TABLES[export.kind](work)
    spreadsheets.WRITERS[export.form](table.heads, table.rows, into)


def _keep(work: Work, made: BinaryIO) -> None:
    """Store the bytes, then say so and owe the mail; a file that nobody waits for any more goes again."""
    export, content, key = work.export, File(made), new_key()
    if not _held(export).update(file=key):
        raise TakenOver
    size = content.size
    default_storage.save(key, content)
    with transaction.atomic():
        is_kept = _held(export).update(size_bytes=size, made_at=clock.now(), leased_until=None, missed=work.missed)
        if is_kept:
            _hold(export, work.held)
            _tell(export, "export_made")
        else:
            transaction.on_commit(lambda: default_storage.delete(key))


def _remove_begun(export: Export) -> None:
    """What a try that came to nothing had put into the store."""
    if begun := _held(export).exclude(file="").first():
        default_storage.delete(begun.file.name)
        _held(export).update(file="")


def _hold(export: Export, versions: set[int]) -> None:
    through = Export.versions.through
    rows = [through(export_id=export.pk, version_id=version) for version in sorted(versions)]
    through.objects.bulk_create(rows, batch_size=A_BATCH)


def _try_again(export: Export) -> None:
    if export.tries >= Export.MAX_TRIES:
        _give_up(export)
    else:
        _held(export).update(leased_until=clock.now() + AGAIN_IN)


@transaction.atomic
def _give_up(export: Export) -> None:
    if _held(export).update(failed_at=clock.now(), leased_until=None):
        _tell(export, "export_failed")


def _tell(export: Export, letter: str) -> None:
    """A mail to whoever asked: they may have left the page long ago."""
    source = Engine.get_default().get_template(f"mail/{letter}.md").source
    subject, _, body = source.partition("\n")
    values = {
        "export": str(export),
        "counted": export.counted,
        "days": Export.KEPT.days,
        "link": mailing.address(export.get_absolute_url()),
    }
    mail = mailing.compose(
        export.cohort, export.asked_by, subject=subject, body=body, kind=letter.replace("_", "-"),
        key=f"{letter}/{export.ref}/{clock.now():%Y%m%d%H%M%S}", values=values,
    )  # fmt: skip
    outbox.owe([mail])


# Sweeping ------------------------------------------------------------------------------------------------------------
def make_waiting(at: datetime) -> None:
    """Make what the broker lost, or a worker died with; those tried least come first."""
    for export in Export.objects.in_nobodys_hands(at).order_by("tries", "asked_at", "pk"):
        make(export)


def remove_outdated(at: datetime) -> None:
    """Files whose week is over go; that they were made, and who took them, stays written."""
    for export in Export.objects.outdated(at):
        default_storage.delete(export.file.name)
        Export.objects.filter(pk=export.pk).update(file="", removed_at=at)
