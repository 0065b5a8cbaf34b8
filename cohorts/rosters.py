"""Rosters: what the rows of a spreadsheet say of people, judged against who is in the cohort; nothing is written."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from cohorts.models import Cohort, Enrollment, StaffMembership
from cohorts.spreadsheets import FORMULA, UNREADABLE, Line, folded, lines, tidy
from microcred.models import User
from microcred.verdict import Refused

MOST = 5000
BATCH = 500
FIELDS = {"email": "E-mail", "last_name": "Last name", "first_name": "First name", "organization": "District"}
COLUMNS = {**FIELDS, "name": "Whole name in one column"}
LONGEST = {"email": 320, "last_name": 80, "first_name": 80, "organization": 160, "name": 160}
ALIASES = {
    "email": "email emailaddress mail mailaddress workemail schoolemail emailaddresses username",
    "last_name": "last lastname surname familyname",
    "first_name": "first firstname givenname preferredname preferredfirstname",
    "name": "name fullname participant participantname person applicant lastfirst lastnamefirstname firstlast",
    "organization": "district lea organization organisation org employer agency school schooldistrict "
    "districtoremployer districtagency company institution",
}
COLUMN_OF = {alias: column for column, aliases in ALIASES.items() for alias in aliases.split()}
EXAMPLE = "E-mail,Last name,First name,District\nd.okafor@example.org,Okafor,Dana,Prairie Unified\n"
IN_ANGLES = re.compile(r"^(.*)<([^<>]+)>\W*$")
SUFFIX = re.compile(r"(jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)


# How it is read ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Layout:
    """Whether the first row holds headings, and the place of each column that is used."""

    has_headings: bool
    columns: Mapping[str, int]

    @property
    def missing(self) -> str:
        """What has to be said before rows can be read."""
        if "email" not in self.columns:
            return "Say which column holds the e-mail address."
        if not {"last_name", "name"} & set(self.columns):
            return "Say which column holds the last name, or the whole name."
        return ""


def guessed(found: Sequence[Line], *, has_headings: bool | None = None) -> Layout:
    """By headings where there are any, else by what the cells hold."""
    if has_headings is None:
        has_headings = not any("@" in cell for cell in found[0].cells)
    columns = _by_heading(found[0].cells) if has_headings else {}
    body = found[1:] if has_headings else found
    if "email" not in columns and (place := _place_of_addresses(body)) is not None:
        columns["email"] = place
    if not has_headings and "email" in columns:
        columns |= _by_place(columns["email"], max(len(line.cells) for line in body))
    if "email" in columns and not {"last_name", "name"} & set(columns) and _names_beside(body, columns["email"]):
        columns["name"] = columns["email"]
    return Layout(has_headings, columns)


def _by_heading(headings: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if column := COLUMN_OF.get(re.sub(r"[^a-z]", "", heading.lower())):
            columns.setdefault(column, place)
    return columns


def _place_of_addresses(body: Sequence[Line]) -> int | None:
    places = Counter(place for line in body[:BATCH] for place, cell in enumerate(line.cells) if "@" in cell)
    return places.most_common(1)[0][0] if places else None


def _names_beside(body: Sequence[Line], place: int) -> bool:
    """Whether the addresses stand as `Dana Okafor <d@example.org>`."""
    return any(place < len(line.cells) and addressed(line.cells[place])[0] for line in body[:BATCH])


def _by_place(email: int, width: int) -> dict[str, int]:
    """As people write it: first and last name before the address, last and first after it, then the district."""
    places = [place for place in range(width) if place != email]
    if email == 1 or len(places) == 1:
        return dict(zip(("name", "organization"), places, strict=False))
    names = ("first_name", "last_name") if email else ("last_name", "first_name")
    return dict(zip((*names, "organization"), places, strict=False))


# What it says --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Change:
    """A field of somebody who is here already, as it would be."""

    field: str
    before: str
    after: str

    @property
    def label(self) -> str:
        return FIELDS[self.field]


@dataclass(frozen=True)
class Here:
    """Somebody who is in the cohort."""

    enrollment: int
    person: int
    email: str
    first_name: str
    last_name: str
    organization: str
    may_rename: bool
    is_withdrawn: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Row:
    """One person of the roster. `problem` has to be fixed or left out, `twin` settled, `note` only read.

    `is_mended` says that somebody put it right: it reads otherwise than the file.
    """

    number: int
    email: str
    last_name: str
    first_name: str = ""
    organization: str = ""
    problem: str = ""
    twin: str = ""
    is_same: bool = True
    here: Here | None = None
    changes: tuple[Change, ...] = ()
    note: str = ""
    is_mended: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_new(self) -> bool:
        return not (self.problem or self.here or (self.twin and self.is_same))

    @property
    def says(self) -> tuple:
        return self.email, self.name, self.organization


@dataclass
class Roster:
    """What was read, and what would come of it."""

    layout: Layout
    headings: list[str]
    rows: list[Row] = field(default_factory=list)
    left_out: list[Row] = field(default_factory=list)
    repeated: int = 0

    @property
    def new(self) -> list[Row]:
        return [row for row in self.rows if row.is_new]

    @property
    def problems(self) -> list[Row]:
        return [row for row in self.rows if row.problem]

    @property
    def mended(self) -> list[Row]:
        return [row for row in self.rows if row.is_mended and not row.problem]

    @property
    def twins(self) -> list[Row]:
        return [row for row in self.rows if row.twin and not row.problem]

    @property
    def changed(self) -> list[Row]:
        return [row for row in self.rows if row.changes and not row.problem]

    @property
    def unchanged(self) -> list[Row]:
        """Here as they are, and those that are the same person as another."""
        return [row for row in self.rows if not (row.problem or row.is_new or row.changes)]

    @property
    def notes(self) -> list[Row]:
        return [row for row in self.rows if row.note and not row.problem]

    @property
    def is_ready(self) -> bool:
        return not (self.layout.missing or self.problems) and bool(self.new or self.changed)

    @property
    def used(self) -> list[tuple[str, str]]:
        """Each column that is used, with the heading it was read from."""
        return [(COLUMNS[column], self.headings[place]) for column, place in self.layout.columns.items()]

    @property
    def ignored(self) -> list[str]:
        used = set(self.layout.columns.values())
        return [heading for place, heading in enumerate(self.headings) if place not in used]

    @property
    def fingerprint(self) -> str:
        """The same as long as the same would be written."""
        plan = [(row.says, row.here and row.here.enrollment, row.changes) for row in (*self.new, *self.changed)]
        return sha256(repr(plan).encode()).hexdigest()


def read(
    text: str,
    cohort: Cohort,
    *,
    by: User,
    layout: Layout | None = None,
    choices: Mapping[str, Mapping[str, object]] | None = None,
) -> Roster:
    """The people in `text`, judged against who is in `cohort`, as far as `by` may know; nothing is written.

    `choices` by row number: fields put right, `leave` for a row that is left out, `same` for one that is somebody
    else of nearly the same name. Queries: two, and one per 500 rows.
    Raises: Refused, when the text as a whole cannot be read.
    """
    found = lines(text)
    if not found:
        raise Refused("There is nothing in it yet. Paste the rows, headings included, or choose a file.")
    layout = layout or guessed(found)
    body = found[1:] if layout.has_headings else found
    if not body:
        raise Refused("There is only the row of headings. Paste the people below it, too.")
    if len(body) > MOST:
        raise Refused(f"That is {len(body):,} rows. Add at most {MOST:,} people at a time.")
    roster = Roster(layout, _headings(found, layout))
    if not layout.missing:
        _fill(roster, body, cohort, by=by, choices=choices or {})
    return roster


def _headings(found: Sequence[Line], layout: Layout) -> list[str]:
    """A name for every column: its heading, or its place and the first thing in it."""
    first = found[0].cells
    width = max(len(line.cells) for line in found)
    cells = [tidy(cell, 60) for cell in first] + [""] * (width - len(first))
    if layout.has_headings:
        return [cell or f"Column {place}" for place, cell in enumerate(cells, start=1)]
    return [f"Column {place}" + (f" ({cell})" if cell else "") for place, cell in enumerate(cells, start=1)]


def _fill(roster: Roster, body: Sequence[Line], cohort: Cohort, *, by: User, choices: Mapping) -> None:
    rows: list[Row] = []
    for line in body:
        choice = choices.get(str(line.number), {})
        row = _mended(_row(line, roster.layout.columns), choice)
        (roster.left_out if choice.get("leave") else rows).append(row)
    once = _once(rows)
    roster.repeated = len(rows) - len(once)
    roster.rows = list(_judged(once, cohort, by=by))


def _row(line: Line, columns: Mapping[str, int]) -> Row:
    def cell(column: str) -> str:
        place = columns.get(column, len(line.cells))
        return tidy(line.cells[place], LONGEST[column]) if place < len(line.cells) else ""

    shown, email = addressed(cell("email"))
    last, first = cell("last_name"), cell("first_name")
    if last and not first and "," in last:
        first, last = split(last)
    whole = "" if columns.get("name") == columns["email"] else cell("name")
    if not last and (name := whole or shown):
        given, last = split(name)
        first = first or given
    return Row(line.number, email[:254], last[:80], first[:80], cell("organization"))


def _mended(row: Row, choice: Mapping) -> Row:
    """With what was typed and decided of it."""
    typed = {name: choice[name] for name in FIELDS if name in choice}
    is_mended = any(getattr(row, name) != words for name, words in typed.items())
    return replace(row, **typed, is_same=choice.get("same", True), is_mended=is_mended)


def addressed(cell: str) -> tuple[str, str]:
    """Name and address of `Dana Okafor <d@example.org>`; of a bare address, no name."""
    found = IN_ANGLES.match(cell)
    shown, address = found.groups() if found else ("", cell)
    return shown.strip(" \"'"), address.strip(" <>;,.").removeprefix("mailto:").lower()


def split(name: str) -> tuple[str, str]:
    """First and last name of `Dana Okafor`, `Okafor, Dana` or `Dana Okafor, Jr.`."""
    last, comma, first = (part.strip() for part in name.partition(","))
    if comma and first and not SUFFIX.match(first):
        return first.split(",")[0].strip(), last
    given, _, family = last.rpartition(" ")
    return given, f"{family} {first}".strip()


def _once(rows: Sequence[Row]) -> list[Row]:
    """Without rows that say word for word what another said."""
    said: dict[tuple, Row] = {}
    for row in rows:
        said.setdefault(row.says if row.email else (row.number,), row)
    return list(said.values())


# What it means here --------------------------------------------------------------------------------------------------
def _judged(rows: Sequence[Row], cohort: Cohort, *, by: User) -> Iterator[Row]:
    here = {one.email.lower(): one for one in _here(cohort)}
    names = {folded(one.name): one for one in here.values()}
    staff, elsewhere = _staff(cohort), _elsewhere(rows, cohort, by=by)
    addresses: dict[str, int] = {}
    namesakes: dict[str, Row] = {}
    for row in rows:
        problem = _problem(row, addresses.get(row.email))
        addresses.setdefault(row.email, row.number)
        if problem:
            yield replace(row, problem=problem)
        elif one := here.get(row.email):
            yield replace(row, here=one, changes=tuple(_changes(row, one)), note=_note_here(row, one))
        else:
            note = _note_of_staff(row, staff.get(row.email), cohort) or elsewhere.get(row.email, "")
            yield _beside(replace(row, note=note), names, namesakes)


def _beside(row: Row, names: Mapping[str, Here], namesakes: dict[str, Row]) -> Row:
    """A row that is new, unless somebody of the same name is here, or in the same file."""
    key = folded(row.name)
    if one := names.get(key):
        return replace(row, twin=f"{row.name} is here as {one.email}.", here=one if row.is_same else None)
    if before := namesakes.get(key):
        return replace(row, twin=f"{before.name} stands in row {before.number} as {before.email}.")
    namesakes[key] = row
    return row


def _here(cohort: Cohort) -> Iterator[Here]:
    """Who is in the cohort. A name is the roster's to change until its person was here."""
    others = Enrollment.objects.filter(person=OuterRef("person")).exclude(pk=OuterRef("pk"))
    works = StaffMembership.objects.filter(person=OuterRef("person"))
    found = cohort.enrollments.order_by("-pk").annotate(is_elsewhere=Exists(others) | Exists(works)).values_list(
        "pk", "person", "person__email", "person__first_name", "person__last_name", "organization",
        "joined_at", "person__last_login", "person__is_staff", "person__is_superuser",
        "is_elsewhere", "withdrawn_at",
    )  # fmt: skip
    for pk, person, email, first, last, organization, *settled, withdrawn_at in found:
        yield Here(pk, person, email, first, last, organization, not any(settled), withdrawn_at is not None)


