"""Handing out a file: always as an attachment, under a name every system takes, and always written down."""

from base64 import b64encode

from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from django.utils.http import content_disposition_header

from badges.names import canonical_name, safe_stem
from microcred.models import User
from submissions.models import CleanCopy, DocumentAccess, Version


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


def _response(file: FieldFile, sha256: str, name: str) -> FileResponse:
    """Exactly these bytes, with the headers that keep them harmless and what they add up to (RFC 3230)."""
    response = FileResponse(file.open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = attachment(legal(name))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox"
    response["Digest"] = f"sha-256={b64encode(bytes.fromhex(sha256)).decode()}"
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
