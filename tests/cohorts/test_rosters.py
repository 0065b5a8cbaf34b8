"""Rosters: read as spreadsheets write them, and judged against who is in the cohort; nothing is written."""

import pytest

from cohorts import rosters
from cohorts.models import Enrollment
from cohorts.rosters import Layout
from cohorts.spreadsheets import decoded
from microcred import clock
from microcred.models import User
from microcred.verdict import Refused
from tests.support import factories

pytestmark = pytest.mark.django_db

ROWS = "E-mail,Last name,First name,District\nada@example.org,Ward,Ada,Prairie Unified\nbo@example.org,Lund,Bo,CESA 4\n"
ADA = ("ada@example.org", "Ward", "Ada", "Prairie Unified")


@pytest.fixture
def cohort():
    return factories.cohort()


@pytest.fixture
def read(cohort):
    return lambda text, **how: rosters.read(text, cohort, by=how.pop("by", cohort.opened_by), **how)


def said(roster):
    return [(row.email, row.last_name, row.first_name, row.organization) for row in roster.rows]


@pytest.mark.parametrize(
    "text",
    [
        "E-mail,Last name,First name,District\nada@example.org,Ward,Ada,Prairie Unified",
        "Email Address;LAST;First;LEA\r\nada@example.org;Ward;Ada;Prairie Unified\r\n",
        "\ufeffDistrict\tGiven name\tSurname\te-mail address\nPrairie Unified\tAda\tWard\tada@example.org",
        "Name,Work email,Employer,Phone\nAda Ward,ada@example.org,Prairie Unified,555",
        'Full name,Mail,Agency\n"Ward, Ada",<ada@example.org>,Prairie  Unified\n\n,,\n',
        '"Last, First";E-mail;LEA\n"Ward, Ada";ADA@Example.org;"Prairie\nUnified"',
        "Last name;First name;E-mail;LEA\nWa\u200brd;\ufeffAda;Someone <ada@example.org>;Prairie Unified",
        "E-mail,LEA\n\"Ada Ward\" <ADA@example.org>,Prairie Unified",
        "ada@example.org\tWard\tAda\tPrairie Unified",
        "Ada,Ward,ada@example.org,Prairie Unified",
        "Ada Ward;ada@example.org;Prairie Unified",
        "Courriel,Last name,First name,District\nada@example.org,Ward,Ada,Prairie Unified",
    ],
)  # fmt: skip
def test_a_roster_is_read_as_spreadsheets_write_it(read, text):
    assert said(read(text)) == [ADA]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_read_in_the_encodings_of_spreadsheets(read, encoding):
    data = "E-mail,Last,First\nzoe@example.org,Núñez,Zoë\n".encode(encoding)

    assert said(read(decoded(data))) == [("zoe@example.org", "Núñez", "Zoë", "")]


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        ("Nu\u0301n\u0303ez,Zoe\u0308", ("Núñez", "Zoë")),  # as a Mac writes them
        ("'=Ward,'-", ("=Ward", "")),  # guarded by our own export
        ('"Ward, Ada",', ("Ward", "Ada")),
        ('"Ward, Jr.",Ada', ("Ward, Jr.", "Ada")),
        ("Cher,—", ("Cher", "")),
    ],
)
def test_names_are_tidied(read, cells, name):
    row = read(f"E-mail,Last,First\nada@example.org,{cells}").rows[0]

    assert (row.last_name, row.first_name) == name


@pytest.mark.parametrize(
    ("name", "halves"),
    [
        ("Dana Okafor", ("Dana", "Okafor")),
        ("Okafor, Dana, PhD", ("Dana", "Okafor")),
        ("Dana Okafor, Jr.", ("Dana", "Okafor Jr.")),
        ("Cher", ("", "Cher")),
    ],
)
def test_a_whole_name_has_two_halves(name, halves):
    assert rosters.split(name) == halves


