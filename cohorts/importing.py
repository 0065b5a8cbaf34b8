"""Importing a roster: begun, looked at as often as one likes, done once, and undone within the hour."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from cohorts import invitations, rosters
from cohorts.models import Cohort, Enrollment, RecordReading, RosterImport, StaffTask
from cohorts.rosters import BATCH, Layout, Roster, Row
from microcred import clock
from microcred.models import Message, User
from microcred.verdict import ALLOWED, Refused, Verdict

log = structlog.get_logger(__name__)

UNDO_WITHIN = timedelta(hours=1)
UNFINISHED_FOR = timedelta(days=1)  # what nobody confirmed within it was given up
MOST_NAMED = 5
GOES_ALONG = (RecordReading, StaffTask)  # what hangs on an enrollment without being a person's own
FOR_UNDOING = {"people", "changes"}  # what is kept of what it made only to take it back
ON_ENROLLMENT = {"organization"}  # the fields of a row that are the cohort's; the others are the person's


# Before it is done ---------------------------------------------------------------------------------------------------
@transaction.atomic
def begin(cohort: Cohort, text: str, *, by: User) -> RosterImport:
    """Keep a pasted roster to be checked. Raises: Refused, when it is none."""
    text = text.replace("\0", "")
    _takes_people(cohort)
    rosters.read(text, cohort, by=by)
    return cohort.imports.create(text=text, begun_at=clock.now(), begun_by=by)


def _takes_people(cohort: Cohort) -> None:
    if cohort.closed_at:
        raise Refused(f"The {cohort} cohort is closed and takes nobody any more.")


def look(roster_import: RosterImport, *, by: User) -> Roster:
    """What would come of it now."""
    layout = None
    if roster_import.columns is not None:
        layout = Layout(bool(roster_import.has_headings), roster_import.columns)
    return rosters.read(roster_import.text, roster_import.cohort, by=by, layout=layout, choices=roster_import.choices)


@transaction.atomic
def lay_out(roster_import: RosterImport, layout: Layout, *, by: User) -> None:
    """Say which column holds what. Raises: Refused, once it is done, or when no row would be left."""
    current = _open(roster_import)
    rosters.read(current.text, roster_import.cohort, by=by, layout=layout)
    current.has_headings, current.columns = layout.has_headings, dict(layout.columns)
    current.save(update_fields=["has_headings", "columns"])


@transaction.atomic
def choose(roster_import: RosterImport, choices: Mapping[int, Mapping[str, object]]) -> None:
    """Keep what was put right or decided of rows, beside what was before. Raises: Refused, once it is done."""
    current = _open(roster_import)
    for number, choice in choices.items():
        current.choices[str(number)] = {**current.choices.get(str(number), {}), **choice}
    current.save(update_fields=["choices"])


def _open(roster_import: RosterImport) -> RosterImport:
    current = RosterImport.objects.select_for_update().get(pk=roster_import.pk)
    if current.done_at:
        raise Refused("This import is done already. Nothing was changed.")
    return current


# Doing it ------------------------------------------------------------------------------------------------------------
def finish(roster_import: RosterImport, *, by: User, seen: str, invite_at: datetime | None = None) -> RosterImport:
    """Write what was confirmed, all or nothing, and invite who is new from `invite_at` on; twice is once.

    `seen` is the fingerprint of the roster that was confirmed. Queries: constant per 500 rows.
    Raises: Refused, when the cohort has changed since, and something else would come of it.
    """
    try:
        with transaction.atomic():
            current = RosterImport.objects.select_for_update().get(pk=roster_import.pk)
            if not current.done_at:
                current.cohort = roster_import.cohort
                _write(current, by=by, seen=seen, invite_at=invite_at)
    except IntegrityError as clash:
        raise Refused("Someone else changed the people of this cohort just now. Look again, then confirm.") from clash
    _tell_the_planner()
    return current


def _write(current: RosterImport, *, by: User, seen: str, invite_at: datetime | None) -> None:
    _takes_people(current.cohort)
    roster = look(current, by=by)
    if not roster.is_ready or roster.fingerprint != seen:
        raise Refused("The people of this cohort have changed since you looked. Look again, then confirm.")
    made, added = enroll(current.cohort, roster.new)
    changes = [(row.here, change) for row in roster.changed for change in row.changes if row.here]
    _change({(here.enrollment, here.person, one.field): one.after for here, one in changes})
    current.made = {
        "people": [person.pk for person in made],
        "enrollments": [enrollment.pk for enrollment in added],
        "changes": [[here.enrollment, here.person, one.field, one.before, one.after] for here, one in changes],
        "changed": len(roster.changed),
        "invited": invitations.invite(added, by=by, at=invite_at) if invite_at else 0,
    }
    current.done_at, current.done_by = clock.now(), by
    if invite_at and invite_at > current.done_at:
        current.made["invited_for"] = invite_at.isoformat()
    current.save(update_fields=["made", "done_at", "done_by"])
    log.info("roster_imported", cohort=current.cohort.slug, by=by.pk, added=len(added), changed=len(roster.changed))


def enroll(cohort: Cohort, rows: Iterable[Row]) -> tuple[list[User], list[Enrollment]]:
    """The people that had to be made, and the places that all of `rows` got. A known address keeps its person."""
    wanted = {row.email: row for row in rows}
    known = {person.email.lower(): person for person in _known(list(wanted))}
    made = [_person(row) for email, row in wanted.items() if email not in known]
    User.objects.bulk_create(made, batch_size=BATCH)
    people = known | {person.email: person for person in made}
    added = [
        Enrollment(cohort=cohort, person=people[email], organization=row.organization) for email, row in wanted.items()
    ]
    return made, Enrollment.objects.bulk_create(added, batch_size=BATCH)


def _starts(rows: Sequence) -> range:
    return range(0, len(rows), BATCH)


def _known(addresses: Sequence[str]) -> Iterator[User]:
    for start in _starts(addresses):
        batch = addresses[start : start + BATCH]
        yield from User.objects.annotate(address=Lower("email")).filter(address__in=batch)


def _person(row: Row) -> User:
    person = User(email=row.email, first_name=row.first_name, last_name=row.last_name)
    person.set_unusable_password()
    return person


def _change(values: Mapping[tuple[int, int, str], str]) -> None:
    """Write fields of enrollments and of their people; `values` by enrollment, person and field."""
    places: dict[int, dict[str, str]] = {}
    people: dict[int, dict[str, str]] = {}
    for (enrollment, person, name), value in values.items():
        of = places.setdefault(enrollment, {}) if name in ON_ENROLLMENT else people.setdefault(person, {})
        of[name] = value
    _set(Enrollment.objects.all(), places, ["organization"])
    _set(User.objects.all(), people, ["last_name", "first_name"])


def _set(rows: models.QuerySet, values: Mapping[int, Mapping[str, str]], fields: Sequence[str]) -> None:
    keys = list(values)
    for start in _starts(keys):
        found = list(rows.select_for_update().filter(pk__in=keys[start : start + BATCH]).order_by("pk"))
        for row in found:
            for name, value in values[row.pk].items():
                setattr(row, name, value)
        rows.model._default_manager.bulk_update(found, fields, batch_size=BATCH)


def _tell_the_planner() -> None:
    """So much may have come at once that PostgreSQL would plan by old figures."""
    if connection.vendor == "postgresql":
        tables = ", ".join(connection.ops.quote_name(of._meta.db_table) for of in (Enrollment, User, Message))
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {tables}")


# Undoing it ----------------------------------------------------------------------------------------------------------
@dataclass
class Undoing:
    """What undoing an import takes back, and what it cannot."""

    gone: list[Enrollment] = field(default_factory=list)
    staying: list[Enrollment] = field(default_factory=list)
    restored: list[list] = field(default_factory=list)
    changed_since: int = 0
    mails_left: int = 0

    @property
    def stays(self) -> list[str]:
        """What stays, in sentences."""
        sentences = []
        if self.staying:
            names = [str(enrollment.person) for enrollment in self.staying]
            more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
            verb = "has" if len(names) == 1 else "have"
            sentences.append(
                f"{', '.join(names[:MOST_NAMED])}{more} {verb} joined or {verb} work or notes here, and stay"
                f"{'s' if len(names) == 1 else ''}."
            )
        if self.changed_since:
            fields = "1 field was" if self.changed_since == 1 else f"{self.changed_since} fields were"
            sentences.append(f"{fields} changed again since, and stay{'s' if self.changed_since == 1 else ''} so.")
        if self.mails_left:
            mails = "1 invitation has" if self.mails_left == 1 else f"{self.mails_left} invitations have"
            sentences.append(f"{mails} left already and cannot be called back; the link in it leads nowhere any more.")
        return sentences


def undo_until(roster_import: RosterImport) -> datetime | None:
    return roster_import.done_at and roster_import.done_at + UNDO_WITHIN


def may_undo(roster_import: RosterImport, *, at: datetime) -> Verdict:
    """Whether it can still be taken back."""
    if not roster_import.done_at:
        return Verdict("This import was not done. There is nothing to undo.")
    if roster_import.undone_at:
        return Verdict("This import is undone already.")
    if at >= roster_import.done_at + UNDO_WITHIN:
        return Verdict("An import can be undone for an hour. Withdraw people on their own pages.")
    return ALLOWED


def undoing(roster_import: RosterImport) -> Undoing:
    """What undoing would do now. Queries: four per 500 people."""
    plan = Undoing()
    added = roster_import.made.get("enrollments", [])
    for start in _starts(added):
        found = Enrollment.objects.filter(cohort=roster_import.cohort_id, pk__in=added[start : start + BATCH])
        for enrollment in found.select_related("person").annotate(has_more=_has_more(Enrollment, GOES_ALONG)):
            is_bare = not (enrollment.joined_at or enrollment.withdrawn_at or enrollment.extended_at)
            (plan.gone if is_bare and not enrollment.has_more else plan.staying).append(enrollment)
    for start in _starts(plan.gone):
        mails = invitations.mails_to(plan.gone[start : start + BATCH], roster_import.cohort)
        plan.mails_left += mails.filter(Q(state=Message.State.SENT) | Q(leased_until__gt=clock.now())).count()
    _compare(plan, roster_import.made.get("changes", []))
    return plan


def _has_more(model: type[models.Model], apart_from: Sequence[type[models.Model]] = ()):
    """Whether any row of any table points at the row outside."""
    found = Q(pk__in=[])
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and relation.related_model not in apart_from:
            if relation.many_to_many:
                continue  # its table between the two is a relation of its own
            found |= Q(Exists(relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})))  # type: ignore[union-attr]
    return found


def _compare(plan: Undoing, changes: Sequence[list]) -> None:
    """Fields that still read as the import wrote them are restored."""
    for start in _starts(changes):
        batch = changes[start : start + BATCH]
        now = Enrollment.objects.filter(pk__in=[enrollment for enrollment, *_ in batch]).select_related("person")
        by_pk = now.in_bulk()
        for change in batch:
            pk, _, name, _, after = change
            row = by_pk.get(pk)
            holder = row if row is None or name in ON_ENROLLMENT else row.person
            if holder is not None and getattr(holder, name) == after:
                plan.restored.append(change)
            else:
                plan.changed_since += 1


@transaction.atomic
def undo(roster_import: RosterImport, *, by: User) -> Undoing:
    """Take back what nobody has built on since; what stays is returned, and kept. Raises: Refused, as `may_undo`."""
    current = RosterImport.objects.select_for_update().get(pk=roster_import.pk)
    current.cohort, at = roster_import.cohort, clock.now()
    if not (verdict := may_undo(current, at=at)):
        raise Refused(verdict.reason)
    _lock(current.made["enrollments"])
    plan = undoing(current)
    for start in _starts(plan.gone):
        batch = plan.gone[start : start + BATCH]
        invitations.mails_to(batch, current.cohort).waiting().exclude(leased_until__gt=at).delete()
        Enrollment.objects.filter(pk__in=[enrollment.pk for enrollment in batch]).delete()
    _forget(current.made["people"])
    _change({(enrollment, person, name): before for enrollment, person, name, before, _ in plan.restored})
    current.made |= {"gone": len(plan.gone), "restored": len(plan.restored), "stays": plan.stays}
    current.undone_at, current.undone_by = at, by
    current.save(update_fields=["made", "undone_at", "undone_by"])
    log.info("roster_import_undone", cohort=current.cohort.slug, by=by.pk, gone=len(plan.gone))
    return plan


def _lock(enrollments: Sequence[int]) -> None:
    """Whoever joins meanwhile waits, and finds the place gone; whoever has joined stays."""
    for start in _starts(enrollments):
        batch = Enrollment.objects.filter(pk__in=enrollments[start : start + BATCH])
        list(batch.select_for_update().order_by("pk").values_list("pk"))


def _forget(people: Sequence[int]) -> None:
    """Delete those of the people it made on whom nothing else hangs."""
    for start in _starts(people):
        mine = User.objects.filter(pk__in=people[start : start + BATCH], last_login=None)
        alone = [person for person in mine.annotate(has_more=_has_more(User)) if not person.has_more]
        User.objects.filter(pk__in=[person.pk for person in alone]).delete()


# Once it is over -----------------------------------------------------------------------------------------------------
def clear(at: datetime) -> None:
    """Keep what was pasted no longer than it serves: while it is being checked, and while it can be undone.

    Of an import that was done only who did it, and what it made, stays.
    """
    RosterImport.objects.filter(done_at=None, begun_at__lte=at - UNFINISHED_FOR).delete()
    over = RosterImport.objects.filter(done_at__lte=at - UNDO_WITHIN).exclude(undone_at__gt=at - UNDO_WITHIN)
    with transaction.atomic():
        for row in over.exclude(text="").select_for_update():
            row.text, row.choices = "", {}
            row.made = {key: value for key, value in row.made.items() if key not in FOR_UNDOING}
            row.save(update_fields=["text", "choices", "made"])
