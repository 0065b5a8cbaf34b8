"""Times on a page. Each takes the cohort's zone; the reader's is the active one."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.html import format_html

from microcred import clock, times

register = template.Library()


def _reader() -> str:
    return timezone.get_current_timezone_name()


def _as_html(shown: times.Shown):
    if not shown.cohort:
        return format_html('<span class="when"><time datetime="{}">{}</time></span>', shown.iso, shown.reader)
    return format_html(
        '<span class="when"><time datetime="{}">{}</time> <span class="muted">({})</span></span>',
        shown.iso,
        shown.reader,
        shown.cohort,
    )


@register.simple_tag
def when(moment: datetime, zone: str):
    """`Thu, Nov 30, 8:12 PM MST (10:12 PM ET)`."""
    return _as_html(times.instant(moment, reader=_reader(), cohort=zone))


@register.simple_tag
def deadline(end: datetime, zone: str):
    """An exclusive end, said as its last minute."""
    return _as_html(times.deadline(end, reader=_reader(), cohort=zone))


@register.simple_tag
def deadline_parts(end: datetime, zone: str) -> times.Shown:
    """The same in parts, for pages that set them on two lines: `as due`, then due.reader, due.cohort."""
    return times.deadline(end, reader=_reader(), cohort=zone)


@register.simple_tag
def hours(start: datetime, end: datetime, zone: str = "") -> str:
    """`2:00–3:30 PM MST`, in `zone` or the reader's."""
    return times.span(start, end, zone or _reader())


@register.filter
def day(when: date) -> str:
    """`Thu, Nov 30` of a date, or of an instant in the reader's zone."""
    return times.day(when.astimezone(ZoneInfo(_reader())).date() if isinstance(when, datetime) else when)


@register.filter
def long_day(when: date) -> str:
    return times.long_day(when.astimezone(ZoneInfo(_reader())).date() if isinstance(when, datetime) else when)


@register.filter
def clock_time(moment: datetime) -> str:
    """`9:05 PM` in the reader's zone."""
    return times.time_of_day(moment.astimezone(ZoneInfo(_reader())))


@register.filter
def short_moment(moment: datetime) -> str:
    """`9:05 PM` of today, `Thu, Nov 30, 9:05 PM` of another day; in the reader's zone."""
    is_today = moment.astimezone(ZoneInfo(_reader())).date() == clock.today(_reader())
    return clock_time(moment) if is_today else f"{day(moment)}, {clock_time(moment)}"