def _staff(cohort: Cohort) -> dict[str, list[str]]:
    """Roles of the cohort's staff by address."""
    staff: dict[str, list[str]] = {}
    for email, role in cohort.staff.order_by("pk").values_list("person__email", "role"):
        staff.setdefault(email.lower(), []).append(StaffMembership.Role(role).label.lower())
    return staff


def _elsewhere(rows: Sequence[Row], cohort: Cohort, *, by: User) -> dict[str, str]:
    """Who was in another cohort that `by` runs. Of any other account nothing is told."""
    others = Enrollment.objects.filter(cohort__in=Cohort.objects.run_by(by)).exclude(cohort=cohort)
    others = others.annotate(address=Lower("person__email")).order_by("pk")
    known = {}
    for start in range(0, len(rows), BATCH):
        found = others.filter(address__in=[row.email for row in rows[start : start + BATCH]]).values_list(
            "address", "person__first_name", "person__last_name", "cohort__name"
        )
        for address, first, last, name in found:
            known[address] = f"{f'{first} {last}'.strip()} is known from {name}, and keeps that name and account."
    return known


def _problem(row: Row, before: int | None) -> str:
    if not row.email:
        return "There is no e-mail address."
    try:
        validate_email(row.email)
    except ValidationError:
        return f"“{row.email}” is not a full e-mail address."
    if before is not None:
        return f"This address stands in row {before} already."
    if not row.last_name:
        return "There is no last name."
    for words in (row.email, row.last_name, row.first_name, row.organization):
        if words.startswith(FORMULA):
            return f"“{words}” begins as a formula does. Write the words only."
        if UNREADABLE in words:
            return f"“{words}” has a sign that could not be read. Write it as it should be."
    return ""


def _changes(row: Row, one: Here) -> Iterator[Change]:
    """What the row says otherwise than what is written here. A cell that is empty changes nothing."""
    fields = ("last_name", "first_name", "organization") if one.may_rename else ("organization",)
    for name in fields:
        before, after = getattr(one, name), getattr(row, name)
        if after and after != before:
            yield Change(name, before, after)


def _note_here(row: Row, one: Here) -> str:
    if one.is_withdrawn:
        return f"{one.name} has withdrawn, and stays so. Bring people back from their own page."
    if not one.may_rename and folded(row.name) != folded(one.name):
        return f"{row.name} is here as {one.name}, a name they have used. Only the district is taken from the file."
    return ""


def _note_of_staff(row: Row, roles: Sequence[str] | None, cohort: Cohort) -> str:
    if not roles:
        return ""
    return f"{row.name} is {' and '.join(roles)} of {cohort}. Nobody reviews their own work; the rest is up to you."
