"""Handing out a file: always as an attachment, under a name every system takes, and always written down."""

from django.http import FileResponse
from django.utils.http import content_disposition_header

from badges.names import safe_stem
from microcred.models import User
from submissions.models import DocumentAccess, Version


def as_attachment(version: Version, *, person: User, role: str, name: str) -> FileResponse:
    """The file as it came, under `name` made legal on Windows. The caller has asked whether `person` may."""
    log(version, person, role, DocumentAccess.Form.ORIGINAL)
    response = FileResponse(version.file.open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = attachment(legal(name))
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
    return f"{safe_stem(stem)}.{ending}" if dot and ending.isalnum() else f"{safe_stem(name)}.docx"
