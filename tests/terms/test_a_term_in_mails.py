"""A whole term with 44 applicants, and nobody writes an e-mail: everything that is owed leaves, and nothing else."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from microcred.models import Message
from tests.terms import page
from tests.terms.oracle import AWAKE_FROM, AWAKE_UNTIL, EASTERN, Oracle, Owed
from tests.terms.play import Play
from tests.terms.script import Script, instant

HOURS = (2, 7, 12, 15, 19, 22)
REMINDER = "reminder-"

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def ticks(script: Script, owed: Iterable[Owed]) -> set[datetime]:
    """When the sweeps run: with what people do, as something falls due, an hour before reminders, and on each day."""
    found = set(script.instants)
    for mail in owed:
        found.add(mail.at)
        if any(kind.startswith(REMINDER) for kind in mail.kinds):
            found.add(mail.at - timedelta(hours=1))
    days = {at.astimezone(EASTERN).date() for at in found}
    every_day = (instant("08-28 09:00") + timedelta(days=number) for number in range(205))
    return found | {at.replace(hour=HOURS[at.day % len(HOURS)]) for at in every_day if at.date() not in days}


def test_what_leaves_is_what_is_owed(mailbox, request):
    """One play, for it takes its time: what left is compared with the oracle's word, the mailbox and the page."""
    script = Script()
    owed = Oracle(script).owed()

    Play(script).play(ticks(script, owed))

    left = what_left()
    assert tally(left) == tally(owed)
    addresses = Message.objects.filter(state=Message.State.SENT).values_list("address", flat=True)
    assert Counter(mail.to[0] for mail in mailbox) == Counter(addresses)
    assert Message.objects.waiting().count() == 0
    reminders = [mail for mail in left if any(kind.startswith(REMINDER) for kind in mail.kinds)]
    assert [mail for mail in reminders if not AWAKE_FROM <= mail.local.time() < AWAKE_UNTIL] == []
    assert [day for day, many in Counter((mail.to, mail.local.date()) for mail in reminders).items() if many > 1] == []
    written = page.written(script.why)
    if request.config.getoption("--rewrite"):
        page.FILE.write_text(written, encoding="utf-8")
    assert page.FILE.read_text(encoding="utf-8") == written


def what_left() -> list[Owed]:
    rows = Message.objects.filter(state=Message.State.SENT).select_related("person")
    merged = list(Message.objects.filter(state=Message.State.MERGED).values_list("merged_into", "kind"))
    return [
        Owed(
            row.person.full_name,
            frozenset({row.kind, *(kind for into, kind in merged if into == row.pk)}),
            row.sent_at,
            row.person.zone,
        )
        for row in rows
    ]


def tally(mails: Iterable[Owed]) -> Counter:
    """How many of each there are: to whom, when, saying what."""
    return Counter((mail.to, mail.at.astimezone(EASTERN), ", ".join(sorted(mail.kinds))) for mail in mails)
