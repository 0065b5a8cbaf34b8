"""My data, to take along: files byte for byte under names every system takes, and everything else as JSON."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest

from cohorts import records
from microcred import clock as house_clock
from reviews import decisions, exporting
from reviews.models import Decision
from submissions.models import DocumentAccess, Version
from submissions.states import State
from tests.support import factories
from tests.support.reviewing import SAYS, reviewed
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(clock):
    """Ada was asked for a revision by Ben, whom the cohort does not name."""
    clock(AFTER_ALL)
    cohort = factories.cohort()
    submission = submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Ada", "Ward"))
    ben = factories.staff(cohort, factories.person("Ben", "Secretive")).person
    reviewed(submission, ben, ranks={1: 2})
    clock(AFTER_ALL + timedelta(hours=1))
    made = decisions.decide(submission, by=cohort.opened_by, outcome=Decision.Outcome.REVISE)
    decisions.release(made, by=cohort.opened_by)
    return submission


def taken(client, person):
    client.force_login(person)
    answer = client.post("/account/data/archive/")
    assert answer["Content-Type"] == "application/zip" and answer["Cache-Control"] == "private, no-store"
    return zipfile.ZipFile(io.BytesIO(answer.getvalue()))


def record(archive):
    return json.loads(archive.read("data.json"))


def test_every_version_comes_byte_for_byte(client, asked):
    archive = taken(client, asked.enrollment.person)

    versions = Version.objects.filter(document__submission=asked)
    kept = {exporting.path_of(one): one.sha256 for one in versions}
    assert archive.testzip() is None
    assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name in kept} == kept
    assert len(kept) == len(archive.namelist()) - 2 > 0  # READ ME.txt and data.json


def test_no_name_leads_out_of_the_folder_or_breaks_on_windows(client, asked):
    Version.objects.update(canonical_name="", received_name='../../etc/CON|"<>?*.docx')

    names = taken(client, asked.enrollment.person).namelist()

    assert len(names) == len(set(names))
    assert not [name for name in names if ".." in name.split("/") or set(name) & set('|"<>?*\\\\:')]


def test_the_record_holds_what_was_decided_and_said_and_names_no_reviewer(client, asked):
    archive = taken(client, asked.enrollment.person)

    decision = record(archive)["cohorts"][0]["submission"]["decisions"][0]
    assert (decision["outcome"], decision["rows"][0]["comments"]) == ("revise", [SAYS])
    assert "Secretive" not in archive.read("data.json").decode()


def test_nothing_unreleased_is_in_it(client, clock):
    clock(AFTER_ALL)
    submission = submission_in(State.SUBMITTED, person=factories.person("Ada", "Ward"))
    cohort = submission.enrollment.cohort
    reviewed(submission, factories.staff(cohort).person, ranks={1: 2})
    decisions.decide(submission, by=cohort.opened_by, outcome=Decision.Outcome.REVISE)

    said = taken(client, submission.enrollment.person).read("data.json").decode()

    assert SAYS not in said and json.loads(said)["cohorts"][0]["submission"]["decisions"] == []


def test_a_reviewer_takes_what_they_wrote_and_no_applicants_name(client, asked):
    ben = asked.assignments.first().reviewer

    archive = taken(client, ben)

    assert record(archive)["reviews"][0]["scores"][0]["comment"] == SAYS
    assert "Ward" not in archive.read("data.json").decode()


def test_a_file_that_is_gone_is_named_and_the_others_come(client, asked):
    gone, *others = Version.objects.filter(document__submission=asked).order_by("pk")
    gone.file.storage.delete(gone.file.name)

    archive = taken(client, asked.enrollment.person)

    assert exporting.path_of(gone) in archive.read("MISSING.txt").decode()
    assert all(exporting.path_of(one) in archive.namelist() for one in others)


def test_taking_them_along_is_written_down(client, asked):
    taken(client, asked.enrollment.person)

    noted = DocumentAccess.objects.filter(person=asked.enrollment.person, role="applicant", form="original")
    assert noted.count() == Version.objects.filter(document__submission=asked).count()


def test_memory_holds_one_piece_at_a_time(asked, monkeypatch):
    monkeypatch.setattr(exporting, "CHUNK", 1024)

    pieces = list(exporting.archive(asked.enrollment.person))

    largest = max(len(piece) for piece in pieces)
    assert len(pieces) > 20 and largest < sum(map(len, pieces)) / 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_record_takes_the_same_queries_in_one_cohort_and_in_three(django_assert_num_queries, clock, count):
    clock(AFTER_ALL)
    ada = factories.person("Ada", "Ward")
    for _ in range(count):
        submission_in(State.SUBMITTED, person=ada)

    with django_assert_num_queries(19 + count):  # and one for each submission: its decisions
        exporting.record_of(ada, at=house_clock.now())


def test_who_read_the_record_comes_along_and_what_colleagues_noted_stays(client, asked):
    enrollment = asked.enrollment
    records.note(enrollment, "Prefers mornings.", by=enrollment.cohort.opened_by)
    records.was_read(enrollment, by=enrollment.cohort.opened_by)

    archive = taken(client, enrollment.person)

    [reading] = record(archive)["who_read_my_record"]
    assert reading["who"] == f"{enrollment.cohort.opened_by}, cohort admin"
    assert reading["what"] == "Your whole story"
    assert b"Prefers mornings" not in archive.read("data.json")
