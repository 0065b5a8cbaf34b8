"""Which days are holidays, by the rules in the library."""

from calendar import SATURDAY, SUNDAY, Calendar
from datetime import date, timedelta
from functools import cache

import yaml
from django.conf import settings

FILE = settings.BASE_DIR / "badges" / "library" / "holidays.yaml"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def holiday_on(day: date) -> str:
    """The name of the holiday that is kept on that day, or ""."""
    return next((name for year in (day.year, day.year + 1) if (name := _of_year(year).get(day, ""))), "")


def notes(day: date) -> list[str]:
    """What to think of before something is put on that day: `Veterans Day.`, `A Saturday.`"""
    holiday = holiday_on(day)
    weekend = [f"A {day:%A}."] if day.weekday() in (SATURDAY, SUNDAY) else []
    return ([f"{holiday}."] if holiday else []) + weekend


@cache
def _rules() -> list[dict]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


@cache
def _of_year(year: int) -> dict[date, str]:
    """Each day of the holidays of a year; one on a weekend also on the weekday on which it is kept."""
    days: dict[date, str] = {}
    for rule in _rules():
        day = _day(rule, year)
        days[day] = rule["name"]
        if "day" in rule and day.weekday() in (SATURDAY, SUNDAY):
            days[day + timedelta(days=-1 if day.weekday() == SATURDAY else 1)] = f"{rule['name']} (kept)"
    return days


def _day(rule: dict, year: int) -> date:
    if "on" in rule:
        return date.fromisoformat(str(rule["on"]))
    if "day" in rule:
        return date(year, rule["month"], rule["day"])
    weekday = WEEKDAYS.index(rule["weekday"])
    weeks = Calendar().monthdatescalendar(year, rule["month"])
    days = [day for week in weeks for day in week if day.month == rule["month"] and day.weekday() == weekday]
    return days[rule["nth"] - 1 if rule["nth"] > 0 else rule["nth"]]
