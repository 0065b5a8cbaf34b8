"""Signs that tell whose they are, in every field that could tell it, and a search for them in all that leaves.

A canary is found as it stands, in any case of letters, in any part of a packed file, in a mail as it travels.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from itertools import count

from django.db import transaction
from django.test import Client

from microcred.models import User
from tests.support import factories

LINK = re.compile(rb"""(?:href|src|action|hx-get|data-src|data-poll)=["']([^"'#]+)""")
_accounts = count(918_273_645)


class Person:
    """Somebody whose every identity field holds a sign of its own."""

    def __init__(self, name: str):
        self.marks = {
            part: f"{name}{part}qx".lower()
            for part in ("first", "last", "mailbox", "host", "badgename", "lastinfiles", "firstinfiles", "district")
        }
        self.person = factories.person(
            self.marks["first"].title(),
            self.marks["last"].title(),
            pk=next(_accounts),
            email=f"{self.marks['mailbox']}@{self.marks['host']}.example.org",
            name_on_badge=self.marks["badgename"],
            last_name_for_files=self.marks["lastinfiles"],
            first_name_for_files=self.marks["firstinfiles"],
        )
        self.marks["account"] = str(self.person.pk)

    def within(self, content: bytes) -> set[str]:
        """Which of their signs are in `content`."""
        text = b"\n".join(unpacked(content)).lower()
        return {part for part, mark in self.marks.items() if mark.encode() in text or mark.encode("utf-16-le") in text}


def unpacked(content: bytes) -> Iterator[bytes]:
    """`content`, and all that is packed in it, with the names it is packed under."""
    yield content
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                yield entry.filename.encode() + entry.comment + entry.extra
                yield from unpacked(archive.read(entry))


def of_mail(mail) -> bytes:
    """A mail as it travels, and each of its parts as it is read."""
    raw = mail.message().as_bytes()
    parts = (part.get_payload(decode=True) or b"" for part in message_from_bytes(raw).walk())
    return b"\n".join([raw, *parts])


def of_answer(answer) -> bytes:
    """Status line, headers, cookies and body, as the browser gets them."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.items())
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return b"\n".join([headers.encode(), answer.cookies.output().encode(), *unpacked(body)])


# Everywhere ----------------------------------------------------------------------------------------------------------
def crawl(person: User, start: Iterable[tuple[str, str]], *, in_parts: bool) -> Iterator[tuple[str, bytes]]:
    """What `person` gets from each of `start` (method, address), and from all that leads on from there.

    `in_parts`: what they are shown is asked for as htmx does, too. What a request does is undone.
    """
    client = Client()
    client.force_login(person)
    waiting, known = list(start), set(start)
    while waiting:
        method, address = waiting.pop()
        answer, content = _ask(client, method, address)
        yield f"{method} {address}", content
        if in_parts and answer.status_code == 200:
            yield f"{method} {address} for htmx", _ask(client, method, address, HTTP_HX_REQUEST="true")[1]
        new = {("GET", link) for link in _onward(answer, content)} - known
        known |= new
        waiting += new


def _ask(client: Client, method: str, address: str, **headers: str):
    with transaction.atomic():
        answer = client.generic(method, address, **headers)
        content = of_answer(answer)
        transaction.set_rollback(True)
    return answer, content


def _onward(answer, content: bytes) -> Iterator[str]:
    """Where an answer leads, on our own site."""
    found = [link.decode().replace("&amp;", "&") for link in LINK.findall(content)]
    for link in [answer.get("Location", ""), *found]:
        if link.startswith("/") and not link.startswith("/static/"):
            yield link