def test_which_column_became_what_is_told(read):
    roster = read("Email Address,Last,First,LEA,,Phone\nada@example.org,Ward,Ada,Prairie,,5")

    assert roster.used == [
        ("E-mail", "Email Address"), ("Last name", "Last"), ("First name", "First"), ("District", "LEA"),
    ]  # fmt: skip
    assert roster.ignored == ["Column 5", "Phone"]


def test_two_hundred_columns_are_read_as_five(read):
    headings, cells = [f"Field {n}" for n in range(200)], ["x"] * 200
    headings[150], cells[150], headings[199], cells[199] = "Mail", "ada@example.org", "Name", "Ada Ward"

    roster = read(",".join(headings) + "\n" + ",".join(cells))

    assert (said(roster), len(roster.ignored)) == ([("ada@example.org", "Ward", "Ada", "")], 198)


def test_columns_that_cannot_be_guessed_are_asked_for_and_can_be_given(read):
    text = "Courriel,Nom,Ville\nada@example.org,Ward,Paris\n"

    assert read(text).layout.missing == "Say which column holds the last name, or the whole name."
    chosen = read(text, layout=Layout(has_headings=True, columns={"email": 0, "last_name": 1}))
    assert said(chosen) == [("ada@example.org", "Ward", "", "")]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("j.bell@harborcity,Bell,Jo", "“j.bell@harborcity” is not a full e-mail address."),
        (",Bell,Jo", "There is no e-mail address."),
        ("jo@example.org,,Jo", "There is no last name."),
        ("ADA@example.org,Ward,Adaeze", "This address stands in row 2 already."),
        ("jo@example.org,=1+1,Jo", "“=1+1” begins as a formula does. Write the words only."),
        ("=jo@example.org,Bell,Jo", "“=jo@example.org” begins as a formula does. Write the words only."),
        ("jo@example.org,B\ufffdll,Jo", "“B\ufffdll” has a sign that could not be read. Write it as it should be."),
    ],
)
def test_a_broken_row_has_a_sentence(read, row, sentence):
    roster = read(f"E-mail,Last name,First name\nada@example.org,Ward,Ada\n{row}")

    assert [(broken.number, broken.problem) for broken in roster.problems] == [(3, sentence)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is nothing in it yet. Paste the rows, headings included, or choose a file."),
        ("E-mail,Last name\n,,\n", "There is only the row of headings. Paste the people below it, too."),
        ('E-mail,Last\na@example.org,"Ward' + "\nb@example.org,Lund" * 40,
         "A quotation mark in row 2 is never closed. Close it, or take it out."),
        ("a@example.org,Ward\n" * 5001, "That is 5,001 rows. Add at most 5,000 people at a time."),
        ("E-mail,Last\na@example.org," + "x" * 2_000_000,
         "A cell in line 2 holds more than 131,072 signs, which is too many. Shorten it, or close its quotation mark."),
    ],
    ids=["nothing", "headings", "quote", "many", "large cell"],
)  # fmt: skip
def test_text_that_is_no_roster_is_refused_with_a_sentence(read, text, sentence):
    with pytest.raises(Refused) as refusal:
        read(text)

    assert str(refusal.value) == sentence


def test_a_row_is_put_right_or_left_out(read):
    text = "E-mail,Last name\nada@example,Ward\nbo@,Lund\n"

    roster = read(text, choices={"2": {"email": "ada@example.org"}, "3": {"leave": True}})

    assert [(row.email, row.problem) for row in roster.rows] == [("ada@example.org", "")]
    assert [row.number for row in roster.left_out] == [3]


def test_a_row_that_says_the_same_again_is_taken_once(read):
    roster = read(ROWS + "ADA@example.org,Ward,Ada,Prairie Unified\n")

    assert (len(roster.new), roster.repeated) == (2, 1)


