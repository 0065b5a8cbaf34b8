"""Receiving a file: straight to disk, counted as it comes, stopped at the limit."""

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Stops reading a request whose file grows past the limit, so that nothing larger ever lies on disk."""
