"""What was changed in dates, rules, reminders and roles, in words: from the history that each save leaves."""

from collections.abc import Iterable
from typing import Any

from django.db.models import DateTimeField, Model, QuerySet

from cohorts.models import Cohort, Event, Reminder, StaffMembership

PLACES = {
    Cohort: "/cohorts/{cohort}/",
    Event: "/cohorts/{cohort}/calendar/",
    Reminder: "/cohorts/{cohort}/reminders/",
    StaffMembership: "/cohorts/{cohort}/reviews/",
}
TURNED = {  # moments that stand for a deed: what their coming and their going mean
    "opened_at": ("opened", "not open any more"),
    "closed_at": ("closed", "opened again"),
    "sending_paused_at": ("sending paused", "sending resumed"),
}
SILENT = {"id", "key", "uid", "sequence", "version", "changed_at", "starts_at", "ends_at"}  # follow from the others
LONGEST = 60
FOLLOWED: dict[type[Model], tuple[str, ...]] = {
    Cohort: (), Event: ("cohort",), Reminder: ("cohort",), StaffMembership: ("cohort", "person"),
}  # fmt: skip


def histories(model: type[Model], cohort: Cohort) -> QuerySet:
    """Every change of the rows of `model` that belong to `cohort`."""
    rows = model.history.all()  # type: ignore[attr-defined]
    own = rows.filter(id=cohort.pk) if model is Cohort else rows.filter(cohort=cohort)
    return own.select_related("history_user", *FOLLOWED[model])


def with_previous(rows: Iterable[Any]) -> None:
    """Give each of `rows`, of one model, the state before it as `previous`. Queries: one."""
    wanted = {row.pk: row for row in rows}
    if not wanted:
        return
    model = type(next(iter(wanted.values())))
    before: dict[int, Any] = {}
    kept = model.objects.filter(id__in={row.id for row in wanted.values()}).order_by("history_date", "history_id")
    for state in kept:
        if state.pk in wanted:
            wanted[state.pk].previous = before.get(state.id)
        before[state.id] = state


def said(row: Any) -> tuple[str, str]:
    """`Changed: Community of Practice 3`, and `title: A → B`."""
    deed = {"+": "Added", "-": "Removed", "~": "Changed"}[row.history_type]
    return f"{deed}: {_name(row)}", "; ".join(_differences(row)) if row.history_type == "~" else ""


def _name(row: Any) -> str:
    """A historical row is called as the row was."""
    return str(row.instance) if not hasattr(row, "person") else f"{row.person}, {row.get_role_display().lower()}"


def _differences(row: Any) -> list[str]:
    if row.previous is None:
        return []
    fields = [field for field in row.tracked_fields if field.name not in SILENT]
    pairs = [(field, getattr(row.previous, field.attname), getattr(row, field.attname)) for field in fields]
    return [words for field, was, now in pairs if was != now and (words := _difference(field, row, was, now))]


def _difference(field: Any, row: Any, was: Any, now: Any) -> str:
    if field.name in TURNED:
        return TURNED[field.name][0 if now else 1]
    if isinstance(field, DateTimeField) or field.name.endswith("_by"):
        return ""
    if field.is_relation:
        return f"{field.verbose_name} changed"
    return f"{field.verbose_name}: {_shown(field, was)} → {_shown(field, now)}"


def _shown(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "none"
    text = str(dict(field.flatchoices).get(value, value)) if field.flatchoices else _plain(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _plain(value: Any) -> str:
    return " ".join(str(value).split())


def place_of(row: Any) -> str:
    """Where the thing is edited. Queries: reads the cohort, unless it was set."""
    return PLACES[row.instance_type].format(cohort=row.slug if row.instance_type is Cohort else row.cohort.slug)
