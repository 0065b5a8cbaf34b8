"""What handing over mail costs beside Django's own sending of the same mails over one connection."""

import statistics
import time
from collections.abc import Callable

from django.core.mail import get_connection

from microcred import letters, outbox
from microcred.models import Message, User
from reviews.bench.counting import peak_mib

ROUNDS = 5
PEOPLE = 1000


def measure(*, mails: int) -> dict[str, float]:
    """Mails a second of the outbox and of one bare connection, medians of rounds in turn; memory after the first."""
    people = User.objects.bulk_create(
        User(email=f"to-{n}@bench.example.org", last_name=f"Reader {n}") for n in range(PEOPLE)
    )
    Message.objects.all().delete()
    ours, bares, peaks = [], [], []
    for turn in range(ROUNDS):
        outbox.owe(_letters(people, turn, mails))
        bares.append(_rate(mails, lambda: _bare(mails)))
        ours.append(_rate(mails, lambda: _all_of(mails)))
        peaks.append(peak_mib())
    Message.objects.all().delete()
    our, bare = statistics.median(ours), statistics.median(bares)
    return {
        "mails": mails, "ours": our, "bare": bare, "share": our / bare, "grew_mib": peaks[-1] - peaks[0],
    }  # fmt: skip


def _letters(people: list[User], turn: int, mails: int):
    body = "\n\n".join(f"Dear {{{{ name }}}}, this is paragraph {n} of what a letter says." for n in range(8))
    for n in range(mails):
        person = people[n % len(people)]
        letter = letters.compose("Due soon, {{ name }}", body, {"name": person.last_name})
        yield outbox.message(letter, person, key=f"bench:{turn}:{n}", kind="bench", cohort_slug="bench")


def _bare(mails: int) -> None:
    """Django's own way: the mails are there, and leave over one connection."""
    with get_connection() as line:
        sent = line.send_messages([outbox.as_email(row) for row in Message.objects.waiting()])
    assert sent == mails


def _all_of(mails: int) -> None:
    assert outbox.send_due() == mails


def _rate(mails: int, deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return mails / (time.perf_counter() - began)
