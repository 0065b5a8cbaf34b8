"""Rosters: pasted or sent as a file, read generously, checked before anything is written."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import structlog
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from cohorts.models import Cohort, Enrollment, StaffMembership
from microcred.models import User
from microcred.verdict import Refused

log = structlog.get_logger(__name__)

MOST = 2000
FIELDS = {"email": "E-mail", "last_name": "Last name", "first_name": "First name", "organization": "District"}
ALIASES = {
    "email": "email emailaddress mail mailaddress workemail schoolemail emailaddresses username",
    "last_name": "last lastname surname familyname",
    "first_name": "first firstname givenname preferredname preferredfirstname",
    "name": "name fullname participant participantname person applicant",
    "organization": "district lea organization organisation org employer agency school schooldistrict "
    "districtoremployer districtagency company institution",
}
COLUMN_OF = {alias: column for column, aliases in ALIASES.items() for alias in aliases.split()}
EXAMPLE = "E-mail,Last name,First name,District\nd.okafor@example.org,Okafor,Dana,Prairie Unified\n"


@dataclass(frozen=True)
class Row:
    """One person of the roster. `problem` has to be fixed or left out; `warning` only read."""

    number: int
    email: str
    last_name: str
    first_name: str = ""
    organization: str = ""
    is_here: bool = False
    problem: str = ""
    warning: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass
class Roster:
    """What was read: rows, and which heading became which column."""

    rows: list[Row] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    @property
    def new(self) -> list[Row]:
        return [row for row in self.rows if not row.problem and not row.is_here]

    @property
    def here(self) -> list[Row]:
        return [row for row in self.rows if row.is_here and not row.problem]

    @property
    def problems(self) -> list[Row]:
        return [row for row in self.rows if row.problem]

    @property
    def warnings(self) -> list[Row]:
        return [row for row in self.rows if row.warning and not row.problem]

    def as_text(self) -> str:
        """The same roster, tidied: read again, it gives these rows."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(FIELDS.values())
        writer.writerows([row.email, row.last_name, row.first_name, row.organization] for row in self.rows)
        return out.getvalue()


