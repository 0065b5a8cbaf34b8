"""People who go on working while the ground shakes: each sends the same thing until it is taken, and notes what was.

What was answered with a yes stands in `taken`; whatever was answered otherwise is counted in `refused`.
"""

import http.client
import threading
import time
from collections import Counter
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from submissions import uploads

TOKEN = "t" * 32
FORM = "application/x-www-form-urlencoded"
NOBODY = 0  # answered
BREATH = 0.1  # seconds between two deeds


class Line:
    """What one browser has: a session, and a way to send."""

    def __init__(self, port, person):
        client = Client()
        client.force_login(person)
        self.port, self.cookie = port, f"sessionid={client.cookies['sessionid'].value}; csrftoken={TOKEN}"

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body, kind=FORM):
        return self.send("POST", path, body, {"Content-Type": kind, "X-CSRFToken": TOKEN, "HX-Request": "true"})

    def send(self, method, path, body=None, more=None):
        """The status, and where the answer leads; `NOBODY`, where the line was cut."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request(method, path, body, {"Cookie": self.cookie, **(more or {})})
            answer = line.getresponse()
            answer.read()
            return answer.status, answer.getheader("Location") or answer.getheader("HX-Redirect") or ""
        except (http.client.HTTPException, OSError):
            return NOBODY, ""
        finally:
            line.close()


class Visitor(threading.Thread):
    """Does one thing after the other, each as often as it takes."""

    def __init__(self, line):
        super().__init__(daemon=True)
        self.line, self.taken, self.refused, self.ends = line, [], Counter(), threading.Event()

    def run(self):
        for deed in self.deeds():
            self.do(deed)
            if self.ends.is_set():
                return

    def do(self, deed):
        while True:
            status, leads_to = self.attempt(deed)
            if self.is_yes(status, leads_to):
                self.taken.append(deed)
                break
            self.refused[status] += 1
            if self.ends.wait(BREATH):
                break
        time.sleep(BREATH)


class Reviewer(Visitor):
    """Types one comment after the other into the first row of a review."""

    def __init__(self, line, review):
        super().__init__(line)
        self.path = f"/review/{review.assignment.submission.number}/q/1/"

    def deeds(self):
        yield from range(1, 10_000)

    def attempt(self, number):
        typed = {"level": 3, "comment": f"Comment {number}.", "note": "", "why": "", "version": len(self.taken)}
        return self.line.post(self.path, urlencode({f"q1-{name}": value for name, value in typed.items()}))

    def is_yes(self, status, leads_to):
        return status in (200, 204) and not leads_to


class Uploader(Visitor):
    """Adds one file after the other to slots, `(line, path, document)`: to each as many as are taken in a minute."""

    def __init__(self, slots):
        super().__init__(None)
        self.slots = slots

    def deeds(self):
        for slot in self.slots:
            for number in range(uploads.A_MINUTE):
                yield slot, f"%PDF-1.7 {slot[2].pk} {number}".encode()

    def attempt(self, deed):
        (line, path, _), content = deed
        form = {"file": SimpleUploadedFile("plan.docx", content), "again": "1"}
        return line.post(path, encode_multipart(BOUNDARY, form), MULTIPART_CONTENT)

    def is_yes(self, status, leads_to):
        return status == 302 and "/documents/" in leads_to


class Submitter(Visitor):
    """Hands in once, as soon as it is started."""

    def __init__(self, line, submission):
        super().__init__(line)
        self.submission, self.path = submission, f"/my/{submission.enrollment.cohort.slug}/submit/"

    def deeds(self):
        yield self.submission

    def attempt(self, submission):
        return self.line.post(self.path, "")

    def is_yes(self, status, leads_to):
        return status == 302 and "/receipts/" in leads_to
