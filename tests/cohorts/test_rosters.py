"""Rosters: read as spreadsheets write them, judged before anything is written, kept all or none."""

from urllib.parse import urlencode

import pytest

from cohorts import rosters
from cohorts.models import Enrollment
from microcred.models import User
from microcred.verdict import Refused
from tests.support import factories

pytestmark = pytest.mark.django_db

ROWS = "E-mail,Last name,First name,District\nada@example.org,Ward,Ada,Prairie Unified\nbo@example.org,Lund,Bo,CESA 4\n"
ADA = ("ada@example.org", "Ward", "Ada", "Prairie Unified")


@pytest.fixture
def cohort():
    return factories.cohort()


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
    ],
)
def test_a_roster_is_read_as_spreadsheets_write_it(cohort, text):
    assert said(rosters.read(text, cohort)) == [ADA]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_read_in_the_encodings_of_spreadsheets(cohort, encoding):
    data = "E-mail,Last,First\nzoe@example.org,Núñez,Zoë\n".encode(encoding)

    assert said(rosters.read(rosters.decoded(data), cohort)) == [("zoe@example.org", "Núñez", "Zoë", "")]


def test_which_heading_became_which_column_is_told(cohort):
    roster = rosters.read("Email Address,Last,First,LEA,Phone\nada@example.org,Ward,Ada,Prairie,5", cohort)

    assert roster.columns == {
        "E-mail": "Email Address",
        "Last name": "Last",
        "First name": "First",
        "District": "LEA",
    }
    assert roster.ignored == ["Phone"]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("j.bell@harborcity,Bell,Jo", "“j.bell@harborcity” is not a full e-mail address."),
        (",Bell,Jo", "There is no e-mail address."),
        ("jo@example.org,,Jo", "There is no last name."),
        ("ADA@example.org,Ward,Ada", "This address stands in row 2 already."),
    ],
)
def test_a_broken_row_has_a_sentence(cohort, row, sentence):
    roster = rosters.read(f"E-mail,Last name,First name\nada@example.org,Ward,Ada\n{row}", cohort)

    assert [(broken.number, broken.problem) for broken in roster.problems] == [(3, sentence)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is nothing in it yet. Paste the rows, headings included, or choose a file."),
        (
            "ada@example.org,Ward,Ada",
            "The first line has to name the columns: E-mail, Last name, First name, District. Add it on top.",
        ),
    ],
)
def test_text_that_is_no_roster_is_refused_with_a_sentence(cohort, text, sentence):
    with pytest.raises(Refused) as refusal:
        rosters.read(text, cohort)

    assert str(refusal.value) == sentence


def test_a_row_is_fixed_in_place_or_left_out(cohort):
    text = "E-mail,Last name\nada@example,Ward\nbo@,Lund\n"

    roster = rosters.read(text, cohort, fixes={2: {"email": "ada@example.org"}}, leave_out={3})

    assert [(row.email, row.problem) for row in roster.rows] == [("ada@example.org", "")]


def test_a_tidied_roster_reads_as_before(cohort):
    roster = rosters.read('Mail;Name;LEA\nada@example.org;Ada Ward;"Prairie; Unified"', cohort)

    assert said(rosters.read(roster.as_text(), cohort)) == said(roster)


def test_people_already_here_stay_unchanged(cohort):
    factories.enrollment(cohort, factories.person("Ada", "Ward", email="ada@example.org"), organization="Lakeview")
    roster = rosters.read(ROWS, cohort)

    rosters.enroll(cohort, roster.new, by=factories.person())

    assert [row.email for row in roster.here] == ["ada@example.org"]
    assert Enrollment.objects.get(person__email="ada@example.org").organization == "Lakeview"


def test_reading_writes_nothing(cohort):
    people = User.objects.count()

    rosters.read(ROWS, cohort)

    assert (User.objects.count(), Enrollment.objects.count()) == (people, 0)


def test_a_known_person_keeps_their_name(cohort):
    factories.person("Adaeze", "Ward", email="Ada@example.org")

    rosters.enroll(cohort, rosters.read(ROWS, cohort).new, by=factories.person())

    assert [str(row.person) for row in cohort.enrollments.all()] == ["Bo Lund", "Adaeze Ward"]


