"""Taking the file of an export: who may, under which name, and what is written down of it."""

from typing import NamedTuple

from django.db import transaction
from django.http import FileResponse

from microcred import clock
from microcred.models import User
from microcred.verdict import ALLOWED, Verdict
from reviews import conflicts
from reviews.exports.making import batches
from reviews.exports.models import Export, ExportReading
from submissions.models import DocumentAccess, Submission
from submissions.serving import attachment

KIND, FORM = Export.Kind, Export.Form
READ_AS = {
    KIND.ORIGINALS: DocumentAccess.Form.ORIGINAL,
    KIND.COPIES: DocumentAccess.Form.CLEAN,
    KIND.SCORES: DocumentAccess.Form.SCORES,
}


class Offer(NamedTuple):
    """What the page offers: what the choice says of itself, and in which forms it comes."""

    kind: str
    label: str
    hint: str
    forms: tuple[tuple[str, str], ...]


SHEETS = ((FORM.CSV, "CSV"), (FORM.XLSX, "Excel (.xlsx)"))
OFFERS = (
    Offer(KIND.ROSTER, KIND.ROSTER.label, "Everyone: documents in, status, released result, badge.", SHEETS),
    Offer(KIND.SCORES, KIND.SCORES.label, "Levels and comments of finished reviews, one rubric row a line.", SHEETS),
    Offer(
        KIND.ORIGINALS, KIND.ORIGINALS.label, "The Word files that were handed in, a folder for each submission.",
        ((FORM.ZIP, "ZIP"),),
    ),
    Offer(
        KIND.COPIES, KIND.COPIES.label, "The same words without hidden data, and nameless where reviewers read blind.",
        ((FORM.ZIP, "ZIP"),),
    ),
)  # fmt: skip


def may_take(person: User, export: Export) -> Verdict:
    """Whether `person`, an admin of the cohort, may have the file. Queries: six at most."""
    if (made_at := export.made_at) is None:
        return Verdict("This export is not ready yet.")
    if export.removed_at:
        return Verdict(f"Exports are kept for {Export.KEPT.days} days. Ask for a new one.")
    if _holds_closed_work(export, person) or conflicts.said_since(made_at, person, export.cohort):
        return Verdict(
            "You are in conflict with work that is in this export. Ask for one of your own: it leaves that out."
        )
    return ALLOWED


def _holds_closed_work(export: Export, person: User) -> bool:
    """Whether work that `person` must keep clear of was open to who asked for it, or is by its files in it."""
    closed = Submission.objects.filter(conflicts.firm(person, export.cohort), enrollment__cohort=export.cohort)
    is_of_another = person.pk != export.asked_by_id
    if is_of_another and closed.exclude(conflicts.firm(export.asked_by, export.cohort)).exists():
        return True
    return closed.filter(documents__versions__exports=export).exists()


def take(export: Export, *, by: User) -> FileResponse:
    """The file as an attachment. Who took it is written down, for each document in it, too."""
    file = export.file.open("rb")
    _write_down(export, by)
    response = FileResponse(file, content_type="application/octet-stream")
    response["Content-Disposition"] = attachment(name_of(export))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox"
    return response


def name_of(export: Export) -> str:
    """`fall-2023-l2-scores-2023-12-05.csv`."""
    day = clock.today(export.cohort.zone, at=export.made_at)
    return f"{export.cohort.slug}-{export.kind}-{day}.{export.form}"


@transaction.atomic
def _write_down(export: Export, by: User) -> None:
    at = clock.now()
    ExportReading.objects.create(export=export, person=by, at=at)
    if (form := READ_AS.get(Export.Kind(export.kind))) is None:
        return
    for versions in batches(export.versions.order_by("pk").values_list("pk", flat=True).iterator()):
        DocumentAccess.objects.bulk_create(
            [DocumentAccess(version_id=version, person=by, role="admin", form=form, at=at) for version in versions]
        )