def test_who_is_here_already_changes_where_the_file_says_otherwise(cohort, read):
    factories.enrollment(cohort, factories.person("Ada", "Word", email="Ada@example.org"), joined_at=None)
    factories.enrollment(cohort, factories.person("Bo", "Lund", email="bo@example.org"), organization="CESA 4")

    roster = read(ROWS)

    assert [[(one.label, one.before, one.after) for one in row.changes] for row in roster.changed] == [
        [("Last name", "Word", "Ward"), ("District", "", "Prairie Unified")]
    ]
    assert ([row.email for row in roster.unchanged], roster.new) == (["bo@example.org"], [])


def test_a_name_that_its_person_has_used_stays(cohort, read):
    factories.enrollment(cohort, factories.person("Adaeze", "Ward", email="ada@example.org"), organization="CESA 4")

    row = read(ROWS).changed[0]

    assert [one.label for one in row.changes] == ["District"]
    assert (
        row.note == "Ada Ward is here as Adaeze Ward, a name they have used. Only the district is taken from the file."
    )


def test_an_empty_cell_changes_nothing(cohort, read):
    factories.enrollment(cohort, factories.person("Ada", "Ward", email="ada@example.org"), organization="CESA 4")

    assert read("E-mail,Last name,LEA\nada@example.org,Ward,").changed == []


def test_staff_who_would_be_applicants_are_pointed_out(cohort, read):
    factories.staff(cohort, factories.person("Ada", "Ward", email="ada@example.org"), "reviewer")

    roster = read(ROWS)

    assert [row.note for row in roster.notes] == [
        "Ada Ward is reviewer of Fall 2023. Nobody reviews their own work; the rest is up to you."
    ]
    assert len(roster.new) == 2


@pytest.mark.parametrize("name", ["Ward,Ada", "ward,ADA", "Ada,Ward", "Wárd,A\u0301da"])
def test_a_name_that_is_here_under_another_address_is_the_same_person_unless_said_otherwise(cohort, read, name):
    factories.enrollment(cohort, factories.person("Ada", "Ward", email="a.ward@example.org"))
    text = f"E-mail,Last,First\nada@example.org,{name}"

    assert read(text).twins[0].twin.endswith(" is here as a.ward@example.org.")
    assert [len(read(text, choices={"2": {"same": same}}).new) for same in (True, False)] == [0, 1]


def test_a_name_that_stands_twice_in_the_file_is_asked_about(read):
    roster = read(ROWS + "ada.ward@example.org,Ward,Ada,Prairie Unified\n")

    assert [(row.number, row.twin) for row in roster.twins] == [(4, "Ada Ward stands in row 2 as ada@example.org.")]
    assert len(roster.new) == 2


def test_who_is_known_elsewhere_is_told_to_those_who_run_that_cohort_alone(cohort, read):
    spring, cleo = factories.cohort(), factories.person("Cleo", "Lead")
    spring.name = "Spring"
    spring.save()
    factories.enrollment(spring, factories.person("Adaeze", "Ward", email="ADA@example.org"))
    factories.staff(cohort, cleo, "admin")
    without = read(ROWS, by=cleo)
    factories.staff(spring, cleo, "admin")

    assert (without.notes, len(without.new)) == ([], 2)
    assert [row.note for row in read(ROWS, by=cleo).notes] == [
        "Adaeze Ward is known from Spring, and keeps that name and account."
    ]


def test_who_withdrew_stays_withdrawn(cohort, read):
    ada = factories.person("Ada", "Ward", email="ada@example.org")
    factories.enrollment(cohort, ada, withdrawn_at=clock.now(), withdrawn_by=ada)

    assert read(ROWS).rows[0].note == "Ada Ward has withdrawn, and stays so. Bring people back from their own page."


def test_reading_writes_nothing(read):
    people = User.objects.count()

    read(ROWS)

    assert (User.objects.count(), Enrollment.objects.count()) == (people, 0)


@pytest.mark.parametrize("count", [1, 40])
def test_reading_takes_the_same_queries_however_long_it_is(read, django_assert_num_queries, count):
    lines = "".join(f"p{number}@example.org,Person {number}\n" for number in range(count))

    with django_assert_num_queries(3):  # people here, staff, known elsewhere
        read(f"E-mail,Last name\n{lines}")
