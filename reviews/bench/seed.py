"""Everything of a benchmark's cohort in one transaction: all of it or nothing."""

from datetime import datetime, timedelta
from itertools import islice

from django.db import connection, transaction

from cohorts.models import Cohort
from microcred import clock
from reviews.bench import cohort as term
from reviews.bench.rows import Press
from reviews.bench.shares import shares

BATCH = 500


def sow(count: int, *, now: datetime) -> Cohort:
    """A cohort with so many submissions. The same on the same day: its clock stands at the midnight before `now`."""
    today = clock.today(term.ZONE, at=now)
    at = clock.end_of_day(today - timedelta(days=1), term.ZONE)
    with clock.fixed(at), transaction.atomic():
        cohort, staff = term.make(count, today=today)
        press, left = Press(cohort, staff, at=at), shares(count)
        while batch := list(islice(left, BATCH)):
            press.write(batch)
        press.finish()
    _tell_the_planner()
    return cohort


def _tell_the_planner() -> None:
    """So much came at once that the database would plan by old figures."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
