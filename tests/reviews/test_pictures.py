"""Pictures of an answer: from the clean copy, where they stand, to those who may read it; each reading written down."""

import re

import pytest

from reviews.models import Assignment
from submissions.checks.cleaning import pictures
from submissions.models import Answer, CleanCopy, DocumentAccess, Version
from submissions.states import State
from tests.submissions import telltale
from tests.submissions.checks import papers
from tests.support import factories, reviewing
from tests.support.submitting import BEFORE_DUE, add, fill_guide, submission_in

pytestmark = pytest.mark.django_db
SHOWN = re.compile(
    rb'<a class="picture" href="([^"]+)" target="_blank" data-enlarge><img src="\1" alt="([^"]*)" loading'
)


def pictured(submission, *, kind="png", picture=None, alt="Our &quot;plan&quot;", text="PIC"):
    """The submission with a guide whose first answer has a picture."""
    slot = submission.documents.get(required__is_scored=True)
    person = submission.enrollment.person
    content = fill_guide(slot.required, person=person, answers={"L2-RG-Q1": text})
    picture = picture or getattr(telltale, kind)()
    return add(slot, content=papers.pictured(content, picture, alt=alt, kind=kind), at=BEFORE_DUE)


@pytest.fixture
def given():
    ben = factories.person("Ben", "Reader")
    submission = submission_in(State.SUBMITTED)
    pictured(submission)
    return reviewing.assigned(submission, ben)


@pytest.fixture
def scoring(client, given):
    client.force_login(given.reviewer)
    return f"/review/{given.submission.number}/"


