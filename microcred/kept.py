"""What a form brought after its sender's sign-in had ended: kept for an hour, until the same person is back.

The fields lie encrypted in the visitor's session. Whose they are tells a signed cookie that every signed-in page
renews: each sign-in makes the forms of the one before it worthless, so a form that passes the check against forgery
was made for the person of the cookie.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme

PATIENCE = timedelta(hours=1)
LIMIT_BYTES = 200_000
SECRETIVE = ("account_", "mfa_", "admin:")  # routes whose forms hold passwords and codes
_COOKIE, _SALT, _KEY = "person", "microcred.kept", "kept"


@dataclass(frozen=True)
class Kept:
    """One form: where it was sent (`path`), the page it stood on, and its fields in their order."""

    person: str
    at: str
    page: str
    path: str
    fields: list[tuple[str, str]]

    @property
    def arrived_at(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def texts(self) -> list[str]:
        """What somebody wrote: more than one word; single ones are mostly choices and numbers."""
        return [value for _, value in self.fields if len(value.split()) > 1]

    def is_over(self, now: datetime) -> bool:
        return now - self.arrived_at > PATIENCE


def know(request, response) -> None:
    """Let the browser remember who is signed in, as long as it remembers that its forms are ours."""
    if _person_before(request) != str(request.user.pk):
        response.set_signed_cookie(
            _COOKIE,
            str(request.user.pk),
            salt=_SALT,
            max_age=settings.CSRF_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def keep(request, *, page: str) -> bool:
    """Keep the fields of a signed-out POST, where there are some and where it is known whose they are.

    Not kept: what was not checked against forgery, what a script sent (it still has it), files, passwords and codes.
    """
    person, path = _person_before(request), request.get_full_path()
    is_sent_by_a_script = request.htmx or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    is_checked = getattr(request, "csrf_processing_done", False)
    is_secretive = request.resolver_match.view_name.startswith(SECRETIVE)
    if not (person and is_checked) or is_sent_by_a_script or is_secretive or request.FILES:
        return False
    sent = request.POST.lists()
    fields = [(name, value) for name, values in sent for value in values if name != "csrfmiddlewaretoken"]
    plain = json.dumps(asdict(Kept(person, request.arrived_at.isoformat(), page, path, fields))).encode()
    if len(plain) > LIMIT_BYTES or not any(value for _, value in fields) or not (_is_ours(page) and _is_ours(path)):
        return False
    request.session[_KEY] = _lock().encrypt(plain).decode()
    return True


def of(request) -> Kept | None:
    """What is kept for the person who is signed in now; what was another's, or is too old, is dropped by this."""
    found = _opened(request)
    is_theirs = found is not None and found.person == str(request.user.pk)
    if found and (not is_theirs or found.is_over(request.arrived_at)):
        forget(request)
    return found if is_theirs else None


def forget(request) -> None:
    request.session.pop(_KEY, None)


def forget_if_taken(request) -> None:
    """Once the form itself arrived where it was sent, nobody needs the kept one."""
    found = _opened(request)
    if found and found.path == request.get_full_path():
        forget(request)


def _opened(request) -> Kept | None:
    try:
        return Kept(**json.loads(_lock().decrypt(request.session.get(_KEY, ""))))
    except InvalidToken:
        return None


def _person_before(request) -> str:
    """The key of who was last signed in with this browser, or nothing."""
    return request.get_signed_cookie(_COOKIE, default="", salt=_SALT)


def _is_ours(path: str) -> bool:
    """`//elsewhere.example/` is a path to us and another site to a browser."""
    return url_has_allowed_host_and_scheme(path, allowed_hosts=None)


def _lock() -> Fernet:
    return Fernet(urlsafe_b64encode(salted_hmac(_SALT, "", algorithm="sha256").digest()))
