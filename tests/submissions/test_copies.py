"""A clean copy is made once, whatever happens to the worker on the way, and kept beside the original."""

import hashlib

import pytest

from cohorts.models import Cohort, StaffTask
from submissions import checking, copies, tasks
from submissions.checks import cleaning
from submissions.checks.cleaning import sandbox
from submissions.models import CleanCopy, DocumentAccess, Submission, Version
from submissions.states import State
from tests.support import factories
from tests.support.submitting import AFTER_ALL, BEFORE_DUE, add, submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(before_due):
    """A version that was checked and has no copy yet."""
    made = add(submission_in(State.DRAFT).documents.first(), at=BEFORE_DUE)
    made.clean_copy.delete()
    return Version.objects.get(pk=made.pk)


@pytest.fixture
def calls(monkeypatch):
    """Cleaning in this process; how often it was asked for."""
    seen = []

    def clean(path, into, writer):
        seen.append(writer)
        return cleaning.clean_here(path, into, writer)

    monkeypatch.setattr(sandbox, "clean", clean)
    return seen


@pytest.fixture
def broken(monkeypatch):
    """Every try ends like this."""

    def fail_with(problem):
        def clean(path, into, writer):
            raise problem

        monkeypatch.setattr(sandbox, "clean", clean)

    return fail_with


def bytes_of(copy: CleanCopy) -> bytes:
    with copy.file.open("rb") as file:
        return file.read()


def test_a_copy_has_its_own_key_and_its_own_sum(version, calls):
    copies.make(version)

    copy = CleanCopy.objects.get()
    content = bytes_of(copy)
    assert (copy.size_bytes, copy.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert copy.file.name != version.file.name and copy.sha256 != version.sha256
    assert (copy.made_at, copy.leased_until, copy.is_nameless) == (BEFORE_DUE, None, True)


def test_making_it_twice_is_making_it_once(version, calls):
    copies.make(version)
    copies.make(version)

    assert len(calls) == 1


def test_in_other_hands_it_is_left_alone_until_the_lease_ends(version, calls, clock):
    assert copies.claim(version) is not None
    assert copies.claim(version) is None

    clock(BEFORE_DUE + copies.LEASE)
    copies.make(version)

    assert CleanCopy.objects.get().made_at


@pytest.mark.parametrize("verdict", ["checking", "blocked"])
def test_what_reviewers_will_not_see_gets_none(version, calls, verdict):
    Version.objects.update(verdict=verdict)

    copies.make(version)

    assert (calls, CleanCopy.objects.count()) == ([], 0)


def test_a_file_that_kills_every_worker_is_for_a_person_after_three_tries(version, calls, clock):
    for hour in range(3):
        clock(BEFORE_DUE + hour * copies.LEASE)
        copies.claim(version)
    clock(BEFORE_DUE + 3 * copies.LEASE)

    copies.make(version)
    copies.make(version)

    assert (calls, CleanCopy.objects.get().given_up_at is None) == ([], False)
    assert str(StaffTask.objects.get()) == (
        "Look at the Reflection Guide of Ada Ward: we could make no copy of it for reviewers, "
        "so they read only its text."
    )


def test_what_cannot_be_cleaned_is_for_a_person_at_once(version, broken, client):
    broken(sandbox.NotCleaned("Altered", is_final=True))

    copies.make(version)

    task = StaffTask.objects.get()
    client.force_login(factories.staff(task.cohort, role="admin").person)
    assert CleanCopy.objects.get().given_up_at == BEFORE_DUE
    assert task.sentence in client.get(task.url).content.decode()


@pytest.mark.parametrize("problem", [sandbox.NotCleaned("killed", is_final=False), OSError("the store is away")])
def test_what_went_wrong_on_our_side_is_tried_again(version, broken, problem, monkeypatch):
    cleaned_again = sandbox.clean
    broken(problem)
    tasks.make_missing_copies()

    assert (CleanCopy.objects.get().tries, CleanCopy.objects.get().leased_until) == (1, None)

    monkeypatch.setattr(sandbox, "clean", cleaned_again)
    tasks.make_missing_copies()

    assert CleanCopy.objects.get().made_at == BEFORE_DUE


def test_the_sweep_makes_what_is_missing_and_goes_on_after_a_lost_file(version, calls):
    add(version.document, at=BEFORE_DUE).clean_copy.delete()
    version.file.storage.delete(version.file.name)

    tasks.make_missing_copies()

    assert [copy.version.number for copy in CleanCopy.objects.exclude(made_at=None)] == [2]


def test_a_cohort_that_turns_blind_gets_copies_without_names(version, calls):
    Cohort.objects.update(reads_blind=False)
    copies.make(version)
    shown = CleanCopy.objects.get()

    Cohort.objects.update(reads_blind=True)
    copies.make(version)

    hidden = CleanCopy.objects.get()
    assert [writer.alias for writer in calls] == ["", version.document.submission.reference]
    assert (shown.is_nameless, hidden.is_nameless) == (False, True)
    assert shown.file.name != hidden.file.name and b"Ward" not in bytes_of(hidden)


def test_the_check_is_followed_by_the_copy(version, monkeypatch, calls):
    asked = []
    monkeypatch.setattr(tasks, "hurry", lambda task, *args: asked.append((task, args)))
    monkeypatch.setattr(checking, "check", lambda version: None)

    tasks.check_version(version.pk)
    tasks.make_copy(version.pk)

    assert asked == [(tasks.make_copy, (version.pk,))]
    assert CleanCopy.objects.get().made_at


def test_applicant_and_admin_may_see_what_reviewers_get_and_nobody_else(version, calls, client):
    copies.make(version)
    cohort = version.document.submission.enrollment.cohort
    people = {
        "applicant": version.added_by,
        "admin": factories.staff(cohort, role="admin").person,
        "reviewer": factories.staff(cohort).person,
        "classmate": factories.enrollment(cohort, factories.person("Bea", "Lund")).person,
    }
    answers = {}
    for name, person in people.items():
        client.force_login(person)
        answers[name] = client.get(f"/documents/{version.pk}/copy/")

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "applicant": 200,
        "admin": 200,
        "reviewer": 404,
        "classmate": 404,
    }
    assert answers["admin"].getvalue() == answers["applicant"].getvalue() == bytes_of(CleanCopy.objects.get())
    assert [(row.role, row.form) for row in DocumentAccess.objects.order_by("pk")] == [
        ("applicant", "clean"),
        ("admin", "clean"),
    ]


def test_before_it_is_made_it_does_not_exist(version, client):
    client.force_login(version.added_by)

    assert client.get(f"/documents/{version.pk}/copy/").status_code == 404


@pytest.mark.parametrize(("state", "missed"), [(State.DECIDED, 2), (State.AWARDED, 0), (State.WITHDRAWN, 0)])
def test_no_copy_is_missed_of_what_has_come_to_its_end(state, missed):
    submission = submission_in(State.DECIDED)
    CleanCopy.objects.all().delete()
    Submission.objects.filter(pk=submission.pk).update(state=state)

    assert Version.objects.awaiting_copy(AFTER_ALL).count() == missed
