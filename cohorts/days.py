"""Which days a calendar of ours takes: a slip of the year would stop everything that is worked out from it."""

from datetime import date

from django.core.exceptions import ValidationError

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def validate_day(day: date) -> None:
    if not EARLIEST <= day <= LATEST:
        raise ValidationError(f"Choose a day between {EARLIEST.year} and {LATEST.year}.")
