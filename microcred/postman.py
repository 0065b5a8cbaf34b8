"""The line to the mail server: kept from mail to mail, opened anew when it drops, and what each answer of it means."""

import re
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from typing import Any

import structlog
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

log = structlog.get_logger(__name__)

MAILS_A_LINE = 100  # many servers end a connection that goes on for longer
GOING_AWAY, TOO_LARGE = 421, 552
SIGN_IN = (530, 534, 535, 538)
NOT_THE_ADDRESS = re.compile(r"\b5\.(7|2\.2|3\.)")  # policy, a full mailbox, the server itself (RFC 3463)

Deed = Callable[[], object]


class Answer(Enum):
    """What became of one mail."""

    TAKEN = "it was taken"
    LATER = "not now"
    NEVER = "not this mail, ever"
    NOBODY = "nobody has this address"
    NOT_US = "nothing that comes from us"
    DROPPED = "the line broke"


def _nothing() -> None:
    pass


class Waiting:
    """A connection that lets us do something just before a mail is handed over, and while the server takes it in."""

    before: Deed = staticmethod(_nothing)
    meanwhile: Deed = staticmethod(_nothing)

    def data(self, msg: Any) -> Any:
        self.before()
        return super().data(msg)  # type: ignore[misc]  # of the SMTP that it is mixed into

    def send(self, s: Any) -> None:
        super().send(s)  # type: ignore[misc]
        if isinstance(s, bytes):  # a mail; commands are str
            self.meanwhile()


class WaitingSMTP(Waiting, SMTP):
    pass


class WaitingSSL(Waiting, SMTP_SSL):
    pass


class Backend(EmailBackend):
    @property
    def connection_class(self):
        return WaitingSSL if self.use_ssl else WaitingSMTP


class Line:
    """A connection that is opened when it is first needed. After two drops in a row, or a refusal of us, no more."""

    def __init__(self) -> None:
        self.mail: Any = None  # a connection of whichever backend is set
        self.carried, self.drops, self.given_up, self.why = 0, 0, False, ""

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *raised) -> None:
        self._hang_up()

    def opens(self) -> bool:
        """Whether the next mail can be sent; connects when that is needed."""
        if self.carried >= MAILS_A_LINE:
            self._hang_up()
        if not self.mail and not self.given_up:
            self._dial()
        return bool(self.mail)

    def _dial(self) -> None:
        mail = get_connection()
        try:
            mail.open()
        except Exception as problem:  # whatever a mail library raises, the next sweep tries again
            self.given_up = True
            _tell("mail_server_away", problem)
        else:
            self.mail, self.carried = mail, 0

    def _hang_up(self) -> None:
        if self.mail:
            with suppress(Exception):  # a line that is dead already raises this and that
                self.mail.close()
        self.mail, self.carried = None, 0

    def send(self, email: EmailMessage, *, before: Deed, meanwhile: Deed) -> Answer:
        """Hand over one mail, not without having done what comes `before`; `why` then holds the words of the server.

        While the server takes it in, `meanwhile` is done, if the way in which mail leaves has such a moment. It must
        not raise anything: that would seem to be about this mail.
        """
        email.connection = self.mail
        wire = getattr(self.mail, "connection", None)
        if isinstance(wire, Waiting):
            wire.before, wire.meanwhile = before, meanwhile
        else:
            before()
        try:
            email.send()
        except Exception as problem:  # whatever a mail library raises must not stop the next mail
            _tell("mail_not_sent", problem)
            return self._after(meaning(problem), problem)
        self.carried, self.drops = self.carried + 1, 0
        return Answer.TAKEN

    def _after(self, answer: Answer, problem: Exception) -> Answer:
        self.why = " ".join(_words(problem).split())
        self.drops = self.drops + 1 if answer is Answer.DROPPED else 0
        self.given_up = answer is Answer.NOT_US or self.drops > 1
        if answer is Answer.DROPPED or self.given_up or not isinstance(problem, SMTPException):
            self._hang_up()
        return answer


def meaning(problem: Exception) -> Answer:
    """What a failed try says about the mail, its address, the line or us."""
    code, words = _code(problem), _words(problem)
    if code == GOING_AWAY or _is_broken_line(problem):
        return Answer.DROPPED
    if code in SIGN_IN or isinstance(problem, SMTPAuthenticationError):
        return Answer.NOT_US
    if isinstance(problem, SMTPSenderRefused):
        return Answer.NEVER if code == TOO_LARGE else Answer.NOT_US
    if isinstance(problem, SMTPRecipientsRefused) and code >= 500:
        return Answer.LATER if code == TOO_LARGE or NOT_THE_ADDRESS.search(words) else Answer.NOBODY
    if isinstance(problem, SMTPDataError) and code >= 500:
        return Answer.NEVER
    return Answer.LATER


def _is_broken_line(problem: Exception) -> bool:
    is_socket = isinstance(problem, OSError) and not isinstance(problem, SMTPException)
    return is_socket or isinstance(problem, SMTPServerDisconnected)


def _code(problem: Exception) -> int:
    if isinstance(problem, SMTPRecipientsRefused):
        return min((code for code, _ in problem.recipients.values()), default=0)
    return problem.smtp_code if isinstance(problem, SMTPResponseException) else 0


def _words(problem: Exception) -> str:
    """What the server said, with its code; nothing of the address or the mail."""
    if isinstance(problem, SMTPRecipientsRefused):
        said: bytes | str = next((words for _, words in problem.recipients.values()), b"")
    else:
        said = problem.smtp_error if isinstance(problem, SMTPResponseException) else b""
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{_code(problem)} {text}" if text else type(problem).__name__


def _tell(event: str, problem: Exception) -> None:
    """An error is for the operator: as long as it lasts, no mail leaves. The server's words may name people."""
    say = log.error if meaning(problem) is Answer.NOT_US else log.warning
    say(event, error=type(problem).__name__, code=_code(problem))
