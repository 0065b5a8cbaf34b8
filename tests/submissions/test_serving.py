"""Files leave as attachments, under a name every system takes, and every reading is written down."""

import pytest

from submissions import serving
from submissions.models import DocumentAccess
from submissions.states import State
from tests.support import factories
from tests.support.submitting import submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(before_due):
    return submission_in(State.SUBMITTED).documents.first().current


def test_a_file_comes_as_it_was_with_headers_that_keep_it_harmless(client, version):
    client.force_login(version.added_by)

    response = client.get(version.get_absolute_url())

    assert b"".join(response) == version.file.open("rb").read()
    version.file.close()
    assert {
        name: response[name]
        for name in ("Content-Disposition", "X-Content-Type-Options", "Cache-Control", "Content-Security-Policy")
    } == {
        "Content-Disposition": 'attachment; filename="Ward, A - Level 2 Practice Reflection Guide.docx"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "sandbox",
    }


def test_every_reading_is_written_down(client, version):
    admin = factories.staff(version.document.submission.enrollment.cohort, role="admin").person
    for person in (version.added_by, admin):
        client.force_login(person)
        b"".join(client.get(version.get_absolute_url()))

    assert [(row.person, row.role, row.form) for row in DocumentAccess.objects.order_by("pk")] == [
        (version.added_by, "applicant", "original"),
        (admin, "admin", "original"),
    ]


def test_for_others_the_file_does_not_exist(client, version):
    cohort = version.document.submission.enrollment.cohort
    reviewer = factories.staff(cohort).person
    classmate = factories.enrollment(cohort, factories.person("Bea", "Lund")).person
    other_admin = factories.staff(factories.cohort(), role="admin").person
    answers = []
    for person in (reviewer, classmate, other_admin):
        client.force_login(person)
        answers.append(client.get(version.get_absolute_url()).status_code)

    assert answers == [404, 404, 404]
    assert DocumentAccess.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ward, A | Level 2 Growth Plan.docx", "Ward, A - Level 2 Growth Plan.docx"),
        ("plan.pdf", "plan.pdf"),
        ("what: a plan?.docx", "what - a plan.docx"),
        ("no ending", "no ending.docx"),
        ("|.docx", "-.docx"),
        (".docx", "document.docx"),
        ("con.docx", "_con.docx"),
        (f"plan.{'w' * 300}", f"plan.{'w' * 175}.docx"),
    ],
)
def test_names_are_made_legal(name, expected):
    assert serving.legal(name) == expected


def test_a_name_in_another_script_survives():
    assert serving.attachment("Łukasiewicz, M - Plan.docx") == (
        "attachment; filename*=utf-8''%C5%81ukasiewicz%2C%20M%20-%20Plan.docx"
    )
