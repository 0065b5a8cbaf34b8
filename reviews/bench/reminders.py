"""What a sweep of reminders costs beside one bare INSERT … SELECT of as many rows into the same table."""

import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from datetime import time as hour

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cohorts import reminders
from cohorts.models import Cohort, Enrollment, Event, Reminder
from microcred import clock
from microcred.models import Message, User
from reviews.bench import cohort as term
from reviews.bench.counting import peak_mib

ROUNDS = 3
DAYS_AHEAD = 3
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "Pacific/Honolulu")
BARE = """
INSERT INTO microcred_message (
    key, kind, about, cohort_slug, person_id, address, sender, thread, subject, text, html, reply_to, is_reminder,
    is_optional, attachment_name, attachment, state, reason, owed_at, due_at, useless_at, tries)
SELECT 'bare:' || rule || ':' || person.id, 'reminder-bare', 'bare', 'bare', person.id, person.email, '', '', 'Soon',
    '', '', '', true, false, '', '', 'owed', '', now(), now(), now(), 0
FROM cohorts_enrollment enrollment JOIN microcred_user person ON person.id = enrollment.person_id
CROSS JOIN generate_series(1, %s) rule WHERE enrollment.cohort_id = %s
ON CONFLICT DO NOTHING
"""


def measure(*, enrollments: int, rules: int) -> dict[str, float]:
    """Seconds of the sweep and of the bare statement, medians of rounds in turn; rows, statements, memory."""
    cohort, now = _cohort(enrollments, rules)
    sweeps, bares, again = [], [], []
    before = peak_mib()
    for _ in range(ROUNDS):
        _empty()
        with CaptureQueriesContext(connection) as statements:
            sweeps.append(_seconds(lambda: reminders.owe(now)))
        rows, many = Message.objects.count(), len(statements)
        again.append(_seconds(lambda: reminders.owe(now)))
        _empty()
        bares.append(_seconds(lambda: _bare(cohort, rules)))
    sweep, bare = statistics.median(sweeps), statistics.median(bares)
    return {
        "rows": rows, "statements": many, "sweep": sweep, "bare": bare, "again": statistics.median(again),
        "grew_mib": peak_mib() - before, "times": sweep / bare,
    }  # fmt: skip


def _cohort(enrollments: int, rules: int) -> tuple[Cohort, datetime]:
    """A cohort of that many people, all of whose rules are due at the instant that is returned, too."""
    cohort, _ = term.make(enrollments, today=clock.today(term.ZONE))
    people = [
        User(email=f"reader-{n}@bench.example.org", last_name=f"Reader {n}", zone=ZONES[n % len(ZONES)])
        for n in range(enrollments)
    ]
    User.objects.bulk_create(people, batch_size=5000)
    now = clock.now()
    rows = (Enrollment(cohort=cohort, person=person, joined_at=now) for person in people)
    Enrollment.objects.bulk_create(rows, batch_size=5000)
    due = Event.objects.get(cohort=cohort, kind=Event.Kind.EVIDENCE_DUE)
    Reminder.objects.filter(cohort=cohort).delete()
    for n in range(rules):
        Reminder.objects.create(
            cohort=cohort, key=f"rule-{n}", event_kind=due.kind, days=-DAYS_AHEAD, at=hour(9 + n), subject="Soon",
            audience=Reminder.Audience.NOT_SUBMITTED, body="Dear {{ first_name }}, due {{ due }}.",
        )  # fmt: skip
    Cohort.objects.filter(pk=cohort.pk).update(sending_paused_at=None, sending_paused_by=None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return cohort, due.ends_at - timedelta(days=DAYS_AHEAD, hours=13)


def _bare(cohort: Cohort, rules: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BARE, [rules, cohort.pk])


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE microcred_message")


def _seconds(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began
