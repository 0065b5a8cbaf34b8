"""Mail that came back: what a mail server reports of it (RFC 3464), and what is kept of that."""

import re
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.utils import parseaddr

from microcred import clock
from microcred.models import Message as OwedMessage
from microcred.models import User

OUR_ID = re.compile(r"<(\d+)\.\d{14}@")
FOR_GOOD = "5"


@dataclass(frozen=True)
class Failure:
    """One address that mail could not be delivered to for good, why, and which of our messages it was."""

    address: str
    why: str
    message: int | None


def failures(report: EmailMessage) -> list[Failure]:
    """What a delivery report says. A delay, or mail that was delivered, is no failure; nor is any other mail."""
    status = next((part for part in report.walk() if part.get_content_type() == "message/delivery-status"), None)
    blocks = status.get_payload() if status is not None else []
    found = (_failure(block, _ours(report)) for block in blocks if isinstance(block, Message))
    return [failure for failure in found if failure]


def _failure(block: Message, message: int | None) -> Failure | None:
    failed = block.get("Action", "").strip().lower() == "failed"
    code = block.get("Status", "").strip()
    recipient = block.get("Original-Recipient") or block.get("Final-Recipient") or ""
    address = parseaddr(recipient.partition(";")[2])[1]
    if not (failed and code.startswith(FOR_GOOD) and address):
        return None
    return Failure(address, " ".join(block.get("Diagnostic-Code", code).partition(";")[2].split()) or code, message)


def _ours(report: EmailMessage) -> int | None:
    """The number of our message that the report brings back, by its Message-ID."""
    for part in report.walk():
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822"):
            payload = part.get_payload()
            if found := OUR_ID.search(str(payload[0] if isinstance(payload, list) else payload)):
                return int(found[1])
    return None


def keep(failure: Failure) -> bool:
    """Note that mail to the address comes back; false when nobody has it. Queries: two."""
    if failure.message:
        reason = f"It came back: {failure.why}"[:200]
        OwedMessage.objects.filter(pk=failure.message, address__iexact=failure.address).update(reason=reason)
    theirs = User.objects.filter(email__iexact=failure.address)
    return bool(theirs.filter(mail_bounced_at=None).update(mail_bounced_at=clock.now()) or theirs.exists())


def clear(person: User) -> None:
    """Mail to `person` is sent again, also what waits, to the address that they have now."""
    person.mail_bounced_at = None
    person.save(update_fields=["mail_bounced_at"])
    OwedMessage.objects.waiting().filter(person=person).exclude(cohort_slug="").update(address=person.email)