def decoded(data: bytes) -> str:
    """The text of a file as spreadsheets save it: UTF-8 with or without its mark, UTF-16, Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read(
    text: str,
    cohort: Cohort,
    *,
    fixes: Mapping[int, Mapping[str, str]] | None = None,
    leave_out: Collection[int] = (),
) -> Roster:
    """The people in `text`, judged against who is in `cohort` already; nothing is written.

    `fixes` replaces fields by row number, `leave_out` drops rows. Queries: three, however long it is.
    Raises: Refused, when the text as a whole cannot be read.
    """
    roster = _parsed(text)
    kept = [_fixed(row, (fixes or {}).get(row.number, {})) for row in roster.rows if row.number not in leave_out]
    roster.rows = _judged(kept, cohort)
    return roster


def _fixed(row: Row, fix: Mapping[str, str]) -> Row:
    return replace(row, email=fix.get("email", row.email), last_name=fix.get("last_name", row.last_name)[:80])


def _parsed(text: str) -> Roster:
    lines = list(_lines(text))
    if not lines:
        raise Refused("There is nothing in it yet. Paste the rows, headings included, or choose a file.")
    if len(lines) > MOST + 1:
        raise Refused(f"That is {len(lines) - 1:,} rows. Add at most {MOST:,} people at a time.")
    (_, headings), *body = lines
    columns = [COLUMN_OF.get(re.sub(r"[^a-z]", "", heading.lower())) for heading in headings]
    if "email" not in columns or not {"last_name", "name"} & set(columns):
        raise Refused("The first line has to name the columns: E-mail, Last name, First name, District. Add it on top.")
    labels = {**FIELDS, "name": "Name"}
    found = {labels[column]: heading.strip() for column, heading in zip(columns, headings, strict=True) if column}
    ignored = [
        heading.strip() for heading, column in zip(headings, columns, strict=True) if not column and heading.strip()
    ]
    return Roster([_row(number, dict(zip(columns, cells, strict=False))) for number, cells in body], found, ignored)


def _lines(text: str) -> Iterable[tuple[int, list[str]]]:
    """The rows that hold something, each with its line number as a spreadsheet counts them."""
    text = text.replace("\0", "").lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    heading = text.split("\n", 1)[0]
    delimiter = max("\t;,", key=heading.count)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as fault:
        raise Refused("This could not be read as rows. Save it as CSV (UTF-8) and choose it again.") from fault


def _row(number: int, cells: Mapping[str | None, str]) -> Row:
    def cell(column: str, most: int) -> str:
        return " ".join((cells.get(column) or "").split())[:most]

    last, first = cell("last_name", 80), cell("first_name", 80)
    if not last and (name := cell("name", 160)):
        first, last = _split(name)
    email = cell("email", 254).strip("<>").removeprefix("mailto:")
    return Row(number, email, last[:80], first[:80], cell("organization", 160))


def _split(name: str) -> tuple[str, str]:
    """First and last name of `Dana Okafor` or `Okafor, Dana`."""
    if "," in name:
        last, first = name.split(",", 1)
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return first, last


def _judged(rows: list[Row], cohort: Cohort) -> list[Row]:
    here, names, staff = _known(cohort)
    seen: dict[str, int] = {}
    judged = []
    for row in rows:
        address = row.email.lower()
        problem = _problem(row, seen.get(address))
        seen.setdefault(address, row.number)
        is_here = address in here
        warning = "" if is_here else _warning(row, names=names, roles=staff.get(address, ()), cohort=cohort)
        judged.append(replace(row, problem=problem, is_here=is_here, warning=warning))
    return judged


def _known(cohort: Cohort) -> tuple[set[str], dict[str, str], dict[str, list[str]]]:
    """Addresses in the cohort, addresses by name, roles of its staff by address."""
    people = Enrollment.objects.filter(cohort=cohort).values_list(
        "person__email", "person__first_name", "person__last_name"
    )
    here: set[str] = set()
    names: dict[str, str] = {}
    staff: dict[str, list[str]] = {}
    for email, first, last in people:
        here.add(email.lower())
        names[f"{first} {last}".strip().lower()] = email
    for email, role in StaffMembership.objects.filter(cohort=cohort).values_list("person__email", "role"):
        staff.setdefault(email.lower(), []).append(StaffMembership.Role(role).label.lower())
    return here, names, staff


def _problem(row: Row, before: int | None) -> str:
    if not row.email:
        return "There is no e-mail address."
    try:
        validate_email(row.email)
    except ValidationError:
        return f"“{row.email}” is not a full e-mail address."
    if before is not None:
        return f"This address stands in row {before} already."
    return "" if row.last_name else "There is no last name."


def _warning(row: Row, *, names: Mapping[str, str], roles: Collection[str], cohort: Cohort) -> str:
    if roles:
        return f"{row.name} is {' and '.join(roles)} of {cohort}. Nobody reviews their own work; the rest is up to you."
    if other := names.get(row.name.lower()):
        return f"{row.name} is here as {other}. Leave this row out if it is the same person."
    return ""


def enroll(cohort: Cohort, rows: Iterable[Row], *, by: User) -> list[Enrollment]:
    """Put the people of `rows` into the cohort, all or none; those already here stay as they are.

    An address that is known from elsewhere keeps its person. Queries: constant per 500 rows.
    Raises: Refused, when a row has a problem, or somebody changed the roster at the same moment.
    """
    wanted = {row.email.lower(): row for row in rows}
    if broken := next((row for row in wanted.values() if row.problem), None):
        raise Refused(f"Row {broken.number}: {broken.problem} Fix it or leave it out; nothing was added.")
    try:
        with transaction.atomic():
            people = _people(wanted)
            here = set(Enrollment.objects.filter(cohort=cohort).values_list("person", flat=True))
            added = Enrollment.objects.bulk_create(
                [
                    Enrollment(cohort=cohort, person=person, organization=wanted[address].organization)
                    for address, person in people.items()
                    if person.pk not in here
                ],
                batch_size=500,
            )
    except IntegrityError as clash:
        raise Refused("Someone else changed the people of this cohort just now. Check the list again.") from clash
    log.info("people_enrolled", cohort=cohort.slug, by=by.pk, count=len(added))
    return added


def _people(wanted: Mapping[str, Row]) -> dict[str, User]:
    """A person for each address, known or new."""
    known = {
        person.address: person for person in User.objects.annotate(address=Lower("email")).filter(address__in=wanted)
    }
    new = [
        User(email=row.email.lower(), first_name=row.first_name, last_name=row.last_name)
        for address, row in wanted.items()
        if address not in known
    ]
    for person in new:
        person.set_unusable_password()
    User.objects.bulk_create(new, batch_size=500)
    return {**known, **{person.email.lower(): person for person in new}}
