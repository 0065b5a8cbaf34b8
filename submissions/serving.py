"""Handing out a file: as an attachment under a name every system takes, or a picture of it; and writing that down."""

from base64 import b64encode
from datetime import timedelta
from typing import TypeVar

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from badges.names import canonical_name, safe_stem
from microcred import clock
from microcred.models import User
from submissions.checks.cleaning.pictures import SHOWN_BY_BROWSERS
from submissions.models import CleanCopy, DocumentAccess, Version

Response = TypeVar("Response", bound=HttpResponseBase)


def as_attachment(version: Version, *, person: User, role: str, name: str) -> FileResponse:
    """The file as it came, under `name` made legal on Windows. The caller has asked whether `person` may."""
    log(version, person, role, DocumentAccess.Form.ORIGINAL)
    return _response(version.file, version.sha256, name)


def copy_as_attachment(copy: CleanCopy, *, person: User, role: str) -> FileResponse:
    """The clean copy of a file. The caller has asked whether `person` may. Queries: version, slot and submission."""
    log(copy.version, person, role, DocumentAccess.Form.CLEAN)
    return _response(copy.file, copy.sha256, name_of(copy))


def name_of(copy: CleanCopy) -> str:
    """Its file name: where names stay hidden, with the reference of the submission in their place."""
    version = copy.version
    if not copy.is_nameless:
        return version.filed_as
    reference, title = version.document.submission.reference, version.document.required.title
    return canonical_name(reference, "", title, revised=version.round_number > 1)


ONE_SITTING = timedelta(minutes=30)  # a page fetches its pictures one by one, and again when they are enlarged


def picture(copy: CleanCopy, mark: str, *, person: User, role: str) -> HttpResponse:
    """A picture of an answer, from the clean copy. The caller has asked whether `person` may. Queries: one, or two.

    Raises: Http404, when the copy has none of that mark.
    """
    found = copy.pictures.get(mark)
    if found is None or found["type"] not in SHOWN_BY_BROWSERS:
        raise Http404
    _log_once_a_sitting(copy.version, person, role)
    with copy.file.open("rb") as file:
        file.seek(found["begins"])
        response = HttpResponse(file.read(found["size_bytes"]), content_type=found["type"])
    response["Content-Disposition"] = "inline"
    return _kept_harmless(response)


def _log_once_a_sitting(version: Version, person: User, role: str) -> None:
    about = {"version": version, "person": person, "role": role, "form": DocumentAccess.Form.PICTURES}
    if not DocumentAccess.objects.filter(**about, at__gt=clock.now() - ONE_SITTING).exists():
        DocumentAccess.objects.create(**about)


def _response(file: FieldFile, sha256: str, name: str) -> FileResponse:
    """Exactly these bytes, with what they add up to (RFC 3230)."""
    response = FileResponse(file.open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = attachment(legal(name))
    response["Digest"] = f"sha-256={b64encode(bytes.fromhex(sha256)).decode()}"
    return _kept_harmless(response)


def _kept_harmless(response: Response) -> Response:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox"
    return response


def attachment(name: str) -> str:
    """The header of RFC 6266 that makes a browser save a file as `name`."""
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


def log(version: Version, person: User, role: str, form: str) -> None:
    """One row for one reading."""
    DocumentAccess.objects.create(version=version, person=person, role=role, form=form)


def legal(name: str) -> str:
    """`name` without what Windows refuses; an ending that is not .docx stays, so that a PDF comes back as one."""
    stem, dot, ending = name.rpartition(".")
    return f"{safe_stem(stem)}.{ending}" if dot and ending.isalnum() and len(ending) < 12 else f"{safe_stem(name)}.docx"