def test_a_picture_stands_in_the_answer_as_a_link_to_the_clean_one(client, scoring):
    ((address, alt),) = SHOWN.findall(client.get(scoring).content)

    response = client.get(address.decode())

    assert alt == b"Our &quot;plan&quot;"
    assert response.content == pictures.clean(telltale.png())[1]
    assert {
        name: response[name]
        for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control")
    } == {
        "Content-Type": "image/png",
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    assert b"Canary" in telltale.png()


def test_pictures_that_were_read_are_written_down_once_a_sitting(client, scoring, given):
    address = SHOWN.findall(client.get(scoring).content)[0][0].decode()
    for _ in range(3):
        client.get(address)

    read = DocumentAccess.objects.filter(person=given.reviewer, form="pictures")
    assert [(row.role, row.version.document.required.is_scored) for row in read] == [("reviewer", True)]


def test_for_others_a_picture_does_not_exist(client, scoring, given):
    address = SHOWN.findall(client.get(scoring).content)[0][0].decode()
    cohort = given.submission.enrollment.cohort
    version = Version.objects.get(answers__html__contains="data-picture")
    by_file = f"/documents/{version.pk}/pictures/{address.rstrip('/').rpartition('/')[2]}/"
    known = {}
    for name, person in (
        ("applicant", given.submission.enrollment.person),
        ("admin", factories.staff(cohort, role="admin").person),
        ("reviewer", given.reviewer),
        ("other reviewer", factories.staff(cohort, factories.person("Rita", "Other")).person),
        ("classmate", factories.enrollment(cohort, factories.person("Bea", "Lund")).person),
    ):
        client.force_login(person)
        known[name] = tuple(client.get(one).status_code for one in (address, by_file, f"{address[:-2]}0/"))

    assert known == {
        "applicant": (404, 200, 404),
        "admin": (404, 200, 404),
        "reviewer": (200, 404, 404),
        "other reviewer": (404, 404, 404),
        "classmate": (404, 404, 404),
    }


def test_a_copy_that_shows_the_name_hands_no_picture_to_who_reads_blind(client, scoring, given):
    address = SHOWN.findall(client.get(scoring).content)[0][0].decode()
    CleanCopy.objects.update(is_nameless=False)

    assert client.get(address).status_code == 404
    assert SHOWN.findall(client.get(scoring).content) == []
    assert b'[Picture: Our "plan"]' in client.get(scoring).content


def test_a_reader_who_lost_the_work_gets_no_picture(client, scoring, given):
    address = SHOWN.findall(client.get(scoring).content)[0][0].decode()
    given.reviewer.staff_memberships.all().delete()

    assert client.get(address).status_code == 404


def test_what_browsers_cannot_show_is_told_in_words(client, given):
    submission = submission_in(State.SUBMITTED, cohort=given.submission.enrollment.cohort)
    pictured(submission, kind="tiff", alt="")
    reviewing.assigned(submission, given.reviewer)
    client.force_login(given.reviewer)

    page = client.get(f"/review/{submission.number}/").content

    assert SHOWN.findall(page) == []
    assert b"[Picture without description]" in page
    assert b"Open the Word file" in page


def test_a_picture_without_description_is_told_by_its_place(client, given):
    submission = submission_in(State.SUBMITTED, cohort=given.submission.enrollment.cohort)
    pictured(submission, alt="")
    reviewing.assigned(submission, given.reviewer)
    client.force_login(given.reviewer)

    assert [alt for _, alt in SHOWN.findall(client.get(f"/review/{submission.number}/").content)] == [
        b"Picture 1 of the answer to question 1"
    ]


def test_a_question_that_was_reworded_stands_beside_the_guides(client, scoring, given):
    Answer.objects.filter(html__contains="data-picture").update(asked="What is this about, in your words?")

    page = client.get(scoring)

    shown = page.content.decode()
    assert page.context["now"].asked == "What is this about, in your words?"
    assert "What is this about, in your words?</h2>" in shown
    assert f"The guide asks: <q>{page.context['now'].text}</q>" in shown


def test_its_applicant_sees_it_in_what_we_read(client, given):
    submission = given.submission
    Answer.objects.filter(html__contains="data-picture").update(asked="In my words?")
    client.force_login(submission.enrollment.person)
    slot = submission.documents.get(required__is_scored=True)

    page = client.get(f"/my/{submission.enrollment.cohort.slug}/documents/{slot.required.key}/answers/").content

    assert [alt for _, alt in SHOWN.findall(page)] == [b"Our &quot;plan&quot;"]
    assert b"In the file it reads: <q>In my words?</q>" in page


def test_many_pictures_ask_the_database_no_more_often(client, scoring, given, django_assert_num_queries):
    answer = Answer.objects.get(html__contains="data-picture")
    Answer.objects.filter(pk=answer.pk).update(html=answer.html * 20)

    with django_assert_num_queries(11):
        page = client.get(scoring).content

    assert len(SHOWN.findall(page)) == 20


@pytest.fixture
def revised(given):
    """A second round, whose first answer may be another one."""

    def revise(html, text):
        first = Version.objects.get(answers__html__contains="data-picture")
        second = Version.objects.create(
            document=first.document, number=first.number + 1, round_number=2, received_name="guide.docx",
            file=first.file.name, size_bytes=1, sha256="0" * 64, arrived_at=first.arrived_at,
            added_by=first.added_by, verdict="ready",
        )  # fmt: skip
        before = first.answers.get(html__contains="data-picture")
        copy = first.clean_copy
        CleanCopy.objects.create(
            version=second, file=copy.file.name, sha256=copy.sha256, is_nameless=True, made_at=copy.made_at,
            pictures=copy.pictures,
        )  # fmt: skip
        mark = next(iter(copy.pictures))
        Answer.objects.create(version=second, prompt=before.prompt, text=text, html=html.format(mark=mark))
        opened = given.submission.rounds.create(number=2, submitted_at=first.arrived_at)
        opened.criteria.add(first.document.required.criteria.get(prompt=before.prompt))
        Assignment.objects.filter(pk=given.pk).update(round_number=2)

    return revise


TOLD = '[Picture: Our "plan"]'


def test_where_changes_are_marked_the_picture_stands_too(client, scoring, revised):
    revised(f'<p>See it:</p><p><em data-picture="{{mark}}">{TOLD}</em></p>', f"See it:\n\n{TOLD}")

    page = client.get(scoring)

    assert len(SHOWN.findall(page.context["now"].changes_html.encode())) == 1
    assert len(SHOWN.findall(page.content)) == 2
    assert page.context["now"].changes.new_words == 2


def test_another_picture_in_the_same_words_is_no_unchanged_answer(client, scoring, revised):
    revised(f'<p><em data-picture="00000000">{TOLD}</em></p>', TOLD)

    page = client.get(scoring).content

    assert b"The words have not changed since version 1; a picture has." in page
    assert b"Not changed since" not in page