def test_staff_who_would_be_applicants_are_pointed_out(cohort):
    factories.staff(cohort, factories.person("Ada", "Ward", email="ada@example.org"), "reviewer")

    roster = rosters.read(ROWS, cohort)

    assert [row.warning for row in roster.warnings] == [
        "Ada Ward is reviewer of Fall 2023. Nobody reviews their own work; the rest is up to you."
    ]
    assert len(roster.new) == 2


def test_a_name_that_is_here_under_another_address_is_pointed_out(cohort):
    factories.enrollment(cohort, factories.person("Ada", "Ward", email="a.ward@example.org"))

    assert [row.warning for row in rosters.read(ROWS, cohort).warnings] == [
        "Ada Ward is here as a.ward@example.org. Leave this row out if it is the same person."
    ]


def test_all_or_nothing(cohort):
    rows = rosters.read("E-mail,Last name\nada@example.org,Ward\nbo@,Lund\n", cohort).rows

    with pytest.raises(Refused):
        rosters.enroll(cohort, rows, by=factories.person())

    assert cohort.enrollments.count() == 0


def test_twice_is_once(cohort):
    by = factories.person()
    rows = rosters.read(ROWS, cohort).new

    rosters.enroll(cohort, rows, by=by)

    assert (rosters.enroll(cohort, rows, by=by), cohort.enrollments.count()) == ([], 2)


@pytest.mark.parametrize("count", [1, 40])
def test_it_takes_the_same_queries_however_long_it_is(cohort, django_assert_num_queries, count):
    lines = "".join(f"p{number}@example.org,Person {number}\n" for number in range(count))

    with django_assert_num_queries(2):  # people here, staff
        roster = rosters.read(f"E-mail,Last name\n{lines}", cohort)
    with django_assert_num_queries(6):  # savepoints, known people, new people, enrollments here, new enrollments
        rosters.enroll(cohort, roster.new, by=cohort.opened_by)


# The page ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def page(client, cohort):
    cleo = factories.person("Cleo", "Lead")
    factories.staff(cohort, cleo, "admin")
    client.force_login(cleo)
    return lambda **posted: client.post(f"/cohorts/{cohort.slug}/people/import/", posted)


def test_three_steps_and_only_the_last_writes(page, cohort):
    checked = page(step="check", text=ROWS)
    confirmed = page(step="confirm", text=checked.context["roster"].as_text())
    assert (confirmed.context["step"], cohort.enrollments.count()) == (3, 0)

    answer = page(step="add", text=confirmed.context["roster"].as_text(), invite="now")

    assert answer.url == f"/cohorts/{cohort.slug}/people/"
    assert [row.invited_at is not None for row in cohort.enrollments.all()] == [True, True]


def test_people_are_added_without_inviting_them(page, cohort):
    page(step="add", text=ROWS, invite="later")

    assert [row.invited_at for row in cohort.enrollments.all()] == [None, None]


def test_a_problem_keeps_the_second_step_open(page, cohort):
    answer = page(step="add", text="E-mail,Last name\nada@example,Ward\n")

    assert (answer.context["step"], cohort.enrollments.count()) == (2, 0)
    assert "“ada@example” is not a full e-mail address." in answer.text


def test_a_file_is_as_good_as_pasting(page):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = page(step="check", file=SimpleUploadedFile("roster.csv", ROWS.encode("utf-8-sig")))

    assert len(answer.context["roster"].new) == 2


def test_a_workbook_is_told_from_a_csv(page):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = page(step="check", file=SimpleUploadedFile("roster.xlsx", b"PK\x03\x04 and more"))

    assert answer.context["form"].errors["file"] == [
        "This is a workbook. In your spreadsheet choose Save as, CSV, and choose that file."
    ]


def test_nothing_at_all_is_answered_beside_the_field(page):
    assert page(step="check", text=" ").context["form"].errors["text"] == [
        "Paste the rows here, headings included, or choose a file."
    ]


def test_fields_made_up_by_hand_break_nothing(client, cohort):
    client.force_login(cohort.opened_by)
    factories.staff(cohort, cohort.opened_by, "admin")
    digits = "9" * 5000
    posted = {"text": ROWS, "leave": ["3", digits], f"email-{digits}": "x", "last_name-2": "Wa\0rd", "step": "check"}

    page = client.post(
        f"/cohorts/{cohort.slug}/people/import/",
        urlencode(posted, doseq=True),
        content_type="application/x-www-form-urlencoded",
    )

    assert said(page.context["roster"]) == [ADA]
